import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { toHex } from '../../../src/core/base/bytes.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { isRefusal, type Refusal } from '../../../src/core/base/step.js'
import { addPoints, mulG, negatePoint, pointOfId, scalarOf } from '../../../src/core/crypto/curve.js'
import { decryptPoint, encryptPoint } from '../../../src/core/crypto/elgamal.js'
import { parseInvoice } from '../../../src/core/payment/invoice.js'
import type { MakeRoute } from '../../../src/core/payment/messages.js'
import { PAYMENT_LAYOUTS } from '../../../src/core/payment/tables.js'
import * as payments from '../../../src/core/payment/payment.js'
import { BTC, FakeNetwork, nameOf } from './fake-network.js'

const refusedAs = (answer: object, name: string): Refusal => {
  assert.ok(isRefusal(answer), inspect(answer))
  assert.equal(answer.refused, name, inspect(answer))
  return answer
}

/** A line of nine; nodes 1, 3, 4, 6 and 7 host meeting points. */
const LINE = { edges: [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [6, 7], [7, 8]], hosts: [1, 3, 4, 6, 7] } as const
/** Two ways from 0 to 4: by 1, which is short, and by 2 and 3, which is long. Node 4 hosts, and 5 pays to or is paid. */
const FORK = { edges: [[0, 1], [1, 4], [0, 2], [2, 3], [3, 4], [4, 5]], hosts: [4, 3] } as const

const makesOf = (net: FakeNetwork, side: 'payer' | 'payee'): ReadonlyArray<{ readonly from: number, readonly to: number, readonly message: MakeRoute }> =>
  net.sent.flatMap(({ from, to, message }) => message.type === 'makeRoute' && message.side === side ? [{ from, to, message }] : [])
const wayOfLocks = (net: FakeNetwork): string => net.offered.map(({ from, to }) => `${from}>${to}`).join(' ')

/** Every value of 16 bytes is on one link only. */
function assertNothingTwice (net: FakeNetwork): void {
  const links = new Map<string, string>()
  for (const { link, bytes, what } of net.seen) {
    for (let at = 0; at + 16 <= bytes.length; at++) {
      const key = toHex(bytes.subarray(at, at + 16))
      assert.equal(links.get(key) ?? link, link, `${what} is on two links`)
      links.set(key, link)
    }
  }
}

describe('waypoints, a proxy', () => {
  describe('on pay', () => {
    it('asks the named neighbour first and alone, though another is nearer [ROUTE-54, ROUTE-55]', () => {
      const net = new FakeNetwork(FORK)
      const { invoice } = net.invoice(5, 50n, { meetingPoints: [net.meetingPointOf(4)] })
      assert.equal(nameOf(net.pay(0, invoice, { via: [net.node(2).peer] })), 'paid')
      assert.deepEqual(makesOf(net, 'payer').map(({ from, to }) => `${from}>${to}`), ['0>2', '2>3', '3>4'])
      assert.equal(wayOfLocks(net), '0>2 2>3 3>4 4>5')
      net.run(1_000)
      net.assertNothingLeft()
      assertNothingTwice(net)
    })

    it('works by every neighbour that has a way, of every payer on the fork and on the line', () => {
      for (const options of [FORK, LINE]) {
        const probe = new FakeNetwork(options)
        const last = probe.nodes.length - 1
        for (const [a, b] of [...options.edges, ...options.edges.map(([from, to]) => [to, from] as const)]) {
          if (a === last) continue
          const net = new FakeNetwork(options)
          const target = options === LINE ? net.meetingPointOf(7) : net.meetingPointOf(4)
          const { invoice } = net.invoice(last, 5n, { meetingPoints: [target] })
          const answer = net.pay(a, invoice, { via: [net.node(b).peer] })
          // A neighbour whose only way is back by the payer has none.
          const whole = hasWay(options.edges, b, a, options === LINE ? 7 : 4)
          assert.equal(nameOf(answer), whole ? 'paid' : 'no-route', `${a} by ${b}: ${inspect(answer)}`)
        }
      }
    })

    it('leaves nothing and pays nothing when the proxy has no way, though others have [ROUTE-57]', () => {
      const net = new FakeNetwork({ edges: [[0, 1], [1, 2], [0, 3]], hosts: [1] })
      const { invoice } = net.invoice(2, 5n)
      refusedAs(net.pay(0, invoice, { via: [net.node(3).peer] }), 'no-route')
      assert.ok(makesOf(net, 'payer').every(({ from, to }) => from === 0 && to === 3))
      assert.equal(net.gain(0), 0n)
      assert.equal(nameOf(net.pay(0, invoice)), 'paid', 'without it there is a way')
      net.run(1_000)
      net.assertNothingLeft()
    })

    it('pays in parts by the proxy, too', () => {
      const net = new FakeNetwork({ edges: [[0, 1], [0, 1], [1, 2], [1, 2], [0, 2]], hosts: [1], balance: 100n })
      const { invoice } = net.invoice(2, 150n)
      assert.equal(nameOf(net.pay(0, invoice, { via: [net.node(1).peer] })), 'paid')
      assert.ok(net.offered.filter(({ from }) => from === 0).every(({ to }) => to === 1))
      assert.ok(net.offered.length > 2)
    })
  })

  describe('on invoice.create', () => {
    it('sends the payee\'s halves by the proxy, also after a restart [ROUTE-55, ROUTE-57]', () => {
      const net = new FakeNetwork(FORK)
      const { invoice } = net.invoice(0, 50n, { meetingPoints: [net.meetingPointOf(4)], via: [net.node(2).peer] })
      net.restart(0)
      net.run(100)
      assert.ok(makesOf(net, 'payee').filter(({ from }) => from === 0).length >= 2)
      assert.ok(makesOf(net, 'payee').filter(({ from }) => from === 0).every(({ to }) => to === 2))
      assert.equal(nameOf(net.pay(5, invoice)), 'paid')
      assert.equal(wayOfLocks(net), '5>4 4>3 3>2 2>0')
      net.run(1_000)
      net.assertNothingLeft()
    })
  })
})

/** Whether there is a way from one node to another that leaves a third out. */
function hasWay (edges: ReadonlyArray<readonly [number, number]>, from: number, without: number, to: number): boolean {
  const seen = new Set([from])
  for (const at of seen) for (const ends of edges) if (ends.includes(at)) for (const end of ends) if (end !== without) seen.add(end)
  return seen.has(to)
}

describe('waypoints, meeting points', () => {
  describe('on pay', () => {
    it('pays on every small network, by every way that there is, of payer and payee [ROUTE-56]', function () {
      this.timeout(120_000)
      const node = fc.nat({ max: 5 })
      fc.assert(fc.property(
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), fc.array(fc.tuple(node, node), { maxLength: 4 }), fc.uniqueArray(node, { minLength: 2, maxLength: 2 }),
        fc.array(node, { maxLength: 2 }), fc.array(node, { maxLength: 2 }), node, fc.string(),
        (parents, more, [payer, payee], payerStops, payeeStops, at, seed) => {
          // A tree holds the nodes together; a few more channels make ways to choose from.
          const tree = parents.map((parent, index) => [parent % (index + 1), index + 1] as const)
          const net = new FakeNetwork({ edges: [...tree, ...more.filter(([a, b]) => a !== b)], hosts: [0, 1, 2, 3, 4, 5], balance: 100_000n, seed })
          const { invoice } = net.invoice(payee!, 5n, { meetingPoints: [net.meetingPointOf(at)], via: payeeStops.map((index) => net.meetingPointOf(index)) })
          const answer = net.pay(payer!, invoice, { via: payerStops.map((index) => net.meetingPointOf(index)) })
          assert.equal(nameOf(answer), 'paid', inspect(answer))
          net.run(1_000)
          assert.equal(net.gain(payee!), 5n)
          net.assertNothingLeft()
          assertNothingTwice(net)
        }
      ), { numRuns: 30 })
    })

    it('hides the payee\'s way from the payer: the invoice is as it would be without [INV-19]', () => {
      const net = new FakeNetwork(LINE)
      const plain = net.invoice(8, 5n, { meetingPoints: [net.meetingPointOf(4)] }).invoice
      const hidden = net.invoice(8, 5n, { meetingPoints: [net.meetingPointOf(4)], via: [net.node(7).peer, net.meetingPointOf(6)] }).invoice
      const [a, b] = [plain, hidden].map((text) => parseInvoice(text, net.node(0).host.network))
      assert.ok(a !== undefined && b !== undefined && !isRefusal(a) && !isRefusal(b))
      assert.deepEqual(Object.keys(a), Object.keys(b))
      assert.deepEqual(a.meetingPoints, b.meetingPoints)
      assert.equal(plain.length, hidden.length)
    })

    it('reads at each waypoint its own step only, and shows no value on two links [ROUTE-5, ROUTE-56]', () => {
      const net = new FakeNetwork(LINE)
      const [w1, w3, m, w6] = [1, 3, 4, 6].map((index) => net.meetingPointOf(index)) as [MeetingPointId, MeetingPointId, MeetingPointId, MeetingPointId]
      // Payer 0 by 1 and 3 to the meeting point at 4; payee 8 by 6 to it.
      const { invoice } = net.invoice(8, 5n, { meetingPoints: [m], via: [w6] })
      assert.equal(nameOf(net.pay(0, invoice, { via: [w1, w3] })), 'paid')
      assert.equal(wayOfLocks(net), '0>1 1>2 2>3 3>4 4>5 5>6 6>7 7>8')
      assert.deepEqual(makesOf(net, 'payer').map(({ message }) => [message.meetingPoint, message.waypoints.length]), [[w1, 2], [w3, 1], [w3, 1], [m, 0]])
      assert.deepEqual(makesOf(net, 'payee').map(({ message }) => [message.meetingPoint, message.waypoints.length]), [[w6, 1], [w6, 1], [m, 0], [m, 0]])
      assertNothingTwice(net)
      // Whoever hosts a key tries it on all it gets: it opens the first element addressed to it, and nothing else.
      const known = new Map(LINE.hosts.map((index) => [net.meetingPointOf(index), index]))
      const read: string[] = []
      for (const { to, message } of [...makesOf(net, 'payer'), ...makesOf(net, 'payee')]) {
        for (const secret of net.node(to).hosted.values()) {
          message.waypoints.forEach(({ next, identity }, index) => {
            const found = known.get(toHex(decryptPoint(next, secret) ?? new Uint8Array(1)) as MeetingPointId)
            if (found !== undefined) read.push(`${to} reads ${found} in element ${index}`)
            assert.equal(decryptPoint(identity, secret) === undefined, found !== undefined, 'nothing is left of the identity of one\'s own element alone')
          })
        }
      }
      assert.deepEqual(read, ['1 reads 3 in element 0', '3 reads 4 in element 0', '6 reads 4 in element 0'])
      net.run(1_000)
      net.assertNothingLeft()
    })

    it('shows the match token to nobody before the meeting point', () => {
      const net = new FakeNetwork(LINE)
      const { invoice } = net.invoice(8, 5n, { meetingPoints: [net.meetingPointOf(4)], via: [net.meetingPointOf(6)] })
      assert.equal(nameOf(net.pay(0, invoice, { via: [net.meetingPointOf(1), net.meetingPointOf(3)] })), 'paid')
      const opened = [...makesOf(net, 'payer'), ...makesOf(net, 'payee')].map(({ to, message }) => ({ to, points: [...net.node(to).hosted.values()].map((secret) => toHex(decryptPoint(message.token, secret)!)) }))
      const atMeetingPoint = opened.filter(({ to }) => to === 4).flatMap(({ points }) => points)
      assert.equal(new Set(atMeetingPoint).size, 1, 'both halves bring the same token')
      for (const { to, points } of opened) if (to !== 4) assert.ok(!points.includes(atMeetingPoint[0]!), `node ${to} cannot read the token`)
    })

    it('pays by every waypoint of a line, alone and before the farthest [ROUTE-14]', function () {
      this.timeout(60_000)
      for (const first of LINE.hosts) {
        for (const second of [undefined, 7]) {
          const net = new FakeNetwork({ ...LINE, balance: 10_000n })
          const { invoice } = net.invoice(8, 5n, { meetingPoints: [net.meetingPointOf(4)] })
          const via = [first, ...(second === undefined ? [] : [second])].map((index) => net.meetingPointOf(index))
          const answer = net.pay(0, invoice, { via })
          assert.equal(nameOf(answer), 'paid', `by ${first} and ${second}: ${inspect(answer)}`)
          net.run(1_000)
          assert.deepEqual(net.gains(), [-5n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 5n])
          net.assertNothingLeft()
          assertNothingTwice(net)
        }
      }
    })

    it('goes back where it came from at a waypoint that is a leaf [ROUTE-14]', () => {
      const net = new FakeNetwork({ edges: [[0, 1], [1, 2], [1, 3], [3, 4]], hosts: [2, 3] })
      const { invoice } = net.invoice(4, 5n, { meetingPoints: [net.meetingPointOf(3)] })
      assert.equal(nameOf(net.pay(0, invoice, { via: [net.meetingPointOf(2)] })), 'paid')
      assert.equal(wayOfLocks(net), '0>1 1>2 2>1 1>3 3>4')
      net.run(1_000)
      net.assertNothingLeft()
    })

    it('passes a proxy first and waypoints after it [ROUTE-54]', () => {
      const net = new FakeNetwork(FORK)
      const { invoice } = net.invoice(5, 50n, { meetingPoints: [net.meetingPointOf(4)] })
      assert.equal(nameOf(net.pay(0, invoice, { via: [net.node(1).peer, net.meetingPointOf(3)] })), 'paid')
      assert.equal(wayOfLocks(net), '0>1 1>4 4>3 3>4 4>5')
    })

    it('passes waypoints that it hosts itself at once', () => {
      const net = new FakeNetwork(LINE)
      const { invoice } = net.invoice(8, 5n, { meetingPoints: [net.meetingPointOf(4)] })
      assert.equal(nameOf(net.pay(1, invoice, { via: [net.meetingPointOf(1), net.meetingPointOf(3)] })), 'paid')
      assert.ok(makesOf(net, 'payer').every(({ message }) => message.meetingPoint !== net.meetingPointOf(1)))
    })

    it('has no way by a waypoint that is not there, though the meeting point is near [ROUTE-57]', () => {
      const net = new FakeNetwork(LINE)
      const { invoice } = net.invoice(8, 5n)
      const nobody = toHex(mulG(scalarOf(new Uint8Array(32).fill(9))))
      refusedAs(net.pay(0, invoice, { via: [nobody] }), 'no-route')
      refusedAs(net.pay(0, net.invoice(8, 5n).invoice, { via: [net.meetingPointOf(1), nobody] }), 'no-route')
      assert.deepEqual(net.gain(0), 0n)
      assert.equal(net.offered.length, 0)
    })

    it('has no way to a meeting point whose key takes that of a waypoint away', () => {
      const net = new FakeNetwork(LINE)
      const against = toHex(negatePoint(pointOfId(net.meetingPointOf(1))!)) as MeetingPointId
      const { invoice } = net.invoice(8, 5n, { meetingPoints: [against] })
      refusedAs(net.pay(0, invoice, { via: [net.meetingPointOf(1)] }), 'no-route')
      net.run(3_700_000)
      net.assertNothingLeft()
    })

    it('refuses other peers, naming what a waypoint can be, and words that name nothing [ROUTE-54]', () => {
      const net = new FakeNetwork(LINE)
      const { invoice } = net.invoice(8, 5n)
      const mp = net.meetingPointOf(3)
      assert.equal(refusedAs(net.pay(0, invoice, { via: [net.node(2).peer] }), 'no-address').detail['peer'], net.node(2).peer)
      refusedAs(net.pay(0, invoice, { via: [net.node(0).peer] }), 'no-address')
      refusedAs(net.pay(0, invoice, { via: [mp, net.node(1).peer] }), 'no-address')
      refusedAs(net.pay(0, invoice, { via: ['x'] }), 'bad-request')
      refusedAs(net.pay(0, invoice, { via: [mp.slice(2)] }), 'bad-request')
      refusedAs(net.pay(0, invoice, { via: Array.from({ length: 9 }, () => mp) }), 'bad-request')
      const asked = { asset: BTC.id, amount: BTC.max, description: '', expiryMs: 1_000, meetingPoints: undefined }
      refusedAs(net.step(8, (host) => payments.createInvoice(host, { ...asked, amount: 5n as never, via: [net.node(2).peer] })), 'no-address')
      assert.equal(net.node(0).tables.payments.size, 0)
      assert.equal(makesOf(net, 'payer').length, 0)
    })
  })

  describe('on a MakeRoute of a liar', () => {
    it('answers no way when an element holds nothing, or nothing that is known, and throws at nothing [ROUTE-5]', () => {
      const net = new FakeNetwork(LINE)
      const { invoice } = net.invoice(8, 5n, { meetingPoints: [net.meetingPointOf(4)] })
      net.pay(0, invoice, { via: [net.meetingPointOf(1), net.meetingPointOf(3)] })
      const { message } = makesOf(net, 'payer')[0]!
      const secret = [...net.node(1).hosted.values()][0]!
      const key = mulG(secret)
      const r = scalarOf(new Uint8Array(32).fill(3))
      const empty = { c1: mulG(r), c2: mulG(r) }
      const nothing = { c1: empty.c1, c2: encryptPoint(key, key, r).c2 }
      const zero = { c1: mulG(r), c2: addPoints(nothing.c2, negatePoint(key))! } // infinity under the key of node 1
      const [own, other] = message.waypoints as [MakeRoute['waypoints'][number], MakeRoute['waypoints'][number]]
      const wrong: Array<Partial<MakeRoute>> = [
        { waypoints: [{ ...own, next: zero }] },
        { waypoints: [own, { ...other, next: zero }] },
        { waypoints: [own, { ...other, identity: zero }] },
        { token: zero },
        { identity: zero },
        { waypoints: [{ ...own, next: empty }] },
        { waypoints: Array.from({ length: 8 }, () => ({ next: nothing, identity: zero })) },
        { waypoints: Array.from({ length: 8 }, () => ({ next: nothing, identity: empty })) }
      ]
      const start = net.sent.length
      wrong.forEach((change, i) => { net.step(1, (host) => { payments.onRouteMessage(host, net.node(0).peer, { ...message, ...change, routeId: (i + 1).toString(16).padStart(32, '0') as never }) }) })
      net.run(100)
      const answers = net.sent.slice(start).filter(({ from, to, message: { type } }) => from === 1 && to === 0 && type === 'haveNoRoute')
      assert.equal(answers.length, wrong.length)
      net.run(100_000)
      net.assertNothingLeft()
    })

    it('counts each element as work, so that a neighbour cannot make it by large messages [ROUTE-9]', () => {
      const net = new FakeNetwork(LINE)
      const { invoice } = net.invoice(8, 5n, { meetingPoints: [net.meetingPointOf(4)] })
      net.pay(0, invoice, { via: [net.meetingPointOf(3)] })
      const before = net.node(1).tables.makes.get(net.node(0).peer)!.left
      const { message } = makesOf(net, 'payer')[0]!
      net.step(1, (host) => { payments.onRouteMessage(host, net.node(0).peer, { ...message, hopsLeft: 0, routeId: 'ab'.repeat(16) as never }) })
      const after = net.node(1).tables.makes.get(net.node(0).peer)!.left
      assert.ok(after <= Math.min(2_000, before + 1_000) - 2)
    })
  })
})

describe('invoices, stored before there were ways', () => {
  it('are read as direct ones', () => {
    const net = new FakeNetwork(LINE)
    const { id } = net.invoice(8, 5n)
    const entity = net.node(8).tables.invoices.get(id as never)!
    const now = PAYMENT_LAYOUTS.invoice.encode(entity)
    // Version 1 had all but the last three bytes: no proxy, no waypoint.
    const before = Uint8Array.from([1, ...now.subarray(1, now.length - 3)])
    assert.deepEqual(PAYMENT_LAYOUTS.invoice.decode(before), entity)
  })
})
