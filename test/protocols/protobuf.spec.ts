import assert from 'node:assert/strict'
import { toHex } from '../../src/core/base/bytes.js'
import { asUnits } from '../../src/core/base/money.js'
import type { ChannelMessage } from '../../src/core/channel/messages.js'
import type { AssetId, RouteId } from '../../src/core/base/ids.js'
import { decodeChannel, encodeChannel } from '../../protocols/channel/codec.js'
import { decodeLink, encodeLink } from '../../protocols/link/codec.js'
import { decodeRoute, encodeRoute } from '../../protocols/route/codec.js'
import { varintOf } from '../fuzz/mutate.js'
import { vectorMessages } from './channel/vectors.js'
import { MESSAGES } from './route/vectors.js'

/** Both sides of every place where a number takes one more byte or one more machine word. */
const EDGES = [7n, 14n, 21n, 28n, 31n, 32n, 35n, 42n, 48n, 49n, 53n, 56n, 63n].flatMap((bit) => [(1n << bit) - 1n, 1n << bit, (1n << bit) + 1n])
const CLOCK_MAX = (1n << 48n) - 1n
const UNITS_MAX = (1n << 63n) - 1n

describe('numbers in protobuf frames, at the edges of bytes and words', () => {
  it('amounts of channel frames are read as they were written', () => {
    const open = vectorMessages['open a trust line']!
    assert.ok(open.type === 'open')
    for (const value of EDGES.filter((edge) => edge <= UNITS_MAX)) {
      const message: ChannelMessage = { ...open, opening: { kind: 'trust-line', openerLimit: asUnits(value), acceptorLimit: asUnits(0n) } }
      assert.deepEqual(decodeChannel(encodeChannel(message)), message, `${value}`)
    }
  })

  it('amounts and prices of route frames are read as they were written', () => {
    for (const value of EDGES.filter((edge) => edge <= UNITS_MAX)) {
      for (const message of Object.values(MESSAGES)) {
        const changed = message.type === 'makeRoute'
          ? { ...message, amount: asUnits(value) }
          : message.type === 'haveRoute' ? { ...message, quote: { ...message.quote, base: asUnits(value), maxOut: asUnits(UNITS_MAX), minOut: asUnits(value) } } : message
        assert.deepEqual(decodeRoute(encodeRoute(changed)), changed, `${value}`)
      }
    }
  })

  it('clocks and sequence numbers of link frames are read as they were written, and stand there as protobuf has it', () => {
    for (const value of EDGES.filter((edge) => edge <= CLOCK_MAX)) {
      const frame = encodeLink({ type: 'ping', nonce: 5, clockMs: Number(value) })
      assert.deepEqual(decodeLink(frame), { type: 'ping', nonce: 5, clockMs: Number(value) }, `${value}`)
      assert.ok(toHex(frame).endsWith(toHex(varintOf(value))), `${value} is ${toHex(varintOf(value))} in ${toHex(frame)}`)
    }
  })

  it('a frame holds nothing but its message: the same message gives the same bytes again', () => {
    const asset = 'ab'.repeat(32) as AssetId
    const routeId = 'cd'.repeat(16) as RouteId
    for (const value of EDGES.filter((edge) => edge <= CLOCK_MAX)) {
      const frame = (): string => toHex(encodeLink({ type: 'hintRequest', asset, meetingPoint: undefined, sequence: Number(value), hopsLeft: 3 }))
      const first = frame()
      encodeRoute({ type: 'matched', routeId, amount: asUnits(1n) })
      assert.equal(frame(), first)
    }
  })
})
