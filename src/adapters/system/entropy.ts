import { randomFillSync } from 'node:crypto'
import type { Entropy } from '../../ports/clock.js'

const DRAW_BYTES = 32
/** One system call serves this many draws. */
const POOL_DRAWS = 256

/** Random bytes of the operating system; bytes that were given out are wiped from the pool. */
export function systemEntropy (): Entropy {
  const pool = new Uint8Array(POOL_DRAWS * DRAW_BYTES)
  let offset = pool.length
  return () => {
    if (offset === pool.length) {
      randomFillSync(pool)
      offset = 0
    }
    const bytes = pool.slice(offset, offset + DRAW_BYTES)
    pool.fill(0, offset, offset += DRAW_BYTES)
    return bytes
  }
}
