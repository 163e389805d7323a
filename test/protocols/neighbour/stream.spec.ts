import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { streamPair } from '@libp2p/utils'
import { encodeRecord } from '../../../protocols/neighbour/codec.js'
import { NeighbourStream, type StreamLimits } from '../../../protocols/neighbour/stream.js'
import { createTurns } from '../../../protocols/neighbour/turns.js'
import type { Stream } from '@libp2p/interface'
import type { Fault } from '../../../src/core/base/step.js'

const limits: StreamLimits = { name: 'link', protocol: () => '/test', messageBytesMax: 1_000, startCredit: 4_000 }
const SESSION = new Uint8Array(8).fill(1)

interface Side { readonly stream: NeighbourStream, readonly messages: Uint8Array[], readonly ended: Promise<{ readonly reason: string, readonly fault: Fault | undefined }>, readonly greeted: Promise<Uint8Array>, readonly count: (count: number) => Promise<void> }

function sideOf (raw: Stream, bytesMax = 1 << 20, onMessage: (stream: NeighbourStream) => void = () => {}): Side {
  const messages: Uint8Array[] = []
  const waiting: Array<() => void> = []
  const ended = Promise.withResolvers<{ reason: string, fault: Fault | undefined }>()
  const greeted = Promise.withResolvers<Uint8Array>()
  const stream = new NeighbourStream(raw, limits, { bytes: 0, bytesMax }, createTurns(8), {
    hello: (session) => { greeted.resolve(session) },
    message: (bytes) => { messages.push(bytes); onMessage(stream); for (const check of waiting) check() },
    ended: (reason, fault) => { ended.resolve({ reason, fault }) }
  })
  return {
    stream,
    messages,
    ended: ended.promise,
    greeted: greeted.promise,
    count: async (count) => { await new Promise<void>((resolve) => { const check = (): void => { if (messages.length >= count) resolve() }; waiting.push(check); check() }) }
  }
}

describe('neighbour stream', () => {
  const pair = async (): Promise<readonly [Side, Side]> => {
    const [a, b] = await streamPair()
    return [sideOf(a), sideOf(b)]
  }
  /** A peer whose bytes we write by hand. */
  const byHand = async (): Promise<{ readonly raw: Stream, readonly side: Side }> => {
    const [raw, b] = await streamPair()
    raw.addEventListener('message', () => {})
    return { raw, side: sideOf(b) }
  }
  const message = (length: number): Uint8Array => encodeRecord({ kind: 'message', bytes: new Uint8Array(length).fill(7) })
  const hello = encodeRecord({ kind: 'hello', session: SESSION })
  const faultOf = async (side: Side): Promise<string | undefined> => (await side.ended).fault?.requirement

  it('greets, and delivers nothing before it may [NEIGH-2]', async () => {
    const [a, b] = await pair()
    a.stream.sendHello(SESSION)
    a.stream.send(Uint8Array.of(1))
    assert.deepEqual(await b.greeted, SESSION)
    for (let i = 0; i < 5; i++) await new Promise((resolve) => { setImmediate(resolve) })
    assert.equal(b.messages.length, 0)
    b.stream.deliver()
    await b.count(1)
  })

  it('carries far more than its credit when the other side processes it [NEIGH-6] [NEIGH-7]', async () => {
    const [a, b] = await pair()
    a.stream.sendHello(SESSION)
    b.stream.sendHello(SESSION)
    b.stream.deliver()
    for (let i = 0; i < 500; i++) assert.equal(a.stream.send(new Uint8Array(100 + i % 900).fill(i & 0xff)), true)
    await b.count(500)
    assert.ok(b.messages.every((bytes, i) => bytes[0] === (i & 0xff) && bytes.length === 100 + i % 900))
    assert.equal(a.stream.queue.bytes, 0)
  })

  it('stops sending when its credit is used, whatever waits [NEIGH-6]', async () => {
    const [raw, b] = await streamPair()
    let got = 0
    raw.addEventListener('message', (event) => { got += event.data.byteLength })
    const side = sideOf(b)
    for (let i = 0; i < 50; i++) side.stream.send(new Uint8Array(968))
    for (let i = 0; i < 20; i++) await new Promise((resolve) => { setTimeout(resolve, 1) })
    assert.equal(got, 4 * (968 + 3))
    assert.equal(side.stream.queue.bytes, 46 * 1_000)
  })

  it('drops a peer that sends more than its credit [NEIGH-6]', async () => {
    const { raw, side } = await byHand()
    raw.send(hello)
    for (let i = 0; i < 10; i++) if (raw.status === 'open') raw.send(message(500))
    assert.equal(await faultOf(side), 'NEIGH-6')
  })

  it('drops a peer that sends many tiny messages beyond its credit [NEIGH-6]', async () => {
    const { raw, side } = await byHand()
    raw.send(hello)
    for (let i = 0; i < 130; i++) if (raw.status === 'open') raw.send(message(1))
    assert.equal(await faultOf(side), 'NEIGH-6')
  })

  for (const [what, units] of [['too small', 10], ['of nothing', 0], ['above the start credit', 1_000_000]] as const) {
    it(`drops a peer that gives credit ${what} [NEIGH-7]`, async () => {
      const { raw, side } = await byHand()
      raw.send(hello)
      raw.send(encodeRecord({ kind: 'credit', units }))
      assert.equal(await faultOf(side), 'NEIGH-7')
    })
  }

  it('drops a peer at the length of a message above the limit [NEIGH-4]', async () => {
    const { raw, side } = await byHand()
    raw.send(hello)
    raw.send(Uint8Array.of(0xea, 0x07))
    assert.equal(await faultOf(side), 'NEIGH-4')
  })

  it('drops a peer that speaks before hello, or says hello twice [NEIGH-5]', async () => {
    const first = await byHand()
    first.raw.send(message(1))
    assert.equal(await faultOf(first.side), 'NEIGH-5')
    const second = await byHand()
    second.raw.send(hello)
    second.raw.send(hello)
    assert.equal(await faultOf(second.side), 'NEIGH-5')
  })

  it('refuses to queue beyond its bound, and frees it when it ends [NEIGH-8]', async () => {
    const [a] = await streamPair()
    const side = sideOf(a, 2_500)
    assert.equal(side.stream.send(new Uint8Array(1_000)), true)
    assert.equal(side.stream.send(new Uint8Array(1_000)), true)
    assert.equal(side.stream.send(new Uint8Array(1_000)), false)
    side.stream.end('done')
    assert.equal(side.stream.queue.bytes, 0)
    assert.equal(side.stream.send(Uint8Array.of(1)), false)
  })

  it('holds no more for a peer that sends and never reads than its credit each way and the bound of its queue (V22) [NEIGH-6] [NEIGH-8]', async () => {
    const [raw, b] = await streamPair()
    let [answered, isDropped] = [0, false]
    let got = 0
    // The peer takes bytes off the wire and gives no credit for them, as one whose program stands still.
    raw.addEventListener('message', (event) => { got += event.data.byteLength })
    const bytesMax = 20_000
    const side = sideOf(b, bytesMax, (stream) => {
      if (stream.send(new Uint8Array(968))) answered++
      else { isDropped = true; stream.end('its queue is full') }
      assert.ok(stream.queue.bytes <= bytesMax)
    })
    side.stream.deliver()
    raw.send(hello)
    // By its own account it may send on, since what it sends is processed.
    for (let i = 0; i < 200 && !isDropped; i++) {
      raw.send(message(968))
      await new Promise((resolve) => { setImmediate(resolve) })
    }
    assert.ok(isDropped)
    assert.equal(answered, 4 + bytesMax / 1_000)
    const credit = encodeRecord({ kind: 'credit', units: 2_000 }).length
    assert.equal(got, 4 * (968 + 3) + Math.floor(answered / 2) * credit, 'what left is bounded by the credit it gave at the start')
    assert.equal(side.stream.queue.bytes, 0)
  })

  it('drops a peer whose record trickles in too slowly [NEIGH-10]', async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const [raw, b] = await streamPair()
      const side = sideOf(b)
      const bytes = message(500)
      let ended = false
      void side.ended.then(() => { ended = true })
      raw.send(hello)
      for (let i = 0; i < bytes.length - 1 && !ended; i++) {
        raw.send(bytes.subarray(i, i + 1))
        for (let turn = 0; turn < 3; turn++) {
          mock.timers.tick(100)
          await new Promise((resolve) => { setImmediate(resolve) })
        }
      }
      assert.equal(await faultOf(side), 'NEIGH-10')
    } finally {
      mock.timers.reset()
    }
  })

  it('ends once when the other side ends, and ends what is queued', async () => {
    const [a, b] = await pair()
    b.stream.sendHello(SESSION)
    await a.greeted
    b.stream.end('done')
    assert.equal((await a.ended).fault, undefined)
    assert.equal(a.stream.ended, true)
  })

  it('yields to the event loop while a flood is processed', async () => {
    const [a, b] = await pair()
    a.stream.sendHello(SESSION)
    b.stream.sendHello(SESSION)
    for (let i = 0; i < 100; i++) a.stream.send(Uint8Array.of(i))
    await b.greeted
    let turns = 0
    let counting = true
    const count = (): void => { if (counting) { turns++; setImmediate(count) } }
    count()
    b.stream.deliver()
    await b.count(100)
    counting = false
    // 8 messages a turn.
    assert.ok(turns >= 12, `${turns} turns for 100 messages`)
  })
})

describe('turns', () => {
  it('give everyone a place in the order in which they asked, so many each turn', async () => {
    const turns = createTurns(3)
    const order: string[] = []
    const worker = async (name: string): Promise<void> => { for (let i = 0; i < 4; i++) { await turns.take(); order.push(name) } }
    await Promise.all([worker('a'), worker('b')])
    assert.deepEqual([...order].sort(), ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'])
    assert.ok(order.lastIndexOf('a') > order.indexOf('b') + 1, order.join(''))
  })
})
