import assert from 'node:assert/strict'
import { drawFrom, type Env } from '../../../src/core/base/env.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { encodeLayout, u32 } from '../../../src/core/base/struct.js'
import { isRefusal, type Refusal } from '../../../src/core/base/step.js'
import { newJournal, type Journal } from '../../../src/core/base/table.js'
import { embeddedChain, type ChainControl } from '../../../src/adapters/chain-embedded/embedded-chain.js'
import { virtualClock } from '../../../src/adapters/memory/clock.js'
import type { BroadcastVerdict, Chain, ChainEvents } from '../../../src/ports/chain.js'
import { dustLimit, type ChainName, type ChainParameters } from '../../../src/ports/chain-parameters.js'
import type { Reserve, WalletHost, WalletNotice } from '../../../src/core/wallet/host.js'
import { walletKeys } from '../../../src/core/wallet/keys.js'
import { readPhrase, seedOfPhrase, type Phrase } from '../../../src/core/wallet/phrase.js'
import { createWalletTables, type Coin, type WalletTables } from '../../../src/core/wallet/tables.js'
import * as wallet from '../../../src/core/wallet/wallet.js'

/** The phrase of the test vectors of BIP 86: everybody may know it. */
export const KNOWN_PHRASE = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about' as Phrase

export function phraseOf (text: string): Phrase {
  const phrase = readPhrase(text)
  assert.ok(!isRefusal(phrase))
  return phrase
}

const seeds = new Map<Phrase, Uint8Array>()
const seedOf = (phrase: Phrase): Uint8Array => {
  let seed = seeds.get(phrase)
  if (seed === undefined) seeds.set(phrase, seed = seedOfPhrase(phrase))
  return seed
}

export interface WalletWorld {
  readonly chain: Chain & ChainControl
  readonly view: Chain
  readonly clock: ReturnType<typeof virtualClock>
  readonly host: WalletHost
  readonly tables: WalletTables
  readonly journal: Journal
  readonly notices: WalletNotice[]
  /** Broadcasts that were answered, the newest last. */
  readonly verdicts: Array<{ readonly txid: string, readonly verdict: BroadcastVerdict }>
  readonly name: ChainName
  reserve: Reserve
  /** Outpoints of which the chain says that they are not there. */
  readonly gone: Set<string>
  /** Broadcasts are not performed while this is false. */
  online: boolean
  /** Lets the chain tell what it has to tell. */
  settle: () => void
  mine: (blocks?: number) => void
  reorg: (depth: number) => void
  /** Pays an address of this wallet from the faucet. */
  fund: (valueSat: bigint) => string
  coins: () => readonly Coin[]
  balance: () => ReturnType<typeof wallet.balanceOf>
  /** A second process on the same stored state. */
  restart: () => WalletWorld
}

export interface WorldOptions {
  readonly name?: ChainName
  readonly chain?: Chain & ChainControl
  readonly phrase?: Phrase
  readonly clock?: ReturnType<typeof virtualClock>
  readonly tables?: { readonly tables: WalletTables, readonly journal: Journal }
}

export const sat = (value: number): bigint => BigInt(value)

/** A wallet on an embedded chain. */
export function walletWorld (options: WorldOptions = {}): WalletWorld {
  const { name = 'bitcoin', phrase = KNOWN_PHRASE, clock = virtualClock() } = options
  const chain = options.chain ?? embeddedChain({ chain: name, clock })
  const view = chain.view()
  const parameters: ChainParameters = chain.parameters
  const { journal, tables } = options.tables ?? ((): { journal: Journal, tables: WalletTables } => { const fresh = newJournal(); return { journal: fresh, tables: createWalletTables(fresh) } })()
  const notices: WalletNotice[] = []
  const verdicts: WalletWorld['verdicts'] = []
  let steps = 0
  let alive = true
  const env = (): Env => ({ nowMs: clock.now(), heights: { [name]: view.tip()?.height ?? 0 }, entropy: new Uint8Array(32) })
  const step = (action: () => void): void => {
    if (!alive) return
    draw = drawFrom(taggedHash('amiko/test/wallet-entropy', encodeLayout(u32, ++steps)))
    action()
    journal.undo.length = 0
    journal.changes.clear()
  }
  let draw = drawFrom(new Uint8Array(32))
  const host: WalletHost = {
    get env () { return env() },
    draw: (label) => draw(label),
    keys: walletKeys(seedOf(phrase)),
    chains: new Map([[name, parameters]]),
    tables,
    dustLimit: (_chain, script) => dustLimit(parameters, script),
    reserve: () => world.reserve,
    watch: (_chain, watch) => { view.watch(watch) },
    unwatch: (_chain, watch) => { view.unwatch(watch) },
    broadcast: (_chain, txid, raw) => {
      if (!world.online) return
      view.broadcast(raw, (verdict) => {
        verdicts.push({ txid, verdict })
        step(() => { wallet.onVerdict(host, name, txid, verdict) })
      })
    },
    askUnspent: (_chain, outpoint) => { view.unspent(outpoint, (answer) => { step(() => { wallet.onUnspent(host, name, outpoint, answer === undefined ? undefined : answer !== 'none' && !world.gone.has(`${outpoint.txid}:${outpoint.vout}`)) }) }) },
    askHistory: (_chain, script, fromHeight) => { view.history({ type: 'script', script }, fromHeight, (history) => { step(() => { wallet.onHistory(host, name, script, history) }) }) },
    askFeeRate: (_chain, targetBlocks) => { view.feeRate(targetBlocks, ({ satPerKvb }) => { step(() => { wallet.onFeeRate(host, name, targetBlocks, satPerKvb) }) }) },
    notify: (notice) => { notices.push(notice) }
  }
  const events: ChainEvents = {
    status: () => {},
    blockConnected: (tip, transactions) => { step(() => { wallet.onBlockConnected(host, name, tip, transactions) }) },
    blockDisconnected: (block) => { step(() => { wallet.onBlockDisconnected(host, name, block) }) },
    transactionSeen: (transaction) => { step(() => { wallet.onTransactionSeen(host, name, transaction) }) }
  }
  const settle = (): void => { clock.settle() }
  const world: WalletWorld = {
    chain, view, clock, host, tables, journal, notices, verdicts, name,
    reserve: { coins: 0, coinSat: 0n },
    gone: new Set(),
    online: true,
    settle,
    mine: (blocks = 1) => { settle(); chain.mine(blocks); settle() },
    reorg: (depth) => { settle(); chain.reorg(depth); settle() },
    fund: (valueSat) => {
      let address = ''
      step(() => { address = wallet.freshAddress(host, name) })
      const { txid } = chain.fund(address, valueSat)
      settle()
      return txid
    },
    coins: () => [...tables.coins.values()],
    balance: () => wallet.balanceOf(host, name),
    restart: () => {
      alive = false
      void view.stop()
      const again = newJournal()
      const loaded = createWalletTables(again)
      for (const key of ['accounts', 'addresses', 'coins', 'transactions', 'sends'] as const) copy(tables[key] as never, loaded[key] as never)
      const next = walletWorld({ ...options, chain, clock, tables: { tables: loaded, journal: again } })
      next.reserve = world.reserve
      return next
    }
  }
  void view.start(events)
  step(() => { wallet.restart(host) })
  settle()
  return world
}

interface CopiedTable { readonly layout: { encode: (value: object) => Uint8Array, decode: (bytes: Uint8Array) => object }, entries: () => Iterable<[string, object]>, load: (key: string, value: object) => void }
function copy (from: CopiedTable, to: CopiedTable): void {
  for (const [key, value] of from.entries()) to.load(key, from.layout.decode(from.layout.encode(value)))
}

/** The value, when it is none of a refusal. */
export function done<T extends object> (value: T | Refusal): T {
  assert.ok(!isRefusal(value), `refused: ${JSON.stringify(value, (_key, each: unknown) => typeof each === 'bigint' ? each.toString() : each)}`)
  return value
}

export function refused (value: object | undefined): Refusal {
  assert.ok(value !== undefined && isRefusal(value), 'a refusal was expected')
  return value
}

/** A script of nobody in this wallet. */
export const strangerScript = (n = 1): Uint8Array => Uint8Array.of(0x00, 0x14, ...taggedHash('amiko/test/stranger', encodeLayout(u32, n)).subarray(0, 20))
