import assert from 'node:assert/strict'
import { multiaddr } from '@multiformats/multiaddr'
import { encodeRecord } from '../../../protocols/neighbour/codec.js'
import { inviteProtocol } from '../../../protocols/neighbour/invite.js'
import { peerIdOfPublicKey } from '../../../src/core/base/ids.js'
import { countOf, framesOf } from '../../compliance/mesh.js'
import { libp2pHarness, type Libp2pHarness, type Libp2pPeer } from './libp2p-harness.js'
import type { Connection, Stream } from '@libp2p/interface'
import type { Host } from '../../../src/adapters/libp2p/services.js'

const NAMES = ['link', 'channel', 'route'] as const
const session = (byte: number): Uint8Array => new Uint8Array(8).fill(byte)
const hello = (byte: number): Uint8Array => encodeRecord({ kind: 'hello', session: session(byte) })

describe('libp2p host, against a peer that keeps no rule', () => {
  let harness: Libp2pHarness
  let victim: Libp2pPeer
  let honest: Libp2pPeer
  beforeEach(async () => {
    harness = await libp2pHarness()
    victim = await harness.peer()
    honest = await harness.peer()
    honest.mesh.keep(victim.mesh.self, victim.addresses())
    await victim.recorder.until('the honest neighbour', (seen) => countOf(seen, 'connected') === 1)
    await honest.recorder.until('connected', (seen) => countOf(seen, 'connected') === 1)
  })
  afterEach(async () => {
    // Whatever the other did, the honest neighbour saw nothing of it.
    try {
      assert.equal(countOf(honest.recorder.seen, 'disconnected'), 0)
      honest.mesh.send(victim.mesh.self, 'link', Uint8Array.of(99))
      await victim.recorder.until('the honest frame', (seen) => seen.some((event) => event.type === 'frame' && event.peer === honest.mesh.self && event.bytes[0] === 99))
    } finally {
      await harness.close()
    }
  })

  const dial = async (host: Host): Promise<Connection> => await host.dial(multiaddr(victim.addresses()[0]))
  const open = async (connection: Connection, name: string, ...bytes: Uint8Array[]): Promise<Stream> => {
    const stream = await connection.newStream(`/amiko/test/${name}/1.0.0`, { maxOutboundStreams: 8 })
    stream.addEventListener('message', () => {})
    for (const part of bytes) stream.send(part)
    return stream
  }
  const closed = async (target: Stream | Connection): Promise<void> => {
    if (target.status !== 'open') return
    await new Promise<void>((resolve) => { (target as Stream).addEventListener('close', () => { resolve() }) })
  }
  const peersSeen = (type: 'connected' | 'disconnected', peer: string): number =>
    victim.recorder.seen.filter((event) => event.type === type && event.peer === peer).length
  const whole = async (host: Host, connection: Connection, byte: number): Promise<Stream[]> => {
    const before = peersSeen('connected', host.peerId.toString())
    const streams = await Promise.all(NAMES.map(async (name) => await open(connection, name, hello(byte))))
    await victim.recorder.until('the session', () => peersSeen('connected', host.peerId.toString()) === before + 1)
    return streams
  }

  it('replaces a session by a newer one on the same connection [NEIGH-3]', async () => {
    const host = await harness.raw()
    const connection = await dial(host)
    const old = await whole(host, connection, 1)
    await whole(host, connection, 2)
    await Promise.all(old.map(closed))
    assert.equal(peersSeen('disconnected', host.peerId.toString()), 1)
  })

  it('ends the session when one of its streams ends, and not the connection [NEIGH-3]', async () => {
    const host = await harness.raw()
    const connection = await dial(host)
    const streams = await whole(host, connection, 1)
    streams[1]!.abort(new Error('gone'))
    await Promise.all(streams.map(closed))
    await victim.recorder.until('disconnected', () => peersSeen('disconnected', host.peerId.toString()) === 1)
    assert.equal(connection.status, 'open')
  })

  it('does not mix streams of two attempts [NEIGH-2]', async () => {
    const host = await harness.raw()
    const connection = await dial(host)
    await open(connection, 'link', hello(1))
    await open(connection, 'channel', hello(2))
    const last = await open(connection, 'route', hello(3))
    await whole(host, connection, 4)
    await closed(last)
    assert.equal(peersSeen('connected', host.peerId.toString()), 1)
  })

  it('delivers nothing of a session that is not whole [NEIGH-2]', async () => {
    const host = await harness.raw()
    const connection = await dial(host)
    await open(connection, 'link', hello(1), encodeRecord({ kind: 'message', bytes: Uint8Array.of(5) }))
    await open(connection, 'channel', hello(1))
    const isTheirs = (): boolean => victim.recorder.seen.some((event) => event.type === 'frame' && event.peer === host.peerId.toString())
    await host.services.ping.ping(connection.remotePeer)
    assert.equal(isTheirs(), false)
    await open(connection, 'route', hello(1))
    await victim.recorder.until('the frame', isTheirs)
  })

  it('drops who sends a longer frame than the stream carries, with the connection [NEIGH-4] [NEIGH-11]', async () => {
    const host = await harness.raw()
    const connection = await dial(host)
    const streams = await whole(host, connection, 1)
    streams[0]!.send(encodeRecord({ kind: 'message', bytes: new Uint8Array(16_385) }))
    await closed(connection)
    await victim.recorder.until('disconnected', () => peersSeen('disconnected', host.peerId.toString()) === 1)
  })

  it('drops who sends beyond its credit, and holds no more than that [NEIGH-6]', async () => {
    const host = await harness.raw()
    const connection = await dial(host)
    // Without the third hello nothing is processed, so nothing is given back.
    const link = await open(connection, 'link', hello(1))
    for (let i = 0; i < 40 && link.status === 'open'; i++) link.send(encodeRecord({ kind: 'message', bytes: new Uint8Array(4_000) }))
    await closed(connection)
    assert.equal(framesOf(victim.recorder.seen).length, 0)
  })

  it('drops who never gives credit back, and nothing is lost out of the middle [NEIGH-8]', async () => {
    const host = await harness.raw()
    const connection = await dial(host)
    await whole(host, connection, 1)
    const peer = peerIdOfPublicKey(host.peerId.publicKey!.raw)
    let sent = 0
    while (sent < 1_000 && victim.mesh.send(peer, 'channel', new Uint8Array(64_000))) {
      sent++
      await new Promise((resolve) => { setImmediate(resolve) })
    }
    assert.ok(sent >= 16 && sent < 30, `sent ${sent}`)
    await victim.recorder.until('disconnected', () => peersSeen('disconnected', host.peerId.toString()) === 1)
    await closed(connection)
  })

  it('opens sessions with few peers that it does not keep [NEIGH-9]', async () => {
    const few = await harness.peer(undefined, { strangerSessionsMax: 2 })
    const hosts = await Promise.all([0, 1, 2].map(async () => await harness.raw()))
    const connections = await Promise.all(hosts.map(async (host) => await host.dial(multiaddr(few.addresses()[0]))))
    for (const connection of connections.slice(0, 2)) for (const name of NAMES) await open(connection, name, hello(1))
    await few.recorder.until('two sessions', (seen) => countOf(seen, 'connected') === 2)
    await closed(await open(connections[2]!, 'link', hello(1)))
    assert.equal(countOf(few.recorder.seen, 'connected'), 2)
    assert.equal(countOf(few.recorder.seen, 'disconnected'), 0)
  })

  it('says busy to an invitation of a peer with a lower key: that one opens [NEIGH-9]', async () => {
    const host = await harness.raw()
    const stream = await (await dial(host)).newStream(inviteProtocol('test'))
    const bytes: number[] = []
    const answer = new Promise<number[]>((resolve) => {
      stream.addEventListener('message', (event) => {
        bytes.push(...event.data.subarray())
        if (bytes.length >= 2) resolve(bytes)
      })
    })
    stream.send(Uint8Array.of(1, 1))
    await stream.close()
    assert.deepEqual(await answer, [1, 2])
  })

  it('ends what never says hello [NEIGH-10]', async function () {
    this.timeout(30_000)
    const host = await harness.raw()
    const connection = await dial(host)
    const silent = await open(connection, 'link')
    const partial = await open(connection, 'channel', hello(1))
    await Promise.all([closed(silent), closed(partial)])
    assert.equal(connection.status, 'open')
  })
})
