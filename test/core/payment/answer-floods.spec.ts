import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { RouteId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { MATCHED_INTERVAL_MS } from '../../../src/core/payment/limits.js'
import type { RouteMessage } from '../../../src/core/payment/messages.js'
import { leftovers } from '../../../src/core/payment/payment.js'
import { ANSWERS_AHEAD } from '../../../src/core/payment/stream-limits.js'
import { nameOf, twelve, type FakeNetwork } from './fake-network.js'

const [PAYER, PAYEE, MEETING_POINT] = [0, 7, 4]
const FLOOD = 300
/** Bytes of an answer. */
const ANSWER = new Uint8Array(2_197).fill(7)

const sentBy = (net: FakeNetwork, from: number, type: RouteMessage['type']): number => net.sent.filter((one) => one.from === from && one.message.type === type).length
const tablesOf = (net: FakeNetwork, index: number): string => inspect([leftovers({ tables: net.node(index).tables }), [...net.node(index).timers.keys()]], { depth: 4, maxArrayLength: null })

/** Sends every message of a type so many times more than it was sent. */
function flooding (net: FakeNetwork, from: number, to: number, type: RouteMessage['type']): () => number {
  let sent = 0
  net.faults.route = (sender, receiver, message) => {
    if (sender !== from || receiver !== to || message.type !== type || sent > 0) return message
    for (sent = 1; sent < FLOOD; sent++) net.node(from).host.sendRoute(net.node(to).peer, message)
    return message
  }
  return () => sent
}

describe('a neighbour that floods a node with answers of routes (S22)', () => {
  it('is not heard on routes that it was never asked for: nothing is kept, sent or spent', () => {
    const net = twelve({ balance: 100_000n })
    const { invoice } = net.invoice(PAYEE, 5n, { times: 100 })
    assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
    net.run(2_000)
    const model = net.sent.find(({ message }) => message.type === 'haveRoute')!.message
    assert.ok(model.type === 'haveRoute')
    for (const [index, neighbour] of [[PAYER, 1], [2, 8], [MEETING_POINT, 2], [PAYEE, 5]] as const) {
      const [before, sent, locks] = [tablesOf(net, index), net.sent.filter(({ from }) => from === index).length, net.offered.length]
      for (let i = 0; i < FLOOD; i++) {
        const routeId = i.toString(16).padStart(32, '0') as RouteId
        const messages: readonly RouteMessage[] = [{ ...model, routeId }, { type: 'matched', routeId, amount: asUnits(5n) }, { type: 'haveNoRoute', routeId, reason: 'no-way', forwardsLeft: 60 }, { type: 'cancel', routeId }, { type: 'answer', routeId, bytes: ANSWER }]
        for (const message of messages) net.node(neighbour).host.sendRoute(net.node(index).peer, message)
      }
      net.run(20)
      assert.equal(tablesOf(net, index), before, `node ${index} keeps nothing`)
      assert.equal(net.sent.filter(({ from }) => from === index).length, sent, `node ${index} sends nothing`)
      assert.equal(net.offered.length, locks)
    }
    assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
  })

  it('with the same HaveRoute is heard once: a hop passes on and reserves once, a payer locks once [ROUTE-29] (S16)', () => {
    for (const [from, to] of [[MEETING_POINT, 2], [1, PAYER]] as const) {
      const net = twelve()
      const sent = flooding(net, from, to, 'haveRoute')
      const answer = net.pay(PAYER, net.invoice(PAYEE, 123n).invoice)
      assert.equal(nameOf(answer), 'paid', inspect(answer))
      assert.equal(sent(), FLOOD)
      if (to !== PAYER) assert.equal(sentBy(net, to, 'haveRoute'), 1, 'passed on once')
      assert.equal(net.offered.filter((one) => one.from === PAYER).length, 1, 'locked once')
      net.run(20_000)
      assert.equal(net.gain(PAYER), -123n)
      net.assertNothingLeft()
    }
  })

  it('with Matched makes a payee open one half more, and a hop pass it on once [ROUTE-28, ROUTE-30]', () => {
    for (const [from, to] of [[MEETING_POINT, 5], [5, PAYEE]] as const) {
      const net = twelve()
      net.faults.lock = () => undefined
      const { invoice } = net.invoice(PAYEE, 123n)
      const opened = sentBy(net, PAYEE, 'makeRoute')
      const sent = flooding(net, from, to, 'matched')
      net.startPay(PAYER, invoice)
      net.until(() => sent() === FLOOD, 'the flood')
      net.run(MATCHED_INTERVAL_MS + 50)
      if (to !== PAYEE) assert.equal(sentBy(net, to, 'matched'), 1)
      assert.equal(sentBy(net, PAYEE, 'makeRoute') - opened, 1, `${from} to ${to}`)
      assert.ok(net.node(to).tables.reservations.size <= 1)
    }
  })

  it('along an open route ends it when more than two come beyond the locks, at the next hop already; then another route is found [ROUTE-75]', () => {
    const net = twelve({ balance: 100_000n })
    const { invoice } = net.invoice(PAYEE, 5n, { times: 400 })
    for (let i = 0; i < 3; i++) assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
    net.run(1_000)
    const [route] = [...net.node(5).tables.openRoutes.values()]
    assert.ok(route?.after !== undefined && route.after.peer === net.node(PAYEE).peer)
    const passed = sentBy(net, 5, 'answer')
    const lists = net.node(PAYER).tables.signedPoints.size
    for (let i = 0; i < FLOOD; i++) net.node(PAYEE).host.sendRoute(net.node(5).peer, { type: 'answer', routeId: route.after.routeId, bytes: ANSWER })
    net.run(100)
    assert.equal(sentBy(net, 5, 'answer') - passed, route.locks + ANSWERS_AHEAD - route.answers, 'it passes on as many as it may')
    for (const index of [PAYER, 1, 2, MEETING_POINT, 5]) assert.equal(net.node(index).tables.openRoutes.size, 0, `node ${index}`)
    assert.equal(net.node(PAYER).tables.signedPoints.size, lists, 'the payer uses none of these points [ROUTE-76]')
    for (let i = 0; i < 3; i++) assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
    net.run(1_000)
    assert.deepEqual([net.gain(PAYER), net.gain(PAYEE)], [-30n, 30n])
  })
})
