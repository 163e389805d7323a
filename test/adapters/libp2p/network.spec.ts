import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import { meetingPointTopic } from '../../../src/adapters/libp2p/services.js'
import { countOf, testAnnouncement, testAnnouncementId } from '../../compliance/mesh.js'
import { libp2pHarness, type Libp2pHarness, type Libp2pPeer } from './libp2p-harness.js'

describe('libp2p host, network key', () => {
  const key = new Uint8Array(32).fill(1)
  const other = new Uint8Array(32).fill(2)
  let harness: Libp2pHarness
  beforeEach(async () => { harness = await libp2pHarness() })
  afterEach(async () => { await harness.close() })

  const withKey = async (networkKey: Uint8Array | undefined): Promise<Libp2pPeer> => await harness.peer(undefined, { networkKey })

  it('lets members connect and become neighbours [GATE-1]', async () => {
    const [a, b] = [await withKey(key), await withKey(key)]
    assert.equal(await a.mesh.connect(b.addresses()[0]!, {}), b.mesh.self)
    b.mesh.keep(a.mesh.self, [])
    await a.recorder.until('connected', (seen) => countOf(seen, 'connected') === 1)
    assert.deepEqual(b.mesh.peers().map(({ peer, direction, linked }) => ({ peer, direction, linked })), [{ peer: a.mesh.self, direction: 'inbound', linked: true }])
  })

  for (const [what, dialler, listener] of [
    ['another key', other, key], ['no key', undefined, key], ['a key, where there is none', key, undefined]
  ] as const) {
    it(`refuses a dialler with ${what}, with wrong-network-key [GATE-1] [GATE-4]`, async () => {
      const [a, b] = [await withKey(dialler), await withKey(listener)]
      await assert.rejects(a.mesh.connect(b.addresses()[0]!, {}), { name: 'wrong-network-key' })
      assert.deepEqual(a.mesh.peers(), [])
      assert.deepEqual(b.mesh.peers(), [])
    })
  }

  it('says unreachable, bad-address and bad-peer for what they are', async () => {
    const a = await withKey(key)
    const gone = await withKey(key)
    const [address] = gone.addresses()
    await gone.mesh.stop()
    await assert.rejects(a.mesh.connect(address!, {}), { name: 'unreachable' })
    await assert.rejects(a.mesh.connect('nonsense', {}), { name: 'bad-address' })
    await assert.rejects(a.mesh.connect('/ip4/127.0.0.1/tcp/1', {}), { name: 'bad-address' })
    await assert.rejects(a.mesh.connect('/ip4/127.0.0.1/tcp/1/p2p/12D3KooWJ2nyCDHyo8BGFbDpLLkEm9kxzVzuEi4gSYk9vLS3mKZp', {}), { name: 'bad-peer' })
  })

  it('connects to a peer that it was told to keep before it started', async () => {
    const [a, b] = [await withKey(key), await withKey(key)]
    await a.mesh.stop()
    a.mesh.keep(b.mesh.self, b.addresses())
    await a.mesh.start(a.recorder.events)
    await b.recorder.until('connected', (seen) => countOf(seen, 'connected') === 1)
  })

  it('passes an abort on unchanged', async () => {
    const [a, b] = [await withKey(key), await withKey(key)]
    await assert.rejects(a.mesh.connect(b.addresses()[0]!, { signal: AbortSignal.abort() }), (error) => error instanceof Error && error.name === 'AbortError')
  })
})

describe('libp2p host, five nodes in a line', () => {
  let harness: Libp2pHarness
  let nodes: Libp2pPeer[]
  before(async function () {
    this.timeout(60_000)
    harness = await libp2pHarness()
    nodes = []
    for (let i = 0; i < 5; i++) {
      const node = await harness.peer((bytes) => bytes[34] === 1 ? 'reject' : 'accept')
      const previous = nodes.at(-1)
      nodes.push(node)
      if (previous !== undefined) node.mesh.keep(previous.mesh.self, previous.addresses())
    }
    for (const node of nodes) await node.recorder.until('connected', (seen) => countOf(seen, 'connected') > 0)
    await harness.settled(nodes)
  })
  after(async () => { await harness.close() })

  it('pass an announcement on from one end to the other', async () => {
    nodes[0]!.mesh.announce(testAnnouncement(1))
    await nodes[4]!.recorder.until('the announcement', (seen) => seen.some((event) => event.type === 'announcement' && event.bytes[33] === 1))
  })

  it('pass it on without the name of its publisher, who would be known by it as a meeting point [HINT-21]', async () => {
    const listener = await harness.raw()
    const topic = meetingPointTopic('test')
    const heard = new Promise<object>((resolve) => {
      listener.services.pubsub.addEventListener('gossipsub:message', ({ detail: { msg } }) => { if (msg.data[0] === 13) resolve(msg) })
    })
    listener.services.pubsub.subscribe(topic)
    await listener.dial(multiaddr(nodes[4]!.addresses()[0]))
    await harness.settled(nodes)
    nodes[0]!.mesh.announce(testAnnouncement(6, 13))
    const { data, ...envelope } = await heard as { readonly data: Uint8Array }
    assert.deepEqual([...data], [...testAnnouncement(6, 13)])
    assert.deepEqual(envelope, { type: 'unsigned', topic })
  })

  it('find a record in the DHT at a node that came later, and never one that is not valid', async () => {
    const bad = testAnnouncement(1, 8)
    bad[34] = 1
    nodes[0]!.mesh.announce(bad)
    const record = testAnnouncement(3, 9)
    nodes[0]!.mesh.announce(record)
    await nodes[4]!.recorder.until('the announcement', (seen) => seen.some((event) => event.type === 'announcement' && event.bytes[0] === 9))
    const late = await harness.peer((bytes) => bytes[34] === 1 ? 'reject' : 'accept')
    late.mesh.keep(nodes[4]!.mesh.self, nodes[4]!.addresses())
    await late.recorder.until('connected', (seen) => countOf(seen, 'connected') === 1)
    // What it is told when it connects is the first; what the DHT gives comes on top of it.
    const found = (times: number): boolean => late.recorder.seen.filter((event) => event.type === 'announcement' && event.bytes[0] === 9).length >= times
    await late.recorder.until('the announcement', () => found(1))
    for (let tries = 0; tries < 20 && !found(2); tries++) {
      late.mesh.findMeetingPoint(testAnnouncementId(bad)!)
      late.mesh.findMeetingPoint(testAnnouncementId(record)!)
      await Promise.race([late.recorder.until('the record', () => found(2)), new Promise((resolve) => { setTimeout(resolve, 500) })])
    }
    assert.ok(found(2))
    assert.ok(![...nodes, late].some((node) => node.recorder.seen.some((event) => event.type === 'announcement' && event.bytes[0] === 8)))
  })

  it('tell a node that comes later what was announced before, and it judges that [NEIGH-12]', async () => {
    nodes[0]!.mesh.announce(testAnnouncement(4, 11))
    nodes[0]!.mesh.announce(testAnnouncement(5, 12))
    await nodes[4]!.recorder.until('both', (seen) => [11, 12].every((key) => seen.some((event) => event.type === 'announcement' && event.bytes[0] === key)))
    const late = await harness.peer((bytes) => bytes[0] === 12 ? 'reject' : 'accept')
    await late.mesh.connect(nodes[4]!.addresses()[0]!, {})
    await late.recorder.until('the announcement', (seen) => seen.some((event) => event.type === 'announcement' && event.bytes[0] === 11))
    assert.ok(!late.recorder.seen.some((event) => event.type === 'announcement' && event.bytes[0] === 12))
  })

  it('reach a peer by its id alone', async () => {
    const [first, last] = [nodes[0]!, nodes[4]!]
    assert.equal(first.mesh.isConnected(last.mesh.self), false)
    first.mesh.keep(last.mesh.self, [])
    await last.recorder.until('the first node', (seen) => seen.some((event) => event.type === 'connected' && event.peer === first.mesh.self))
  })
})

describe('libp2p host, restarted', () => {
  it('keeps its peer id, may be started again, and finds a peer by its peer store', async () => {
    const harness = await libp2pHarness()
    try {
      const [a, b] = [await harness.peer(), await harness.peer()]
      a.mesh.keep(b.mesh.self, b.addresses())
      await b.recorder.until('connected', (seen) => countOf(seen, 'connected') === 1)
      await a.mesh.stop()
      await b.recorder.until('disconnected', (seen) => countOf(seen, 'disconnected') === 1)
      await a.mesh.start(a.recorder.events)
      a.mesh.keep(b.mesh.self, [])
      await b.recorder.until('connected again', (seen) => countOf(seen, 'connected') === 2)
    } finally {
      await harness.close()
    }
  })
})
