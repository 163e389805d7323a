import { decodeChannel, encodeChannel } from '../../protocols/channel/codec.js'
import { decodeLink, encodeLink } from '../../protocols/link/codec.js'
import { decodeRoute, encodeRoute } from '../../protocols/route/codec.js'
import { isFault } from '../../src/core/base/step.js'
import type { Effect } from '../../src/core/node/events.js'
import { record } from '../recording.js'
import { scenarioOf } from '../scenarios/scenarios.js'
import { microseconds, type Benchmark, type Figures } from './benchmark.js'

type Send = Extract<Effect, { type: 'send' }>

/** What a payment over five channels sends and stores: messages and entities as they really are. */
const SCENARIO = 'p1'

export const codec: Benchmark = {
  name: 'codec',
  question: 'How long does it take to write and to read each message and each stored entity, and how large are they?',
  run: async ({ quick }) => {
    const scenario = scenarioOf(SCENARIO)
    if (scenario === undefined) throw new Error(`there is no scenario ${SCENARIO}`)
    const batchMs = quick ? 1 : 20
    const messages = new Map<string, Figures>()
    const entities = new Map<string, Figures>()
    const samples = new Map<string, Send>()
    const stored = new Map<string, { readonly encode: () => Uint8Array, readonly decode: (bytes: Uint8Array) => unknown }>()
    await record(scenario, { seed: 1n, curve: 'real' }, ({ changes, effects }) => {
      // The last of a kind is kept: the first proposal of a channel is not yet a busy one.
      for (const effect of effects) if (effect.type === 'send') samples.set(`${effect.stream}.${effect.message.type}`, effect)
      for (const { value, layout } of changes) if (value !== undefined) stored.set(layout.name, { encode: () => layout.encode(value), decode: layout.decode })
    })
    for (const [name, effect] of samples) {
      const bytes = encode(effect)
      if (isFault(decode(effect.stream, bytes))) throw new Error(`${name} does not read back`)
      messages.set(name, { bytes: bytes.length, encodeUs: microseconds(() => encode(effect), batchMs), decodeUs: microseconds(() => decode(effect.stream, bytes), batchMs) })
    }
    for (const [name, layout] of stored) {
      const bytes = layout.encode()
      entities.set(name, { bytes: bytes.length, encodeUs: microseconds(layout.encode, batchMs), decodeUs: microseconds(() => layout.decode(bytes), batchMs) })
    }
    return { messages: Object.fromEntries(messages), entities: Object.fromEntries(entities) }
  }
}

function encode (effect: Send): Uint8Array {
  switch (effect.stream) {
    case 'link': return encodeLink(effect.message)
    case 'channel': return encodeChannel(effect.message)
    case 'route': return encodeRoute(effect.message)
  }
}

const decode = (stream: Send['stream'], bytes: Uint8Array): unknown =>
  stream === 'link' ? decodeLink(bytes) : stream === 'channel' ? decodeChannel(bytes) : decodeRoute(bytes)
