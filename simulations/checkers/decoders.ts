import { equalBytes } from '../../src/core/base/bytes.js'
import { isFault, type Fault } from '../../src/core/base/step.js'
import { decodeChannel, encodeChannel } from '../../protocols/channel/codec.js'
import { decodeLink, encodeLink } from '../../protocols/link/codec.js'
import { decodeRoute, encodeRoute } from '../../protocols/route/codec.js'
import type { Random } from '../harness/random.js'
import type { Frame } from '../harness/virtual-network.js'
import type { Violation, World } from '../harness/world.js'

/** A codec as the checker uses it: bytes to a message or a fault, and back. */
export interface Codec { readonly decode: (bytes: Uint8Array) => object | Fault, readonly encode: (message: never) => Uint8Array }

const CODECS: Readonly<Record<Frame['stream'], Codec>> = {
  link: { decode: decodeLink, encode: encodeLink },
  channel: { decode: decodeChannel, encode: encodeChannel },
  route: { decode: decodeRoute, encode: encodeRoute }
}

/**
 * Decoders are total (I25): the frame is read, and written again to the same bytes; damaged in any of four ways it
 * gives a message or a fault, and never throws.
 */
export function checkDecoder (frame: Frame, random: Random, codec: Codec = CODECS[frame.stream]): readonly Violation[] {
  const violations: Violation[] = []
  const read = (bytes: Uint8Array, how: string): object | Fault | undefined => {
    try {
      return codec.decode(bytes)
    } catch (error) {
      violations.push({ invariant: 'I25', detail: `the ${frame.stream} decoder throws on a frame ${how}: ${String(error)}` })
      return undefined
    }
  }
  const { bytes } = frame
  const message = read(bytes, 'as it was sent')
  if (message !== undefined && isFault(message)) violations.push({ invariant: 'I25', detail: `a node sent a ${frame.stream} frame that is refused: ${message.detail}` })
  else if (message !== undefined && !equalBytes(codec.encode(message as never), bytes)) violations.push({ invariant: 'I25', detail: `a ${frame.stream} frame is written again to other bytes` })
  const turned = Uint8Array.from(bytes)
  if (bytes.length > 0) turned[random.below(bytes.length)]! ^= 1 << random.below(8)
  read(turned, 'with a bit turned')
  read(bytes.subarray(0, random.below(bytes.length + 1)), 'cut off')
  read(Uint8Array.from([...bytes, ...random.bytes(8)]), 'with bytes behind it')
  read(random.bytes(random.below(64)), 'made of noise')
  return violations
}

/** One frame in so many is looked at: damage is drawn anew each time, and there are many schedules. */
const ONE_IN = 64

/** Looks at some of the frames that honest nodes send, from now on. */
export function watchDecoders (world: World, report: (violations: readonly Violation[]) => void): void {
  const random = world.random.fork('decoders')
  world.listen((frame) => {
    if (random.below(ONE_IN) === 0 && world.isHonest(world.nodeOf(frame.from).index)) report(checkDecoder(frame, random))
  })
}
