import assert from 'node:assert/strict'
import { Transaction as BitcoinJs } from 'bitcoinjs-lib'
import fc from 'fast-check'
import { compareBytes, toHex } from '../../../../src/core/base/bytes.js'
import { commitmentWeight, numberIn, fixedParts, type Format } from '../../../../src/core/channel/enforced/contract.js'
import { signedCommitment, type Commitment } from '../../../../src/core/channel/enforced/commitment.js'
import { signCommitment } from '../../../../src/core/channel/enforced/evidence.js'
import { preSignedHashes, ptlcSpend } from '../../../../src/core/channel/enforced/pre-signed.js'
import { SHARED_ANCHOR_SCRIPT } from '../../../../src/core/channel/enforced/scripts.js'
import { displayTxid, readTransaction, strippedBytes, transactionBytes, txidOf, vsizeOf, weightOf } from '../../../../src/core/channel/enforced/transaction.js'
import type { Lock } from '../../../../src/core/channel/lock.js'
import { bothViews, lockOf, twoSides, type Amounts } from './two-sides.js'

const FUNDING = 1_000_000_000n

/** Locks of few different amounts, so that equal outputs are common, and balances for what is left. */
const amountsOf = fc.record({
  locks: fc.array(fc.record({ mine: fc.boolean(), amount: fc.constantFrom(100_000n, 329_999n, 330_000n, 331_500n, 5_000_000n, 5_000_001n, 7_777_777n), expiry: fc.integer({ min: 1, max: 1_000 }) }), { maxLength: 14 }),
  share: fc.bigInt(0n, 1_000n),
  number: fc.constantFrom(0, 1, 42, 2 ** 24 - 1, 2 ** 24, 2 ** 47 + 12_345),
  format: fc.constantFrom<Format>('v3-zero-fee', 'v2-fee')
}).map(({ locks, share, number, format }): Amounts & { readonly number: number, readonly format: Format } => {
  const ids = { local: 0, remote: 0 }
  const made = locks.map(({ mine, amount, expiry }) => { const side = mine ? 'local' as const : 'remote' as const; return lockOf(side, ids[side]++, amount, expiry) })
  const free = FUNDING - made.reduce((sum, { terms }) => sum + terms.amount, 0n) - 100_000_000n
  const alice = free * share / 1_000n + 100_000_000n
  return { alice, bob: FUNDING - made.reduce((sum, { terms }) => sum + terms.amount, 0n) - alice, locks: made, number, format }
})

const asBitcoinJs = (commitment: Commitment): BitcoinJs => BitcoinJs.fromBuffer(Buffer.from(transactionBytes({ ...commitment.transaction, inputs: commitment.transaction.inputs.map((input) => ({ ...input, witness: [new Uint8Array(64)] })) })))

describe('enforced channel, commitments', () => {
  it('are the same for both ends, and as bitcoinjs-lib builds and hashes them [ENF-3, ENF-5]', () => {
    fc.assert(fc.property(amountsOf, (amounts) => {
      const sides = twoSides(amounts.format)
      for (const owner of ['alice', 'bob'] as const) {
        const { mine, theirs } = bothViews(sides, owner, amounts.number, amounts)
        assert.equal(toHex(mine.txid), toHex(theirs.txid))
        assert.equal(toHex(mine.signatureHash), toHex(theirs.signatureHash))
        assert.deepEqual(mine.transaction, theirs.transaction)
        const { contract } = sides[owner]
        const { funding, fundingSpent } = fixedParts(contract)
        const judged = asBitcoinJs(mine)
        assert.equal(displayTxid(mine.txid), judged.getId())
        assert.equal(toHex(txidOf(mine.transaction)), toHex(mine.txid))
        assert.equal(toHex(mine.signatureHash), toHex(judged.hashForWitnessV1(0, [fundingSpent.script], [fundingSpent.valueSat], 0, funding.leaf!.hash)))
        assert.deepEqual(mine.ptlcs.map(({ lock }) => [lock.terms.id, lock.offeredBy === 'local']), theirs.ptlcs.map(({ lock }) => [lock.terms.id, lock.offeredBy === 'remote']))
        for (const spender of ['local', 'remote'] as const) {
          const hashes = preSignedHashes(mine, spender)
          const other = preSignedHashes(theirs, spender === 'local' ? 'remote' : 'local')
          mine.ptlcs.forEach((ptlc, i) => {
            const spend = ptlcSpend(mine, ptlc, spender)
            const read = BitcoinJs.fromBuffer(Buffer.from(transactionBytes({ ...spend, inputs: [{ ...spend.inputs[0]!, witness: [new Uint8Array(64)] }] })))
            const expected = read.hashForWitnessV1(0, [mine.ptlc.script], [ptlc.valueSat], 0x83, mine.ptlc.leaf!.hash)
            assert.equal(toHex(hashes[i]!), toHex(expected))
            assert.equal(toHex(other[i]!), toHex(expected))
          })
        }
      }
    }), { numRuns: 60 })
  })

  it('hold their outputs in the order of BIP 69, locks of equal outputs by direction, then id [ENF-5]', () => {
    fc.assert(fc.property(amountsOf, (amounts) => {
      const { mine } = bothViews(twoSides(amounts.format), 'alice', amounts.number, amounts)
      const { outputs } = mine.transaction
      for (let i = 1; i < outputs.length; i++) {
        const [a, b] = [outputs[i - 1]!, outputs[i]!]
        assert.ok(a.valueSat < b.valueSat || (a.valueSat === b.valueSat && compareBytes(a.script, b.script) <= 0), `outputs ${i - 1} and ${i}`)
      }
      const place = ({ offeredBy, terms }: Lock): number => (offeredBy === 'local' ? 0 : 1_000) + terms.id
      for (let i = 1; i < mine.ptlcs.length; i++) {
        const [a, b] = [mine.ptlcs[i - 1]!, mine.ptlcs[i]!]
        if (a.valueSat === b.valueSat) assert.ok(place(a.lock) < place(b.lock))
      }
    }), { numRuns: 60 })
  })

  it('divide all that was funded: nothing is left in v3-zero-fee but what is above 240 sat, in v2-fee the fee of the state [ENF-7]', () => {
    fc.assert(fc.property(amountsOf, (amounts) => {
      for (const owner of ['alice', 'bob'] as const) {
        const { mine } = bothViews(twoSides(amounts.format), owner, amounts.number, amounts)
        const paid = mine.transaction.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
        const fee = FUNDING / 1_000n - paid
        assert.ok(fee >= 0n)
        if (amounts.format === 'v3-zero-fee') {
          const anchor = mine.transaction.outputs[mine.kinds.indexOf('shared-anchor')]!
          if (fee > 0n) assert.equal(anchor.valueSat, 240n)
        } else assert.ok(fee >= BigInt(commitmentWeight('v2-fee', mine.ptlcs.length)))
      }
    }), { numRuns: 60 })
  })

  for (const rest of [0n, 1n, 239n, 240n, 241n]) {
    it(`have an anchor of ${rest < 240n ? rest : 240n} sat when ${rest} sat are trimmed, and the rest is fee [ENF-7]`, () => {
      const { mine } = bothViews(twoSides('v3-zero-fee'), 'alice', 7, { alice: (1_000_000n - rest) * 1_000n, bob: rest * 1_000n, locks: [] })
      assert.deepEqual(mine.transaction.outputs.map(({ valueSat }) => valueSat), [rest < 240n ? rest : 240n, 1_000_000n - rest])
      assert.deepEqual(mine.transaction.outputs[0]!.script, SHARED_ANCHOR_SCRIPT)
    })
  }

  it('trim a lock that is one satoshi below dust on both commitments, and keep one that is not [ENF-7]', () => {
    const locks = [lockOf('local', 0, 329_999n), lockOf('remote', 0, 329_999n), lockOf('local', 1, 330_000n), lockOf('remote', 1, 330_000n)]
    for (const owner of ['alice', 'bob'] as const) {
      const { mine } = bothViews(twoSides('v3-zero-fee'), owner, 1, { alice: 500_000_000n, bob: 498_680_002n, locks })
      assert.deepEqual(mine.ptlcs.map(({ lock }) => lock.terms.id), [1, 1])
    }
  })

  it('hide their number, and tell it to the two ends [ENF-5]', () => {
    const sides = twoSides('v3-zero-fee')
    const seen = new Set<string>()
    for (const number of [0, 1, 2, 2 ** 24, 2 ** 48 - 1]) {
      const { mine } = bothViews(sides, 'alice', number, { alice: 600_000_000n, bob: 400_000_000n, locks: [] })
      const { lockTime, inputs } = mine.transaction
      assert.ok(lockTime >= 0x20000000 && lockTime < 0x21000000 && lockTime !== 0x20000000 + number)
      for (const { contract } of [sides.alice, sides.bob]) assert.equal(numberIn(fixedParts(contract), lockTime, inputs[0]!.sequence), number)
      seen.add(`${lockTime} ${inputs[0]!.sequence}`)
    }
    assert.equal(seen.size, 5)
    assert.equal(numberIn(fixedParts(sides.alice.contract), 0, 0xfffffffd), undefined)
  })

  it('of 226 locks stay below the bound of version 3 transactions: 9,927 vB; one of six locks has 467 [ENF-4]', () => {
    for (const [count, vsize] of [[113, 9_927], [3, 467]] as const) {
      const sides = twoSides('v3-zero-fee')
      const locks = (['local', 'remote'] as const).flatMap((side) => Array.from({ length: count }, (_, i) => lockOf(side, i, 1_000_000n, 500, hashOfNumber(i))))
      const { mine, theirs } = bothViews(sides, 'alice', 3, { alice: 500_000_000n, bob: FUNDING - 500_000_000n - 2n * BigInt(count) * 1_000_000n, locks })
      const signed = signedCommitment(mine, { local: signCommitment(sides.alice.secrets, mine), remote: signCommitment(sides.bob.secrets, theirs) })
      assert.equal(vsizeOf(signed), vsize)
      assert.equal(weightOf(signed), commitmentWeight('v3-zero-fee', 2 * count))
      assert.equal(BitcoinJs.fromBuffer(Buffer.from(transactionBytes(signed))).weight(), weightOf(signed))
    }
  })

  it('are read again as they were written, and never when cut or lengthened', () => {
    fc.assert(fc.property(amountsOf, fc.nat(), (amounts, cut) => {
      const { mine } = bothViews(twoSides(amounts.format), 'bob', amounts.number, amounts)
      const whole = { ...mine.transaction, inputs: [{ ...mine.transaction.inputs[0]!, witness: [new Uint8Array(64), Uint8Array.of(1, 2)] }] }
      assert.deepEqual(readTransaction(transactionBytes(whole)), whole)
      assert.deepEqual(readTransaction(strippedBytes(mine.transaction)), mine.transaction)
      const bytes = transactionBytes(whole)
      assert.equal(readTransaction(bytes.subarray(0, cut % bytes.length)), undefined)
      assert.equal(readTransaction(Uint8Array.of(...bytes, 0)), undefined)
    }), { numRuns: 40 })
  })
})

const hashOfNumber = (n: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => i === 31 ? 1 + n : 1)
