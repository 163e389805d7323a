import assert from 'node:assert/strict'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { GATE_REFUSED, gateProof, passGate } from '../../protocols/gate/stream.js'
import { createRecordAssembler } from '../../protocols/neighbour/codec.js'
import type { Verdict } from './target.js'

const RECORD_BYTES_MAX = 400

/**
 * A byte stream is cut into records: however the stream arrives, the records are the same, each is within the limit,
 * and no more waits in memory than has arrived.
 */
export function assemblerCheck (input: Uint8Array): Verdict {
  const read = (chunkBytes: number): { records: Uint8Array[], isFaulty: boolean } => {
    const assembler = createRecordAssembler(RECORD_BYTES_MAX)
    const records: Uint8Array[] = []
    for (let at = 0; at < input.length; at += chunkBytes) {
      const chunk = input.subarray(at, at + chunkBytes)
      const { records: whole, fault } = assembler.push(chunk)
      for (const record of whole) {
        assert.ok(record.length > 0 && record.length <= RECORD_BYTES_MAX && record.buffer.byteLength <= RECORD_BYTES_MAX)
        records.push(record)
      }
      if (fault !== undefined) {
        assert.equal(fault.requirement, 'NEIGH-4')
        return { records, isFaulty: true }
      }
      assert.ok(assembler.pendingBytes <= Math.min(at + chunk.length, RECORD_BYTES_MAX + 3), `${assembler.pendingBytes} bytes wait after ${at + chunk.length}`)
    }
    return { records, isFaulty: false }
  }
  const whole = read(input.length)
  assert.deepEqual(read(1 + (input[0] ?? 0) % 7), whole)
  return whole.isFaulty ? 'refused' : 'value'
}

const SIDES = { dialler: new Uint8Array(33).fill(2), listener: new Uint8Array(33).fill(3), network: 'fuzz', networkKey: new Uint8Array(32).fill(9) }
const NONCES = { dialler: new Uint8Array(32).fill(4), listener: new Uint8Array(32).fill(5) }
/** Longest wait for the gate's word: a listener that hears nothing more waits for its signal. */
const PATIENCE_MS = 5_000
/** Turns of the event loop in which a listener reads and answers two messages. */
const TURNS = 12

const framed = (...body: ReadonlyArray<number | Uint8Array>): Uint8Array => {
  const bytes = Buffer.concat(body.map((part) => typeof part === 'number' ? Uint8Array.of(part) : part))
  return new Uint8Array(Buffer.concat([Uint8Array.of(bytes.length), bytes]))
}

/** What a member says to a listener, and beginnings of it. */
export function gateSeeds (): readonly Uint8Array[] {
  const nonce = framed(1, NONCES.dialler)
  const proof = framed(2, gateProof('dialler', SIDES, NONCES.dialler, NONCES.listener))
  return [new Uint8Array(Buffer.concat([nonce, proof])), nonce, new Uint8Array(Buffer.concat([nonce, framed(3)]))]
}

/** A stranger writes bytes and ends: it passes only with the one proof, and every other end is an error of the gate or of the stream. */
export async function gateCheck (input: Uint8Array): Promise<Verdict> {
  const [outbound, inbound] = multiaddrConnectionPair()
  const listening = passGate(inbound, { ...SIDES, role: 'listener', nonce: NONCES.listener, signal: AbortSignal.timeout(PATIENCE_MS) })
  const outcome = listening.then(() => 'passed', (error: unknown) => error)
  if (input.length > 0) outbound.send(input)
  // What was written is read before the end is seen: the pair delivers in turns of the event loop.
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => { setImmediate(resolve) })
  outbound.abort(new Error('the stranger went away'))
  const ended = await outcome
  inbound.abort(new Error('over'))
  const [honest] = gateSeeds()
  const isHonest = Buffer.compare(input.subarray(0, honest!.length), honest!) === 0
  if (ended === 'passed') {
    assert.ok(isHonest, 'passed without the proof')
    return 'value'
  }
  assert.ok(ended instanceof Error)
  assert.ok(!(ended instanceof TypeError || ended instanceof RangeError), `${ended.stack}`)
  assert.ok(!ended.message.startsWith(GATE_REFUSED) || ended.message.length < 200)
  return 'refused'
}
