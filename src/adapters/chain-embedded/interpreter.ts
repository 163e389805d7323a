import { createRequire } from 'node:module'
import { isWitnessProgram } from '../../ports/chain-parameters.js'
import type { Coin } from './coins.js'
import type { ParsedTransaction } from './parsed-transaction.js'

/** The part of the package that is used; it brings no types of its own. */
interface Bitcore {
  readonly Script: { new (bytes: Buffer): object, readonly Interpreter: Interpreter }
  readonly Transaction: { new (bytes: Buffer): BitcoreTransaction, readonly Output: new (fields: { satoshis: number, script: object }) => object }
}
interface BitcoreTransaction { readonly inputs: Array<{ output: object }> }
interface Interpreter {
  new (): { verify: (script: object, output: object, tx: BitcoreTransaction, index: number, flags: number, witness: Buffer[], satoshis: number) => boolean, errstr: string }
  readonly [flag: `SCRIPT_VERIFY_${string}`]: number
}

let loaded: Bitcore | undefined
/** Loading takes a fifth of a second, so only a chain that judges scripts does it. */
const bitcore = (): Bitcore => { loaded ??= createRequire(import.meta.url)('bitcore-lib') as Bitcore; return loaded }

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
