import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { toHex, type Hex } from '../../../src/core/base/bytes.js'
import { sha256 } from '../../../src/core/base/hash.js'
import { peerIdOfPublicKey, type PeerId, type RouteId } from '../../../src/core/base/ids.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { openRoute, updateRoute } from '../../../src/core/payment/open-route.js'
import { LOCKS_PER_ROUTE_MAX, OPEN_ROUTE_IDLE_MS, OPEN_ROUTE_MS, OPEN_ROUTES_MAX, OPEN_ROUTES_PER_NEIGHBOUR_MAX } from '../../../src/core/payment/stream-limits.js'
import { lockNumber } from '../../../src/core/payment/stream-session.js'
import type { OpenRoute } from '../../../src/core/payment/stream-tables.js'
import { nameOf, twelve, type FakeNetwork } from './fake-network.js'

const [PAYER, PAYEE, MEETING_POINT] = [0, 7, 4]
/** The way from the payer to the payee, by links. */
const HOPS = [1, 2, MEETING_POINT, 5]
const AMOUNT = 5n

const routeAt = (net: FakeNetwork, index: number): OpenRoute => [...net.node(index).tables.openRoutes.values()][0]!
const makes = (net: FakeNetwork): number => net.sent.filter(({ message, from }) => message.type === 'makeRoute' && message.side === 'payer' && from === PAYER).length
const idOf = (text: string): RouteId => toHex(sha256(new TextEncoder().encode(text))).slice(0, 32) as RouteId

/** A network in which an invoice was paid so many times over one route. */
function streaming (payments = 2, balance = 100_000n): { readonly net: FakeNetwork, readonly invoice: string } {
  const net = twelve({ balance })
  const { invoice } = net.invoice(PAYEE, AMOUNT, { times: 1_000 })
  for (let i = 0; i < payments; i++) assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
  net.run(1_000)
  assert.equal(makes(net), 1)
  return { net, invoice }
}

/** Keeps one more route open whose money comes from a peer; `name` makes its ids. */
function fill (net: FakeNetwork, index: number, from: PeerId, name: string, model = routeAt(net, index), nameAfter = name): OpenRoute | undefined {
  return net.step(index, (host) => openRoute(host, { role: model.role, asset: model.asset, before: { ...model.before!, peer: from, routeId: idOf(`before ${name}`) }, after: { ...model.after!, routeId: idOf(`after ${nameAfter}`) } }))
}

const stranger = (n: number): PeerId => peerIdOfPublicKey(mulG(scalarOf(sha256(Uint8Array.of(n, n >> 8)))))

describe('open route, its bounds', () => {
  it('carries locks with numbers below 10,000, and the next one makes a new route by itself [ROUTE-72, ROUTE-78]', () => {
    const { net, invoice } = streaming()
    // Numbers may be left out, so that the last ones can be tried without all of those before.
    net.step(PAYER, (host) => { updateRoute(host, routeAt(net, PAYER), { highest: LOCKS_PER_ROUTE_MAX - 3 }) })
    for (let left = 2; left > 0; left--) {
      assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
      assert.equal(makes(net), 1)
    }
    for (const index of [PAYER, ...HOPS, PAYEE]) assert.equal(routeAt(net, index).highest, LOCKS_PER_ROUTE_MAX - 1, `node ${index}`)
    assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
    assert.equal(makes(net), 2)
    assert.equal(net.offered.filter(({ from }) => from === PAYER).length, 5, 'no lock had to come back for that')
    net.run(1_000)
    for (const index of HOPS) assert.ok(routeAt(net, index).highest < 5 && net.node(index).tables.openRoutes.size === 1, `node ${index} has only the new one`)
    assert.deepEqual([net.gain(PAYER), net.gain(PAYEE)], [-5n * AMOUNT, 5n * AMOUNT])
  })

  const numbers: ReadonlyArray<readonly [string, (route: OpenRoute) => number]> = [
    ['a number beyond the last', () => LOCKS_PER_ROUTE_MAX],
    ['a number that it has seen', ({ highest }) => highest],
    ['the number of the first', () => 0],
    ['a number that is none', () => 2 ** 32 - 1]
  ]
  for (const [what, number] of numbers) {
    it(`hands on no lock with ${what}, and ends the route; nothing is paid twice [ROUTE-72, ROUTE-73]`, () => {
      for (const at of [...HOPS, PAYEE]) {
        const { net, invoice } = streaming()
        const before = net.offered.filter(({ from }) => from === at).length
        const route = routeAt(net, at)
        let altered = 0
        net.faults.lock = (_from, to, terms) => ({ terms: to === at && altered++ === 0 ? { ...terms, onion: lockNumber(terms.routeId, number(route)) } : terms, delayMs: 0 })
        const request = net.startPay(PAYER, invoice)
        net.until(() => altered === 1, 'the lock')
        net.run(6) // it arrives, and nothing that follows does
        assert.equal(net.offered.filter(({ from }) => from === at).length, before, `node ${at} offers nothing`)
        net.until(() => net.node(PAYER).answers.has(request), 'an answer')
        assert.equal(nameOf(net.node(PAYER).answers.get(request)!), 'paid', 'another route is found')
        net.run(1_000)
        assert.equal(makes(net), 2)
        assert.equal(net.node(at).tables.openRoutes.has(route.id), false, `node ${at} has forgotten the route`)
        assert.deepEqual([net.gain(PAYER), net.gain(PAYEE)], [-3n * AMOUNT, 3n * AMOUNT])
      }
    })
  }

  it('ends after 600 s however much it is used, at every node by its own clock [ROUTE-72, ROUTE-77]', () => {
    const { net, invoice } = streaming()
    // Nobody hears from others that it is over.
    net.faults.route = (_from, _to, message) => message.type === 'haveNoRoute' || message.type === 'cancel' ? undefined : message
    const first = new Map<number, Hex>([PAYER, ...HOPS, PAYEE].map((index) => [index, routeAt(net, index).id]))
    const there = (): number => [...first].filter(([index, id]) => net.node(index).tables.openRoutes.has(id)).length
    const startMs = net.nowMs
    let payments = 2
    while (net.nowMs - startMs < OPEN_ROUTE_MS - OPEN_ROUTE_IDLE_MS) {
      net.run(OPEN_ROUTE_IDLE_MS / 2)
      assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
      payments++
    }
    assert.equal(there(), first.size, 'it is there until then')
    assert.equal(makes(net), 1)
    net.run(OPEN_ROUTE_IDLE_MS / 2)
    assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
    net.run(OPEN_ROUTE_IDLE_MS / 2)
    assert.equal(there(), 0)
    assert.equal(nameOf(net.pay(PAYER, invoice)), 'paid')
    assert.equal(makes(net), 2)
    net.run(1_000)
    assert.equal(net.gain(PAYEE), BigInt(payments + 2) * AMOUNT)
  })

  it('has 256 of one neighbour and 4,096 in all, and what is given up makes room [ROUTE-72]', () => {
    const { net } = streaming()
    const { tables } = net.node(MEETING_POINT)
    const from = net.node(2).peer
    for (let i = 1; i < OPEN_ROUTES_PER_NEIGHBOUR_MAX; i++) assert.ok(fill(net, MEETING_POINT, from, `${i}`) !== undefined, `route ${i}`)
    assert.equal(fill(net, MEETING_POINT, from, 'one more'), undefined)
    assert.equal(tables.openBefore.group(from).size, OPEN_ROUTES_PER_NEIGHBOUR_MAX)
    for (let n = 0; tables.openRoutes.size < OPEN_ROUTES_MAX; n++) assert.ok(fill(net, MEETING_POINT, stranger(n >> 8), `stranger ${n}`) !== undefined, `route ${n} of strangers`)
    assert.equal(fill(net, MEETING_POINT, stranger(999), 'of somebody new'), undefined)
    assert.equal(tables.openRoutes.size, OPEN_ROUTES_MAX)
    net.run(OPEN_ROUTE_IDLE_MS)
    assert.deepEqual([tables.openRoutes.size, tables.openBefore.size, tables.openAfter.size], [0, 0, 0])
  })

  it('keeps one entry under an id, whoever asks for it again [ROUTE-72]', () => {
    const { net } = streaming()
    const { tables } = net.node(MEETING_POINT)
    const from = net.node(2).peer
    assert.ok(fill(net, MEETING_POINT, from, 'twice') !== undefined)
    assert.equal(fill(net, MEETING_POINT, from, 'twice', undefined, 'another way on'), undefined)
    assert.equal(fill(net, MEETING_POINT, from, 'another way here', undefined, 'twice'), undefined)
    assert.ok(fill(net, MEETING_POINT, stranger(1), 'twice', undefined, 'of somebody else') !== undefined, 'ids belong to a neighbour')
    assert.equal(tables.openRoutes.size, 3)
  })

  it('is for one lock where there is no room: each payment looks for a route of its own, and none is lost [ROUTE-72, ROUTE-78]', () => {
    const { net, invoice } = streaming()
    const [full, from] = [2, net.node(1).peer]
    const model = routeAt(net, full)
    net.run(OPEN_ROUTE_IDLE_MS + 1_000)
    for (let i = 0; i < OPEN_ROUTES_PER_NEIGHBOUR_MAX; i++) assert.ok(fill(net, full, from, `${i}`, model) !== undefined)
    const before = makes(net)
    for (let i = 0; i < 4; i++) {
      const answer = net.pay(PAYER, invoice)
      assert.equal(nameOf(answer), 'paid', inspect(answer))
      assert.equal(net.node(full).tables.openBefore.group(from).size, OPEN_ROUTES_PER_NEIGHBOUR_MAX)
    }
    assert.equal(makes(net) - before, 4)
    net.run(2_000)
    assert.deepEqual([net.gain(PAYER), net.gain(PAYEE)], [-6n * AMOUNT, 6n * AMOUNT])
  })
})
