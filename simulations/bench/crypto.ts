import { loadNativeCurve } from '../../src/adapters/native-curve/native-curve.js'
import { adapt, extractSecret, preSign, preVerify } from '../../src/core/crypto/adaptor.js'
import { addMulG, addPoints, addScalars, curve, isPoint, mul, mulAddG, mulG, mulScalars, scalarOf, tinyCurve, useCurve, type CurveEngine } from '../../src/core/crypto/curve.js'
import { decryptPoint, makeEndpointPair, rerandomise, rerandomisePair } from '../../src/core/crypto/elgamal.js'
import { revocationPublicKey } from '../../src/core/crypto/keys.js'
import { maskMessage, openMessage, sealMessage } from '../../src/core/crypto/lock-message.js'
import { openOnion, sealOnion, wrapOnion } from '../../src/core/crypto/onion.js'
import { signSchnorr, verifySchnorr } from '../../src/core/crypto/schnorr.js'
import { taprootKey } from '../../src/core/crypto/taproot.js'

/** Microseconds of one call: the median over {@link BATCHES} batches. */
export type MicrosecondsByOperation = Readonly<Record<string, number>>

/** What {@link benchCrypto} measured. */
export interface CryptoBench {
  /** By the name of the engine, each with the same operations. */
  readonly engines: Readonly<Record<string, MicrosecondsByOperation>>
  /** Why the system's library was not measured. */
  readonly nativeAbsent?: string
}

const BATCHES = 11
/** A batch is long against the clock's resolution and short against the other work of the machine. */
const BATCH_MICROSECONDS = 4_000

/** Layers of the onion that is opened: a half route of middle length. */
const ONION_HOPS = 8

/**
 * Measures what each operation of the curve costs on every engine of this machine, in microseconds a call.
 * A few seconds; the engine in use is the same afterwards as before.
 */
export async function benchCrypto (): Promise<CryptoBench> {
  let nativeAbsent: string | undefined
  const native = loadNativeCurve((reason) => { nativeAbsent = reason })
  const before = curve()
  try {
    const engines: Record<string, MicrosecondsByOperation> = {}
    for (const engine of native === undefined ? [tinyCurve] : [tinyCurve, native]) engines[engine.name] = await measureEngine(engine)
    return nativeAbsent === undefined ? { engines } : { engines, nativeAbsent }
  } finally {
    useCurve(before)
  }
}

async function measureEngine (engine: CurveEngine): Promise<MicrosecondsByOperation> {
  useCurve(engine)
  const results: Record<string, number> = {}
  for (const [name, run] of Object.entries(operations())) {
    results[name] = median(run)
    await new Promise((resolve) => { setImmediate(resolve) }) // lets timers and sockets of the process have their turn
  }
  return results
}

/** Each operation on fixed arguments; what it gives is not used, and no engine remembers results. */
function operations (): Readonly<Record<string, () => unknown>> {
  const scalar = (label: number): Uint8Array => scalarOf(new Uint8Array(32).fill(label))
  const [secret, t, message, aux] = [scalar(1), scalar(2), scalar(3), scalar(4)]
  const [key, point] = [mulG(secret), mulG(t)]
  const signature = signSchnorr(message, secret, aux)
  const preSignature = preSign(message, secret, point, aux)
  const adapted = adapt(preSignature, t)
  const pair = makeEndpointPair(secret, t)
  const token = { c1: point, c2: key }
  const sealed = sealMessage(message, aux)

  const payload = new Uint8Array(128).fill(5)
  const isPayload = (candidate: Uint8Array): boolean => candidate.length === payload.length && candidate.every((byte) => byte === 5)
  const innermost = sealOnion(pair, payload, t, aux)
  let onion = innermost
  for (let i = 0; i < ONION_HOPS; i++) onion = wrapOnion(onion, pair, t, scalar(10 + i))

  return {
    addScalars: () => addScalars(secret, t),
    mulScalars: () => mulScalars(secret, t),
    isPoint: () => isPoint(key),
    addPoints: () => addPoints(key, point),
    mulG: () => mulG(secret),
    addMulG: () => addMulG(point, secret),
    mul: () => mul(point, secret),
    mulAddG: () => mulAddG(point, secret, t),
    signSchnorr: () => signSchnorr(message, secret, aux),
    verifySchnorr: () => verifySchnorr(signature, message, key),
    preSign: () => preSign(message, secret, point, aux),
    preVerify: () => preVerify(preSignature, message, key, point),
    adapt: () => adapt(preSignature, t),
    extractSecret: () => extractSecret(preSignature, adapted, point),
    rerandomise: () => rerandomise(token, key, t),
    rerandomisePair: () => rerandomisePair(pair, t),
    decryptPoint: () => decryptPoint(token, secret),
    revocationPublicKey: () => revocationPublicKey(key, point),
    taprootKey: () => taprootKey(key, message),
    wrapOnion: () => wrapOnion(innermost, pair, t, secret),
    [`openOnion of ${ONION_HOPS} hops`]: () => openOnion(onion, secret, isPayload),
    maskMessage: () => maskMessage(sealed, t),
    sealMessage: () => sealMessage(message, aux),
    openMessage: () => openMessage(sealed, aux)
  }
}

/** Median microseconds of a call, rounded to hundredths. */
function median (run: () => unknown): number {
  // The first calls warm up the compiler and tell how many fill a batch.
  const calls = Math.max(1, Math.round(BATCH_MICROSECONDS / timeOf(run, 20)))
  const times = Array.from({ length: BATCHES }, () => timeOf(run, calls)).sort((a, b) => a - b)
  return Math.round(100 * times[BATCHES >> 1]!) / 100
}

/** Mean microseconds of a call over one batch. */
function timeOf (run: () => unknown, calls: number): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < calls; i++) run()
  return Number(process.hrtime.bigint() - start) / 1_000 / calls
}
