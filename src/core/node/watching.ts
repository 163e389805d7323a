import type { ChannelId } from '../base/ids.js'
import type { ChainName, ChainWatch, Outpoint } from '../wallet/chain-facts.js'
import { watchKey, type ChainTables } from './chain-tables.js'
import type { Effect } from './events.js'
import { WATCHERS_MAX } from './limits.js'

/** What watching needs of the step. */
export interface WatchHost {
  readonly chainTables: ChainTables
  perform: (effect: Effect) => void
}

/**
 * Watches for a part of the node; the chain is told once, whoever else watches the same.
 *
 * @param historyFrom - what has happened since this height is asked for too, until it is known; again, when this part
 *   learns that it must look further back: what made an output may be found in a block that was applied long ago
 */
export function startWatch (host: WatchHost, user: string, chain: ChainName, watch: ChainWatch, historyFrom?: number): void {
  const key = watchKey(chain, watch)
  const before = host.chainTables.watches.get(key)
  const users = before?.users ?? []
  if (users.includes(user)) {
    if (historyFrom !== undefined && before?.askedFrom !== undefined && historyFrom < before.askedFrom) wantHistory(host, chain, watch, historyFrom)
    return
  }
  if (users.length >= WATCHERS_MAX) return
  host.chainTables.watches.set(key, { chain, watch, users: [...users, user], historyFrom: before?.historyFrom, askedFrom: before?.askedFrom })
  if (before === undefined) host.perform({ type: 'watchChain', chain, watch })
  if (historyFrom !== undefined) wantHistory(host, chain, watch, historyFrom)
}

/** Asks what has happened to something that is watched, until it is known. */
export function wantHistory (host: WatchHost, chain: ChainName, watch: ChainWatch, fromHeight: number): void {
  const key = watchKey(chain, watch)
  const before = host.chainTables.watches.get(key)
  if (before === undefined) return
  host.chainTables.watches.set(key, { ...before, historyFrom: Math.min(fromHeight, before.historyFrom ?? fromHeight), askedFrom: Math.min(fromHeight, before.askedFrom ?? fromHeight) })
  host.perform({ type: 'askHistory', chain, of: watch, fromHeight })
}

/** Ends one part's watch; the chain is told when nobody is left. */
export function endWatch (host: WatchHost, user: string, chain: ChainName, watch: ChainWatch): void {
  const key = watchKey(chain, watch)
  const before = host.chainTables.watches.get(key)
  if (before?.users.includes(user) !== true) return
  const users = before.users.filter((other) => other !== user)
  if (users.length > 0) return host.chainTables.watches.set(key, { ...before, users })
  host.chainTables.watches.delete(key)
  host.perform({ type: 'unwatchChain', chain, watch })
}

/** Ends all that one part watches. */
export function endWatches (host: WatchHost, user: string): void {
  for (const { chain, watch, users } of [...host.chainTables.watches.values()]) if (users.includes(user)) endWatch(host, user, chain, watch)
}

/** Channels that watch an output. */
export const watchersOf = (host: Pick<WatchHost, 'chainTables'>, chain: ChainName, outpoint: Outpoint): readonly ChannelId[] =>
  (host.chainTables.watches.get(watchKey(chain, { type: 'outpoint', outpoint }))?.users ?? []).filter((user): user is ChannelId => user !== WALLET)

/** How the wallet is called among those who watch. */
export const WALLET = 'wallet'

/** Asks again for the history of everything of a chain whose history is still wanted. */
export function askHistories (host: WatchHost, chain: ChainName): void {
  for (const { chain: of, watch, historyFrom } of [...host.chainTables.watches.values()]) {
    if (of === chain && historyFrom !== undefined) host.perform({ type: 'askHistory', chain, of: watch, fromHeight: historyFrom })
  }
}

/** The history of something is known. */
export function historyKnown (host: WatchHost, chain: ChainName, watch: ChainWatch): void {
  const key = watchKey(chain, watch)
  const before = host.chainTables.watches.get(key)
  if (before?.historyFrom !== undefined) host.chainTables.watches.set(key, { ...before, historyFrom: undefined })
}

/** The history of everything that a channel watches is wanted again: blocks were not told. */
export function historiesWanted (host: WatchHost, chain: ChainName, fromHeight: number): void {
  for (const [key, before] of [...host.chainTables.watches.entries()]) {
    if (before.chain !== chain || before.users.every((user) => user === WALLET)) continue
    host.chainTables.watches.set(key, { ...before, historyFrom: Math.min(fromHeight, before.historyFrom ?? fromHeight) })
  }
}
