import assert from 'node:assert/strict'
import fc from 'fast-check'
import { sha256 } from '../../../../src/core/base/hash.js'
import { isFault } from '../../../../src/core/base/step.js'
import { mulG, scalarOf } from '../../../../src/core/crypto/curve.js'
import { CONTRIBUTION_SAT_MIN, FUNDING_INPUTS_MAX, FUNDING_SAT_PER_KVB_MAX } from '../../../../src/core/channel/enforced/limits.js'
import { judgeContribution, judgeInput, judgeShare, jointTransaction, shareFeeSat, withWitnesses } from '../../../../src/core/channel/enforced/joint-funding.js'
import { txidOf, weightOf } from '../../../../src/core/channel/enforced/transaction.js'
import type { Share, ShareOutput } from '../../../../src/core/channel/messages.js'

const hashOf = (n: number): Uint8Array => sha256(Uint8Array.of(n & 255, n >> 8))
const script = Uint8Array.of(0x51, 0x20, ...mulG(scalarOf(hashOf(1))).subarray(1))
const changeScript = Uint8Array.of(0x51, 0x20, ...mulG(scalarOf(hashOf(2))).subarray(1))
const funding: ShareOutput = { valueSat: 800_000n, script }
const share = (from: number, count: number, change: boolean): Share => ({
  inputs: Array.from({ length: count }, (_, i) => ({ txid: hashOf(from + i), index: i, output: { valueSat: 1_000_000n, script: changeScript } })),
  change: change ? { valueSat: 5_000n, script: changeScript } : undefined
})
const sizes = fc.record({ opener: fc.integer({ min: 1, max: FUNDING_INPUTS_MAX }), acceptor: fc.integer({ min: 1, max: FUNDING_INPUTS_MAX }), openerChange: fc.boolean(), acceptorChange: fc.boolean(), satPerKvb: fc.bigInt({ min: 1n, max: FUNDING_SAT_PER_KVB_MAX }) })

describe('funding by both sides', () => {
  it('costs both together what the whole transaction weighs, each what it adds [ENF-26]', () => {
    fc.assert(fc.property(sizes, ({ opener, acceptor, openerChange, acceptorChange, satPerKvb }) => {
      const [a, b] = [share(10, opener, openerChange), share(100, acceptor, acceptorChange)]
      const made = jointTransaction(a, b, funding)
      assert.ok(!isFault(made))
      const witnesses = (of: Share): Uint8Array[] => of.inputs.map(() => new Uint8Array(64))
      const weight = weightOf(withWitnesses(withWitnesses(made.tx, a, witnesses(a)), b, witnesses(b)))
      const fee = shareFeeSat('opener', satPerKvb, opener, openerChange) + shareFeeSat('acceptor', satPerKvb, acceptor, acceptorChange)
      const wanted = satPerKvb * BigInt(weight)
      assert.ok(fee * 4_000n >= wanted && (fee - 2n) * 4_000n < wanted, `${fee} for ${weight}`)
    }), { numRuns: 40 })
  })

  it('is the same transaction in whatever order the inputs are named, in the order of BIP 69 [ENF-26]', () => {
    fc.assert(fc.property(sizes, fc.infiniteStream(fc.nat()), ({ opener, acceptor, openerChange, acceptorChange }, random) => {
      const [a, b] = [share(10, opener, openerChange), share(100, acceptor, acceptorChange)]
      const made = jointTransaction(a, b, funding)
      const mixed = { ...a, inputs: a.inputs.map((input) => ({ input, at: random.next().value as number })).sort((x, y) => x.at - y.at).map(({ input }) => input) }
      const again = jointTransaction(mixed, b, funding)
      assert.ok(!isFault(made) && !isFault(again))
      assert.deepEqual(txidOf(again.tx), txidOf(made.tx))
      assert.deepEqual(made.tx.outputs[made.fundingIndex], funding)
      const names = made.tx.inputs.map(({ txid }) => Buffer.from(txid).reverse().toString('hex'))
      assert.deepEqual(names, [...names].sort())
      assert.ok(made.tx.inputs.every(({ sequence }) => sequence === 2 ** 32 - 3))
      assert.deepEqual([made.tx.version, made.tx.lockTime], [2, 0])
    }), { numRuns: 40 })
  })

  it('does not take one input from both [ENF-26]', () => {
    const made = jointTransaction(share(10, 2, true), share(11, 1, false), funding)
    assert.equal(isFault(made), false)
    const twice = jointTransaction(share(10, 2, true), share(10, 1, false), funding)
    assert.ok(isFault(twice) && twice.requirement === 'ENF-26')
  })

  it('judges a share by what it must hold, to the satoshi [ENF-26]', () => {
    const contribution = { sat: 300_000n, satPerKvb: 10_000n }
    const around = { dustSat: 330n, fundingScript: script }
    const own = share(100, 1, true)
    const left = 1_000_000n - 300_000n - shareFeeSat('acceptor', contribution.satPerKvb, 1, true)
    const judged = (change: ShareOutput | undefined): unknown => judgeShare('acceptor', { ...own, change }, contribution.sat, contribution, around)
    assert.equal(judged({ valueSat: left, script: changeScript }), undefined)
    assert.notEqual(judged({ valueSat: left + 1n, script: changeScript }), undefined)
    assert.equal(judged({ valueSat: 330n, script: changeScript }), undefined)
    assert.notEqual(judged({ valueSat: 329n, script: changeScript }), undefined)
    assert.notEqual(judged({ valueSat: 330n, script }), undefined)
    assert.equal(judged(undefined), undefined)
  })

  it('judges a contribution by its least, by the opener\'s part, by the push and by the rate [ENF-25]', () => {
    const terms = { fundingSat: 800_000n, push: 400_000_000n }
    const judged = (sat: bigint, satPerKvb = 10_000n, push = terms.push): string | undefined => judgeContribution({ sat, satPerKvb }, { ...terms, push })
    assert.equal(judged(400_000n), undefined)
    assert.match(judged(400_001n) ?? '', /more than the opener/)
    assert.equal(judged(CONTRIBUTION_SAT_MIN), undefined)
    assert.match(judged(CONTRIBUTION_SAT_MIN - 1n) ?? '', /less than/)
    assert.match(judged(400_000n, 10_000n, 399_999_999n) ?? '', /begin with less/)
    assert.match(judged(400_000n, 0n) ?? '', /out of range/)
    assert.match(judged(400_000n, FUNDING_SAT_PER_KVB_MAX + 1n) ?? '', /out of range/)
  })

  it('relies on an input only when the chain has it as it was named [ENF-27]', () => {
    const [named] = share(10, 1, false).inputs
    const found = { ...named!.output, confirmations: 1, coinbase: false }
    assert.equal(judgeInput(named!, found), undefined)
    assert.equal(judgeInput(named!, { ...found, coinbase: true, confirmations: 100 }), undefined)
    for (const [answer, reason] of [
      ['none', /absent or spent/], [undefined, /cannot say/], [{ ...found, valueSat: 1n }, /holds 1 sat/], [{ ...found, script }, /another script/],
      [{ ...found, confirmations: 0 }, /unconfirmed/], [{ ...found, coinbase: true, confirmations: 99 }, /not ripe/]
    ] as const) assert.match(judgeInput(named!, answer) ?? '', reason)
  })
})
