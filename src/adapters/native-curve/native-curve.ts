import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type * as Koffi from 'koffi'
import { equalBytes, fromHex } from '../../core/base/bytes.js'
import type { CurveEngine } from '../../core/crypto/curve.js'
import { bindSecp256k1, type Secp256k1 } from './binding.js'

/** File names under which systems install the library, newest first; a number is a revision of its interface. */
const LIBRARY_NAMES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['libsecp256k1.so.6', 'libsecp256k1.so.5', 'libsecp256k1.so.2', 'libsecp256k1.so.1'],
  freebsd: ['libsecp256k1.so.6', 'libsecp256k1.so.5', 'libsecp256k1.so.2', 'libsecp256k1.so.1'],
  darwin: ['libsecp256k1.6.dylib', 'libsecp256k1.5.dylib', 'libsecp256k1.2.dylib', 'libsecp256k1.1.dylib'].flatMap((name) => [name, `/opt/homebrew/lib/${name}`, `/usr/local/lib/${name}`])
}

/**
 * The curve engine of the system's own libsecp256k1, several times faster than WebAssembly.
 * It needs the optional package `koffi` and the library (Debian: `libsecp256k1-1` or `-2`); without them the node
 * runs on the default engine.
 *
 * @param onAbsent - told in a sentence why there is none
 * @returns undefined when package or library is absent, or when the library fails its first trial
 * @example
 * const engine = loadNativeCurve((reason) => log.info(reason))
 * if (engine !== undefined) useCurve(engine)
 */
export function loadNativeCurve (onAbsent: (reason: string) => void = () => {}): CurveEngine | undefined {
  let koffi: typeof Koffi
  try {
    koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
  } catch {
    onAbsent('the optional package koffi is not installed, or has no binary for this system')
    return undefined
  }
  for (const name of LIBRARY_NAMES[process.platform] ?? []) {
    let library: Koffi.LibraryHandle
    try {
      library = koffi.load(name)
    } catch {
      continue // not installed under this name
    }
    try {
      const engine = nativeCurve(bindSecp256k1(koffi, library))
      if (passesTrial(engine)) return engine
      onAbsent(`${name} gave a wrong answer in its trial`)
    } catch (error) {
      onAbsent(`${name} cannot be used: ${error instanceof Error ? error.message : String(error)}`)
    }
    return undefined
  }
  onAbsent('the library libsecp256k1 is not installed on this system')
  return undefined
}

function nativeCurve (library: Secp256k1): CurveEngine {
  const { scratch } = library
  library.randomize(randomBytes(32))

  // Every argument that the library calls illegal ends the process, so nothing unparsed goes any further.
  const parse = (point: Uint8Array, slot: 0 | 1 = 0): void => {
    if (point.length !== 33 || !library.parsePoint(point, slot)) throw new RangeError('not a point')
  }
  const mul = (point: Uint8Array, scalar: Uint8Array): Uint8Array => {
    parse(point)
    scratch.scalar.set(scalar)
    const done = library.multiplyPoint()
    scratch.scalar.fill(0)
    if (!done) throw new RangeError('not a scalar from 1 to n - 1')
    return library.point()
  }
  return {
    name: 'libsecp256k1',
    isPoint: (bytes) => library.parsePoint(bytes, 0),
    mulG: (scalar) => {
      scratch.scalar.set(scalar)
      const done = library.createPoint()
      scratch.scalar.fill(0)
      if (!done) throw new RangeError('not a scalar from 1 to n - 1')
      return library.point()
    },
    mul,
    add: (a, b) => {
      parse(a, 0)
      parse(b, 1)
      return library.combinePoints() ? library.point() : undefined
    },
    mulAddG: (point, factor, scalar) => {
      parse(point)
      scratch.scalar.set(factor)
      if (!library.multiplyPoint()) throw new RangeError('not a factor from 1 to n - 1')
      scratch.scalar.set(scalar)
      return library.addScalarToPoint() ? library.point() : undefined
    },
    signSchnorr: (message, secret, aux) => {
      scratch.message.set(message)
      scratch.scalar.set(secret)
      scratch.aux.set(aux)
      const done = library.signSchnorr()
      scratch.scalar.fill(0)
      scratch.aux.fill(0)
      scratch.keypair.fill(0)
      if (!done) throw new RangeError('not a secret from 1 to n - 1')
      return scratch.signature.slice()
    },
    verifySchnorr: (signature, message, xOnlyKey) => {
      scratch.signature.set(signature)
      scratch.message.set(message)
      scratch.bytes.set(xOnlyKey)
      return library.verifySchnorr()
    }
  }
}

// Row 1 of the vectors of BIP 340.
const TRIAL = {
  secret: fromHex('b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef'),
  publicKey: fromHex('02dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659'),
  aux: fromHex('0000000000000000000000000000000000000000000000000000000000000001'),
  message: fromHex('243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89'),
  signature: fromHex('6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de33418906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a')
}

/** One known answer, so that a library of a strange build is found out before it touches money. */
function passesTrial (engine: CurveEngine): boolean {
  const { secret, publicKey, aux, message, signature } = TRIAL
  return equalBytes(engine.mulG(secret), publicKey) &&
    equalBytes(engine.signSchnorr(message, secret, aux), signature) &&
    engine.verifySchnorr(signature, message, publicKey.subarray(1)) &&
    !engine.verifySchnorr(signature, secret, publicKey.subarray(1))
}
