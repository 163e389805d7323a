import assert from 'node:assert/strict'
import { mulG, scalarOf } from '../../src/core/crypto/curve.js'
import { peerIdOfPublicKey, type PeerId } from '../../src/core/base/ids.js'
import type { MeshStream } from '../../src/ports/mesh.js'
import { parseSeed, randomOf } from '../../simulations/harness/random.js'
import { createTrace } from '../../simulations/harness/trace.js'
import { createEventQueue, virtualClock, WORLD_START_MS, type EventQueue } from '../../simulations/harness/virtual-clock.js'
import { virtualMesh } from '../../simulations/harness/virtual-mesh.js'
import { createVirtualNetwork, type FrameFate, type Frame, type LatencyModel, type VirtualNetwork } from '../../simulations/harness/virtual-network.js'
import { crashDisk, createDisk, virtualStore } from '../../simulations/harness/virtual-store.js'

const runAll = (queue: EventQueue, untilMs = Infinity): void => { while (queue.runNext(untilMs)); }

describe('random, of a seed', () => {
  it('gives the same for the same seed and label, and another for another', () => {
    const draw = (seed: bigint, label: string): string => Array.from({ length: 8 }, () => randomOf(seed).fork(label).bits()).join(' ')
    assert.equal(draw(7n, 'a'), draw(7n, 'a'))
    assert.notEqual(draw(7n, 'a'), draw(8n, 'a'))
    assert.notEqual(draw(7n, 'a'), draw(7n, 'b'))
  })

  it('forks independently of what was drawn', () => {
    const random = randomOf(1n)
    const before = random.fork('x').bits()
    random.bits()
    assert.equal(random.fork('x').bits(), before)
  })

  it('draws whole numbers within their bounds, all of them, and permutations', () => {
    const random = randomOf(3n)
    const seen = new Set(Array.from({ length: 1_000 }, () => random.between(-2, 3)))
    assert.deepEqual([...seen].sort((a, b) => a - b), [-2, -1, 0, 1, 2, 3])
    assert.deepEqual(random.shuffled([1, 2, 3, 4]).sort((a, b) => a - b), [1, 2, 3, 4])
    assert.equal(random.bytes(7).length, 7)
    assert.throws(() => random.pick([]), /nothing to pick/)
  })

  it('reads seeds of 64 bits and nothing else', () => {
    assert.equal(parseSeed('18446744073709551615'), 18_446_744_073_709_551_615n)
    for (const text of ['18446744073709551616', '-1', '1.5', '', 'x', '0x1']) assert.equal(parseSeed(text), undefined, text)
  })
})

describe('virtual clock', () => {
  it('runs events in the order of time, then of scheduling, and idle ones after all ready ones', () => {
    const queue = createEventQueue()
    const seen: string[] = []
    const note = (name: string) => () => { seen.push(`${name}@${queue.nowMs}`) }
    queue.schedule(5, note('c'))
    queue.schedule(1, note('idle'), 'idle')
    queue.schedule(1, () => { note('a')(); queue.schedule(1, note('a2')) })
    queue.schedule(1, note('b'))
    queue.schedule(0, note('first'))
    runAll(queue)
    assert.deepEqual(seen, ['first@0', 'a@1', 'b@1', 'a2@1', 'idle@1', 'c@5'])
  })

  it('runs nothing that was taken back, nothing after the limit, and never goes back', () => {
    const queue = createEventQueue()
    let runs = 0
    queue.schedule(1, () => { runs++ })()
    queue.schedule(10, () => { runs++ })
    runAll(queue, 9)
    assert.equal(runs, 0)
    queue.advance(9)
    queue.advance(3)
    assert.equal(queue.nowMs, 9)
    queue.schedule(2, () => { runs++ })
    runAll(queue)
    assert.deepEqual([runs, queue.nowMs], [2, 10])
    assert.throws(() => { queue.schedule(Number.NaN, () => {}) }, /not a time/)
  })

  it('orders many events as sorting does', () => {
    const queue = createEventQueue()
    const random = randomOf(9n)
    const times = Array.from({ length: 500 }, () => random.below(100))
    const seen: number[] = []
    for (const at of times) queue.schedule(at, () => { seen.push(queue.nowMs) })
    runAll(queue)
    assert.deepEqual(seen, [...times].sort((a, b) => a - b))
  })

  it('forgets the callbacks of a dead process, and shows a skewed clock its own time', () => {
    const queue = createEventQueue()
    let alive = true
    let runs = 0
    const clock = virtualClock(queue, () => alive, 500)
    assert.equal(clock.now(), WORLD_START_MS + 500)
    clock.at(WORLD_START_MS + 600, () => { runs++ })
    clock.soon(() => { runs++ })
    runAll(queue, 99)
    assert.equal(runs, 1, 'the timer of its own time 600 is due at 100')
    runAll(queue, 100)
    assert.equal(runs, 2)
    clock.soon(() => { runs++ })
    alive = false
    runAll(queue)
    assert.equal(runs, 2)
  })
})

describe('virtual store', () => {
  const bytes = (value: number): Uint8Array => Uint8Array.of(value)

  it('makes batches durable in order after the write latency, and tells then', async () => {
    const queue = createEventQueue()
    const disk = createDisk()
    const latencies = [10, 1]
    const store = virtualStore({ disk, queue, writeMs: () => latencies.shift()!, isAlive: () => true })
    const seen: string[] = []
    store.write([{ key: 'a', value: bytes(1) }, { key: 'b', value: bytes(2) }], () => { seen.push(`first@${queue.nowMs}`) })
    store.write([{ key: 'a', value: undefined }], () => { seen.push(`second@${queue.nowMs}`) })
    assert.equal(disk.entries.size, 0, 'nothing is durable before its time')
    runAll(queue)
    assert.deepEqual(seen, ['first@10', 'second@10'])
    assert.deepEqual(await store.open(), [['b', bytes(2)]])
  })

  it('keeps what was told durable at a crash, and of the rest only the oldest batches, whole', () => {
    const kept = new Set<number>()
    for (let seed = 0n; seed < 20n; seed++) {
      const queue = createEventQueue()
      const disk = createDisk()
      let alive = true
      let told = 0
      const store = virtualStore({ disk, queue, writeMs: () => 5, isAlive: () => alive })
      store.write([{ key: 'told', value: bytes(0) }], () => { told++ })
      runAll(queue)
      for (let i = 0; i < 3; i++) store.write([{ key: `x${i}`, value: bytes(i) }, { key: `y${i}`, value: bytes(i) }], () => { told++ })
      alive = false
      crashDisk(disk, randomOf(seed))
      runAll(queue)
      assert.equal(told, 1, `seed ${seed}`)
      const count = [0, 1, 2].filter((i) => disk.entries.has(`x${i}`)).length
      kept.add(count)
      for (let i = 0; i < 3; i++) for (const key of [`x${i}`, `y${i}`]) assert.equal(disk.entries.has(key), i < count, `seed ${seed} ${key}`)
      assert.ok(disk.entries.has('told'))
    }
    assert.deepEqual([...kept].sort((a, b) => a - b), [0, 1, 2, 3])
  })

  it('tells an error and stores nothing while the disk fails', () => {
    const queue = createEventQueue()
    const disk = createDisk()
    disk.failing = true
    const errors: unknown[] = []
    virtualStore({ disk, queue, writeMs: () => 1, isAlive: () => true }).write([{ key: 'a', value: bytes(1) }], (error) => { errors.push(error) })
    runAll(queue)
    assert.equal(errors.length, 1)
    assert.ok(errors[0] instanceof Error)
    assert.equal(disk.entries.size, 0)
  })

  it('stores what the bytes were when they were handed over', () => {
    const queue = createEventQueue()
    const disk = createDisk()
    const value = bytes(1)
    virtualStore({ disk, queue, writeMs: () => 1, isAlive: () => true }).write([{ key: 'a', value }], () => {})
    value[0] = 9
    runAll(queue)
    assert.deepEqual(disk.entries.get('a'), bytes(1))
  })
})

/** Two or more peers on a virtual network that note what they see. */
function peersOn (options: { latency?: Partial<LatencyModel>, seed?: bigint, fate?: (frame: Frame, direction: 'in' | 'out') => FrameFate, count?: number } = {}) {
  const queue = createEventQueue()
  const latency = { minMs: 10, maxMs: 10, jitterMs: 0, noticeMs: 0, ...options.latency }
  const network: VirtualNetwork = createVirtualNetwork({
    queue,
    random: randomOf(options.seed ?? 1n),
    latency,
    observer: { fate: options.fate },
    recordId: (bytes) => `id${bytes[0]}`
  })
  const seen: string[] = []
  const join = (index: number) => {
    const name = 'abcdef'[index]!
    const peer: PeerId = peerIdOfPublicKey(mulG(scalarOf(new Uint8Array(32).fill(index + 1))))
    const mesh = virtualMesh(network, peer, () => true)
    const note = (what: string): void => { seen.push(`${queue.nowMs} ${name} ${what}`) }
    void mesh.start({
      connected: () => { note('connected') },
      disconnected: () => { note('disconnected') },
      frame: (_from: PeerId, stream: MeshStream, bytes: Uint8Array) => { note(`${stream} ${[...bytes].join(',')}`) },
      judge: (bytes) => bytes[0] === 0 ? 'reject' : 'accept',
      announcement: (bytes) => { note(`heard ${[...bytes].join(',')}`) }
    })
    return { mesh, peer, name }
  }
  const peers = Array.from({ length: options.count ?? 2 }, (_, index) => join(index))
  return { queue, network, seen, peers, join, a: peers[0]!, b: peers[1]! }
}

describe('virtual mesh', () => {
  it('connects peers of which one wants it, once, and carries frames in order after their latency', () => {
    const { queue, seen, a, b } = peersOn()
    a.mesh.keep(b.peer, [])
    runAll(queue, 50)
    assert.ok(a.mesh.isConnected(b.peer) && b.mesh.isConnected(a.peer))
    a.mesh.send(b.peer, 'link', Uint8Array.of(1))
    a.mesh.send(b.peer, 'link', Uint8Array.of(2))
    b.mesh.send(a.peer, 'route', Uint8Array.of(3))
    runAll(queue, 500)
    assert.deepEqual(seen, ['10 a connected', '10 b connected', '20 b link 1', '20 b link 2', '20 a route 3'])
  })

  it('refuses a frame without a connection', () => {
    const { a, b } = peersOn()
    assert.equal(a.mesh.send(b.peer, 'link', Uint8Array.of(1)), false)
  })

  it('keeps the order of a stream whatever the jitter, and gives the same times for the same seed', () => {
    const once = (seed: bigint): readonly string[] => {
      const { queue, seen, a, b } = peersOn({ latency: { minMs: 1, maxMs: 50, jitterMs: 40 }, seed })
      a.mesh.keep(b.peer, [])
      runAll(queue, 100)
      for (let i = 0; i < 30; i++) a.mesh.send(b.peer, 'channel', Uint8Array.of(i))
      runAll(queue, 1_000)
      return seen
    }
    const first = once(5n)
    assert.deepEqual(first.filter((line) => line.includes('channel')).map((line) => Number(line.split(' ')[3])), Array.from({ length: 30 }, (_, i) => i))
    assert.deepEqual(once(5n), first)
    assert.notDeepEqual(once(6n), first)
  })

  it('loses what is under way when a connection is cut, tells both sides, and reconnects after the cut', () => {
    const { queue, network, seen, a, b } = peersOn()
    a.mesh.keep(b.peer, [])
    runAll(queue, 20)
    a.mesh.send(b.peer, 'channel', Uint8Array.of(1))
    network.cut(a.peer, b.peer, 1_000)
    runAll(queue, 1_000)
    assert.deepEqual(seen.slice(2), ['10 a disconnected', '10 b disconnected'], 'nothing arrived, nothing reconnected')
    assert.equal(a.mesh.send(b.peer, 'channel', Uint8Array.of(2)), false)
    runAll(queue, 10_000)
    assert.equal(seen.filter((line) => line.endsWith('connected') && !line.endsWith('disconnected')).length, 4)
  })

  it('lets a side send into nothing until it notices the loss', () => {
    const { queue, network, seen, a, b } = peersOn({ latency: { noticeMs: 2_000 }, seed: 2n })
    a.mesh.keep(b.peer, [])
    runAll(queue, 20)
    network.cut(a.peer, b.peer, 0)
    assert.equal(a.mesh.send(b.peer, 'channel', Uint8Array.of(1)), true)
    runAll(queue, 20_000)
    assert.equal(seen.filter((line) => line.includes('channel')).length, 0)
    assert.equal(seen.filter((line) => line.endsWith('disconnected')).length, 2)
    const order = seen.filter((line) => line.includes(' a ')).map((line) => line.split(' ')[2])
    assert.deepEqual(order, ['connected', 'disconnected', 'connected'])
  })

  it('cuts across a partition only, and heals at once when told', () => {
    const { queue, network, peers: [a, b, c] } = peersOn({ count: 3 })
    a!.mesh.keep(b!.peer, [])
    b!.mesh.keep(c!.peer, [])
    runAll(queue, 100)
    network.partition([[a!.peer, b!.peer], [c!.peer]], 1_000_000)
    runAll(queue, 5_000)
    assert.deepEqual([a!.mesh.isConnected(b!.peer), b!.mesh.isConnected(c!.peer)], [true, false])
    network.heal()
    runAll(queue, 20_000)
    assert.equal(b!.mesh.isConnected(c!.peer), true)
  })

  it('lets a filter drop, alter and delay; a delay holds what comes after it on the stream', () => {
    const { queue, seen, a, b } = peersOn({
      fate: ({ bytes }, direction) => direction !== 'out' ? 'pass' : bytes[0] === 1 ? 'drop' : bytes[0] === 2 ? { bytes: Uint8Array.of(22) } : bytes[0] === 3 ? { delayMs: 100 } : 'pass'
    })
    a.mesh.keep(b.peer, [])
    runAll(queue, 20)
    for (const value of [1, 2, 3, 4]) a.mesh.send(b.peer, 'channel', Uint8Array.of(value))
    a.mesh.send(b.peer, 'route', Uint8Array.of(5))
    runAll(queue, 500)
    assert.deepEqual(seen.slice(2), ['20 b channel 22', '20 b route 5', '120 b channel 3', '120 b channel 4'])
  })

  it('passes an announcement on from neighbour to neighbour, once each, unless it is judged bad', () => {
    const { queue, seen, peers: [a, b, c] } = peersOn({ count: 3 })
    a!.mesh.keep(b!.peer, [])
    b!.mesh.keep(c!.peer, [])
    c!.mesh.keep(a!.peer, [])
    runAll(queue, 100)
    a!.mesh.announce(Uint8Array.of(7))
    a!.mesh.announce(Uint8Array.of(0))
    runAll(queue, 1_000)
    assert.deepEqual(seen.filter((line) => line.includes('heard')).map((line) => line.slice(line.indexOf(' ') + 1)).sort(), ['b heard 7', 'c heard 7'])
  })

  it('finds a record that was published while a peer was away', () => {
    const { queue, seen, join, a, b } = peersOn()
    a.mesh.keep(b.peer, [])
    runAll(queue, 100)
    a.mesh.announce(Uint8Array.of(7))
    runAll(queue, 200)
    const c = join(2)
    c.mesh.keep(a.peer, [])
    runAll(queue, 1_000)
    assert.equal(seen.filter((line) => line.includes('c heard')).length, 0)
    c.mesh.findMeetingPoint('id7')
    c.mesh.findMeetingPoint('id8')
    runAll(queue, 2_000)
    assert.equal(seen.filter((line) => line.includes('c heard 7')).length, 1)
  })

  it('tells the neighbours of a process that is gone, and connects to the next one', async () => {
    const { queue, seen, join, a, b } = peersOn()
    a.mesh.keep(b.peer, [])
    runAll(queue, 20)
    await b.mesh.stop()
    runAll(queue, 1_000)
    assert.deepEqual(seen.slice(2), ['10 a disconnected'])
    join(1)
    runAll(queue, 10_000)
    assert.equal(a.mesh.isConnected(b.peer), true)
  })
})

describe('trace', () => {
  it('hashes every line, keeps them only when asked, and tells each', () => {
    const told: string[] = []
    const kept = createTrace({ keep: true, onLine: (line) => { told.push(line) } })
    const hashed = createTrace()
    for (const trace of [kept, hashed]) trace.line(5, 'n1', '>', 'n2', 'link/1', 12)
    assert.deepEqual(kept.lines, ['5 n1 > n2 link/1 12'])
    assert.deepEqual(told, kept.lines)
    assert.deepEqual(hashed.lines, [])
    assert.equal(hashed.hash(), kept.hash())
    hashed.line(6, 'n1', 'x')
    assert.notEqual(hashed.hash(), kept.hash())
  })
})
