import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { lpStream, multiaddrConnectionPair } from '@libp2p/utils'
import { gateProof, passGate, type GateSides } from '../../../protocols/gate/stream.js'

const fixed = { dialler: new Uint8Array(33).fill(2), listener: new Uint8Array(33).fill(3), network: 'test', networkKey: new Uint8Array(32).fill(9) }

const sides = (role: 'dialler' | 'listener', changes: Partial<GateSides> = {}): GateSides =>
  ({ ...fixed, role, nonce: randomBytes(32), signal: new AbortController().signal, ...changes })

describe('gate proof', () => {
  const nonces = [new Uint8Array(32).fill(4), new Uint8Array(32).fill(5)] as const
  const proof = gateProof('dialler', fixed, ...nonces)

  it('is the same for the same inputs', () => {
    assert.equal(Buffer.from(gateProof('dialler', { ...fixed }, ...nonces)).toString('hex'), Buffer.from(proof).toString('hex'))
    assert.equal(proof.length, 32)
  })

  it('binds the role, both identity keys, both nonces, the network and its key [GATE-3]', () => {
    const others = [
      gateProof('listener', fixed, ...nonces),
      gateProof('dialler', { ...fixed, dialler: fixed.listener, listener: fixed.dialler }, ...nonces),
      gateProof('dialler', { ...fixed, dialler: new Uint8Array(33).fill(7) }, ...nonces),
      gateProof('dialler', { ...fixed, listener: new Uint8Array(33).fill(7) }, ...nonces),
      gateProof('dialler', { ...fixed, network: 'tesu' }, ...nonces),
      gateProof('dialler', { ...fixed, networkKey: new Uint8Array(32).fill(8) }, ...nonces),
      gateProof('dialler', fixed, nonces[1], nonces[0]),
      gateProof('dialler', fixed, nonces[0], new Uint8Array(32))
    ].map((bytes) => Buffer.from(bytes).toString('hex'))
    assert.equal(new Set([Buffer.from(proof).toString('hex'), ...others]).size, others.length + 1)
  })
})

describe('gate', () => {
  const run = async (dialler: Partial<GateSides>, listener: Partial<GateSides>): Promise<PromiseSettledResult<unknown>[]> => {
    const [outbound, inbound] = multiaddrConnectionPair()
    return await Promise.allSettled([
      passGate(outbound, sides('dialler', dialler)).catch((error: unknown) => { outbound.abort(new Error('refused')); throw error }),
      passGate(inbound, sides('listener', listener)).catch((error: unknown) => { inbound.abort(new Error('refused')); throw error })
    ])
  }
  /** A dialler that we play by hand against a true listener. */
  const byHand = () => {
    const [outbound, inbound] = multiaddrConnectionPair()
    const controller = new AbortController()
    const listening = passGate(inbound, sides('listener', { signal: controller.signal })).catch((error: unknown) => { inbound.abort(new Error('refused')); throw error })
    listening.catch(() => {})
    return { outbound, framed: lpStream(outbound), listening, controller }
  }

  it('lets two members pass, and gives the connection back for what follows [GATE-1]', async () => {
    const [outbound, inbound] = multiaddrConnectionPair()
    const [a, b] = await Promise.all([passGate(outbound, sides('dialler')), passGate(inbound, sides('listener'))])
    const got = new Promise((resolve) => { b.addEventListener('message', (event) => { resolve([...event.data.subarray()]) }) })
    a.send(Uint8Array.of(1, 2, 3))
    assert.deepEqual(await got, [1, 2, 3])
  })

  it('refuses on both sides when the keys differ [GATE-4]', async () => {
    const results = await run({ networkKey: new Uint8Array(32).fill(1) }, {})
    assert.deepEqual(results.map((result) => result.status), ['rejected', 'rejected'])
    assert.match(String((results[0] as PromiseRejectedResult).reason), /network gate: refused by the listener/)
  })

  it('refuses a proof that differs in one bit anywhere [GATE-5]', async () => {
    for (const bit of [0, 100, 255]) {
      const { framed, listening } = byHand()
      const nonce = randomBytes(32)
      await framed.write(Uint8Array.of(1, ...nonce))
      const theirs = (await framed.read()).subarray(1)
      const proof = gateProof('dialler', fixed, nonce, theirs)
      proof[bit >> 3]! ^= 1 << (bit & 7)
      await framed.write(Uint8Array.of(2, ...proof))
      assert.deepEqual([...(await framed.read()).subarray()], [3], `bit ${bit}`)
      framed.unwrap().abort(new Error('done'))
      await assert.rejects(listening, /another network key/, `bit ${bit}`)
    }
  })

  it('refuses the messages of an earlier connection [GATE-2]', async () => {
    const nonce = randomBytes(32)
    const first = byHand()
    await first.framed.write(Uint8Array.of(1, ...nonce))
    const proof = gateProof('dialler', fixed, nonce, (await first.framed.read()).subarray(1))
    await first.framed.write(Uint8Array.of(2, ...proof))
    await first.listening
    const second = byHand()
    await second.framed.write(Uint8Array.of(1, ...nonce))
    await second.framed.read()
    await second.framed.write(Uint8Array.of(2, ...proof))
    assert.deepEqual([...(await second.framed.read()).subarray()], [3])
    second.outbound.abort(new Error('done'))
    await assert.rejects(second.listening)
  })

  it('gives a stranger nothing but a nonce: the listener proves itself last [GATE-4]', async () => {
    const { framed, outbound, listening } = byHand()
    await framed.write(Uint8Array.of(1, ...randomBytes(32)))
    assert.equal((await framed.read()).subarray()[0], 1)
    outbound.abort(new Error('gone'))
    await assert.rejects(listening)
  })

  it('ends when its time is over [GATE-6]', async () => {
    const { listening, controller } = byHand()
    controller.abort(new Error('5 s are over'))
    await assert.rejects(listening)
  })

  for (const [what, message] of [
    ['is longer than 33 bytes', new Uint8Array(34).fill(1)], ['is shorter', Uint8Array.of(1, 2)], ['comes in the wrong place', Uint8Array.of(2, ...new Uint8Array(32))], ['is of an unknown kind', new Uint8Array(33).fill(7)]
  ] as const) {
    it(`closes when a message ${what} [GATE-7]`, async () => {
      const { framed, listening } = byHand()
      await framed.write(message)
      await assert.rejects(listening)
    })
  }
})
