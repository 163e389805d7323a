import assert from 'node:assert/strict'
import { isDeepStrictEqual, inspect } from 'node:util'
import type { Random } from '../../simulations/harness/random.js'
import { mutated } from './mutate.js'

/** What a decoder made of an input. */
export type Verdict = 'value' | 'refused'

/** One decoder that reads what strangers, disks or people write. */
export interface FuzzTarget {
  readonly name: string
  /** Valid inputs, and some that are nearly valid. */
  readonly seeds: () => readonly Uint8Array[]
  /** Reads an input once and checks all that must hold; what it throws is a finding. */
  readonly check: (input: Uint8Array) => Verdict | Promise<Verdict>
  /** Another input made of one. Bytes are mutated unless said otherwise. */
  readonly mutate?: (input: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array
  /** A slow target gets one of so many executions. */
  readonly oneOf?: number
}

/** A decoder and its encoder. */
export interface Codec<T> {
  /** Undefined: refused with an error of the right type. Any other error is thrown on. */
  readonly decode: (input: Uint8Array) => T | undefined
  readonly encode: (value: T) => Uint8Array
  /** One value has one encoding, so a decoded input is encoded as itself. */
  readonly canonical: boolean
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Values of objects, arrays and bytes in all: what a decoded value keeps in memory. */
export function sizeOf (value: unknown): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Uint8Array) return value.buffer.byteLength
  if (typeof value !== 'object' || value === null) return 1
  let size = 1
  for (const each of Object.values(value)) size += sizeOf(each)
  return size
}

/** Of the input's length: a decoded value is never larger than this factor and summand allow. */
const VALUE_FACTOR = 16
const VALUE_BASE = 4_096

/** The properties that every codec has: decode(encode(x)) = x, one encoding where the format has one, and a value no larger than its input. */
export const checkOf = <T>({ decode, encode, canonical }: Codec<T>) => (input: Uint8Array): Verdict => {
  const value = decode(input)
  if (value === undefined) return 'refused'
  const encoded = encode(value)
  // The texts are made only when they are needed: there are millions of executions.
  if (canonical && !same(encoded, input)) assert.fail(`a second encoding of one value: ${hex(input)} is written ${hex(encoded)}`)
  const again = decode(encoded)
  if (!isDeepStrictEqual(again, value)) assert.fail(`read as ${inspect(value)}, written and read again as ${inspect(again)}`)
  const size = sizeOf(value)
  if (size > VALUE_BASE + VALUE_FACTOR * input.length) assert.fail(`a value of ${size} of an input of ${input.length} bytes`)
  return 'value'
}

/** Calls a decoder that throws; undefined when it threw an error of one of these names. */
export function unlessThrown<T> (names: readonly string[], action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined
    throw error
  }
}

/** What a run of one target found. */
export interface FuzzReport {
  readonly target: string
  readonly executions: number
  readonly values: number
  readonly refused: number
  /** The first input that broke a property, as hex, and what was wrong. */
  readonly finding?: { readonly input: string, readonly error: { readonly thrown: unknown } }
}

/** Share of inputs that are nothing but random bytes. */
const NOISE = 0.03

/** Makes the inputs of a run from seeded chance: a valid input or a mutation of a mutation. */
export function * inputsOf (target: FuzzTarget, random: Random, corpus: readonly Uint8Array[]): Generator<Uint8Array, undefined, 'kept' | undefined> {
  yield * corpus
  const kept: Uint8Array[] = []
  for (;;) {
    const base = kept.length > 0 && random.chance(0.3) ? random.pick(kept) : random.pick(corpus)
    const input = random.chance(NOISE) ? random.bytes(random.below(300)) : (target.mutate ?? mutated)(base, random, corpus)
    // What was read as a value is a new base: from there the next mutation goes deeper.
    if ((yield input) !== 'kept' || input.length > 4_096) continue
    if (kept.length < 256) kept.push(input)
    else kept[random.below(kept.length)] = input
  }
}

/** Runs a target `runs` times; stops at the first finding. */
export async function fuzz (target: FuzzTarget, random: Random, runs: number): Promise<FuzzReport> {
  const corpus = target.seeds()
  assert.ok(corpus.length > 0, `${target.name} has no corpus`)
  const inputs = inputsOf(target, random, corpus)
  let [values, refused] = [0, 0]
  let said: 'kept' | undefined
  // Most executions end in an error that nobody reads: its stack is not worth its time.
  const { stackTraceLimit } = Error
  try {
    for (let executions = 0; executions < runs; executions++) {
      Error.stackTraceLimit = 0
      const input = inputs.next(said).value!
      const error = await findingOf(target, input, (verdict) => {
        if (verdict === 'value') values++
        else refused++
        said = verdict === 'value' ? 'kept' : undefined
      })
      if (error === undefined) continue
      Error.stackTraceLimit = stackTraceLimit
      return { target: target.name, executions: executions + 1, values, refused, finding: { input: hex(input), error: await findingOf(target, input, () => {}) ?? error } }
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  return { target: target.name, executions: runs, values, refused }
}

/** What an input breaks, if anything. */
export async function findingOf (target: FuzzTarget, input: Uint8Array, onVerdict: (verdict: Verdict) => void): Promise<{ readonly thrown: unknown } | undefined> {
  try {
    const checked = target.check(input)
    onVerdict(typeof checked === 'string' ? checked : await checked)
    return undefined
  } catch (thrown) {
    return { thrown }
  }
}
