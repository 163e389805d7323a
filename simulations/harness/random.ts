import { createHash } from 'node:crypto'

/**
 * The only source of chance in a simulation. Everything random follows from one seed: each part of the world
 * takes a {@link Random.fork} of its own, so that one more draw in one part moves no other part.
 */
export interface Random {
  /** 32 random bits. */
  bits: () => number
  /** A whole number from 0 to `below` − 1. */
  below: (below: number) => number
  /** A whole number from `low` to `high`, both included. */
  between: (low: number, high: number) => number
  /** True with this probability. */
  chance: (probability: number) => boolean
  pick: <T>(items: readonly T[]) => T
  shuffled: <T>(items: readonly T[]) => T[]
  bytes: (length: number) => Uint8Array
  /** An independent generator that follows from the seed and the labels alone, not from what was drawn. */
  fork: (label: string) => Random
}

/** Seeds are whole numbers of 64 bits. */
export const SEED_MAX = (1n << 64n) - 1n

/** Reads a seed as people write it; undefined when it is not a whole number of at most 64 bits. */
export function parseSeed (text: string): bigint | undefined {
  if (!/^\d{1,20}$/.test(text)) return undefined
  const seed = BigInt(text)
  return seed > SEED_MAX ? undefined : seed
}

/** The generator of a seed: xoshiro128** over a state that is a hash of the seed and the labels. */
export function randomOf (seed: bigint, path = ''): Random {
  const digest = createHash('sha256').update(`amiko/simulation/${seed}${path}`).digest()
  let a = digest.readUInt32LE(0)
  let b = digest.readUInt32LE(4)
  let c = digest.readUInt32LE(8)
  let d = digest.readUInt32LE(12) | 1 // never all zero

  const bits = (): number => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
  // 53 bits against a bound of at most 2^32: the bias is below 2^-21, far under what a schedule could notice.
  const unit = (): number => ((bits() >>> 5) * 67_108_864 + (bits() >>> 6)) / 9_007_199_254_740_992
  const below = (limit: number): number => Math.floor(unit() * limit)

  return {
    bits,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => unit() < probability,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('pick: nothing to pick from')
      return items[below(items.length)]!
    },
    shuffled: (items) => {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1)
        const held = out[i]!
        out[i] = out[j]!
        out[j] = held
      }
      return out
    },
    bytes: (length) => {
      const out = new Uint8Array(length)
      for (let i = 0; i < length; i += 4) {
        const word = bits()
        for (let j = 0; j < 4 && i + j < length; j++) out[i + j] = word >>> (8 * j)
      }
      return out
    },
    fork: (label) => randomOf(seed, `${path}/${label}`)
  }
}
