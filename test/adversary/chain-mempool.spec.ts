import { run } from './chain-scenarios.js'
import { cycled, pinned, stalled } from './chain-troubles.js'

const FORMATS = ['v3-zero-fee', 'v2-fee'] as const
const ZERO_FEE = { format: 'v3-zero-fee', chain: 'bitcoin' } as const

describe('a peer that plays with the mempool', function () {
  this.timeout(180_000)
  it('and hangs a large, cheap child on our commitment: it is replaced (S20, V6)', () => { run(pinned, { ...ZERO_FEE, seed: 0 }) })
  it('and replaces our take-back at every block for forty blocks: t is learnt from the mempool, or the take-back wins (V7)', () => { for (const format of FORMATS) for (const seed of [0, 1]) run(cycled, { format, chain: 'bitcoin', seed }) })
  it('and throws out what shares a transaction: no fee falls, and all is resolved in time (V8)', () => { for (const format of FORMATS) run(stalled, { format, chain: 'bitcoin', seed: 0 }) })
})
