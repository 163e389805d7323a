import { concatBytes, utf8Bytes } from '../../base/bytes.js'
import { taggedHash } from '../../base/hash.js'
import { encodeLayout, u48 } from '../../base/struct.js'
import { curve, mulG, scalarOf, type CurveEngine } from '../../crypto/curve.js'
import { secretFromSeed, shachainIndexOf } from '../../crypto/shachain.js'

/** The static public keys of one side, 33 bytes each. */
export interface SideKeys {
  readonly funding: Uint8Array
  readonly payment: Uint8Array
  readonly delayed: Uint8Array
  readonly ptlc: Uint8Array
  readonly revocationBase: Uint8Array
}
export const KEY_NAMES = ['funding', 'payment', 'delayed', 'ptlc', 'revocationBase'] as const

/** Our secrets of a channel, all from one seed. They are derived when they are needed and never stored. */
export interface ChannelSecrets {
  readonly funding: Uint8Array
  readonly payment: Uint8Array
  readonly delayed: Uint8Array
  readonly ptlc: Uint8Array
  readonly revocationBase: Uint8Array
  /** Of the per-commitment secrets. */
  readonly commitmentSeed: Uint8Array
  /** Of auxiliary bytes of signatures. */
  readonly auxSeed: Uint8Array
}

/**
 * The seed of a channel.
 *
 * @param salt - 32 random bytes, drawn when the channel was opened or accepted: the peer chooses the channel's id, and
 *   the same secrets in two channels would let it punish a state that was never revoked
 */
export const channelSeed = (identitySecret: Uint8Array, salt: Uint8Array): Uint8Array => taggedHash('amiko/channel/seed', identitySecret, salt)

/** The secrets of a seed. @see ENF-1 */
export function secretsOfSeed (seed: Uint8Array): ChannelSecrets {
  const derived = (name: string): Uint8Array => taggedHash('amiko/channel/secret', seed, utf8Bytes(name))
  return Object.freeze({
    funding: scalarOf(derived('funding')),
    payment: scalarOf(derived('payment')),
    delayed: scalarOf(derived('delayed')),
    ptlc: scalarOf(derived('ptlc')),
    revocationBase: scalarOf(derived('revocation base')),
    commitmentSeed: derived('commitments'),
    auxSeed: derived('auxiliary')
  })
}

export const publicKeys = (secrets: ChannelSecrets): SideKeys => Object.freeze({
  funding: mulG(secrets.funding),
  payment: mulG(secrets.payment),
  delayed: mulG(secrets.delayed),
  ptlc: mulG(secrets.ptlc),
  revocationBase: mulG(secrets.revocationBase)
})

/** Our secret of a commitment number; told when that commitment is revoked. @see BOLT 3, ENF-1 */
export const commitmentSecret = ({ commitmentSeed }: ChannelSecrets, number: number): Uint8Array => secretFromSeed(commitmentSeed, shachainIndexOf(number))

interface KnownPoint { readonly number: number, readonly point: Uint8Array, readonly engine: CurveEngine }
/** A number's point is told in one round, and used in the next two. */
const POINTS_KEPT = 4
const points = new WeakMap<ChannelSecrets, readonly KnownPoint[]>()

/** The point of {@link commitmentSecret}; the last few are remembered with the secrets. */
export function commitmentPoint (secrets: ChannelSecrets, number: number): Uint8Array {
  const known = points.get(secrets) ?? []
  const found = known.find((one) => one.number === number && one.engine === curve())
  if (found !== undefined) return found.point
  const point = mulG(commitmentSecret(secrets, number))
  points.set(secrets, [...known.slice(1 - POINTS_KEPT), { number, point, engine: curve() }])
  return point
}

/** What a signature is for. The position is part of the auxiliary bytes: only append. */
export const SIGNATURE_ROLES = ['commitment', 'own-ptlc', 'other-ptlc', 'spend'] as const
export type SignatureRole = typeof SIGNATURE_ROLES[number]

/** Auxiliary bytes of a signature, fixed by what it is for, so that a resend is identical. @see ENF-9 */
export const auxiliary = ({ auxSeed }: ChannelSecrets, role: SignatureRole, number: number, index = 0): Uint8Array =>
  taggedHash('amiko/channel/aux', auxSeed, Uint8Array.of(SIGNATURE_ROLES.indexOf(role)), concatBytes(encodeLayout(u48, number), encodeLayout(u48, index)))
