import { toHex, type Hex } from '../core/base/bytes.js'
import type { Outpoint, Watch } from './chain.js'

/** A transaction as far as watching goes. */
export interface WatchableTransaction {
  readonly txid: Hex
  /** Empty for a coinbase. */
  readonly spends: readonly Outpoint[]
  /** Scripts of the outputs, as hexadecimal text. */
  readonly scripts: readonly Hex[]
}

/** What one caller watches, and which transactions touch it. */
export interface Watches {
  add: (watch: Watch) => void
  remove: (watch: Watch) => void
  /**
   * Whether a transaction spends or makes a watched outpoint, pays to a watched script, or spends an output that paid to
   * one. Outputs that pay to a watched script are remembered, so transactions must be shown in the order of the chain.
   */
  touches: (transaction: WatchableTransaction) => boolean
  readonly size: number
}

/** Outputs of watched scripts that are remembered; the oldest is forgotten first. */
export const PAID_OUTPOINTS_MAX = 200_000

export const outpointKey = ({ txid, vout }: Outpoint): string => `${txid}:${vout}`

export function watches (): Watches {
  const outpoints = new Set<string>()
  const scripts = new Set<Hex>()
  /** Outpoints that pay to a watched script, so that their spending is seen too. */
  const paid = new Map<string, Hex>()
  return {
    get size () { return outpoints.size + scripts.size },
    add: (watch) => {
      if (watch.type === 'outpoint') outpoints.add(outpointKey(watch.outpoint))
      else scripts.add(toHex(watch.script))
    },
    remove: (watch) => {
      if (watch.type === 'outpoint') return void outpoints.delete(outpointKey(watch.outpoint))
      const script = toHex(watch.script)
      scripts.delete(script)
      for (const [key, of] of paid) if (of === script) paid.delete(key)
    },
    touches: ({ txid, spends, scripts: outputs }) => {
      let found = false
      for (const outpoint of spends) {
        const key = outpointKey(outpoint)
        if (outpoints.has(key) || paid.has(key)) found = true
      }
      outputs.forEach((script, vout) => {
        const key = outpointKey({ txid, vout })
        if (outpoints.has(key)) found = true
        if (!scripts.has(script)) return
        found = true
        paid.delete(key)
        paid.set(key, script)
        for (const oldest of paid.keys()) {
          if (paid.size <= PAID_OUTPOINTS_MAX) break
          paid.delete(oldest)
        }
      })
      return found
    }
  }
}
