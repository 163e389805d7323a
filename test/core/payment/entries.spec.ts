import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { isRefusal, type Refusal } from '../../../src/core/base/step.js'
import { mulG } from '../../../src/core/crypto/curve.js'
import { toHex } from '../../../src/core/base/bytes.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { ENTRIES_MAX, ENTRY_EXPIRY_MS_MAX } from '../../../src/core/payment/limits.js'
import type { MakeRoute } from '../../../src/core/payment/messages.js'
import * as payments from '../../../src/core/payment/payment.js'
import { parseEntry, writeEntry } from '../../../src/core/payment/waypoint-entry.js'
import { BTC, FakeNetwork, nameOf } from './fake-network.js'

const refusedAs = (answer: object, name: string, says = /./): Refusal => {
  assert.ok(isRefusal(answer), inspect(answer))
  assert.equal(answer.refused, name, inspect(answer))
  assert.match(inspect(answer.detail['reason'] ?? name), says)
  return answer
}

/** A line of nine; nodes 1, 4 and 6 host meeting points, the others do not. */
const LINE = { edges: [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [6, 7], [7, 8]], hosts: [1, 4, 6] } as const
/** Node 3 is off the way from 0 to 5, behind the meeting point of 1. */
const BRANCH = { edges: [[0, 1], [1, 2], [2, 3], [1, 4], [4, 5]], hosts: [1, 4] } as const
const HOUR_MS = 3_600_000

const wayOfLocks = (net: FakeNetwork): string => net.offered.map(({ from, to }) => `${from}>${to}`).join(' ')
const makesOf = (net: FakeNetwork, since = 0): ReadonlyArray<{ readonly from: number, readonly to: number, readonly message: MakeRoute }> =>
  net.sent.slice(since).flatMap(({ from, to, message }) => message.type === 'makeRoute' ? [{ from, to, message }] : [])
const withdraw = (net: FakeNetwork, index: number, key: MeetingPointId): void => { assert.equal(net.step(index, (host) => payments.withdrawEntry(host, key)), undefined) }
const statusOf = (net: FakeNetwork, index: number): readonly string[] => [...net.node(index).tables.entries.values()].map((entry) => payments.entryView(net.node(index), entry).status)

describe('waypoint entries, published', () => {
  describe('on pay', () => {
    it('leads through its node, which is no meeting point and no neighbour [ROUTE-54, ROUTE-94, ROUTE-95]', () => {
      const net = new FakeNetwork(BRANCH)
      const { entry, key } = net.publish(3, net.meetingPointOf(1))
      const { invoice } = net.invoice(5, 5n, { meetingPoints: [net.meetingPointOf(4)] })
      assert.equal(nameOf(net.pay(0, invoice, { via: [entry] })), 'paid')
      assert.equal(wayOfLocks(net), '0>1 1>2 2>3 3>2 2>1 1>4 4>5')
      assert.deepEqual(net.gains(), [-5n, 0n, 0n, 0n, 0n, 5n])
      withdraw(net, 3, key)
      net.run(1_000)
      net.assertNothingLeft()
    })

    it('takes the text in upper case and with blanks around it', () => {
      const net = new FakeNetwork(BRANCH)
      const { entry } = net.publish(3)
      const { invoice } = net.invoice(5, 5n)
      assert.equal(nameOf(net.pay(0, invoice, { via: [` ${entry.toUpperCase()}\n`] })), 'paid')
      assert.ok(net.offered.some(({ to }) => to === 3))
    })

    it('leads through several in a row, up to eight keys [ROUTE-54, ROUTE-95]', () => {
      const net = new FakeNetwork({ edges: [[0, 1], [1, 2], [1, 3], [1, 4]], hosts: [1] })
      const [a, b] = [net.publish(2), net.publish(3)]
      const { invoice } = net.invoice(4, 5n)
      assert.equal(nameOf(net.pay(0, invoice, { via: [a.entry, b.entry, b.entry, a.entry] })), 'paid')
      assert.equal(wayOfLocks(net), '0>1 1>2 2>1 1>3 3>1 1>3 3>1 1>2 2>1 1>4')
      refusedAs(net.pay(0, net.invoice(4, 5n).invoice, { via: [a.entry, b.entry, b.entry, a.entry, net.meetingPointOf(1)] }), 'bad-request', /8 .*counts as two/)
    })

    it('mixes with a proxy before it and meeting points around it [ROUTE-54]', () => {
      const net = new FakeNetwork(LINE)
      const { entry } = net.publish(5, net.meetingPointOf(4))
      const { invoice } = net.invoice(8, 5n, { meetingPoints: [net.meetingPointOf(6)] })
      assert.equal(nameOf(net.pay(0, invoice, { via: [net.node(1).peer, net.meetingPointOf(4), entry, net.meetingPointOf(4)] })), 'paid')
      assert.equal(wayOfLocks(net), '0>1 1>2 2>3 3>4 4>5 5>4 4>5 5>6 6>7 7>8')
    })

    it('works where the sender hosts the entry\'s meeting point, where the node does, and by the sender\'s own entry', () => {
      const net = new FakeNetwork(LINE)
      const atSender = net.publish(3, net.meetingPointOf(1))
      assert.equal(nameOf(net.pay(1, net.invoice(8, 5n).invoice, { via: [atSender.entry] })), 'paid')
      assert.ok(makesOf(net).some(({ from, message }) => from === 1 && message.side === 'payer' && message.along !== undefined))
      const atNode = net.publish(6, net.meetingPointOf(6))
      assert.equal(nameOf(net.pay(0, net.invoice(8, 5n).invoice, { via: [atNode.entry] })), 'paid')
      const both = net.publish(1, net.meetingPointOf(1))
      assert.equal(nameOf(net.pay(1, net.invoice(8, 5n).invoice, { via: [both.entry] })), 'paid')
      const own = net.publish(0, net.meetingPointOf(1))
      assert.equal(nameOf(net.pay(0, net.invoice(8, 5n).invoice, { via: [own.entry] })), 'paid')
    })

    it('pays in parts through it, too', () => {
      const net = new FakeNetwork({ edges: [[0, 1], [0, 1], [1, 2], [1, 2], [1, 3], [1, 3]], hosts: [1], balance: 100n })
      const { entry } = net.publish(2)
      assert.equal(nameOf(net.pay(0, net.invoice(3, 150n).invoice, { via: [entry] })), 'paid')
      assert.ok(net.offered.filter(({ to }) => to === 2).length > 1)
      assert.equal(net.gain(3), 150n)
    })
  })

  describe('on invoice.create', () => {
    it('leads the payee\'s halves through its node, also after a restart of the payee [ROUTE-57, ROUTE-95]', () => {
      const net = new FakeNetwork(BRANCH)
      const { entry } = net.publish(3, net.meetingPointOf(1))
      const { invoice } = net.invoice(0, 5n, { meetingPoints: [net.meetingPointOf(4)], via: [entry] })
      net.restart(0)
      net.run(1_000)
      assert.equal(nameOf(net.pay(5, invoice)), 'paid')
      assert.equal(wayOfLocks(net), '5>4 4>1 1>2 2>3 3>2 2>1 1>0')
    })

    it('is refused with what is refused on pay [ROUTE-91]', () => {
      const net = new FakeNetwork(BRANCH)
      const { entry } = net.publish(3, undefined, 1_000)
      net.run(2_000)
      const asked = { asset: BTC.id, amount: 5n as never, description: '', expiryMs: 1_000, meetingPoints: undefined }
      refusedAs(net.step(0, (host) => payments.createInvoice(host, { ...asked, via: [entry] })), 'bad-waypoint', /expired/)
      refusedAs(net.step(0, (host) => payments.createInvoice(host, { ...asked, via: ['amkway1x'] })), 'bad-waypoint', /checksum/)
    })
  })

  it('pays if and only if both ends have their whole way, on every small network (an oracle knows it) [ROUTE-57, ROUTE-94]', function () {
    this.timeout(240_000)
    const node = fc.nat({ max: 4 })
    const stop = fc.oneof(fc.record({ entryOf: node, at: node, withdrawn: fc.boolean() }), fc.record({ meetingPoint: node }))
    const stops = fc.array(stop, { maxLength: 2 }).filter((way) => way.filter((one) => 'entryOf' in one).length < 2)
    const answers = new Map<string, number>()
    fc.assert(fc.property(fc.array(fc.tuple(node, node), { minLength: 3, maxLength: 7 }), fc.uniqueArray(node, { minLength: 2, maxLength: 2 }), stops, stops, node, fc.string(), (edges, [payer, payee], payerStops, payeeStops, at, seed) => {
      const net = new FakeNetwork({ edges: [...edges.filter(([a, b]) => a !== b), [0, 1]], hosts: [0, 1, 2, 3, 4], balance: 100_000n, seed })
      let broken = false
      const named = (way: typeof payerStops): string[] => way.map((one) => {
        if (!('entryOf' in one)) return net.meetingPointOf(one.meetingPoint)
        const published = net.step(one.entryOf, (host) => payments.publishEntry(host, { asset: BTC.id, meetingPoint: net.meetingPointOf(one.at) }))
        if (isRefusal(published)) { broken = true; return net.meetingPointOf(one.entryOf) } // a node without a channel
        net.run(1_000)
        if (one.withdrawn) { withdraw(net, one.entryOf, published.key); broken = true; net.run(1_000) }
        return published.entry
      })
      const [payerWay, payeeWay] = [named(payerStops), named(payeeStops)]
      const there = reached(net, payer!)
      const touched = [payee!, at, ...[...payerStops, ...payeeStops].flatMap((one) => 'entryOf' in one ? [one.entryOf, one.at] : [one.meetingPoint])]
      const whole = !broken && touched.every((index) => there.has(index))
      const made = net.step(payee!, (host) => payments.createInvoice(host, { asset: BTC.id, amount: 5n as never, description: '', expiryMs: HOUR_MS, meetingPoints: [net.meetingPointOf(at)], via: payeeWay }))
      net.run(1_000)
      const answer = isRefusal(made) ? made : net.pay(payer!, made.invoice, { via: payerWay })
      answers.set(nameOf(answer), (answers.get(nameOf(answer)) ?? 0) + 1)
      assert.equal(nameOf(answer) === 'paid', whole, inspect(answer))
      assert.equal(net.gain(payee!), whole ? 5n : 0n)
      for (const { index, tables } of net.nodes) for (const { key } of [...tables.entries.values()]) withdraw(net, index, key)
      if (!isRefusal(made)) net.step(payee!, (host) => payments.cancelInvoice(host, made.id))
      net.run(200_000)
      net.assertNothingLeft()
    }), { numRuns: 60 })
    assert.ok((answers.get('paid') ?? 0) > 5 && answers.size > 1, 'both happen')
  })
})

/** The nodes that channels lead to from one. */
function reached (net: FakeNetwork, from: number): ReadonlySet<number> {
  const found = new Set([from])
  for (const at of found) for (const { ends } of net.channels) if (ends.includes(at)) for (const end of ends) found.add(end)
  return found
}

describe('waypoint entries, kept standing', () => {
  it('is there for days, refreshed, and a half that arrives at any time finds it [ROUTE-92]', () => {
    const net = new FakeNetwork(BRANCH)
    const { entry, key } = net.publish(3, net.meetingPointOf(1), 24 * HOUR_MS)
    const standing = (): number => makesOf(net).filter(({ from, message }) => from === 3 && message.side === 'payee').length
    net.run(HOUR_MS)
    assert.ok(standing() >= 45 && standing() <= 91, `${standing()} times in an hour`)
    for (let i = 0; i < 20; i++) {
      net.run(7_310)
      assert.equal(nameOf(net.pay(0, net.invoice(5, 1n).invoice, { via: [entry] })), 'paid')
    }
    // As many halves as entries, and the ones before them: nothing grows.
    for (const { tables } of net.nodes) assert.ok(tables.halves.size <= 2)
    withdraw(net, 3, key)
    net.run(1_000)
    net.assertNothingLeft()
  })

  it('does not cut off a half that is on its way along it when it is refreshed [ROUTE-92]', () => {
    const net = new FakeNetwork(BRANCH)
    const { entry, key } = net.publish(3, net.meetingPointOf(1))
    const { invoice } = net.invoice(5, 1n)
    let refreshed = false
    net.faults.route = (from, to, message) => {
      if (message.type === 'makeRoute' && message.along !== undefined && to === 2 && !refreshed) {
        refreshed = true
        net.step(3, (host) => { payments.onPaymentTimer(host, `payment/standing/${key}`) })
      }
      return message
    }
    const before = net.sent.length
    assert.equal(nameOf(net.pay(0, invoice, { via: [entry] })), 'paid')
    assert.ok(refreshed)
    assert.ok(!net.sent.slice(before).some(({ message }) => message.type === 'haveNoRoute'), 'at the first try')
  })

  it('comes back after a restart of its node, of a hop, and of its meeting point [ROUTE-92]', () => {
    const net = new FakeNetwork(BRANCH)
    const { entry } = net.publish(3, net.meetingPointOf(1))
    for (const index of [3, 2, 1]) {
      net.restart(index)
      net.run(2_000)
      assert.deepEqual(statusOf(net, 3), ['standing'])
      assert.equal(nameOf(net.pay(0, net.invoice(5, 1n).invoice, { via: [entry] })), 'paid', `after a restart of ${index}`)
    }
  })

  it('finds another way when a hop is gone, and says so while there is none [ROUTE-92]', () => {
    const net = new FakeNetwork({ edges: [[0, 1], [1, 2], [2, 3], [1, 4], [4, 3]], hosts: [1] })
    const { entry } = net.publish(3, net.meetingPointOf(1))
    const first = makesOf(net).find(({ from }) => from === 3)!.to
    const other = first === 2 ? 4 : 2
    const gone = (index: number): void => {
      net.node(index).up = false
      for (const end of [1, 3]) net.step(end, (host) => { payments.onPeerDisconnected(host, net.node(index).peer) })
      net.run(5_000)
    }
    gone(first)
    assert.deepEqual(statusOf(net, 3), ['standing'])
    assert.equal(nameOf(net.pay(0, net.invoice(1, 1n).invoice, { via: [entry] })), 'paid')
    assert.ok(net.offered.some(({ to }) => to === other))
    gone(other)
    assert.deepEqual(statusOf(net, 3), ['looking'])
    refusedAs(net.pay(0, net.invoice(1, 1n).invoice, { via: [entry] }), 'no-route')
    net.node(other).up = true
    for (const end of [1, 3]) net.step(end, (host) => { payments.onPeerConnected(host, net.node(other).peer) })
    net.run(1_000)
    assert.deepEqual(statusOf(net, 3), ['standing'])
  })

  it('asks for the widest way first: by a narrow channel only when there is no other [ROUTE-92]', () => {
    const net = new FakeNetwork({ edges: [[0, 1], [1, 2], [2, 3], [1, 4], [4, 3]], hosts: [1] })
    const narrow = net.channels.find(({ ends }) => ends[0] === 2 && ends[1] === 3)!
    narrow.balance.set(2, 10n).set(3, 10n)
    net.publish(3, net.meetingPointOf(1))
    assert.deepEqual(makesOf(net).filter(({ from }) => from === 3).map(({ to }) => to), [4])
    assert.equal(makesOf(net)[0]!.message.amount, 512n)
  })
})

describe('waypoint entries, ended', () => {
  it('is withdrawn: its half is gone everywhere, at once, and nothing goes by it [ROUTE-92]', () => {
    const net = new FakeNetwork(BRANCH)
    const { entry, key } = net.publish(3, net.meetingPointOf(1))
    net.run(150_000)
    withdraw(net, 3, key)
    net.run(100)
    net.assertNothingLeft()
    assert.equal(net.node(3).store.size, 0)
    refusedAs(net.pay(0, net.invoice(5, 1n).invoice, { via: [entry] }), 'no-route')
    assert.equal(net.offered.length, 0)
    assert.equal(isRefusal(net.step(3, (host) => payments.withdrawEntry(host, key)) ?? {}), true)
    net.restart(3)
    assert.equal(net.node(3).tables.entries.size, 0)
  })

  it('expires: its node takes it back by itself, and a payer refuses it before anything is sent [ROUTE-91, ROUTE-92]', () => {
    const net = new FakeNetwork(BRANCH)
    const { entry } = net.publish(3, net.meetingPointOf(1), 30_000)
    net.run(30_200)
    net.assertNothingLeft()
    assert.equal(net.node(3).store.size, 0)
    const { invoice } = net.invoice(5, 1n)
    const before = net.sent.length
    refusedAs(net.pay(0, invoice, { via: [entry] }), 'bad-waypoint', /expired .*T.*ask its node/)
    assert.equal(net.sent.length, before)
  })

  it('does not stand again after a restart when it expired meanwhile [ROUTE-92]', () => {
    const net = new FakeNetwork(BRANCH)
    net.publish(3, net.meetingPointOf(1), 5_000)
    net.node(3).up = false
    net.run(6_000)
    net.node(3).up = true
    net.restart(3)
    assert.equal(net.node(3).store.size, 0)
    net.run(100_000)
    net.assertNothingLeft()
  })
})

describe('waypoint entries, refused', () => {
  it('of another network, another asset, or altered, each by its reason [ROUTE-91]', () => {
    const net = new FakeNetwork(BRANCH)
    const { entry } = net.publish(3)
    const { invoice } = net.invoice(5, 1n)
    const secret = net.node(3).tables.entries.values().next().value!.secret
    const content = { meetingPoint: net.meetingPointOf(1), asset: BTC.id, createdMs: net.nowMs, expiresMs: net.nowMs + HOUR_MS }
    const { network } = net.node(0).host
    const other = { ...network, id: new Uint8Array(8).fill(8) }
    const aux = new Uint8Array(32)
    refusedAs(net.pay(0, invoice, { via: [writeEntry(other, content, secret, aux).text] }), 'bad-waypoint', /0808080808080808.*test/)
    refusedAs(net.pay(0, invoice, { via: [writeEntry(network, { ...content, asset: 'ab'.repeat(32) as never }, secret, aux).text] }), 'bad-waypoint', /another asset/)
    refusedAs(net.pay(0, invoice, { via: [entry.slice(0, -1) + (entry.endsWith('q') ? 'p' : 'q')] }), 'bad-waypoint', /checksum/)
    assert.ok(!isRefusal(parseEntry(entry, network)))
    assert.equal(net.node(0).tables.payments.size, 0)
  })

  it('on publish, what cannot be: too long a life, no meeting point, an asset without a channel, too many [ROUTE-92]', () => {
    const net = new FakeNetwork(BRANCH)
    const publish = (more: Partial<payments.EntryRequest>): object => net.step(3, (host) => payments.publishEntry(host, { asset: BTC.id, ...more }))
    refusedAs(publish({ expiryMs: ENTRY_EXPIRY_MS_MAX + 1 }), 'bad-request')
    refusedAs(publish({ expiryMs: 0 }), 'bad-request')
    refusedAs(publish({ expiryMs: Number.NaN }), 'bad-request')
    refusedAs(publish({ asset: 'ab'.repeat(32) as never }), 'wrong-asset')
    refusedAs(publish({ meetingPoint: '05'.repeat(33) as never }), 'bad-request')
    for (let i = 0; i < ENTRIES_MAX; i++) assert.ok(!isRefusal(publish({})))
    refusedAs(publish({}), 'busy')
    const alone = new FakeNetwork({ edges: [[0, 1]], hosts: [] })
    refusedAs(alone.step(0, (host) => payments.publishEntry(host, { asset: BTC.id })), 'no-meeting-point')
  })

  it('names a key of its own each time, apart from the node\'s [ROUTE-90]', () => {
    const net = new FakeNetwork(BRANCH)
    const keys = [net.publish(3).key, net.publish(3).key]
    const entries = [...net.node(3).tables.entries.values()]
    assert.equal(new Set(keys).size, 2)
    assert.deepEqual(entries.map(({ secret }) => toHex(mulG(secret))), keys)
  })
})

describe('waypoint entries, among liars', () => {
  it('stands under a point that others cannot make: who knows the text only does not take its place [ROUTE-93]', () => {
    const net = new FakeNetwork(BRANCH)
    const first = net.publish(3, net.meetingPointOf(1))
    withdraw(net, 3, first.key)
    net.run(1_000)
    // Node 5 has the text, and makes the best half it can: with a secret of its own in place of the one it does not know.
    const own = net.node(5).tables.entries.get(net.publish(5, net.meetingPointOf(1)).key)!
    net.step(5, (host) => {
      host.tables.entries.set(first.key, { ...own, key: first.key })
      host.tables.standings.set(first.key, { key: first.key, half: undefined, before: undefined, openedMs: net.nowMs, failures: 0, halvings: 0 })
      payments.onPaymentTimer(host, `payment/standing/${first.key}`)
    })
    net.run(1_000)
    assert.deepEqual(statusOf(net, 5), ['standing', 'standing'])
    refusedAs(net.pay(0, net.invoice(4, 1n).invoice, { via: [first.entry] }), 'no-route')
    assert.ok(!net.sent.some(({ to, message }) => to === 5 && message.type === 'makeRoute' && message.along !== undefined))
  })

  it('fails a lock and ignores what is matched on its half [ROUTE-96]', () => {
    const net = new FakeNetwork(BRANCH)
    const { entry } = net.publish(3, net.meetingPointOf(1))
    const { message } = makesOf(net).find(({ from }) => from === 3)!
    const lock = { terms: { id: 0, amount: 1n, routeId: message.routeId, onion: new Uint8Array(0) } }
    const failed: string[] = []
    net.step(3, (host) => { payments.onLockReceived(Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(host), fail: { value: (_channel: string, _id: number, reason: string) => { failed.push(reason) } } }) as typeof host, net.channels[2]!.id, lock as never) })
    assert.deepEqual(failed, ['no-route'])
    net.step(3, (host) => { payments.onRouteMessage(host, net.node(2).peer, { type: 'matched', routeId: message.routeId, amount: 1n as never }) })
    net.run(120_000)
    assert.deepEqual(statusOf(net, 3), ['standing'])
    assert.equal(nameOf(net.pay(0, net.invoice(5, 1n).invoice, { via: [entry] })), 'paid')
  })

  it('answers no way to what is sent along nothing, along a payer\'s half, an invoice\'s half, in another asset, or without a step for the entry [ROUTE-94]', () => {
    const net = new FakeNetwork(BRANCH)
    const { entry } = net.publish(3, net.meetingPointOf(1))
    const { invoice } = net.invoice(3, 1n, { meetingPoints: [net.meetingPointOf(1)] })
    assert.equal(nameOf(net.pay(0, net.invoice(5, 1n).invoice, { via: [entry] })), 'paid')
    const good = makesOf(net).find(({ to, message }) => to === 3 && message.along !== undefined)!.message
    const halves = makesOf(net).filter(({ from, to }) => from === 3 && to === 2).map(({ message }) => message.routeId)
    const live = [...net.node(3).tables.outward.entries()].map(([key]) => key).map((key) => key.slice(key.indexOf('/') + 1))
    const ofInvoice = live.find((id) => net.node(3).tables.halves.get(net.node(3).tables.outward.get(`${net.node(2).peer}/${id}`)!.half)!.from.type === 'payee')!
    const ofEntry = live.find((id) => id !== ofInvoice)!
    assert.ok(halves.includes(ofInvoice as never) && halves.includes(ofEntry as never), invoice)
    const wrong: Array<Partial<MakeRoute>> = [
      { along: 'ab'.repeat(16) as never },
      { along: ofInvoice as never },
      { along: ofEntry as never, asset: 'ab'.repeat(32) as never },
      { along: ofEntry as never, waypoints: [{ next: { c1: good.pair.k1, c2: good.pair.k2 }, identity: good.identity! }] }
    ]
    const start = net.sent.length
    wrong.forEach((change, i) => { net.step(3, (host) => { payments.onRouteMessage(host, net.node(2).peer, { ...good, ...change, routeId: (i + 1).toString(16).padStart(32, '0') as never }) }) })
    net.run(100)
    const answers = net.sent.slice(start).filter(({ from, to, message: { type } }) => from === 3 && to === 2 && type === 'haveNoRoute')
    assert.equal(answers.length, wrong.length)
    assert.equal(nameOf(net.pay(0, net.invoice(5, 1n).invoice, { via: [entry] })), 'paid', 'and nothing was spoilt')
  })
})
