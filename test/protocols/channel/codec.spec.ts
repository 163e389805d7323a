import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { fromHex, toHex } from '../../../src/core/base/bytes.js'
import { asUnits } from '../../../src/core/base/money.js'
import { isFault } from '../../../src/core/base/step.js'
import { FRAME_BYTES_MAX, ROUND_UPDATE_BYTES_MAX, SECRETS_PER_MESSAGE_MAX, UPDATES_PER_ROUND_MAX } from '../../../src/core/channel/limits.js'
import { NO_EVIDENCE, type ChannelMessage } from '../../../src/core/channel/messages.js'
import { decodeChannel, encodeChannel } from '../../../protocols/channel/codec.js'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { channelVectors, vectorMessages, vectorTerms } from './vectors.js'

const channelId = vectorMessages.closed!.channelId
interface Vectors { readonly frames: ReadonlyArray<{ readonly name: string, readonly frame: string }>, readonly mustRefuse: ReadonlyArray<{ readonly name: string, readonly frame: string }> }
const stored = (): Vectors => JSON.parse(readFileSync(repositoryFile('protocols/channel/vectors/channel.json'), 'utf8')) as Vectors

/** Decoding must give a value or a fault of form, never throw. */
function decodes (bytes: Uint8Array): ChannelMessage | undefined {
  const message = decodeChannel(bytes)
  if (!isFault(message)) return message
  assert.equal(message.requirement, 'CHAN-1')
  return undefined
}

describe('channel codec, on bytes', () => {
  it('has vectors that are what the code makes', () => {
    assert.deepEqual(stored(), JSON.parse(JSON.stringify(channelVectors())))
  })
  it('reads every message as it was written', () => {
    for (const { name, frame } of stored().frames) {
      const message = decodes(fromHex(frame))
      assert.deepEqual(message, vectorMessages[name], name)
      assert.equal(toHex(encodeChannel(message!)), frame, name)
    }
    assert.equal(stored().frames.length, Object.keys(vectorMessages).length)
  })
  it('refuses what is malformed [CHAN-1]', () => {
    const rows = stored().mustRefuse
    assert(rows.length > 25)
    for (const { name, frame } of rows) assert.equal(decodes(fromHex(frame)), undefined, name)
  })
  it('does not mistake a fault that it read for one that it found', () => {
    assert.equal(decodes(encodeChannel({ type: 'fault', channelId, broken: 'IOU-2' }))?.type, 'fault')
  })
  it('refuses a frame above the limit, and lists above theirs [CHAN-1]', () => {
    assert.equal(decodes(new Uint8Array(FRAME_BYTES_MAX + 1)), undefined)
    const propose = (count: number): ChannelMessage => ({ type: 'propose', channelId, round: 1, updates: Array.from({ length: count }, () => ({ type: 'shutdown' as const })), evidence: NO_EVIDENCE })
    assert.equal(decodes(encodeChannel(propose(UPDATES_PER_ROUND_MAX)))?.type, 'propose')
    assert.equal(decodes(encodeChannel(propose(UPDATES_PER_ROUND_MAX + 1))), undefined)
    const secrets = (count: number): ChannelMessage => ({ type: 'secret', channelId, secrets: Array.from({ length: count }, (_, id) => ({ id, secret: new Uint8Array(32).fill(1) })) })
    assert.equal(decodes(encodeChannel(secrets(SECRETS_PER_MESSAGE_MAX)))?.type, 'secret')
    assert.equal(decodes(encodeChannel(secrets(SECRETS_PER_MESSAGE_MAX + 1))), undefined)
  })
  it('fits the largest proposals of the core into a frame', () => {
    const largest = { ...vectorTerms, id: 2 ** 48 - 1, amount: asUnits(2n ** 63n - 1n), expiry: { clock: 'litecoin' as const, value: 2 ** 48 - 1 } }
    for (const onionBytes of [0, 2_048]) {
      const size = 290 + onionBytes // what the core counts for one add
      const updates = Array.from({ length: Math.floor(ROUND_UPDATE_BYTES_MAX / size) }, () => ({ type: 'add' as const, terms: { ...largest, onion: new Uint8Array(onionBytes) } }))
      const frame = encodeChannel({ type: 'propose', channelId, round: 2 ** 48 - 1, updates, evidence: NO_EVIDENCE })
      assert(frame.length <= ROUND_UPDATE_BYTES_MAX + 100, `${frame.length} bytes`)
    }
    assert.throws(() => encodeChannel({ type: 'propose', channelId, round: 1, updates: Array.from({ length: 400 }, () => ({ type: 'add' as const, terms: vectorTerms })), evidence: NO_EVIDENCE }), RangeError)
  })
})

describe('channel codec, on random bytes', () => {
  const frames = Object.values(vectorMessages).map(encodeChannel)

  it('gives a message or a fault for any bytes [CHAN-1]', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => { decodes(bytes) }), { numRuns: 4_000 })
  })
  it('gives a message that it writes the same way again, or a fault, for mutated frames [CHAN-1]', () => {
    let read = 0
    fc.assert(fc.property(fc.nat(frames.length - 1), fc.array(fc.record({ at: fc.nat(2_000), byte: fc.nat(255), how: fc.nat(3) }), { minLength: 1, maxLength: 4 }), (which, mutations) => {
      let bytes = frames[which]!
      for (const { at, byte, how } of mutations) {
        const place = at % bytes.length
        if (how === 0) bytes = bytes.with(place, byte)
        else if (how === 1) bytes = bytes.with(place, bytes[place]! ^ (1 << (byte % 8)))
        else if (how === 2) bytes = bytes.slice(0, Math.max(1, place))
        else bytes = Uint8Array.from([...bytes.subarray(0, place), byte, ...bytes.subarray(place)])
      }
      const message = decodes(bytes)
      if (message === undefined) return
      read++
      assert.deepEqual(decodes(encodeChannel(message)), message)
    }), { numRuns: 6_000 })
    assert(read > 100, 'some mutations hit a value only')
  })
})
