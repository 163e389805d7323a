/**
 * The curve and what is built on it, in reading order: scalar.ts (numbers mod n), this file (points, and the engine that
 * computes them), hash.ts, schnorr.ts (signatures), adaptor.ts (signatures short of a secret), musig.ts (several signers),
 * taproot.ts, keys.ts and shachain.ts (keys and secrets of a commitment), elgamal.ts (points that hops re-randomise),
 * onion.ts and lock-message.ts (what travels on a route).
 */
import * as tiny from 'tiny-secp256k1'
import { equalBytes, fromHex, isHexOf, type Hex } from '../base/bytes.js'
import { invariant } from '../base/invariant.js'
import { isScalar, isZero, mulScalars, negateScalar, toNumber, ORDER } from './scalar.js'

export { addScalars, isScalar, mulScalars, negateScalar, scalarOf, subScalars } from './scalar.js'

/**
 * What a library of the curve secp256k1 has to offer: the few operations that cost real time.
 *
 * The engine is chosen once, by the entry point of the process, before the first step. It is pure, and every engine
 * gives the same bytes, so it is no part of a step's environment; `test/compliance/curve.ts` holds them against
 * each other. Points are 33 bytes compressed, scalars 32 bytes big-endian, and checked by the functions below.
 * Bytes that are no point make `mul`, `add` and `mulAddG` throw a RangeError.
 */
export interface CurveEngine {
  readonly name: string
  /** Whether 33 bytes are a point of the curve. */
  isPoint: (bytes: Uint8Array) => boolean
  /** s·G in constant time, s from 1 to n - 1. */
  mulG: (scalar: Uint8Array) => Uint8Array
  /** s·P, s from 1 to n - 1. */
  mul: (point: Uint8Array, scalar: Uint8Array) => Uint8Array
  /** A + B, undefined for infinity. */
  add: (a: Uint8Array, b: Uint8Array) => Uint8Array | undefined
  /** factor·P + s·G, both from 1 to n - 1, undefined for infinity. For public values only: time depends on them. */
  mulAddG: (point: Uint8Array, factor: Uint8Array, scalar: Uint8Array) => Uint8Array | undefined
  /** BIP 340 signature of a 32-byte message with 32 auxiliary bytes. */
  signSchnorr: (message: Uint8Array, secret: Uint8Array, aux: Uint8Array) => Uint8Array
  /** BIP 340 verification of any 64 bytes by a key that is known to be the x of a point; never throws. */
  verifySchnorr: (signature: Uint8Array, message: Uint8Array, xOnlyKey: Uint8Array) => boolean
}

export const POINT_BYTES = 33

// The library throws from within WebAssembly when it meets bytes that are no point, and each time a piece of its stack
// is lost: after a few thousand times every call fails. So it must never see such bytes. Checking costs half as much as
// an addition; arrays that were checked, or that it gave, are therefore remembered as long as they live.
const knownPoints = new WeakSet<Uint8Array>()

function known (point: Uint8Array): Uint8Array {
  knownPoints.add(point)
  return point
}

function checked (point: Uint8Array): Uint8Array {
  if (!knownPoints.has(point) && !tinyCurve.isPoint(point)) throw new RangeError('not a point')
  return point
}

function finite (point: ReturnType<typeof tiny.pointFromScalar>): Uint8Array {
  invariant(point !== null, 'a multiple of a point by 1 to n - 1 is never infinity')
  return known(point)
}

const finiteOrNone = (point: ReturnType<typeof tiny.pointAdd>): Uint8Array | undefined => point === null ? undefined : known(point)

/** The engine that needs nothing installed: libsecp256k1 compiled to WebAssembly. */
export const tinyCurve: CurveEngine = {
  name: 'tiny-secp256k1',
  isPoint: (bytes) => {
    // Always computed: the array could have been written to since it was remembered.
    if (!tiny.isPointCompressed(bytes)) return false
    known(bytes)
    return true
  },
  mulG: (scalar) => finite(tiny.pointFromScalar(scalar, true)),
  mul: (point, scalar) => finite(tiny.pointMultiply(checked(point), scalar, true)),
  add: (a, b) => finiteOrNone(tiny.pointAdd(checked(a), checked(b), true)),
  mulAddG: (point, factor, scalar) => {
    // Key recovery of ECDSA gives r⁻¹·(s·R - h·G), in one double multiplication, about a third cheaper than two
    // single ones and an addition. With R = P, so r = x of P, and s = factor·r, h = -scalar·r it gives what we want.
    const r = checked(point).subarray(1)
    if (toNumber(r) >= ORDER) return tinyCurve.add(tinyCurve.mul(point, factor), tinyCurve.mulG(scalar)) // no r of ECDSA; one x of 2^128
    const signature = new Uint8Array(64)
    signature.set(r)
    signature.set(mulScalars(factor, r), 32)
    return finiteOrNone(tiny.recover(negateScalar(mulScalars(scalar, r)), signature, point[0] === 3 ? 1 : 0, true))
  },
  signSchnorr: (message, secret, aux) => tiny.signSchnorr(message, secret, aux),
  verifySchnorr: (signature, message, xOnlyKey) => {
    // Of r or s of n or more the library says by throwing, before it enters WebAssembly, what BIP 340 says by failing.
    try {
      return tiny.verifySchnorr(message, xOnlyKey, signature)
    } catch {
      return false
    }
  }
}

let engine: CurveEngine = tinyCurve

/** Chooses the engine of this process; call it before the first step. */
export const useCurve = (chosen: CurveEngine): void => { engine = chosen }

/** The engine in use. */
export const curve = (): CurveEngine => engine

/** Name of the engine in use, such as `tiny-secp256k1`. */
export const curveName = (): string => engine.name

/** Whether the bytes are a point in its compressed form: 33 bytes, 2 or 3 first. Infinity has no such form. */
export const isPoint = (bytes: Uint8Array): boolean =>
  bytes.length === POINT_BYTES && (bytes[0] === 2 || bytes[0] === 3) && engine.isPoint(bytes)

/** s·G. @param scalar - from 1 to n - 1 */
export function mulG (scalar: Uint8Array): Uint8Array {
  invariant(isScalar(scalar), 'mulG takes a scalar from 1 to n - 1')
  return engine.mulG(scalar)
}

// A secret is checked by each part that it passes on its way; the arrays stay the same ones, and are never written to.
const opened = new WeakMap<Uint8Array, Uint8Array>()

/** Whether s·G = P. A yes is remembered for this pair of arrays, as long as that of the secret lives. */
export function opens (secret: Uint8Array, point: Uint8Array): boolean {
  if (opened.get(secret) === point) return true
  if (!isScalar(secret) || !equalBytes(mulG(secret), point)) return false
  opened.set(secret, point)
  return true
}

/** Points that are remembered by their text. */
const NAMED_POINTS_MAX = 1_024
const namedPoints = new Map<Hex, Uint8Array>()

/**
 * The point that an id of 66 hexadecimal digits is, undefined when it is none. The ids of meeting points come with every
 * route, so they are remembered; their arrays are shared, and must not be written to.
 */
export function pointOfId (id: Hex): Uint8Array | undefined {
  const known = namedPoints.get(id)
  if (known !== undefined) return known
  const point = isHexOf(id, POINT_BYTES) ? fromHex(id) : undefined
  if (point === undefined || !isPoint(point)) return undefined
  if (namedPoints.size >= NAMED_POINTS_MAX) namedPoints.clear()
  namedPoints.set(id, point)
  return point
}

/** s·P. @param point - already checked by {@link isPoint} @param scalar - from 1 to n - 1, so the result is a point */
export function mul (point: Uint8Array, scalar: Uint8Array): Uint8Array {
  invariant(isScalar(scalar), 'mul takes a scalar from 1 to n - 1')
  return engine.mul(point, scalar)
}

/** A + B, or undefined when it is infinity, that is when B = -A. */
export const addPoints = (a: Uint8Array, b: Uint8Array): Uint8Array | undefined => engine.add(a, b)

/** -P: the other parity byte. */
export function negatePoint (point: Uint8Array): Uint8Array {
  const negated = point.slice()
  negated[0] = point[0]! ^ 1
  return knownPoints.has(point) ? known(negated) : negated
}

/**
 * P + s·G, or undefined when it is infinity.
 *
 * @param scalar - from 0 to n - 1; zero gives the point itself
 */
export function addMulG (point: Uint8Array, scalar: Uint8Array): Uint8Array | undefined {
  if (isZero(scalar)) return point.slice()
  return engine.add(point, mulG(scalar))
}

/**
 * factor·P + s·G, or undefined when it is infinity. Time depends on the arguments: for public values only,
 * as in the verification of signatures.
 *
 * @param factor - from 1 to n - 1
 * @param scalar - from 0 to n - 1
 */
export function mulAddG (point: Uint8Array, factor: Uint8Array, scalar: Uint8Array): Uint8Array | undefined {
  if (isZero(scalar)) return mul(point, factor)
  invariant(isScalar(factor) && isScalar(scalar), 'mulAddG takes scalars below n and a factor that is not zero')
  return engine.mulAddG(point, factor, scalar)
}
