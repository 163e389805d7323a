import { isFault } from '../../src/core/base/step.js'
import type { ChannelMessage } from '../../src/core/channel/messages.js'
import type { LinkMessage } from '../../src/core/link/messages.js'
import type { RouteMessage } from '../../src/core/payment/messages.js'
import { decodeChannel, encodeChannel } from '../../protocols/channel/codec.js'
import { decodeLink, encodeLink } from '../../protocols/link/codec.js'
import { decodeRoute, encodeRoute } from '../../protocols/route/codec.js'
import type { Frame, FrameFate } from './virtual-network.js'

/** A frame as the production codecs read it. */
export type FrameMessage =
  | { readonly stream: 'link', readonly message: LinkMessage }
  | { readonly stream: 'channel', readonly message: ChannelMessage }
  | { readonly stream: 'route', readonly message: RouteMessage }

/** The message of a frame; undefined when the codec finds a fault in it. */
export function messageOf (frame: Frame): FrameMessage | undefined {
  switch (frame.stream) {
    case 'link': { const message = decodeLink(frame.bytes); return isFault(message) ? undefined : { stream: 'link', message } }
    case 'channel': { const message = decodeChannel(frame.bytes); return isFault(message) ? undefined : { stream: 'channel', message } }
    case 'route': { const message = decodeRoute(frame.bytes); return isFault(message) ? undefined : { stream: 'route', message } }
  }
}

/** The bytes that the production codec makes of a message. */
export function bytesOf (message: FrameMessage): Uint8Array {
  switch (message.stream) {
    case 'link': return encodeLink(message.message)
    case 'channel': return encodeChannel(message.message)
    case 'route': return encodeRoute(message.message)
  }
}

/** What a misbehaving node does with one message; `pass` leaves it as it is, `frames` go out in its place. */
export type Verdict = 'pass' | 'drop' | { readonly delayMs: number } | { readonly alter: FrameMessage } | { readonly frames: readonly Uint8Array[] }

/**
 * How a node misbehaves: it sees each message that leaves or arrives, after the codec. It is the node's own fault
 * alone: what it does to others goes through the same streams and codecs as everything else.
 */
export type Misbehaviour = (message: FrameMessage, direction: 'in' | 'out', frame: Frame) => Verdict

/** Applies a misbehaviour to a frame. */
export function fateOf (misbehaviour: Misbehaviour, frame: Frame, direction: 'in' | 'out'): FrameFate {
  const message = messageOf(frame)
  if (message === undefined) return 'pass'
  const verdict = misbehaviour(message, direction, frame)
  return typeof verdict === 'object' && 'alter' in verdict ? { bytes: bytesOf(verdict.alter) } : verdict
}
