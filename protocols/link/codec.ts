import { fromHex, toHex } from '../../src/core/base/bytes.js'
import type { AssetId, MeetingPointId } from '../../src/core/base/ids.js'
import { unreachable } from '../../src/core/base/invariant.js'
import { fault, isFault, type Fault } from '../../src/core/base/step.js'
import { isPoint } from '../../src/core/crypto/curve.js'
import { LINK_REFUSE_REASONS, type AttestationMessage, type AttestRequestMessage, type HintRecord, type HintRequestMessage, type HintsMessage, type HintStep, type LicenceMessage, type LinkMessage } from '../../src/core/link/messages.js'
import { BUCKETS, HOPS_MAX, RECORDS_PER_MESSAGE_MAX, REQUEST_HOPS_MAX } from '../../src/core/routing/limits.js'
import '../protobuf.js'
import * as pb from './pb/link.js'

/** Bytes of link frames to messages of the core, and back; all validation of form. @see LINK-1, HINT-4 */

/** Largest frame of the link stream. */
export const LINK_FRAME_BYTES_MAX = 16_384
const COUNTER_MAX = 2n ** 48n - 1n
const STATUS_OPEN = 1

/** Encodes one frame. */
export function encodeLink (message: LinkMessage): Uint8Array {
  return pb.LinkFrame.encode(frameOf(message))
}

function frameOf (message: LinkMessage): pb.LinkFrame {
  switch (message.type) {
    case 'linkState': return { state: { status: STATUS_OPEN } }
    case 'linkOpen': return { open: {} }
    case 'linkAccept': return { accept: {} }
    case 'linkRefuse': return { refuse: { reason: LINK_REFUSE_REASONS.indexOf(message.reason) + 1 } }
    case 'linkClose': return { close: {} }
    case 'ping': return { ping: { nonce: message.nonce, clockMs: BigInt(Math.floor(message.clockMs)) } }
    case 'pong': return { pong: { nonce: message.nonce, clockMs: BigInt(Math.floor(message.clockMs)) } }
    case 'hints': return { hints: { asset: bytesOfHex(message.asset), records: message.records.map(frameOfRecord) } }
    case 'hintRequest': return {
      hintRequest: {
        asset: bytesOfHex(message.asset),
        ...(message.meetingPoint === undefined ? {} : { meetingPoint: bytesOfHex(message.meetingPoint) }),
        sequence: BigInt(message.sequence),
        hopsLeft: message.hopsLeft
      }
    }
    case 'attestRequest': return { attestRequest: { meetingPoint: bytesOfHex(message.meetingPoint), epoch: message.epoch } }
    case 'attestation': return {
      attestation: {
        meetingPoint: bytesOfHex(message.meetingPoint),
        epoch: message.epoch,
        key: Uint8Array.from(message.key),
        bucket: message.bucket,
        signature: Uint8Array.from(message.signature)
      }
    }
    case 'licence': return {
      licence: {
        meetingPoint: bytesOfHex(message.meetingPoint),
        epoch: message.epoch,
        hops: message.hops,
        proof: Uint8Array.from(message.proof),
        ...(message.next === undefined ? {} : { next: Uint8Array.from(message.next) })
      }
    }
    default: return unreachable(message)
  }
}

const frameOfRecord = ({ meetingPoint, to, from }: HintRecord): pb.HintRecord => ({ meetingPoint: bytesOfHex(meetingPoint), to: to.map(frameOfStep), from: from.map(frameOfStep) })
const frameOfStep = ({ bucket, hops, sequence }: HintStep): pb.HintStep => hops === undefined ? { bucket } : { bucket, hops, sequence: BigInt(sequence) }
const bytesOfHex = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(fromHex(hex))

/** Decodes one frame. Any bytes give a message or a fault. @see LINK-1 */
export function decodeLink (bytes: Uint8Array): LinkMessage | Fault {
  if (bytes.length > LINK_FRAME_BYTES_MAX) return malformed(`a frame of ${bytes.length} bytes`)
  const frame = parse(bytes)
  if (isFault(frame)) return frame
  const kinds = Object.values(frame).filter((field) => field !== undefined).length
  if (kinds !== 1) return malformed(`${kinds} messages in one frame`) // LINK-1
  if (frame.state !== undefined) return frame.state.status === STATUS_OPEN ? { type: 'linkState', status: 'open' } : malformed('status is none that is known')
  if (frame.open !== undefined) return { type: 'linkOpen' }
  if (frame.accept !== undefined) return { type: 'linkAccept' }
  if (frame.refuse !== undefined) {
    const reason = LINK_REFUSE_REASONS[(frame.refuse.reason ?? 0) - 1]
    return reason === undefined ? malformed('reason is none that is known') : { type: 'linkRefuse', reason } // LINK-9
  }
  if (frame.close !== undefined) return { type: 'linkClose' }
  if (frame.ping !== undefined) return clockOf('ping', frame.ping)
  if (frame.pong !== undefined) return clockOf('pong', frame.pong)
  if (frame.hints !== undefined) return hintsOf(frame.hints)
  if (frame.hintRequest !== undefined) return requestOf(frame.hintRequest)
  if (frame.attestRequest !== undefined) return attestRequestOf(frame.attestRequest)
  if (frame.attestation !== undefined) return attestationOf(frame.attestation)
  return licenceOf(frame.licence!)
}

const malformed = (detail: string): Fault => fault('LINK-1', detail)

function parse (bytes: Uint8Array): pb.LinkFrame | Fault {
  try {
    return pb.LinkFrame.decode(bytes)
  } catch {
    return malformed('not a link frame') // the generated reader throws on what is no protobuf; its text may quote the peer
  }
}

function clockOf (type: 'ping' | 'pong', { nonce, clockMs }: pb.Ping): LinkMessage | Fault {
  if (nonce === undefined || clockMs === undefined || clockMs > COUNTER_MAX) return malformed(`${type} without a nonce or clock`)
  return { type, nonce: nonce >>> 0, clockMs: Number(clockMs) }
}

function hintsOf ({ asset, records }: pb.Hints): HintsMessage | Fault {
  if (asset?.length !== 32) return malformed('asset is not of 32 bytes')
  if (records.length === 0 || records.length > RECORDS_PER_MESSAGE_MAX) return malformed(`${records.length} records`)
  const read: HintRecord[] = []
  const seen = new Set<MeetingPointId>()
  for (const record of records) {
    const meetingPoint = pointOf(record.meetingPoint)
    const to = stepsOf(record.to)
    const from = stepsOf(record.from)
    if (isFault(meetingPoint)) return meetingPoint
    if (isFault(to)) return to
    if (isFault(from)) return from
    if (seen.has(meetingPoint)) return malformed('a meeting point twice in one message')
    seen.add(meetingPoint)
    read.push({ meetingPoint, to, from })
  }
  return { type: 'hints', asset: toHex(asset) as AssetId, records: read }
}

/** Steps rise, none repeats the one before it, and the last one reaches something: one vector has one form. */
function stepsOf (steps: readonly pb.HintStep[]): readonly HintStep[] | Fault {
  const read: HintStep[] = []
  for (const { bucket, hops, sequence } of steps) {
    const last = read.at(-1)
    if (bucket === undefined || bucket >= BUCKETS || bucket <= (last?.bucket ?? -1)) return malformed('buckets do not rise')
    if (hops === undefined ? sequence !== undefined : sequence === undefined || sequence > COUNTER_MAX) return malformed('a distance and its number belong together')
    if (hops !== undefined && (hops < 1 || hops > HOPS_MAX)) return fault('HINT-4', `a distance of ${hops}`) // HINT-4
    const step: HintStep = { bucket, hops, sequence: Number(sequence ?? 0n) }
    if (last !== undefined && last.hops === step.hops && last.sequence === step.sequence) return malformed('a step repeats the one before it')
    read.push(step)
  }
  if (read.length > 0 && read.at(-1)!.hops === undefined) return malformed('the last step reaches nothing')
  return read
}

function requestOf ({ asset, meetingPoint, sequence, hopsLeft }: pb.HintRequest): HintRequestMessage | Fault {
  if (asset?.length !== 32) return malformed('asset is not of 32 bytes')
  if (sequence === undefined || sequence > COUNTER_MAX) return malformed('a number is missing or out of range')
  if (hopsLeft === undefined || hopsLeft > REQUEST_HOPS_MAX) return malformed('hops left are missing or too many')
  const point = meetingPoint === undefined ? undefined : pointOf(meetingPoint)
  if (isFault(point)) return point
  return { type: 'hintRequest', asset: toHex(asset) as AssetId, meetingPoint: point, sequence: Number(sequence), hopsLeft }
}

function attestRequestOf ({ meetingPoint, epoch }: pb.AttestRequest): AttestRequestMessage | Fault {
  const point = pointOf(meetingPoint)
  if (isFault(point)) return point
  return epoch === undefined ? malformed('no epoch') : { type: 'attestRequest', meetingPoint: point, epoch: epoch >>> 0 }
}

function attestationOf ({ meetingPoint, epoch, key, bucket, signature }: pb.Attestation): AttestationMessage | Fault {
  const point = pointOf(meetingPoint)
  if (isFault(point)) return point
  if (epoch === undefined) return malformed('no epoch')
  if (bucket === undefined || bucket >= BUCKETS) return malformed('a bucket is missing or beyond the last')
  if (key?.length !== 32 || signature?.length !== 64) return malformed('a key or a signature of the wrong length')
  return { type: 'attestation', meetingPoint: point, epoch: epoch >>> 0, key, bucket, signature }
}

function licenceOf ({ meetingPoint, epoch, hops, proof, next }: pb.Licence): LicenceMessage | Fault {
  const point = pointOf(meetingPoint)
  if (isFault(point)) return point
  if (epoch === undefined) return malformed('no epoch')
  if (hops !== 1 && hops !== 2) return malformed('a licence is of one hop or two')
  if (proof?.length !== 64) return malformed('a proof of the wrong length')
  if (hops === 1 ? next?.length !== 64 : next !== undefined) return malformed('the proof for the receiver belongs to one hop')
  return { type: 'licence', meetingPoint: point, epoch: epoch >>> 0, hops, proof, next }
}

function pointOf (bytes: Uint8Array | undefined): MeetingPointId | Fault {
  if (bytes?.length !== 33 || !isPoint(bytes)) return malformed('a meeting point is no point of the curve')
  return toHex(bytes) as MeetingPointId
}
