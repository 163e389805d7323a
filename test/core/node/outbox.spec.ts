import assert from 'node:assert/strict'
import type { PeerId, RequestId } from '../../../src/core/base/ids.js'
import type { Effect } from '../../../src/core/node/events.js'
import { createOutbox } from '../../../src/core/node/outbox.js'

const peer = 'peer' as PeerId
const other = 'other' as PeerId
const answer = (id: string): Effect => ({ type: 'answer', requestId: id as RequestId, result: {} })
const send = (stream: 'link' | 'channel' | 'route', to = peer): Effect => ({ type: 'send', peer: to, stream, message: { type: 'test' } } as unknown as Effect)
const make = (side: 'payer' | 'payee'): Effect => ({ type: 'send', peer, stream: 'route', message: { type: 'makeRoute', side } } as unknown as Effect)
/** What tells a neighbour of a state, or gives a secret away. */
const ROWS = ['open', 'accept', 'propose', 'agree', 'commit', 'ack', 'secret', 'reestablish', 'closed', 'fault'] as const
const timer: Effect = { type: 'setTimer', key: 'k', atMs: 1 }

describe('outbox', () => {
  describe('on a step that changed something', () => {
    it('holds what reveals it until its batch is durable [I13]', () => {
      const outbox = createOutbox()
      assert.deepEqual(outbox.add([send('channel'), answer('1')], 1), [])
      assert.equal(outbox.held, 2)
      assert.deepEqual(outbox.stored(1), [send('channel'), answer('1')])
      assert.equal(outbox.held, 0)
    })

    for (const type of ROWS) {
      it(`holds ${type} of the channel stream until its batch is durable (I13)`, () => {
        const outbox = createOutbox()
        const row = { type: 'send', peer, stream: 'channel', message: { type } } as unknown as Effect
        assert.deepEqual(outbox.add([row], 1), [])
        assert.deepEqual(outbox.stored(1), [row])
        // It may repeat what a batch on its way decided.
        outbox.add([], 2)
        assert.deepEqual(outbox.add([row], undefined), [])
        assert.deepEqual(outbox.stored(2), [row])
      })
    }

    it('holds a broadcast until its batch is durable, and asks a chain at once (I13)', () => {
      const outbox = createOutbox()
      const broadcast: Effect = { type: 'broadcast', chain: 'bitcoin', txids: [], raws: [] }
      const question: Effect = { type: 'askFeeRate', chain: 'bitcoin', targetBlocks: 2 }
      assert.deepEqual(outbox.add([broadcast, question], 1), [question])
      assert.deepEqual(outbox.stored(1), [broadcast])
    })

    it('performs at once what reveals nothing', () => {
      const outbox = createOutbox()
      assert.deepEqual(outbox.add([timer, send('link')], 1), [timer])
    })

    it('performs messages of the route stream at once, but not a payee\'s MakeRoute [ROUTE-60]', () => {
      const outbox = createOutbox()
      const [payers, payees] = [make('payer'), make('payee')]
      assert.deepEqual(outbox.add([payers, payees], 1), [payers])
      assert.deepEqual(outbox.add([payers], 2), [], 'the order on a stream stays')
      assert.deepEqual(outbox.stored(1), [payees, payers])
      assert.deepEqual(outbox.add([payers], 2), [payers])
    })

    it('holds the effects of a later batch when an earlier one becomes durable [I13]', () => {
      const outbox = createOutbox()
      outbox.add([answer('1')], 1)
      outbox.add([answer('2')], 2)
      assert.deepEqual(outbox.stored(1), [answer('1')])
      assert.deepEqual(outbox.stored(2), [answer('2')])
    })
  })

  describe('on a step that changed nothing', () => {
    it('performs everything at once when all is durable', () => {
      const outbox = createOutbox()
      outbox.add([answer('1')], 1)
      outbox.stored(1)
      assert.deepEqual(outbox.add([send('channel'), answer('2')], undefined), [send('channel'), answer('2')])
    })

    it('holds channel messages and answers behind what is not durable yet: they may repeat it [I13]', () => {
      const outbox = createOutbox()
      outbox.add([], 1)
      assert.deepEqual(outbox.add([send('channel'), answer('2')], undefined), [])
      assert.deepEqual(outbox.stored(1), [send('channel'), answer('2')])
    })

    it('lets soft messages pass, but keeps their order with a held one of the same peer and stream', () => {
      const outbox = createOutbox()
      outbox.add([send('link')], 1)
      assert.deepEqual(outbox.add([send('link')], undefined), [])
      assert.deepEqual(outbox.add([send('link', other)], undefined), [send('link', other)])
      assert.deepEqual(outbox.add([send('route')], undefined), [send('route')])
      assert.equal(outbox.stored(1).length, 2)
      assert.deepEqual(outbox.add([send('link')], undefined), [send('link')])
    })
  })
})
