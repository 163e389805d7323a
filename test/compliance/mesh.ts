import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { comparePeers, type PeerId } from '../../src/core/base/ids.js'
import type { Mesh, MeshEvents, MeshStream, Verdict } from '../../src/ports/mesh.js'

/** What a mesh told its node, in order, and a way to wait for it. */
export interface Recorder {
  readonly events: MeshEvents
  readonly seen: RecordedEvent[]
  /** Resolves when `matches` holds for what was seen; fails the test after a generous time. */
  until: (what: string, matches: (seen: readonly RecordedEvent[]) => boolean) => Promise<void>
}

export type RecordedEvent =
  | { readonly type: 'connected' | 'disconnected', readonly peer: PeerId }
  | { readonly type: 'frame', readonly peer: PeerId, readonly stream: MeshStream, readonly bytes: Uint8Array }
  | { readonly type: 'announcement', readonly bytes: Uint8Array }

const WAIT_MS = 20_000

export function recordMesh (judge: (bytes: Uint8Array) => Verdict = () => 'accept'): Recorder {
  const seen: RecordedEvent[] = []
  const waiting = new Set<() => void>()
  const push = (event: RecordedEvent): void => { seen.push(event); for (const check of [...waiting]) check() }
  return {
    seen,
    events: {
      connected: (peer) => { push({ type: 'connected', peer }) },
      disconnected: (peer) => { push({ type: 'disconnected', peer }) },
      frame: (peer, stream, bytes) => { push({ type: 'frame', peer, stream, bytes }) },
      judge,
      announcement: (bytes) => { push({ type: 'announcement', bytes }) }
    },
    until: async (what, matches) => {
      if (matches(seen)) return
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => { waiting.delete(check); reject(new Error(`never seen: ${what}; seen: ${seen.map((event) => event.type).join(' ')}`)) }, WAIT_MS)
        const check = (): void => {
          if (!matches(seen)) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
      })
    }
  }
}

export const countOf = (seen: readonly RecordedEvent[], type: RecordedEvent['type']): number => seen.filter((event) => event.type === type).length
export const framesOf = (seen: readonly RecordedEvent[], stream?: MeshStream): readonly Uint8Array[] =>
  seen.flatMap((event) => event.type === 'frame' && (stream === undefined || event.stream === stream) ? [event.bytes] : [])

/** One node of a mesh under test. */
export interface TestPeer {
  readonly mesh: Mesh
  readonly recorder: Recorder
  readonly addresses: () => readonly string[]
}

/** How a mesh implementation is made and broken by the suite. */
export interface MeshHarness {
  /** A started mesh; each has an identity of its own. */
  readonly peer: (judge?: (bytes: Uint8Array) => Verdict) => Promise<TestPeer>
  /** Breaks what connects two peers, as a network does. */
  readonly cut: (a: TestPeer, b: TestPeer) => void
  /** Resolves when everyone's announcements would reach the others. */
  readonly settled: (peers: readonly TestPeer[]) => Promise<void>
  readonly close: () => Promise<void>
}

/** What every {@link Mesh} keeps; run it in a file of the implementation. */
export function meshCompliance (name: string, create: () => Promise<MeshHarness>): void {
  describe(`${name}, as a mesh`, () => {
    let harness: MeshHarness
    beforeEach(async () => { harness = await create() })
    afterEach(async () => { await harness.close() })

    const pair = async (): Promise<readonly [TestPeer, TestPeer]> => {
      const [a, b] = [await harness.peer(), await harness.peer()]
      a.mesh.keep(b.mesh.self, b.addresses())
      await both(a, b)
      return [a, b]
    }
    const both = async (a: TestPeer, b: TestPeer, times = 1): Promise<void> => {
      await a.recorder.until('connected', (seen) => countOf(seen, 'connected') >= times)
      await b.recorder.until('connected', (seen) => countOf(seen, 'connected') >= times)
    }

    describe('on keep', () => {
      for (const keeper of ['lower', 'higher']) {
        it(`connects both sides when the ${keeper} peer keeps the other [NEIGH-1] [NEIGH-9]`, async () => {
          const peers = [await harness.peer(), await harness.peer()]
          peers.sort((a, b) => comparePeers(a.mesh.self, b.mesh.self))
          const [a, b] = keeper === 'lower' ? [peers[0]!, peers[1]!] : [peers[1]!, peers[0]!]
          a.mesh.keep(b.mesh.self, b.addresses())
          await both(a, b)
          assert.equal(a.mesh.isConnected(b.mesh.self), true)
          assert.equal(b.mesh.isConnected(a.mesh.self), true)
        })
      }

      it('connects once when both sides keep each other at the same moment', async () => {
        const [a, b] = [await harness.peer(), await harness.peer()]
        a.mesh.keep(b.mesh.self, b.addresses())
        b.mesh.keep(a.mesh.self, a.addresses())
        await both(a, b)
        a.mesh.send(b.mesh.self, 'link', Uint8Array.of(1))
        b.mesh.send(a.mesh.self, 'link', Uint8Array.of(2))
        await b.recorder.until('a frame', (seen) => framesOf(seen).length > 0)
        await a.recorder.until('a frame', (seen) => framesOf(seen).length > 0)
        assert.equal(countOf(a.recorder.seen, 'connected') - countOf(a.recorder.seen, 'disconnected'), 1)
      })

      it('connects again after the connection was lost', async () => {
        const [a, b] = await pair()
        harness.cut(a, b)
        await a.recorder.until('disconnected', (seen) => countOf(seen, 'disconnected') === 1)
        await b.recorder.until('disconnected', (seen) => countOf(seen, 'disconnected') === 1)
        await both(a, b, 2)
        assert.equal(a.mesh.send(b.mesh.self, 'channel', Uint8Array.of(7)), true)
        await b.recorder.until('the frame', (seen) => framesOf(seen, 'channel').length === 1)
      })

      it('connects again after drop', async () => {
        const [a, b] = await pair()
        a.mesh.drop(b.mesh.self)
        await both(a, b, 2)
        assert.equal(countOf(a.recorder.seen, 'disconnected'), 1)
      })
    })

    describe('on release', () => {
      it('does not connect again after the connection was lost', async () => {
        const [a, b] = await pair()
        a.mesh.release(b.mesh.self)
        harness.cut(a, b)
        await a.recorder.until('disconnected', (seen) => countOf(seen, 'disconnected') === 1)
        const c = await harness.peer()
        a.mesh.keep(c.mesh.self, c.addresses())
        await both(a, c, 1)
        assert.equal(a.mesh.isConnected(b.mesh.self), false)
      })
    })

    describe('on send', () => {
      it('delivers the frames of a stream whole, in order, and after connected', async () => {
        const [a, b] = await pair()
        const count = 3_000
        for (let i = 0; i < count; i++) {
          const bytes = new Uint8Array(4 + i % 300)
          new DataView(bytes.buffer).setUint32(0, i)
          assert.equal(a.mesh.send(b.mesh.self, 'route', bytes), true, `frame ${i} found no room`)
          if (i % 100 === 99) await b.recorder.until(`${i} frames`, (seen) => framesOf(seen, 'route').length === i + 1)
        }
        const frames = framesOf(b.recorder.seen, 'route')
        frames.forEach((bytes, i) => {
          assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), i, `frame ${i}`)
          assert.equal(bytes.length, 4 + i % 300, `length of frame ${i}`)
        })
        assert.equal(b.recorder.seen[0]?.type, 'connected')
      })

      it('carries the longest frame of every stream', async () => {
        const [a, b] = await pair()
        for (const [stream, length] of [['link', 16_384], ['channel', 65_536], ['route', 16_384]] as const) {
          assert.equal(a.mesh.send(b.mesh.self, stream, new Uint8Array(length).fill(9)), true, stream)
          await b.recorder.until(`frame on ${stream}`, (seen) => framesOf(seen, stream).length === 1)
          assert.equal(framesOf(b.recorder.seen, stream)[0]!.length, length, stream)
        }
      })

      it('says false for a peer that is not connected', async () => {
        const [a, b] = [await harness.peer(), await harness.peer()]
        assert.equal(a.mesh.send(b.mesh.self, 'link', Uint8Array.of(1)), false)
      })

      it('drops a peer whose queue is full, with disconnected after false, and nobody else [NEIGH-8] (V22)', async () => {
        const [a, b] = await pair()
        const c = await harness.peer()
        c.mesh.keep(a.mesh.self, a.addresses())
        await c.recorder.until('connected', (seen) => countOf(seen, 'connected') === 1)
        await a.recorder.until('connected', (seen) => countOf(seen, 'connected') === 2)
        let sent = 0
        // No turn of the event loop passes here, so nothing can leave the queue.
        while (a.mesh.send(b.mesh.self, 'channel', new Uint8Array(65_000)) && sent < 100) sent++
        assert.ok(sent < 100, 'the queue has no bound')
        assert.equal(countOf(a.recorder.seen, 'disconnected'), 0)
        await a.recorder.until('disconnected', (seen) => countOf(seen, 'disconnected') === 1)
        assert.equal(a.mesh.send(c.mesh.self, 'link', Uint8Array.of(3)), true)
        await c.recorder.until('a frame', (seen) => framesOf(seen).length === 1)
        assert.deepEqual(a.recorder.seen.flatMap((event) => event.type === 'disconnected' ? [event.peer] : []), [b.mesh.self])
      })
    })

    describe('on announce', () => {
      it('delivers to the others what they accept, and what they do not accept to nobody', async () => {
        const refusing = await harness.peer((bytes) => bytes[33] === 1 ? 'reject' : 'accept')
        const [a, b] = [await harness.peer(), await harness.peer()]
        refusing.mesh.keep(a.mesh.self, a.addresses())
        b.mesh.keep(a.mesh.self, a.addresses())
        await harness.settled([a, b, refusing])
        a.mesh.announce(testAnnouncement(1))
        a.mesh.announce(testAnnouncement(2))
        await b.recorder.until('both', (seen) => countOf(seen, 'announcement') >= 2)
        await refusing.recorder.until('one', (seen) => countOf(seen, 'announcement') >= 1)
        await nextTurn()
        assert.deepEqual(refusing.recorder.seen.flatMap((event) => event.type === 'announcement' ? [event.bytes[33]] : []), [2])
      })
    })

    describe('on findMeetingPoint', () => {
      it('delivers the record of one that was announced before', async () => {
        const [a, b] = [await harness.peer(), await harness.peer()]
        b.mesh.keep(a.mesh.self, a.addresses())
        await harness.settled([a, b])
        const record = testAnnouncement(5)
        a.mesh.announce(record)
        await b.recorder.until('the announcement', (seen) => countOf(seen, 'announcement') === 1)
        b.mesh.findMeetingPoint(testAnnouncementId(record)!)
        await b.recorder.until('the record', (seen) => countOf(seen, 'announcement') === 2)
      })
    })

    describe('on stop', () => {
      it('ends the sessions of the others and may be called twice', async () => {
        const [a, b] = await pair()
        await b.mesh.stop()
        await b.mesh.stop()
        await a.recorder.until('disconnected', (seen) => countOf(seen, 'disconnected') === 1)
        assert.equal(b.mesh.send(a.mesh.self, 'link', Uint8Array.of(1)), false)
      })
    })
  })
}

/** An announcement as the mesh sees it: 33 bytes of role key, then anything. */
export function testAnnouncement (variant: number, key = 7): Uint8Array {
  const bytes = new Uint8Array(120).fill(key, 0, 33)
  bytes[33] = variant
  return bytes
}

/** The id of {@link testAnnouncement}: hex of its role key. */
export const testAnnouncementId = (bytes: Uint8Array): string | undefined =>
  bytes.length < 34 ? undefined : Buffer.from(bytes.subarray(0, 33)).toString('hex')
