import assert from 'node:assert/strict'
import { toHex } from '../../../../src/core/base/bytes.js'
import { signedCommitment, type Commitment } from '../../../../src/core/channel/enforced/commitment.js'
import { commitmentWeight, fixedParts, type Format } from '../../../../src/core/channel/enforced/contract.js'
import { givePreSigned, isCommitmentSigned, judgePreSigned, signCommitment } from '../../../../src/core/channel/enforced/evidence.js'
import { commitmentSecret } from '../../../../src/core/channel/enforced/keys.js'
import { givenIn, needsSecret, spendOf } from '../../../../src/core/channel/enforced/pre-signed.js'
import { bumpCommitment, claimedOutput, delayedOutput, payFee, punishedOutput, signTaken, staticOutputOf, sweep, takePtlcs } from '../../../../src/core/channel/enforced/spends.js'
import { vsizeOf, weightOf, type Transaction } from '../../../../src/core/channel/enforced/transaction.js'
import { adapt, extractSecret } from '../../../../src/core/crypto/adaptor.js'
import { wrongWith } from './interpreter.js'
import { bothViews, hashOf, lockOf, secretOf, twoSides, type OneSide } from './two-sides.js'
import { coinsOf } from './wallet.js'

const AUX = hashOf('aux')
const NUMBER = 5
const LOCKS = [lockOf('local', 0, 5_000_000n, 500, secretOf(0)), lockOf('remote', 0, 5_000_000n, 510, secretOf(10)), lockOf('local', 1, 5_000_000n, 500, secretOf(1)), lockOf('remote', 1, 9_000_000n, 510, secretOf(11)), lockOf('local', 2, 4_000_000n, 520, secretOf(2))]
const AMOUNTS = { alice: 600_000_000n, bob: 400_000_000n - 28_000_000n, locks: LOCKS }
/** Locks that alice offered have secrets 0 to 2, those that bob offered 10 and 11. */
const secretFor = (commitment: Commitment, place: number): Uint8Array => {
  const lock = LOCKS.find(({ terms }) => terms.point === commitment.ptlcs[place]!.lock.terms.point)!
  return secretOf(lock.terms.id + (lock.offeredBy === 'remote' ? 10 : 0))
}

/** The final signature that a side has for each lock of a commitment: what the other gave, with t where it was short of it. */
function finalSignatures (commitment: Commitment, given: { readonly signatures: readonly Uint8Array[], readonly preSignatures: readonly Uint8Array[] }): readonly Uint8Array[] {
  let [plain, short] = [0, 0]
  return commitment.ptlcs.map(({ lock }, place) => needsSecret(lock, 'local') ? adapt(given.preSignatures[short++]!, secretFor(commitment, place)) : given.signatures[plain++]!)
}

for (const format of ['v3-zero-fee', 'v2-fee'] as const satisfies readonly Format[]) {
  describe(`enforced channel, transactions of ${format}`, () => {
    const sides = twoSides(format)
    const { alice, bob } = sides
    const { mine, theirs } = bothViews(sides, 'alice', NUMBER, AMOUNTS)
    const signed = signedCommitment(mine, { local: signCommitment(alice.secrets, mine), remote: signCommitment(bob.secrets, theirs) })
    const { fundingSpent } = fixedParts(alice.contract)
    /** Signatures in advance on alice's commitment: by bob for alice, and by alice for bob. */
    const [byBob, byAlice] = [givePreSigned(bob.secrets, theirs), givePreSigned(alice.secrets, mine)]
    const toAlice = finalSignatures(mine, byBob)
    const toBob = finalSignatures(theirs, byAlice)

    it('a commitment signed by both is valid; with one signature wrong it is not [ENF-2]', () => {
      assert.equal(wrongWith(signed, [fundingSpent]), undefined)
      assert.equal(weightOf(signed), commitmentWeight(format, 5))
      assert.ok(isCommitmentSigned(mine, signCommitment(bob.secrets, theirs)) && !isCommitmentSigned(mine, signCommitment(alice.secrets, mine)))
      const bad = signedCommitment(mine, { local: signCommitment(alice.secrets, mine), remote: signCommitment(alice.secrets, mine) })
      assert.notEqual(wrongWith(bad, [fundingSpent]), undefined)
    })

    it('what each gives in advance, the other finds right, and wrong when anything of it is moved [ENF-10]', () => {
      assert.equal(judgePreSigned(mine, byBob), undefined)
      assert.equal(judgePreSigned(theirs, byAlice), undefined)
      const swapped = { ...byBob, preSignatures: [...byBob.preSignatures].reverse() }
      assert.equal(judgePreSigned(mine, swapped)?.requirement, 'ENF-10')
      assert.equal(judgePreSigned(mine, { ...byBob, signatures: [...byBob.signatures].reverse() })?.requirement, 'ENF-10')
      const other = bothViews(sides, 'alice', NUMBER + 1, AMOUNTS)
      assert.equal(judgePreSigned(other.mine, byBob)?.requirement, 'ENF-10')
    })

    for (const [name, by, commitment, finals] of [['its owner', alice, mine, toAlice], ['the other side', bob, theirs, toBob]] as const) {
      it(`every lock's output is taken by ${name} as signed in advance, in one transaction a lock time, with a fee from the wallet [ENF-8]`, () => {
        const lockTimes = new Map<number, number[]>()
        commitment.ptlcs.forEach(({ lock }, place) => {
          const at = needsSecret(lock, 'local') ? 0 : lock.terms.expiry.value
          lockTimes.set(at, [...lockTimes.get(at) ?? [], place])
        })
        for (const [lockTime, places] of lockTimes) {
          const { tx, inputs } = takePtlcs(by.secrets, commitment, places.map((place) => ({ place, signature: finals[place]! })))
          const wallet = coinsOf(20_000n)
          const paid = payFee({ tx, inputs, wallet, feeRatePerKvb: 5_000n, leastSat: by.contract.dustSat, aux: AUX })
          assert.ok(paid !== undefined)
          assert.equal(paid.lockTime, lockTime)
          const prevouts = [...inputs.map(({ output }) => output), wallet.coins()[0]!.output]
          assert.equal(wrongWith(paid, prevouts), undefined, `${places.map((place) => spendOf(commitment.ptlcs[place]!.lock, commitment.owner, 'local')).join()}`)
          const fee = prevouts.reduce((sum, { valueSat }) => sum + valueSat, 0n) - paid.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
          assert.ok(fee >= BigInt(vsizeOf(paid)) * 5n && fee <= BigInt(vsizeOf(paid) + 4) * 5n, `${fee} for ${vsizeOf(paid)} vB`)
          // Nothing that was signed in advance can be redirected, reduced or taken early.
          for (const bad of [
            { ...paid, outputs: paid.outputs.with(0, { ...paid.outputs[0]!, valueSat: paid.outputs[0]!.valueSat - 1n }) },
            { ...paid, outputs: paid.outputs.with(0, { ...paid.outputs[0]!, script: fundingSpent.script }) },
            { ...paid, lockTime: lockTime + 1 },
            { ...paid, version: 1 }
          ]) {
            assert.notEqual(wrongWith(resigned(bad, by, commitment, places, finals), prevouts), undefined)
          }
        }
      })
    }

    it('a wrong secret does not open, and a right one is read from the witness of a spend [ENF-8]', () => {
      const place = mine.ptlcs.findIndex(({ lock }) => needsSecret(lock, 'local'))
      const { lock } = mine.ptlcs[place]!
      const preSignature = byBob.preSignatures[0]!
      const { tx, inputs } = takePtlcs(alice.secrets, mine, [{ place, signature: adapt(preSignature, secretOf(77)) }])
      const wallet = coinsOf(20_000n)
      const request = { wallet, feeRatePerKvb: 1_000n, leastSat: 330n, aux: AUX }
      const prevouts = [...inputs.map(({ output }) => output), wallet.coins()[0]!.output]
      assert.notEqual(wrongWith(payFee({ tx, inputs, ...request })!, prevouts), undefined)
      const right = takePtlcs(alice.secrets, mine, [{ place, signature: toAlice[place]! }])
      const published = payFee({ ...right, ...request })!
      // Bob made the pre-signature; he makes it again instead of keeping it.
      const given = givenIn(published.inputs[0]!.witness, 'remote', 'remote')!
      const again = givePreSigned(bob.secrets, theirs).preSignatures[0]!
      assert.equal(toHex(extractSecret(again, given, lock.terms.point)!), toHex(secretFor(mine, place)))
    })

    it('the owner takes its balance and second stages after the delay, not before, nobody else does [ENF-6]', () => {
      const index = mine.kinds.indexOf('to-local')
      const output = mine.transaction.outputs[index]!
      const taken = delayedOutput(alice.secrets, mine, { txid: mine.txid, index }, output.valueSat)
      const tx = sweep([taken], hashScript, 2_000n, 330n, AUX)!
      assert.equal(tx.inputs[0]!.sequence, 144)
      assert.equal(wrongWith(tx, [output]), undefined)
      const early = sweep([{ ...taken, sequence: 143 }], hashScript, 2_000n, 330n, AUX)!
      assert.notEqual(wrongWith(early, [output]), undefined)
      const stolen = delayedOutput(bob.secrets, mine, { txid: mine.txid, index }, output.valueSat)
      assert.notEqual(wrongWith(sweep([stolen], hashScript, 2_000n, 330n, AUX)!, [output]), undefined)
    })

    it('the other side takes its balance and claims with its static key alone [ENF-6]', () => {
      const index = theirs.kinds.indexOf('to-remote')
      const output = theirs.transaction.outputs[index]!
      const balance = staticOutputOf(bob.secrets, bob.contract, { txid: theirs.txid, index }, output.valueSat)
      const claimed = claimedOutput(bob.secrets, bob.contract, { txid: hashOf('claim'), index: 0 }, 5_000n)
      assert.equal(balance.sequence, format === 'v2-fee' ? 1 : 0xfffffffd)
      assert.equal(wrongWith(sweep([balance, claimed], hashScript, 2_000n, 330n, AUX)!, [output, claimed.output]), undefined)
      assert.equal(sweep([claimed], hashScript, 2_000_000n, 330n, AUX), undefined)
    })

    it('a revoked commitment is punished with its secret alone: both balances, all locks, and second stages [ENF-13]', () => {
      const revealed = commitmentSecret(alice.secrets, NUMBER)
      const takeables = theirs.kinds.flatMap((kind, index) => {
        const { valueSat } = theirs.transaction.outputs[index]!
        return kind === 'to-local' ? [punishedOutput(bob.secrets, revealed, theirs.revocable, { txid: theirs.txid, index }, valueSat)]
          : kind === 'ptlc' ? [punishedOutput(bob.secrets, revealed, theirs.ptlc, { txid: theirs.txid, index }, valueSat)] : []
      })
      const secondStage = punishedOutput(bob.secrets, revealed, theirs.revocable, { txid: hashOf('second stage'), index: 3 }, 5_000n)
      const all = [...takeables, secondStage]
      assert.equal(all.length, 7)
      const penalty = sweep(all, hashScript, 2_000n, 330n, AUX)!
      assert.equal(wrongWith(penalty, all.map(({ output }) => output)), undefined)
      const guessed = all.map((_taken, i) => punishedOutput(bob.secrets, commitmentSecret(alice.secrets, NUMBER + 1), i === 6 ? theirs.revocable : theirs.ptlc, all[i]!, all[i]!.output.valueSat))
      assert.notEqual(wrongWith(sweep(guessed, hashScript, 2_000n, 330n, AUX)!, all.map(({ output }) => output)), undefined)
    })

    it('a child pays for itself where its commitment pays more than the rate, and never brings more than it spends [ENF-4] [I16]', () => {
      const wallet = coinsOf(30_000n)
      const child = bumpCommitment(alice.secrets, mine, { vsize: vsizeOf(signed), feeSat: 50_000n }, wallet, 2_000n, AUX)!
      const anchor = mine.transaction.outputs[child.inputs[0]!.index]!
      const fee = anchor.valueSat + 30_000n - child.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
      assert.equal(fee, 2n * BigInt(vsizeOf(child)))
    })

    it('a child of the anchor and wallet coins pays for a commitment [ENF-4]', () => {
      const parentFee = 1_000_000n - signed.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
      for (const [by, commitment] of [[alice, mine], [bob, theirs]] as const) {
        const wallet = coinsOf(3_000n, 30_000n)
        const child = bumpCommitment(by.secrets, commitment, { vsize: vsizeOf(signed), feeSat: parentFee }, wallet, 20_000n, AUX)!
        const anchor = commitment.transaction.outputs[child.inputs[0]!.index]!
        const prevouts = [anchor, ...wallet.coins().map(({ output }) => output)].slice(0, child.inputs.length)
        assert.equal(wrongWith(child, prevouts), undefined)
        const fee = parentFee + prevouts.reduce((sum, { valueSat }) => sum + valueSat, 0n) - child.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
        assert.ok(fee >= 20n * BigInt(vsizeOf(signed) + vsizeOf(child)) - 20n)
        assert.equal(bumpCommitment(by.secrets, commitment, { vsize: vsizeOf(signed), feeSat: parentFee }, coinsOf(500n), 20_000n, AUX), undefined)
      }
    })
  })
}

const hashScript = Uint8Array.of(0, 20, ...hashOf('somebody').subarray(0, 20))

/** The publisher's signatures made anew over a changed transaction; what was given in advance stays. */
function resigned (tx: Transaction, by: OneSide, commitment: Commitment, places: readonly number[], finals: readonly Uint8Array[]): Transaction {
  const { inputs } = takePtlcs(by.secrets, commitment, places.map((place) => ({ place, signature: finals[place]! })))
  const wallet = coinsOf(20_000n)
  const all = [...inputs, { ...wallet.coins()[0]!, sequence: 0xfffffffd, unlock: { by: 'wallet' as const, wallet, witnessBytes: 66 } }]
  return signTaken(tx, all, AUX)
}
