import { Transaction } from 'bitcoinjs-lib'
import { concatBytes, fromHex, toHex } from '../../core/base/bytes.js'
import type { ChainTip, HashHex } from '../../ports/chain.js'
import type { WatchableTransaction } from '../../ports/chain-watches.js'
import { UnreachableError, isRecord } from './rpc.js'

// Everything here reads what a backend said, and believes nothing that has not the form it must have.

const HASH = /^[0-9a-f]{64}$/
const HEX = /^(?:[0-9a-f]{2})*$/
const COIN = 100_000_000
const EXTENSION_FLAG = 8

const wrong = (what: string): UnreachableError => new UnreachableError(`the backend's answer is not understood: ${what}`)

export function hashIn (value: unknown, what: string): HashHex {
  if (typeof value !== 'string' || !HASH.test(value)) throw wrong(what)
  return value
}

export function hexIn (value: unknown, what: string): Uint8Array {
  if (typeof value !== 'string' || !HEX.test(value)) throw wrong(what)
  return fromHex(value)
}

export function countIn (value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw wrong(what)
  return value
}

export function recordIn (value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw wrong(what)
  return value
}

export function listIn (value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(what)
  return value
}

/** Satoshis of an amount in coins; the nearest, because JSON carries it as a binary fraction. */
export function satIn (value: unknown, what: string): bigint {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value * COIN > Number.MAX_SAFE_INTEGER) throw wrong(what)
  return BigInt(Math.round(value * COIN))
}

export interface BackendTip extends ChainTip {
  readonly parent: HashHex | undefined
  /** Hexadecimal, 64 digits, so that texts compare as the numbers do. */
  readonly work: string
  /** -1 when it is not in the backend's chain. */
  readonly confirmations: number
}

/** A header as `getblockheader` and `getblock` say it. */
export function headerIn (value: unknown): BackendTip {
  const row = recordIn(value, 'a block header')
  const confirmations = row['confirmations']
  if (typeof confirmations !== 'number') throw wrong('confirmations of a block')
  return {
    hash: hashIn(row['hash'], 'a block hash'),
    height: countIn(row['height'], 'a height'),
    time: countIn(row['time'], 'a time'),
    medianTime: countIn(row['mediantime'], 'a median time'),
    parent: row['previousblockhash'] === undefined ? undefined : hashIn(row['previousblockhash'], 'a parent hash'),
    work: hashIn(row['chainwork'], 'the work of a chain'),
    confirmations
  }
}

export interface BackendTransaction extends WatchableTransaction {
  readonly hex: string
}

/** The transactions of a block as `getblock` says them at verbosity 2. */
export function transactionsIn (value: unknown): readonly BackendTransaction[] {
  return listIn(recordIn(value, 'a block')['tx'], 'the transactions of a block').map((entry) => {
    const row = recordIn(entry, 'a transaction')
    // Litecoin's blocks also hold inputs and outputs of its extension, which have no outpoint and no script.
    const spends = listIn(row['vin'], 'inputs').flatMap((input) => {
      const { txid, vout } = recordIn(input, 'an input')
      return typeof txid === 'string' && typeof vout === 'number' ? [{ txid, vout }] : []
    })
    const scripts = listIn(row['vout'], 'outputs').map((output) => {
      const script = recordIn(output, 'an output')['scriptPubKey']
      return isRecord(script) && typeof script['hex'] === 'string' ? script['hex'] : ''
    })
    return { txid: hashIn(row['txid'], 'a transaction id'), spends, scripts, hex: typeof row['hex'] === 'string' ? row['hex'] : '' }
  })
}

/**
 * A raw transaction; undefined when it has a form that is not Bitcoin's.
 *
 * The last transaction of a Litecoin block carries the extension's payments out (LIP 2): flag 8 and one empty field
 * before the lock time. Without these it is a plain transaction, and its id is that of the plain form.
 */
export function rawIn (value: unknown): (WatchableTransaction & { readonly raw: Uint8Array }) | undefined {
  const given = hexIn(value, 'a transaction')
  const raw = given[4] === 0 && given[5] === EXTENSION_FLAG && given.at(-5) === 0 ? concatBytes(given.subarray(0, 4), given.subarray(6, -5), given.subarray(-4)) : given
  try {
    const tx = Transaction.fromBuffer(raw)
    return {
      raw,
      txid: tx.getId(),
      spends: tx.ins.map(({ hash, index }) => ({ txid: toHex(Uint8Array.from(hash).reverse()), vout: index })),
      scripts: tx.outs.map(({ script }) => toHex(script))
    }
  } catch {
    return undefined
  }
}
