import { createRequire } from 'node:module'
import { concatBytes, equalBytes } from '../../core/base/bytes.js'
import { taggedHash } from '../../core/base/hash.js'
import { addMulG, isPoint, isScalar } from '../../core/crypto/curve.js'
import { verifySchnorr } from '../../core/crypto/schnorr.js'
import { isWitnessProgram } from '../../ports/chain-parameters.js'
import type { Coin } from './coins.js'
import type { ParsedTransaction } from './parsed-transaction.js'

/** The part of the package that is used; it brings no types of its own. */
interface Bitcore {
  readonly crypto: { readonly Schnorr: { verify: (key: Uint8Array, message: Uint8Array, signature: { toBuffer: () => Uint8Array }) => boolean } }
  readonly Script: { new (bytes: Buffer): object, readonly Interpreter: Interpreter }
  readonly Transaction: { new (bytes: Buffer): BitcoreTransaction, readonly Output: new (fields: { satoshis: number, script: object }) => object }
}
interface BitcoreTransaction { readonly inputs: Array<{ output: object }> }
interface Interpreter {
  new (): { verify: (script: object, output: object, tx: BitcoreTransaction, index: number, flags: number, witness: Buffer[], satoshis: number) => boolean, errstr: string }
  readonly [flag: `SCRIPT_VERIFY_${string}`]: number
  verifyTaprootCommitment: (control: Uint8Array, program: Uint8Array, leafHash: Uint8Array) => boolean
  computeTaprootMerkleRoot: (control: Uint8Array, leafHash: Uint8Array) => Uint8Array
}

let loaded: Bitcore | undefined

/**
 * Loads the package at its first use: that takes a fifth of a second. In 11.5.1 it drops leading zero bytes of a key
 * before it hashes it, and so refuses good signatures, and good leaves, of one key in 256. Both checks are done by our
 * curve instead, which is also thirty times faster.
 */
function bitcore (): Bitcore {
  if (loaded !== undefined) return loaded
  loaded = createRequire(import.meta.url)('bitcore-lib') as Bitcore
  // It notes its version as a global, to complain of a second copy of itself; the globals are not its to use.
  Reflect.deleteProperty(globalThis, '_bitcore')
  loaded.crypto.Schnorr.verify = (key, message, signature) => {
    const bytes = signature.toBuffer()
    return bytes.length >= 64 && key.length === 32 && verifySchnorr(Uint8Array.from(bytes.subarray(0, 64)), Uint8Array.from(message), Uint8Array.from(key))
  }
  const { Interpreter } = loaded.Script
  Interpreter.verifyTaprootCommitment = (control, program, leafHash) => isCommitted(control, program, Interpreter.computeTaprootMerkleRoot(control, leafHash))
  return loaded
}

/** Whether an output key is the internal key of a control block, tweaked by a tree of leaves. @see BIP 341 */
function isCommitted (control: Uint8Array, program: Uint8Array, root: Uint8Array): boolean {
  const internal = Uint8Array.from(control.subarray(1, 33))
  const even = concatBytes(Uint8Array.of(2), internal)
  const tweak = taggedHash('TapTweak', internal, Uint8Array.from(root))
  // A tweak that is no scalar fails; nobody will ever find one.
  if (!isPoint(even) || !isScalar(tweak)) return false
  const output = addMulG(even, tweak)
  return output !== undefined && (output[0]! & 1) === (control[0]! & 1) && equalBytes(output.subarray(1), Uint8Array.from(program))
}

/** Everything Bitcoin Core's mempool asks for, but CLEANSTACK: the package applies it wrongly to native witness programs. */
const FLAGS = ['P2SH', 'STRICTENC', 'DERSIG', 'LOW_S', 'NULLDUMMY', 'SIGPUSHONLY', 'MINIMALDATA', 'DISCOURAGE_UPGRADABLE_NOPS', 'CHECKLOCKTIMEVERIFY',
  'CHECKSEQUENCEVERIFY', 'WITNESS', 'DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM', 'MINIMALIF', 'NULLFAIL', 'WITNESS_PUBKEYTYPE', 'CONST_SCRIPTCODE',
  'TAPROOT', 'DISCOURAGE_UPGRADABLE_TAPROOT_VERSION', 'DISCOURAGE_OP_SUCCESS', 'DISCOURAGE_UPGRADABLE_PUBKEYTYPE'] as const

/** The pay-to-anchor output, which anybody may spend with an empty witness. @see Bitcoin Core 28 */
export const ANCHOR_SCRIPT = Uint8Array.of(0x51, 0x02, 0x4e, 0x73)

export type ScriptKind = 'witness-key-hash' | 'witness-script-hash' | 'taproot' | 'anchor' | 'key-hash' | 'other'

/** The kind of an output's script. */
export function scriptKind (script: Uint8Array): ScriptKind {
  if (isWitnessProgram(script)) {
    if (script[0] === 0) return script.length === 22 ? 'witness-key-hash' : script.length === 34 ? 'witness-script-hash' : 'other'
    if (script[0] === 0x51 && script.length === 34) return 'taproot'
    return script.length === 4 && ANCHOR_SCRIPT.every((byte, i) => script[i] === byte) ? 'anchor' : 'other'
  }
  const keyHash = script.length === 25 && script[0] === 0x76 && script[1] === 0xa9 && script[2] === 20 && script[23] === 0x88 && script[24] === 0xac
  return keyHash ? 'key-hash' : 'other'
}

/** A signature script of exactly two pushes: what a key hash is spent with, and all that its spending may hold. */
function isKeyHashSpend (script: Uint8Array): boolean {
  const first = script[0] ?? 0
  const second = script[1 + first] ?? 0
  return first > 0 && first <= 75 && second > 0 && second <= 75 && script.length === 2 + first + second
}

/**
 * Runs the scripts of every input. Spends of other kinds of outputs than {@link scriptKind} names are refused: the
 * embedded chain judges less than a real node, never more loosely.
 *
 * @returns what failed, or undefined when all hold
 */
export function verifyScripts (tx: ParsedTransaction, coins: readonly Coin[]): string | undefined {
  const { Script, Transaction } = bitcore()
  const flags = FLAGS.reduce((sum, name) => sum | Script.Interpreter[`SCRIPT_VERIFY_${name}`]!, 0)
  let judged: BitcoreTransaction
  let scripts: object[]
  try {
    judged = new Transaction(Buffer.from(tx.raw))
    scripts = coins.map(({ script }) => new Script(Buffer.from(script)))
    coins.forEach(({ valueSat }, i) => { judged.inputs[i]!.output = new Transaction.Output({ satoshis: Number(valueSat), script: scripts[i]! }) })
  } catch (error) {
    return `not readable (${String(error)})`
  }
  for (const [i, input] of tx.inputs.entries()) {
    const coin = coins[i]!
    const kind = scriptKind(coin.script)
    // The package knows no anchors: a version 1 program of two bytes needs nothing at all.
    if (kind === 'anchor' && input.script.length === 0) continue
    if (kind === 'other' || kind === 'anchor') return 'a kind of output that this chain does not judge'
    if (kind === 'key-hash' && !isKeyHashSpend(input.script)) return 'a signature script that is not clean'
    const interpreter = new Script.Interpreter()
    try {
      const holds = interpreter.verify(new Script(Buffer.from(input.script)), scripts[i]!, judged, i, flags, input.witness.map((item) => Buffer.from(item)), Number(coin.valueSat))
      if (holds) continue
    } catch (error) {
      return `input ${i}: ${String(error)}`
    }
    return `input ${i}: ${interpreter.errstr === '' ? 'the signature does not hold' : interpreter.errstr}`
  }
  return undefined
}
