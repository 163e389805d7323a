import { fault, type Fault } from '../../base/step.js'
import { preSign, preVerify } from '../../crypto/adaptor.js'
import { signSchnorr, verifySchnorr } from '../../crypto/schnorr.js'
import { otherSide, type Side } from '../lock.js'
import { NO_EVIDENCE, type Evidence } from '../messages.js'
import type { Commitment } from './commitment.js'
import { auxiliary, type ChannelSecrets } from './keys.js'
import { needsSecret, preSignedHashes } from './pre-signed.js'

/**
 * Signatures in the order of the commitment's outputs: plain ones of locks that their spender offered, pre-signatures of
 * the others. Seen from here, `giver` is who signs; who publishes is the other side. @see ENF-9
 */
type Signatures = Pick<Evidence, 'signatures' | 'preSignatures'>

/** Our signatures in advance of what the peer may publish on a commitment. */
export function givePreSigned (secrets: ChannelSecrets, commitment: Commitment): Signatures {
  const role = commitment.owner === 'local' ? 'own-ptlc' : 'other-ptlc'
  const signatures: Uint8Array[] = []
  const preSignatures: Uint8Array[] = []
  preSignedHashes(commitment, 'remote').forEach((hash, i) => {
    const { lock, index } = commitment.ptlcs[i]!
    const aux = auxiliary(secrets, role, commitment.number, index)
    if (needsSecret(lock, 'remote')) preSignatures.push(preSign(hash, secrets.ptlc, lock.terms.point, aux))
    else signatures.push(signSchnorr(hash, secrets.ptlc, aux))
  })
  return { signatures, preSignatures }
}

/** Our signature of a commitment. */
export const signCommitment = (secrets: ChannelSecrets, commitment: Commitment): Uint8Array =>
  signSchnorr(commitment.signatureHash, secrets.funding, auxiliary(secrets, 'commitment', commitment.number, commitment.owner === 'local' ? 0 : 1))

/** How many signatures and pre-signatures a side gives in advance on a commitment. */
export function countsOf ({ ptlcs }: Commitment, giver: Side): { readonly signatures: number, readonly preSignatures: number } {
  const spender = otherSide(giver)
  const preSignatures = ptlcs.filter(({ lock }) => needsSecret(lock, spender)).length
  return { signatures: ptlcs.length - preSignatures, preSignatures }
}

/** What is wrong with the peer's signatures in advance. Every one is verified: a wrong one would cost its lock. @see ENF-10 */
export function judgePreSigned (commitment: Commitment, given: Signatures): Fault | undefined {
  const key = commitment.contract.keys.remote.ptlc
  let [plain, short] = [0, 0]
  for (const [i, hash] of preSignedHashes(commitment, 'local').entries()) {
    const { lock } = commitment.ptlcs[i]!
    const valid = needsSecret(lock, 'local')
      ? preVerify(given.preSignatures[short++]!, hash, key, lock.terms.point)
      : verifySchnorr(given.signatures[plain++]!, hash, key)
    if (!valid) return fault('ENF-10', `the signature for lock ${lock.terms.id} of commitment ${commitment.number} does not hold`)
  }
  return undefined
}

export const isCommitmentSigned = (commitment: Commitment, signature: Uint8Array): boolean =>
  verifySchnorr(signature, commitment.signatureHash, commitment.contract.keys.remote.funding)

/** What row 1 carries: signatures in advance on the giver's own next commitment. @see ENF-11 */
export const giveOwn = (secrets: ChannelSecrets, own: Commitment): Evidence => ({ ...NO_EVIDENCE, ...givePreSigned(secrets, own) })

/** What rows 2 and 3 carry of the receiver's next commitment: its signature, and those in advance of its second stage. @see ENF-11 */
export function giveTheirs (secrets: ChannelSecrets, theirs: Commitment): Evidence {
  const { signatures, preSignatures } = givePreSigned(secrets, theirs)
  return { ...NO_EVIDENCE, signatures: [signCommitment(secrets, theirs), ...signatures], preSignatures }
}

/** One list after the other. */
export const joinEvidence = (a: Evidence, b: Evidence): Evidence =>
  ({ signatures: [...a.signatures, ...b.signatures], preSignatures: [...a.preSignatures, ...b.preSignatures], revocation: a.revocation ?? b.revocation })

/** The peer's evidence of one state: of our commitment, then of its own. The form in which it is stored. @see ENF-11 */
export interface HeldEvidence {
  /** The peer's signature of our commitment. */
  readonly commitment: Uint8Array
  /** For our second stage. */
  readonly ours: Signatures
  /** For our claims on the peer's commitment. */
  readonly theirs: Signatures
}

/** Reads joined evidence; undefined when the counts are not those of the two commitments. */
export function splitEvidence ({ signatures, preSignatures }: Evidence, ours: Commitment, theirs: Commitment): HeldEvidence | undefined {
  const [first, second] = [countsOf(ours, 'remote'), countsOf(theirs, 'remote')]
  if (signatures.length !== 1 + first.signatures + second.signatures || preSignatures.length !== first.preSignatures + second.preSignatures) return undefined
  return {
    commitment: signatures[0]!,
    ours: { signatures: signatures.slice(1, 1 + first.signatures), preSignatures: preSignatures.slice(0, first.preSignatures) },
    theirs: { signatures: signatures.slice(1 + first.signatures), preSignatures: preSignatures.slice(first.preSignatures) }
  }
}
