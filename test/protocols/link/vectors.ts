import { coin } from '../../../src/core/base/assets.js'
import { toHex } from '../../../src/core/base/bytes.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { encodeLayout, u32 } from '../../../src/core/base/struct.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import type { HintRecord, LinkMessage } from '../../../src/core/link/messages.js'
import { encodeLink } from '../../../protocols/link/codec.js'
import * as pb from '../../../protocols/link/pb/link.js'

/** A row of `protocols/link/vectors/frames.json`: bytes, and the message or the requirement they break. */
export interface LinkVector {
  readonly comment: string
  readonly bytes: string
  readonly message?: LinkMessage
  readonly fault?: string
}

export const meetingPoint = (number: number): MeetingPointId => toHex(mulG(scalarOf(taggedHash('amiko/test/mp', encodeLayout(u32, number))))) as MeetingPointId
const asset = coin('btc', 'regtest').id
const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex, 'hex'))

const RECORD: HintRecord = {
  meetingPoint: meetingPoint(1),
  to: [{ bucket: 3, hops: 2, sequence: 1_866_666_624 }, { bucket: 9, hops: undefined, sequence: 0 }, { bucket: 15, hops: 64, sequence: 2 ** 48 - 1 }],
  from: []
}

export const MESSAGES: Readonly<Record<string, LinkMessage>> = {
  'the link is open here': { type: 'linkState', status: 'open' },
  'a request': { type: 'linkOpen' },
  'accepted': { type: 'linkAccept' },
  'kept for a person': { type: 'linkRefuse', reason: 'asked' },
  'no room': { type: 'linkRefuse', reason: 'full' },
  'declined': { type: 'linkRefuse', reason: 'declined' },
  'no link': { type: 'linkClose' },
  'a ping': { type: 'ping', nonce: 4_294_967_295, clockMs: 1_750_000_000_123 },
  'a pong': { type: 'pong', nonce: 0, clockMs: 0 },
  'hints of two meeting points, one withdrawn': { type: 'hints', asset, records: [RECORD, { meetingPoint: meetingPoint(2), to: [], from: [] }] },
  'a question for a number': { type: 'hintRequest', asset, meetingPoint: meetingPoint(1), sequence: 1_866_666_625, hopsLeft: 24 },
  'a question for an attestation': { type: 'attestRequest', meetingPoint: meetingPoint(1), epoch: 4_294_967_295 },
  'an attestation': { type: 'attestation', meetingPoint: meetingPoint(1), epoch: 20_254, key: new Uint8Array(32).fill(7), bucket: 15, signature: new Uint8Array(64).fill(9) },
  'a licence by the meeting point': { type: 'licence', meetingPoint: meetingPoint(1), epoch: 20_254, hops: 1, proof: new Uint8Array(64).fill(5), next: new Uint8Array(64).fill(6) },
  'a licence of a node beside it': { type: 'licence', meetingPoint: meetingPoint(1), epoch: 0, hops: 2, proof: new Uint8Array(64).fill(5), next: undefined },
  'a question for everything': { type: 'hintRequest', asset, meetingPoint: undefined, sequence: 0, hopsLeft: 0 }
}

const frame = (value: pb.LinkFrame): Uint8Array => pb.LinkFrame.encode(value)
const hints = (record: Partial<pb.HintRecord>, count = 1): Uint8Array =>
  frame({ hints: { asset: bytesOf(asset), records: Array.from({ length: count }, () => ({ meetingPoint: bytesOf(meetingPoint(1)), to: [], from: [], ...record })) } })

const attestation = (changes: Partial<pb.Attestation>): Uint8Array =>
  frame({ attestation: { meetingPoint: bytesOf(meetingPoint(1)), epoch: 1, key: new Uint8Array(32), bucket: 3, signature: new Uint8Array(64), ...changes } })

const licence = (changes: Partial<pb.Licence>): Uint8Array =>
  frame({ licence: { meetingPoint: bytesOf(meetingPoint(1)), epoch: 1, hops: 2, proof: new Uint8Array(64), ...changes } })

/** Frames that must be refused, and the requirement that each breaks. */
const BAD: ReadonlyArray<readonly [comment: string, bytes: Uint8Array, requirement: string]> = [
  ['nothing', new Uint8Array(0), 'LINK-1'],
  ['no protobuf', Uint8Array.of(0xff, 0xff, 0xff), 'LINK-1'],
  ['two messages', frame({ open: {}, accept: {} }), 'LINK-1'],
  ['a status that is not known', frame({ state: { status: 2 } }), 'LINK-1'],
  ['a refusal without a reason', frame({ refuse: {} }), 'LINK-1'],
  ['a reason that is not known', frame({ refuse: { reason: 4 } }), 'LINK-1'],
  ['a ping without a clock', frame({ ping: { nonce: 1 } }), 'LINK-1'],
  ['a clock beyond 2^48', frame({ ping: { nonce: 1, clockMs: 2n ** 48n } }), 'LINK-1'],
  ['no records', frame({ hints: { asset: bytesOf(asset), records: [] } }), 'LINK-1'],
  ['an asset of 31 bytes', frame({ hints: { asset: new Uint8Array(31), records: [] } }), 'LINK-1'],
  ['a meeting point twice', hints({}, 2), 'LINK-1'],
  ['a meeting point that is no point', hints({ meetingPoint: bytesOf('02' + 'ff'.repeat(32)) }), 'LINK-1'],
  ['buckets that do not rise', hints({ to: [{ bucket: 3, hops: 1, sequence: 1n }, { bucket: 3, hops: 2, sequence: 1n }] }), 'LINK-1'],
  ['a bucket beyond the last', hints({ to: [{ bucket: 16, hops: 1, sequence: 1n }] }), 'LINK-1'],
  ['a distance without a number', hints({ from: [{ bucket: 3, hops: 1 }] }), 'LINK-1'],
  ['a number without a distance', hints({ from: [{ bucket: 3, sequence: 1n }, { bucket: 4, hops: 1, sequence: 1n }] }), 'LINK-1'],
  ['a distance of zero', hints({ to: [{ bucket: 3, hops: 0, sequence: 1n }] }), 'HINT-4'],
  ['a distance of 65', hints({ to: [{ bucket: 3, hops: 65, sequence: 1n }] }), 'HINT-4'],
  ['a step that repeats the one before it', hints({ to: [{ bucket: 3, hops: 1, sequence: 1n }, { bucket: 4, hops: 1, sequence: 1n }] }), 'LINK-1'],
  ['a last step that reaches nothing', hints({ to: [{ bucket: 3, hops: 1, sequence: 1n }, { bucket: 4 }] }), 'LINK-1'],
  ['a question with too many hops', frame({ hintRequest: { asset: bytesOf(asset), sequence: 1n, hopsLeft: 25 } }), 'LINK-1'],
  ['a licence of no hop', licence({ hops: 0 }), 'LINK-1'],
  ['a licence of three hops', licence({ hops: 3 }), 'LINK-1'],
  ['a licence without an epoch', licence({ epoch: undefined }), 'LINK-1'],
  ['a licence of no point', licence({ meetingPoint: new Uint8Array(33) }), 'LINK-1'],
  ['a licence with a short proof', licence({ proof: new Uint8Array(63) }), 'LINK-1'],
  ['a licence of one hop without one for the receiver', licence({ hops: 1 }), 'LINK-1'],
  ['a licence of two hops with one for the receiver', licence({ next: new Uint8Array(64) }), 'LINK-1'],
  ['a question for an attestation without an epoch', frame({ attestRequest: { meetingPoint: bytesOf(meetingPoint(1)) } }), 'LINK-1'],
  ['a question for an attestation of no point', frame({ attestRequest: { meetingPoint: bytesOf('02' + 'ff'.repeat(32)), epoch: 1 } }), 'LINK-1'],
  ['an attestation of a bucket beyond the last', attestation({ bucket: 16 }), 'LINK-1'],
  ['an attestation without a bucket', attestation({ bucket: undefined }), 'LINK-1'],
  ['an attestation with a key of 33 bytes', attestation({ key: new Uint8Array(33) }), 'LINK-1'],
  ['an attestation with a signature of 63 bytes', attestation({ signature: new Uint8Array(63) }), 'LINK-1'],
  ['a question for a number beyond 2^48', frame({ hintRequest: { asset: bytesOf(asset), sequence: 2n ** 48n, hopsLeft: 1 } }), 'LINK-1']
]

/** All rows, made from the code: what the file must hold. */
export function linkVectors (): readonly LinkVector[] {
  return [
    ...Object.entries(MESSAGES).map(([comment, message]) => ({ comment, bytes: toHex(encodeLink(message)), message })),
    ...BAD.map(([comment, bytes, requirement]) => ({ comment, bytes: toHex(bytes), fault: requirement }))
  ]
}

/** The rows as they stand in the file: bytes in hexadecimal. */
export const linkRows = (): unknown => JSON.parse(JSON.stringify(linkVectors(), (_key, value: unknown) => value instanceof Uint8Array ? toHex(value) : value))
