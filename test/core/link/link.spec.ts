import assert from 'node:assert/strict'
import fc from 'fast-check'
import { coin } from '../../../src/core/base/assets.js'
import { fromHex } from '../../../src/core/base/bytes.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { keyOf, linkIdOf } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { judgeOpening } from '../../../src/core/link/judge.js'
import { CHAIN_CAPACITY_DEFAULT, CHANNELS_PER_LINK_MAX, INCOMING_MAX, MESSAGES_BURST, OPEN_WAIT_MS, STRANGER_LINKS_MAX } from '../../../src/core/link/limits.js'
import { clocksAgree, closeLink, restart, setLink } from '../../../src/core/link/link.js'
import { linkLayout } from '../../../src/core/link/tables.js'
import { linkView } from '../../../src/core/link/views.js'
import { LinkNode, LinkPair, peerNumber, START_MS } from './harness.js'

const BTC = coin('btc', 'regtest').id
const ADDRESS = ['/ip4/127.0.0.1/tcp/4001']

function openPair (): LinkPair {
  const pair = new LinkPair()
  pair.connect()
  pair.left.open(pair.right.peer, ADDRESS)
  pair.exchange()
  return pair
}

describe('link, none', () => {
  describe('on a request of the user', () => {
    it('becomes open on both sides and answers [LINK-3] [LINK-5]', () => {
      const pair = new LinkPair()
      pair.connect()
      const request = pair.left.open(pair.right.peer, ADDRESS)
      assert.equal(pair.left.status(pair.right.peer), 'requested')
      pair.exchange()
      assert.equal(pair.left.status(pair.right.peer), 'open')
      assert.equal(pair.right.status(pair.left.peer), 'open')
      assert.deepEqual(pair.left.answers.get(request), { linkId: linkIdOf(pair.left.peer, pair.right.peer), peer: pair.right.peer, status: 'open' })
      assert.deepEqual(pair.left.kept.get(pair.right.peer), ADDRESS)
      assert.ok(pair.right.kept.has(pair.left.peer))
    })

    it('gives both ends the same id, the tagged hash of the sorted keys [LINK-2]', () => {
      const [a, b] = [peerNumber(1), peerNumber(2)]
      const keys = [keyOf(a), keyOf(b)].sort((x, y) => Buffer.compare(x, y))
      assert.deepEqual(fromHex(linkIdOf(a, b)), taggedHash('amiko/link/id', keys[0]!, keys[1]!))
      assert.equal(linkIdOf(a, b), linkIdOf(b, a))
    })

    it('refuses itself, and a peer that is away and has no address', () => {
      const node = new LinkNode(1)
      assert.deepEqual(node.answers.get(node.open(node.peer)), { refused: 'self-link', detail: {} })
      const request = node.open(peerNumber(9))
      assert.deepEqual(node.answers.get(request), { refused: 'peer-offline', detail: { peer: peerNumber(9) } })
      assert.equal(node.host.tables.links.size, 0)
    })

    it('says after a while that the peer is away, and keeps trying', () => {
      const node = new LinkNode(1)
      const request = node.open(peerNumber(2), ADDRESS)
      assert.equal(node.answers.get(request), undefined)
      node.passTo(START_MS + OPEN_WAIT_MS)
      assert.deepEqual(node.answers.get(request), { refused: 'peer-offline', detail: { peer: peerNumber(2) } })
      assert.equal(node.status(peerNumber(2)), 'requested')
      assert.deepEqual(node.kept.get(peerNumber(2)), ADDRESS)
    })
  })

  describe('on requests of both at once', () => {
    it('becomes open on both sides [LINK-3]', () => {
      const pair = new LinkPair({ pingMs: 20_000, pingTimeoutMs: 60_000, acceptLinks: 'ask' })
      pair.connect()
      const requests = [pair.left.open(pair.right.peer), pair.right.open(pair.left.peer)] as const
      pair.exchange()
      assert.equal(pair.left.status(pair.right.peer), 'open')
      assert.equal(pair.right.status(pair.left.peer), 'open')
      for (const [node, request] of [[pair.left, requests[0]], [pair.right, requests[1]]] as const) assert.equal((node.answers.get(request) as { status: string }).status, 'open')
    })
  })

  describe('on state or accept of a peer', () => {
    it('answers close and keeps nothing [LINK-6]', () => {
      for (const message of [{ type: 'linkState', status: 'open' }, { type: 'linkAccept' }] as const) {
        const node = new LinkNode(1)
        node.connect(peerNumber(2))
        node.receive(peerNumber(2), message)
        assert.deepEqual(node.takeSent(), [{ type: 'linkClose' }], message.type)
        assert.equal(node.host.tables.links.size, 0)
      }
    })
  })

  describe('on messages that answer nothing', () => {
    it('changes nothing and says nothing [LINK-7] [LINK-9] [LINK-10]', () => {
      const node = new LinkNode(1)
      const stranger = peerNumber(2)
      node.connect(stranger)
      node.receive(stranger, { type: 'linkRefuse', reason: 'declined' })
      node.receive(stranger, { type: 'linkClose' })
      node.receive(stranger, { type: 'ping', nonce: 1, clockMs: START_MS })
      node.receive(stranger, { type: 'pong', nonce: 1, clockMs: START_MS })
      assert.deepEqual(node.takeSent(), [])
      assert.equal(node.host.tables.links.size, 0)
      assert.equal(clocksAgree(node.host, stranger), false)
    })
  })

  describe('on many strangers', () => {
    it('accepts links up to a bound, then keeps requests up to a bound, then refuses [LINK-8]', () => {
      const node = new LinkNode(1)
      const replies: string[] = []
      for (let i = 0; i < STRANGER_LINKS_MAX + INCOMING_MAX + 3; i++) {
        node.connect(peerNumber(100 + i))
        node.receive(peerNumber(100 + i), { type: 'linkOpen' })
        const reply = node.takeSent().find(({ type }) => type !== 'ping')!
        replies.push(reply.type === 'linkRefuse' ? reply.reason : reply.type)
      }
      assert.equal(replies.filter((reply) => reply === 'linkAccept').length, STRANGER_LINKS_MAX)
      assert.equal(replies.filter((reply) => reply === 'asked').length, INCOMING_MAX)
      assert.equal(replies.filter((reply) => reply === 'full').length, 3)
      assert.equal(node.host.tables.links.size, STRANGER_LINKS_MAX + INCOMING_MAX)
    })

    it('makes room by dropping one that is away and carries no channel, never one that carries some [LINK-8]', () => {
      const node = new LinkNode(1)
      for (let i = 0; i < STRANGER_LINKS_MAX + 1; i++) {
        node.connect(peerNumber(100 + i))
        if (i === 0) node.channels.set(peerNumber(100), 1)
        node.receive(peerNumber(100 + i), { type: 'linkOpen' })
      }
      for (const index of [0, 5]) node.disconnect(peerNumber(100 + index))
      node.connect(peerNumber(999))
      node.receive(peerNumber(999), { type: 'linkOpen' })
      assert.equal(node.status(peerNumber(999)), 'open')
      assert.equal(node.status(peerNumber(100)), 'open', 'the one with a channel stays')
      assert.equal(node.status(peerNumber(105)), undefined)
    })
  })
})

describe('link, requested', () => {
  describe('on refuse', () => {
    it('stays and answers `requested` when a person will decide; opens when that person accepts [LINK-9]', () => {
      const pair = new LinkPair({ pingMs: 20_000, pingTimeoutMs: 60_000, acceptLinks: 'ask' })
      pair.connect()
      const request = pair.left.open(pair.right.peer)
      pair.exchange()
      assert.equal((pair.left.answers.get(request) as { status: string }).status, 'requested')
      assert.equal(pair.right.status(pair.left.peer), 'incoming')
      assert.deepEqual(pair.right.notices, [{ type: 'link:requested', peer: pair.left.peer }])
      pair.right.open(pair.left.peer)
      pair.exchange()
      assert.equal(pair.left.status(pair.right.peer), 'open')
      assert.equal(pair.right.status(pair.left.peer), 'open')
    })

    it('ends with link-refused when it is full or declined [LINK-9]', () => {
      for (const reason of ['full', 'declined'] as const) {
        const node = new LinkNode(1)
        node.connect(peerNumber(2))
        const request = node.open(peerNumber(2))
        node.receive(peerNumber(2), { type: 'linkRefuse', reason })
        assert.deepEqual(node.answers.get(request), { refused: 'link-refused', detail: { reason } })
        assert.equal(node.status(peerNumber(2)), undefined)
        assert.equal(node.kept.has(peerNumber(2)), false)
      }
    })
  })

  describe('on a close that crossed the request', () => {
    it('stands [LINK-7]', () => {
      const node = new LinkNode(1)
      node.connect(peerNumber(2))
      node.open(peerNumber(2))
      node.receive(peerNumber(2), { type: 'linkClose' })
      assert.equal(node.status(peerNumber(2)), 'requested')
    })
  })

  describe('on a new connection', () => {
    it('asks again first of all [LINK-4]', () => {
      const pair = new LinkPair()
      pair.left.open(pair.right.peer, ADDRESS)
      pair.connect()
      assert.equal(pair.left.sent[0]!.message.type, 'linkOpen')
      pair.exchange()
      assert.equal(pair.right.status(pair.left.peer), 'open')
    })
  })
})

describe('link, open', () => {
  describe('on a new connection', () => {
    it('says so first, pings, and nothing changes [LINK-4] [LINK-10]', () => {
      const pair = openPair()
      pair.disconnect()
      pair.connect()
      assert.deepEqual(pair.left.sent.map(({ message }) => message.type), ['linkState', 'ping'])
      pair.exchange()
      assert.equal(pair.left.status(pair.right.peer), 'open')
      assert.equal(pair.right.status(pair.left.peer), 'open')
    })
  })

  describe('on close', () => {
    it('is forgotten on both sides, also when the other was away [LINK-6] [LINK-7]', () => {
      const pair = openPair()
      pair.disconnect()
      assert.deepEqual(closeLink(pair.left.host, { peer: pair.right.peer }), {})
      assert.equal(pair.right.status(pair.left.peer), 'open')
      pair.connect()
      assert.ok(pair.exchange() < 10, 'it ends')
      assert.equal(pair.right.status(pair.left.peer), undefined)
      assert.equal(pair.right.kept.size, 0)
    })

    it('is refused here, and ignored there, while it carries channels [LINK-7]', () => {
      const pair = openPair()
      pair.left.channels.set(pair.right.peer, 2)
      assert.deepEqual(closeLink(pair.left.host, { peer: pair.right.peer }), { refused: 'link-busy', detail: { peer: pair.right.peer, channels: 2 } })
      pair.left.receive(pair.right.peer, { type: 'linkClose' })
      assert.equal(pair.left.status(pair.right.peer), 'open')
      assert.equal(pair.left.notices.at(-1)?.type, 'link:fault')
    })
  })

  describe('on pongs', () => {
    it('measures round trip and clocks, and asks again after the interval [LINK-10] [LINK-12]', () => {
      const node = new LinkNode(1)
      const peer = peerNumber(2)
      node.connect(peer)
      node.receive(peer, { type: 'linkOpen' })
      const ping = node.takeSent().find((message) => message.type === 'ping')!
      assert.equal(clocksAgree(node.host, peer), false, 'unknown is no')
      node.nowMs += 40
      node.receive(peer, { type: 'pong', nonce: ping.nonce + 1, clockMs: node.nowMs })
      assert.equal(clocksAgree(node.host, peer), false, 'another number is ignored')
      node.receive(peer, { type: 'pong', nonce: ping.nonce, clockMs: START_MS + 20 + 60_000 })
      assert.equal(clocksAgree(node.host, peer), true, 'exactly a minute ahead')
      const view = linkView(node.host, node.host.tables.links.get(peer)!)
      assert.deepEqual([view.clockSkewMs, view.roundTripMs, view.connected, view.status], [60_000, 40, true, 'open'])
      node.passTo(node.nowMs + 20_000)
      const next = node.takeSent().find((message) => message.type === 'ping')!
      node.receive(peer, { type: 'pong', nonce: next.nonce, clockMs: node.nowMs - 60_001 })
      assert.equal(clocksAgree(node.host, peer), false, 'a minute and a millisecond behind')
      assert.deepEqual(node.notices.at(-1), { type: 'link:clock', peer, agree: false, skewMs: -60_001 })
      node.disconnect(peer)
      assert.equal(clocksAgree(node.host, peer), false)
    })

    it('cuts the connection when one stays out [LINK-11]', () => {
      const pair = openPair()
      pair.left.passTo(START_MS + 20_000)
      assert.equal(pair.left.takeSent()[0]!.type, 'ping')
      pair.left.passTo(START_MS + 79_999)
      assert.deepEqual(pair.left.dropped, [])
      pair.left.passTo(START_MS + 80_000)
      assert.deepEqual(pair.left.dropped, [pair.right.peer])
    })
  })

  describe('on a flood', () => {
    it('cuts the peer off once, and answers no more than its allowance [LINK-13]', () => {
      const node = new LinkNode(1)
      const peer = peerNumber(2)
      node.connect(peer)
      for (let i = 0; i < 10_000; i++) node.receive(peer, { type: 'linkOpen' })
      assert.deepEqual(node.dropped, [peer])
      assert.ok(node.takeSent().length <= MESSAGES_BURST + 1)
      assert.equal(node.notices.filter(({ type }) => type === 'link:fault').length, 1)
    })
  })

  describe('on a restart', () => {
    it('wants the connections of open and requested links again', () => {
      const pair = openPair()
      pair.left.open(peerNumber(7), ADDRESS)
      pair.left.kept.clear()
      restart(pair.left.host)
      assert.deepEqual([...pair.left.kept.keys()].sort(), [pair.right.peer, peerNumber(7)].sort())
    })

    it('reads back what was stored', () => {
      const pair = openPair()
      for (const link of pair.left.host.tables.links.values()) assert.deepEqual(linkLayout.decode(linkLayout.encode(link)), link)
    })
  })

  describe('on the opening of a channel', () => {
    const opening = (kind: string, owed: bigint, owes: bigint): Parameters<typeof judgeOpening>[2] => ({ kind, asset: BTC, peerMayBeOwed: owed, peerMayOwe: owes })

    it('accepts no trust line without a rule, and one within its rule whatever the peer lends [LINK-14]', () => {
      const { left, right } = openPair()
      assert.deepEqual(judgeOpening(left.host, right.peer, opening('trust-line', 5n, 0n)), { accept: false, reason: 'not-accepted' })
      setLink(left.host, { peer: 'default', accept: [{ kind: 'trust-line', asset: BTC, limit: asUnits(100n) }], fee: undefined })
      assert.deepEqual(judgeOpening(left.host, right.peer, opening('trust-line', 10n ** 12n, 100n)), { accept: true })
      assert.deepEqual(judgeOpening(left.host, right.peer, opening('trust-line', 0n, 101n)), { accept: false, reason: 'limit' })
      setLink(left.host, { peer: right.peer, accept: [], fee: undefined })
      assert.deepEqual(judgeOpening(left.host, right.peer, opening('trust-line', 0n, 1n)), { accept: false, reason: 'not-accepted' })
    })

    it('accepts chain channels up to the cap, no unknown kind, no channel too many, none without an open link [LINK-14]', () => {
      const { left, right } = openPair()
      assert.deepEqual(judgeOpening(left.host, right.peer, opening('chain', CHAIN_CAPACITY_DEFAULT, 0n)), { accept: true })
      assert.deepEqual(judgeOpening(left.host, right.peer, opening('chain', CHAIN_CAPACITY_DEFAULT, 1n)), { accept: false, reason: 'limit' })
      assert.deepEqual(judgeOpening(left.host, right.peer, opening('barter', 1n, 1n)), { accept: false, reason: 'not-accepted' })
      left.channels.set(right.peer, CHANNELS_PER_LINK_MAX)
      assert.deepEqual(judgeOpening(left.host, right.peer, opening('chain', 1n, 0n)), { accept: false, reason: 'too-many' })
      assert.deepEqual(judgeOpening(left.host, peerNumber(9), opening('chain', 1n, 0n)), { accept: false, reason: 'no-link' })
    })
  })
})

describe('link, any', () => {
  describe('on random wishes and losses', () => {
    it('agrees on both sides when quiet, and stops talking [LINK-3] [LINK-4] [LINK-5] [LINK-6] [LINK-7]', () => {
      const action = fc.constantFrom('open-left', 'open-right', 'close-left', 'close-right', 'cut', 'step', 'exchange')
      fc.assert(fc.property(fc.array(action, { maxLength: 40 }), fc.constantFrom('all', 'ask'), (actions, acceptLinks) => {
        const pair = new LinkPair({ pingMs: 20_000, pingTimeoutMs: 60_000, acceptLinks })
        const { left, right } = pair
        pair.connect()
        for (const each of actions) {
          if (each === 'open-left') left.open(right.peer, ADDRESS)
          else if (each === 'open-right') right.open(left.peer, ADDRESS)
          else if (each === 'close-left') closeLink(left.host, { peer: right.peer })
          else if (each === 'close-right') closeLink(right.host, { peer: left.peer })
          else if (each === 'step') pair.exchange(1)
          else if (each === 'exchange') pair.exchange()
          else {
            pair.disconnect()
            pair.connect()
          }
          left.nowMs += 5_000
          right.nowMs += 5_000
        }
        pair.disconnect()
        pair.connect()
        assert.ok(pair.exchange(50) < 50, 'they fall silent')
        const states = [left.status(right.peer), right.status(left.peer)]
        assert.ok([['open', 'open'], [undefined, undefined], ['requested', 'incoming'], ['incoming', 'requested'], ['incoming', undefined], [undefined, 'incoming']]
          .some(([a, b]) => a === states[0] && b === states[1]), `${states.join(' and ')} do not fit`)
      }), { numRuns: 300 })
    }).timeout(30_000)
  })
})
