import { compareBytes, fromHex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import type { MeetingPointId } from '../base/ids.js'
import { bytes32, bytes64, bytesOf, encodeLayout, hexOf, record, struct, u32, u8, type ValueOf } from '../base/struct.js'
import { mulG, scalarOf } from '../crypto/curve.js'
import { signSchnorr, verifySchnorr, xOnly } from '../crypto/schnorr.js'
import { BUCKETS } from './limits.js'
import { lowestLots } from './ticket.js'

/** What a neighbour of a candidate signs: that the capacity between the two reaches a bucket. @see HINT-22 */
export const attestationStruct = struct('amiko/meeting-point/attestation', {
  /** First 8 bytes of the hash of the network's genesis struct. */
  network: bytesOf(8),
  id: hexOf<MeetingPointId>(33),
  epoch: u32,
  bucket: u8
})
export type AttestationTerms = ValueOf<typeof attestationStruct>

/** An attestation as it travels; the rest of what is signed stands in the announcement around it. */
export const attestationLayout = record({
  /** The attesting key, x only. */
  key: bytes32,
  bucket: u8,
  signature: bytes64
})
export type Attestation = ValueOf<typeof attestationLayout>

/**
 * The key with which a node attests one id in one epoch: the same whenever that is asked, another for another id and in
 * the next epoch, and it does not tell the node. A peer id would say to everyone who is linked with the meeting point,
 * and proves no more: they are free. One key for all who ask would say who shares a neighbour with whom, and who has
 * been attested once knows that key's owner in every other announcement.
 *
 * @see HINT-22
 */
export const attestingSecret = (identitySecret: Uint8Array, networkId: Uint8Array, epoch: number, id: MeetingPointId): Uint8Array =>
  scalarOf(taggedHash('amiko/attesting-key', identitySecret, networkId, encodeLayout(u32, epoch), fromHex(id)))

export const attest = (terms: AttestationTerms, secret: Uint8Array): Attestation =>
  ({ key: xOnly(mulG(secret)).slice(), bucket: terms.bucket, signature: signSchnorr(attestationStruct.hash(terms), secret) })

/** Whether an attestation is of these terms and in range. */
export const isAttestation = (terms: Omit<AttestationTerms, 'bucket'>, { key, bucket, signature }: Attestation): boolean =>
  bucket < BUCKETS && verifySchnorr(signature, attestationStruct.hash({ ...terms, bucket }), key)

/** Whether keys rise, so that none counts twice and one set has one form. @see HINT-26 */
export const keysRise = (attestations: readonly Attestation[]): boolean =>
  attestations.every(({ key }, index) => index === 0 || compareBytes(attestations[index - 1]!.key, key) < 0)

/** Those that an announcement holds, in its order. @see HINT-18, HINT-26 */
export const chosen = (id: MeetingPointId, attestations: readonly Attestation[], count: number): readonly Attestation[] =>
  [...lowestLots(id, attestations, count)].sort((a, b) => compareBytes(a.key, b.key))
