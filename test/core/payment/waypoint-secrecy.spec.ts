import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { fromHex, toHex } from '../../../src/core/base/bytes.js'
import type { MeetingPointId } from '../../../src/core/base/ids.js'
import { addScalars, mulG } from '../../../src/core/crypto/curve.js'
import { decryptPoint, type Ciphertext } from '../../../src/core/crypto/elgamal.js'
import type { MakeRoute } from '../../../src/core/payment/messages.js'
import { FakeNetwork, nameOf } from './fake-network.js'

/**
 * A recorder at every node: each MakeRoute that a node gets is tried with every secret of every node, alone and in every
 * sum, since keys are taken out of elements by adding secrets. What opens an element must be just the keys that are still
 * ahead up to its own, and what it shows just the next destination.
 */

/** A line of nine, with a leaf at 3; nodes 1, 4 and 6 host meeting points; 3, 7 and 9 publish entries. */
const NETWORK = { edges: [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [6, 7], [7, 8], [3, 9]], hosts: [1, 4, 6] } as const

interface Key { readonly id: MeetingPointId, readonly owner: number, readonly secret: Uint8Array }
interface Got { readonly from: number, readonly to: number, readonly message: MakeRoute }

/** Role keys of all nodes: of meeting points and of entries. */
const keysOf = (net: FakeNetwork): readonly Key[] => net.nodes.flatMap(({ index, hosted, tables }) =>
  [...[...hosted], ...[...tables.entries.values()].map(({ key, secret }) => [key, secret] as const)].map(([id, secret]) => ({ id, owner: index, secret })))

const makesOf = (net: FakeNetwork, since = 0): readonly Got[] => net.sent.slice(since).flatMap(({ from, to, message }) => message.type === 'makeRoute' ? [{ from, to, message }] : [])

/** All sums of one or more secrets, with whose they are. */
function sumsOf (keys: readonly Key[]): ReadonlyArray<{ readonly ids: readonly MeetingPointId[], readonly secret: Uint8Array }> {
  const sums: Array<{ readonly ids: readonly MeetingPointId[], readonly secret: Uint8Array }> = []
  for (const { id, secret } of keys) {
    sums.push(...sums.map((one) => ({ ids: [...one.ids, id], secret: addScalars(one.secret, secret) })), { ids: [id], secret })
  }
  return sums
}

/** Which sums of secrets show a key of somebody in a ciphertext, and whose. */
const opened = (net: FakeNetwork, ciphertext: Ciphertext): ReadonlyArray<{ readonly by: string, readonly shows: MeetingPointId }> => {
  const keys = keysOf(net)
  const known = new Set<string>(keys.map(({ id }) => id))
  return sumsOf(keys).flatMap(({ ids, secret }) => {
    const shows = toHex(decryptPoint(ciphertext, secret) ?? new Uint8Array(33)) as MeetingPointId
    return known.has(shows) ? [{ by: [...ids].sort().join('+'), shows }] : []
  })
}

/** Every value of 16 bytes of everything that was sent is on one link only; also drawn destinations. */
function assertNothingTwice (net: FakeNetwork): void {
  const links = new Map<string, string>()
  const seen = [...net.seen, ...makesOf(net).flatMap(({ from, to, message }) => message.along === undefined
    ? []
    : [message.meetingPoint, message.along].map((id) => ({ link: [from, to].sort((a, b) => a - b).join('-'), bytes: fromHex(id), what: 'where to go along' })))]
  for (const { link, bytes, what } of seen) {
    for (let at = 0; at + 16 <= bytes.length; at++) {
      const value = toHex(bytes.subarray(at, at + 16))
      assert.equal(links.get(value) ?? link, link, `${what} is on two links`)
      links.set(value, link)
    }
  }
}

/** The way of a half, as its end chose it: the keys in their order, the meeting point last. */
function assertEachReadsItsOwn (net: FakeNetwork, makes: readonly Got[], stops: readonly MeetingPointId[]): void {
  for (const { to, message } of makes) {
    const { waypoints } = message
    const ahead = stops.slice(stops.length - 1 - waypoints.length)
    for (const [index, { next }] of waypoints.entries()) {
      // The keys up to its own, each of which must be taken out; the one after it is what it shows.
      const by = [...ahead.slice(0, index + 1)].sort().join('+')
      assert.deepEqual(opened(net, next), [{ by, shows: ahead[index + 1] }], `element ${index} of ${waypoints.length} at node ${to}`)
    }
    const readers = keysOf(net).filter(({ owner }) => owner === to).map(({ id }) => id)
    const reads = waypoints.flatMap(({ next }) => opened(net, next)).filter(({ by }) => readers.includes(by as MeetingPointId)).map(({ shows }) => shows)
    const own = waypoints.length > 0 && readers.includes(ahead[0]!)
    assert.deepEqual(reads, own ? [ahead[1]] : [], `node ${to} reads ${own ? 'its own step' : 'nothing'}`)
  }
}

describe('waypoints, what each node can read', () => {
  it('is its own step and nothing else, of payer and payee, by entries and meeting points [ROUTE-56, ROUTE-94]', function () {
    this.timeout(120_000)
    const net = new FakeNetwork(NETWORK)
    const [m1, m4, m6] = [1, 4, 6].map((index) => net.meetingPointOf(index)) as [MeetingPointId, MeetingPointId, MeetingPointId]
    const [near, leaf, far] = [net.publish(3, m1), net.publish(9, m4), net.publish(7, m1)]
    const standing = net.sent.length
    const { invoice } = net.invoice(8, 5n, { meetingPoints: [m6], via: [far.entry] })
    const answer = net.pay(0, invoice, { via: [near.entry, leaf.entry] })
    assert.equal(nameOf(answer), 'paid', inspect(answer))
    const makes = makesOf(net, standing)
    assertEachReadsItsOwn(net, makes.filter(({ message }) => message.side === 'payer'), [m1, near.key, m4, leaf.key, m6])
    assertEachReadsItsOwn(net, makes.filter(({ message }) => message.side === 'payee' && message.waypoints.length > 0), [m1, far.key, m6])
    assertNothingTwice(net)
    // Both came by all of it.
    for (const index of [1, 3, 4, 9, 6]) assert.ok(makes.some(({ to, message }) => to === index && message.side === 'payer'))
    assert.ok(makes.some(({ to, message }) => to === 7 && message.side === 'payee' && message.along !== undefined))
  })

  it('on the way to an entry is neither whose entry it is nor what comes after it [ROUTE-94]', () => {
    const net = new FakeNetwork(NETWORK)
    const { entry, key } = net.publish(9, net.meetingPointOf(1))
    const { invoice } = net.invoice(8, 5n, { meetingPoints: [net.meetingPointOf(4)] })
    assert.equal(nameOf(net.pay(0, invoice, { via: [entry] })), 'paid')
    const along = makesOf(net).filter(({ message }) => message.along !== undefined)
    assert.deepEqual(along.map(({ from, to }) => `${from}>${to}`), ['1>2', '2>3', '3>9'])
    const known = new Set(keysOf(net).map(({ id }) => id))
    for (const { message } of along) assert.ok(!known.has(message.meetingPoint), 'the destination names nobody')
    // The key of the entry is in no message at all, in clear.
    assert.ok(!makesOf(net).some(({ message }) => message.meetingPoint === key))
  })

  it('of the half that an entry keeps standing is no more than of an invoice\'s: same form, and only the meeting point reads its token [ROUTE-93]', () => {
    const net = new FakeNetwork(NETWORK)
    net.publish(9, net.meetingPointOf(4))
    const ofEntry = makesOf(net)
    const before = net.sent.length
    net.invoice(9, 5n, { meetingPoints: [net.meetingPointOf(4)] })
    const ofInvoice = makesOf(net, before)
    const form = ({ from, to, message }: Got): unknown => [from, to, Object.entries(message).map(([name, value]) => [name, value === undefined ? 'absent' : typeof value])]
    assert.deepEqual(ofEntry.map(form), ofInvoice.map(form))
    const secrets = keysOf(net).filter(({ owner }) => owner !== 4).map(({ secret }) => secret)
    const token = toHex(decryptPoint(ofEntry[0]!.message.token, net.node(4).hosted.get(net.meetingPointOf(4))!)!)
    for (const { message } of ofEntry) for (const secret of secrets) assert.notEqual(toHex(decryptPoint(message.token, secret) ?? mulG(secret)), token)
    assertNothingTwice(net)
  })

  it('is its own step and nothing else on every small network, by every way, and no value is on two links [ROUTE-4, ROUTE-56, ROUTE-94] (I21)', function () {
    this.timeout(240_000)
    const node = fc.nat({ max: 4 })
    fc.assert(fc.property(
      fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), fc.array(fc.tuple(node, node), { maxLength: 3 }), fc.uniqueArray(node, { minLength: 2, maxLength: 2 }),
      node, node, node, node, fc.boolean(), fc.string(),
      (parents, more, [payer, payee], entryOf, at, stop, meets, ofPayee, seed) => {
        const tree = parents.map((parent, index) => [parent % (index + 1), index + 1] as const)
        const net = new FakeNetwork({ edges: [...tree, ...more.filter(([a, b]) => a !== b)], hosts: [0, 1, 2, 3, 4], balance: 100_000n, seed })
        const { entry, key } = net.publish(entryOf, net.meetingPointOf(at))
        const first = net.sent.length
        const way = [entry, net.meetingPointOf(stop)]
        const { invoice } = net.invoice(payee!, 5n, { meetingPoints: [net.meetingPointOf(meets)], ...(ofPayee ? { via: way } : {}) })
        assert.equal(nameOf(net.pay(payer!, invoice, ofPayee ? {} : { via: way })), 'paid')
        const makes = makesOf(net, first).filter(({ message }) => message.waypoints.length > 0)
        const stops = [net.meetingPointOf(at), key, net.meetingPointOf(stop), net.meetingPointOf(meets)]
        // With a key twice on a way, what opens an element is a sum with that key twice, which is not among those tried.
        if (new Set(stops).size === stops.length) assertEachReadsItsOwn(net, makes.filter(({ message }) => message.side === (ofPayee ? 'payee' : 'payer')), stops)
        assert.ok(makes.every(({ message }) => message.side === (ofPayee ? 'payee' : 'payer')), 'only one end has a way')
        assertNothingTwice(net)
      }
    ), { numRuns: 25 })
  })
})
