import { NO_EVIDENCE } from '../../src/core/channel/messages.js'
import type { ChannelId, MeetingPointId, RouteId } from '../../src/core/base/ids.js'
import { asUnits } from '../../src/core/base/money.js'
import { altered, bitTurned, fieldName, placesOf } from './alterations.js'
import { bytesOf, type FrameMessage, type Misbehaviour } from './frame-messages.js'
import type { Random } from './random.js'

/** What a dishonest node does with its messages of one type. */
export const ACTS = ['field', 'bit', 'replay', 'duplicate', 'reorder', 'withhold', 'extra'] as const
export type Act = typeof ACTS[number] | 'invent'

/** One row of the table of lies. */
export interface Lie { readonly stream: FrameMessage['stream'], readonly type: string, readonly act: Act }

/** Message types that nodes with trust lines send in the course of payments. */
const SENT: Readonly<Record<FrameMessage['stream'], readonly string[]>> = {
  link: ['linkState', 'linkOpen', 'linkAccept', 'ping', 'pong', 'hints', 'hintRequest'],
  channel: ['open', 'accept', 'propose', 'agree', 'commit', 'ack', 'secret', 'reestablish'],
  route: ['makeRoute', 'haveRoute', 'matched', 'haveNoRoute', 'cancel']
}
/** Message types that a node may invent although nothing calls for them. */
const INVENTED: Readonly<Record<FrameMessage['stream'], readonly string[]>> = {
  link: ['linkState', 'linkOpen', 'linkAccept', 'linkRefuse', 'linkClose', 'pong', 'hintRequest'],
  channel: ['accept', 'refuse', 'propose', 'agree', 'commit', 'ack', 'secret', 'closed', 'fault'],
  route: ['matched', 'haveNoRoute', 'cancel']
}

/** Every lie that is told: each type of message with each act. */
export const LIES: readonly Lie[] = (['link', 'channel', 'route'] as const).flatMap((stream): readonly Lie[] => [
  ...SENT[stream].flatMap((type) => ACTS.map((act) => ({ stream, type, act }))),
  ...INVENTED[stream].map((type) => ({ stream, type, act: 'invent' as const }))
])

export const lieName = ({ stream, type, act }: Lie): string => `${stream}/${type} ${act}`

/** Messages kept for replaying, of one type to one peer. */
const KEPT_MAX = 16

/**
 * A node that tells one lie again and again: every message of the type, or a share of them.
 *
 * @param onTold - told of each lie as it is told, with the field that was wrong
 */
export function liar (lie: Lie, share: number, random: Random, onTold: (what: string) => void): Misbehaviour {
  /** Frames of the type that were sent before, by peer. */
  const earlier = new Map<string, Uint8Array[]>()
  /** A frame that is held back until the next one, by peer. */
  const held = new Map<string, Uint8Array>()
  return (message, direction, frame) => {
    if (direction !== 'out' || message.stream !== lie.stream) return 'pass'
    if (lie.act === 'invent') {
      if (!random.chance(share / 2)) return 'pass'
      onTold(lieName(lie))
      return { frames: [frame.bytes, bytesOf(invented(lie.type, message, random))] }
    }
    const waiting = held.get(frame.to)
    if (waiting !== undefined) {
      held.delete(frame.to)
      onTold(lieName(lie))
      return { frames: [frame.bytes, waiting] }
    }
    if (message.message.type !== lie.type) return 'pass'
    const before = earlier.get(frame.to) ?? []
    earlier.set(frame.to, [...before.slice(1 - KEPT_MAX), frame.bytes])
    if (!random.chance(share)) return 'pass'
    const told = (...frames: readonly Uint8Array[]) => {
      onTold(lieName(lie))
      return { frames }
    }
    switch (lie.act) {
      case 'field': return { frames: [withWrongField(message, random, (field) => { onTold(`${lieName(lie)} ${field}`) })] }
      case 'bit': return told(bitTurned(frame.bytes, random))
      case 'replay': return before.length === 0 ? 'pass' : told(frame.bytes, random.pick(before))
      case 'duplicate': return told(frame.bytes, frame.bytes)
      case 'withhold': return told()
      case 'extra': return told(frame.bytes, withWrongField(message, random, () => {}))
      case 'reorder': {
        held.set(frame.to, frame.bytes)
        return { frames: [] }
      }
    }
  }
}

/** A message with one wrong field; with one bit turned when the wrong value cannot be written. */
function withWrongField (message: FrameMessage, random: Random, onField: (field: string) => void): Uint8Array {
  const places = placesOf(message.message)
  if (places.length > 0) {
    const place = random.pick(places)
    try {
      const bytes = bytesOf({ ...message, message: altered(message.message, place, random) } as FrameMessage)
      onField(fieldName(place))
      return bytes
    } catch {
      // Out of the range of its field on the wire: no codec writes that.
    }
  }
  onField('(a bit)')
  return bitTurned(bytesOf(message), random)
}

/** A message that nothing calls for, with the ids of one that does go out. */
function invented (type: string, { message }: FrameMessage, random: Random): FrameMessage {
  const number = (): number => random.pick([0, 1, 2, random.below(1_000)])
  const evidence = { ...NO_EVIDENCE, signatures: [random.bytes(64)] }
  const channelId = 'channelId' in message ? message.channelId : Buffer.from(random.bytes(32)).toString('hex') as ChannelId
  const routeId = 'routeId' in message ? message.routeId : Buffer.from(random.bytes(16)).toString('hex') as RouteId
  const asset = 'asset' in message ? message.asset : undefined
  switch (type) {
    case 'linkState': return { stream: 'link', message: { type, status: 'open' } }
    case 'linkOpen': case 'linkAccept': case 'linkClose': return { stream: 'link', message: { type } }
    case 'linkRefuse': return { stream: 'link', message: { type, reason: random.pick(['asked', 'full', 'declined'] as const) } }
    case 'pong': return { stream: 'link', message: { type, nonce: number(), clockMs: random.bits() } }
    case 'hintRequest': return asset === undefined
      ? { stream: 'link', message: { type: 'linkAccept' } }
      : { stream: 'link', message: { type, asset, meetingPoint: random.chance(0.5) ? undefined : `02${Buffer.from(random.bytes(32)).toString('hex')}` as MeetingPointId, sequence: number(), hopsLeft: 1 + random.below(3) } }
    case 'accept': return { stream: 'channel', message: { type, channelId, evidence } }
    case 'refuse': return { stream: 'channel', message: { type, channelId, reason: 'limit' } }
    case 'propose': return { stream: 'channel', message: { type, channelId, round: number(), updates: [{ type: 'fail', id: number(), reason: 'busy' }], evidence } }
    case 'agree': case 'commit': case 'ack': return { stream: 'channel', message: { type, channelId, round: 'round' in message ? message.round + random.pick([-1, 0, 1]) : number(), evidence } }
    case 'secret': return { stream: 'channel', message: { type, channelId, secrets: [{ id: number(), secret: random.bytes(32) }] } }
    case 'closed': return { stream: 'channel', message: { type, channelId } }
    case 'fault': return { stream: 'channel', message: { type, channelId, broken: 'CHAN-1' } }
    case 'matched': return { stream: 'route', message: { type, routeId, amount: asUnits(BigInt(number())) } }
    case 'cancel': return { stream: 'route', message: { type, routeId } }
    default: return { stream: 'route', message: { type: 'haveNoRoute', routeId, reason: random.pick(['no-way', 'busy', 'no-match', 'expired'] as const), forwardsLeft: number() } }
  }
}
