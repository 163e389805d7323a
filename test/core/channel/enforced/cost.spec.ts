import assert from 'node:assert/strict'
import { givePreSigned, judgePreSigned, signCommitment, isCommitmentSigned } from '../../../../src/core/channel/enforced/evidence.js'
import { tinyCurve, useCurve, type CurveEngine } from '../../../../src/core/crypto/curve.js'
import { bothViews, lockOf, secretOf, twoSides, type TwoSides } from './two-sides.js'

const OPERATIONS = ['mulG', 'mul', 'add', 'mulAddG', 'signSchnorr', 'verifySchnorr'] as const
type Counts = Record<typeof OPERATIONS[number], number>

/** How often an action asks the engine for something that costs real time. */
function countOf (action: () => void): Counts {
  const counts: Counts = { mulG: 0, mul: 0, add: 0, mulAddG: 0, signSchnorr: 0, verifySchnorr: 0 }
  const counting: CurveEngine = { ...tinyCurve }
  for (const name of OPERATIONS) Object.assign(counting, { [name]: (...args: readonly never[]) => { counts[name]++; return (tinyCurve[name] as (...args: readonly never[]) => unknown)(...args) } })
  useCurve(counting)
  try { action() } finally { useCurve(tinyCurve) }
  return counts
}

function commitmentOf (sides: TwoSides, offered: number, received: number, number: number): ReturnType<typeof bothViews> {
  const locks = [...Array.from({ length: offered }, (_, i) => lockOf('local', i, 1_000_000n, 500, secretOf(i))), ...Array.from({ length: received }, (_, i) => lockOf('remote', i, 2_000_000n, 500, secretOf(50 + i)))]
  return bothViews(sides, 'alice', number, { alice: 500_000_000n, bob: 500_000_000n - BigInt(offered) * 1_000_000n - BigInt(received) * 2_000_000n, locks })
}

describe('enforced channel, work of the curve', () => {
  const sides = twoSides('v3-zero-fee')
  commitmentOf(sides, 0, 0, 0)

  it('for the keys of a commitment is the same small number whatever the number of locks [ENF-3]', () => {
    const counts = [0, 1, 10, 100].map((n) => countOf(() => { commitmentOf(sides, 0, 0, n + 1) }))
    const many = countOf(() => { commitmentOf(sides, 3, 3, 200) })
    assert.deepEqual(counts[0], counts[3])
    // For both ends together: two multiplications and an addition for the revocation key, one tweak for the script; and the point.
    assert.deepEqual(counts[0], { mulG: 3, mul: 4, add: 4, mulAddG: 0, signSchnorr: 0, verifySchnorr: 0 })
    // With locks one tweak more for their script. Beside those, the fixture makes the point of each lock.
    assert.deepEqual({ ...many, mulG: many.mulG - 6 }, { ...counts[0], mulG: 5, add: 6 })
  })

  it('for the evidence on one commitment is one signature or pre-signature for each lock, and one verification of each [ENF-9]', () => {
    const { mine, theirs } = commitmentOf(sides, 4, 3, 7)
    // Keys are asked for their points once.
    givePreSigned(sides.alice.secrets, mine)
    givePreSigned(sides.bob.secrets, theirs)
    let given: ReturnType<typeof givePreSigned> | undefined
    const signing = countOf(() => { given = givePreSigned(sides.bob.secrets, theirs) })
    // Of alice's four locks bob gives plain signatures (timeouts), of his own three pre-signatures (successes).
    assert.equal(signing.signSchnorr, 4)
    assert.deepEqual([given!.signatures.length, given!.preSignatures.length], [4, 3])
    assert.ok(signing.mulG <= 3 + 1 && signing.add <= 3)
    const judging = countOf(() => { assert.equal(judgePreSigned(mine, given!), undefined) })
    assert.deepEqual([judging.verifySchnorr, judging.mulAddG, judging.add], [4, 3, 3])
    const whole = countOf(() => { isCommitmentSigned(mine, signCommitment(sides.bob.secrets, theirs)) })
    assert.deepEqual([whole.signSchnorr, whole.verifySchnorr], [1, 1])
  })
})
