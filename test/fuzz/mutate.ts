import type { Random } from '../../simulations/harness/random.js'

/** Longest input a mutation makes: more than any frame, so that the refusal of what is too long is reached too. */
export const INPUT_BYTES_MAX = 70_000
const MUTATIONS_MAX = 4

/** Lengths and numbers at which readers go wrong. */
const NUMBERS: readonly bigint[] = [
  0n, 1n, 2n, 127n, 128n, 255n, 256n, 16_383n, 16_384n, 65_535n, 65_536n, (1n << 31n) - 1n, 1n << 31n, (1n << 32n) - 1n, 1n << 32n,
  (1n << 48n) - 1n, 1n << 48n, (1n << 53n) - 1n, 1n << 53n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n
]
const BYTES: readonly number[] = [0, 1, 2, 3, 4, 0x0a, 0x12, 0x7f, 0x80, 0xfe, 0xff]

type Mutator = (input: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array

const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
const place = (input: Uint8Array, random: Random): number => input.length === 0 ? 0 : random.below(input.length)

/** A number in the variable-length form of protobuf: 7 bits a byte, the lowest first. */
export function varintOf (value: bigint): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) {
      bytes.push(Number(rest))
      return Uint8Array.from(bytes)
    }
    bytes.push(Number(rest & 127n) | 128)
  }
}

function bigEndianOf (value: bigint, width: number): Uint8Array {
  const out = new Uint8Array(width)
  for (let i = width - 1, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 255n)
  return out
}

const overwrite = (input: Uint8Array, at: number, bytes: Uint8Array): Uint8Array => {
  const out = input.slice()
  out.set(bytes.subarray(0, Math.max(0, out.length - at)), at)
  return out
}

const flipBit: Mutator = (input, random) => {
  const at = place(input, random)
  return overwrite(input, at, Uint8Array.of((input[at] ?? 0) ^ (1 << random.below(8))))
}
const setByte: Mutator = (input, random) => overwrite(input, place(input, random), Uint8Array.of(random.chance(0.5) ? random.pick(BYTES) : random.below(256)))
const insert: Mutator = (input, random) => {
  const at = random.below(input.length + 1)
  return join(input.subarray(0, at), random.bytes(random.between(1, 8)), input.subarray(at))
}
const remove: Mutator = (input, random) => {
  const at = place(input, random)
  return join(input.subarray(0, at), input.subarray(at + random.between(1, 8)))
}
const cut: Mutator = (input, random) => input.slice(0, place(input, random))
const repeat: Mutator = (input, random) => {
  const at = place(input, random)
  const end = Math.min(input.length, at + random.between(1, 64))
  return join(input.subarray(0, end), ...Array.from({ length: random.chance(0.05) ? 200 : 1 }, () => input.subarray(at, end)), input.subarray(end))
}
const move: Mutator = (input, random) => {
  const [from, to] = [place(input, random), place(input, random)]
  return overwrite(input, to, input.slice(from, from + random.between(1, 40)))
}
/** A length or number of fixed width, big-endian as in the canonical structs. */
const fixedNumber: Mutator = (input, random) => overwrite(input, place(input, random), bigEndianOf(random.pick(NUMBERS), random.pick([1, 2, 4, 6, 8, 16])))
/** A number of variable length, as it stands in protobuf and before frames; sometimes in a form that is too long. */
const variableNumber: Mutator = (input, random) => {
  const at = place(input, random)
  const number = random.chance(0.1) ? new Uint8Array(random.between(1, 12)).fill(0xff) : varintOf(random.pick(NUMBERS))
  return join(input.subarray(0, at), number, input.subarray(at + random.between(0, 2)))
}
/** The head of one valid input and the tail of another. */
const crossOver: Mutator = (input, random, others) => {
  const other = others.length === 0 ? input : random.pick(others)
  return join(input.subarray(0, random.below(input.length + 1)), other.subarray(place(other, random)))
}
/** A piece of another valid input in the middle of this one. */
const splice: Mutator = (input, random, others) => {
  const other = others.length === 0 ? input : random.pick(others)
  const from = place(other, random)
  const at = random.below(input.length + 1)
  return join(input.subarray(0, at), other.subarray(from, from + random.between(1, 80)), input.subarray(at))
}

/** One field of a protobuf message: where it begins, where its body begins, where it ends. */
interface Field { readonly start: number, readonly body: number, readonly end: number, readonly isMessage: boolean }

/** The fields of bytes that could be a protobuf message; undefined when they are none. */
function fieldsOf (bytes: Uint8Array): readonly Field[] | undefined {
  const fields: Field[] = []
  let at = 0
  const number = (): number | undefined => {
    let value = 0
    for (let i = 0; i < 5 && at < bytes.length; i++) {
      const byte = bytes[at++]!
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) return value
    }
    return undefined
  }
  while (at < bytes.length) {
    const start = at
    const tag = number()
    if (tag === undefined || tag < 8) return undefined
    let body = at
    switch (tag & 7) {
      case 0: if (number() === undefined) return undefined; break
      case 1: at += 8; break
      case 2: {
        const length = number()
        if (length === undefined) return undefined
        body = at
        at += length
        break
      }
      case 5: at += 4; break
      default: return undefined
    }
    if (at > bytes.length) return undefined
    fields.push({ start, body, end: at, isMessage: (tag & 7) === 2 })
  }
  return fields
}

/** Doubles, drops, swaps or renumbers a field of a protobuf message, or goes into one that is a message itself. */
const field: Mutator = (input, random, others) => {
  const fields = fieldsOf(input)
  if (fields === undefined || fields.length === 0) return flipBit(input, random, others)
  const one = random.pick(fields)
  const bytes = input.subarray(one.start, one.end)
  if (one.isMessage && one.end > one.body && random.chance(0.6)) {
    const inner = field(input.slice(one.body, one.end), random, others)
    const tag = input.subarray(one.start, one.start + 1)
    return join(input.subarray(0, one.start), tag, varintOf(BigInt(inner.length)), inner, input.subarray(one.end))
  }
  switch (random.below(5)) {
    case 0: return join(input.subarray(0, one.end), bytes, input.subarray(one.end))
    case 1: return join(input.subarray(0, one.start), input.subarray(one.end))
    case 2: return join(bytes, input.subarray(0, one.start), input.subarray(one.end))
    case 3: return overwrite(input, one.start, Uint8Array.of(random.below(256)))
    default: return join(input.subarray(0, one.body), one.isMessage ? new Uint8Array(0) : varintOf(random.pick(NUMBERS)), input.subarray(one.isMessage ? one.body : one.end))
  }
}

const BYTE_MUTATORS: readonly Mutator[] = [flipBit, flipBit, setByte, setByte, insert, remove, cut, repeat, move, fixedNumber, fixedNumber, variableNumber, crossOver, splice, field, field, field]

/** Another input made of a valid one: one to four mutations, at most {@link INPUT_BYTES_MAX} bytes. */
export function mutated (input: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  let out = input
  for (let count = random.between(1, MUTATIONS_MAX); count > 0; count--) out = random.pick(BYTE_MUTATORS)(out, random, others)
  return out.length > INPUT_BYTES_MAX ? out.slice(0, INPUT_BYTES_MAX) : out
}

/** Values at which readers of JSON go wrong. */
const JSON_VALUES: readonly unknown[] = [
  null, true, false, 0, -1, 1.5, 1e308, 9_007_199_254_740_993, '', '0', '-1', '1e9', '1500msat', '99999999999999999999btc', '0.00000000001btc', '__proto__', 'constructor', 'toString',
  '\u0000', '\u202e', '\ud800', 'x'.repeat(5_000), [], {}, [[]], [null], { a: { b: { c: {} } } }
]
const JSON_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype', 'id', 'params', 'method', 'amount', 'toString', '']

/** JSON with one value or key changed anywhere in it, as text; what is no JSON is mutated as bytes. */
export function mutatedJson (input: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(input))
  } catch {
    return mutated(input, random, others) // A corpus may hold texts that are no JSON.
  }
  if (random.chance(0.25)) return mutated(input, random, others)
  const text = JSON.stringify(changed(value, random)) ?? 'null'
  // JSON.stringify writes an own key `__proto__` only when it is one; a stranger simply writes it.
  return new TextEncoder().encode(random.chance(0.1) ? text.replace('"', '"__proto__":{"polluted":true},"') : text)
}

function changed (value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return random.pick(JSON_VALUES)
  if (Array.isArray(value)) {
    if (value.length === 0 || random.chance(0.2)) return random.chance(0.1) ? Array.from({ length: 200 }, () => value[0] as unknown) : [...value as unknown[], random.pick(JSON_VALUES)]
    const at = random.below(value.length)
    return value.map((each: unknown, index) => index === at ? changed(each, random) : each)
  }
  const entries = Object.entries(value)
  if (entries.length === 0 || random.chance(0.2)) return Object.fromEntries([...entries, [random.pick(JSON_KEYS), random.pick(JSON_VALUES)]])
  const at = random.below(entries.length)
  if (random.chance(0.15)) return Object.fromEntries(entries.filter((_, index) => index !== at))
  return Object.fromEntries(entries.map(([key, each], index) => index === at ? [random.chance(0.15) ? random.pick(JSON_KEYS) : key, changed(each, random)] : [key, each]))
}
