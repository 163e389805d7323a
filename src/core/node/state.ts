import { newJournal, type Journal, type Table } from '../base/table.js'
import { UnknownKeyError, type EntityLayout } from '../base/struct.js'
import { createChannelTables, type ChannelTables } from '../channel/tables.js'
import { createLinkTables, type LinkTables } from '../link/tables.js'
import { createPaymentTables, type PaymentTables } from '../payment/tables.js'
import { createRoutingTables, type RoutingTables } from '../routing/tables.js'
import { createWalletTables, type WalletTables } from '../wallet/tables.js'
import { createChainTables, type ChainTables } from './chain-tables.js'

/** Everything a node knows, as tables under one journal: a step is applied whole or not at all. */
export interface NodeState {
  readonly journal: Journal
  readonly channel: ChannelTables
  readonly link: LinkTables
  readonly payment: PaymentTables
  readonly routing: RoutingTables
  readonly wallet: WalletTables
  readonly chain: ChainTables
}

/** A table whose entities are stored, and how to read them back. */
interface StoredTable {
  readonly layout: EntityLayout<object>
  readonly load: (key: string, value: object) => void
}

export function createNodeState (): NodeState {
  const journal = newJournal()
  return {
    journal,
    channel: createChannelTables(journal),
    link: createLinkTables(journal),
    payment: createPaymentTables(journal),
    routing: createRoutingTables(journal),
    wallet: createWalletTables(journal),
    chain: createChainTables(journal)
  }
}

/** Reads stored entities into the tables. Throws LayoutError, NewerVersionError or UnknownKeyError. */
export function loadState (state: NodeState, entries: Iterable<readonly [key: string, value: Uint8Array]>): void {
  const tables = storedTables(state)
  for (const [key, bytes] of entries) {
    const slash = key.indexOf('/')
    const table = tables.get(key.slice(0, slash))
    if (table === undefined) throw new UnknownKeyError(`no table for the stored key ${JSON.stringify(key.slice(0, 80))}`)
    table.load(key.slice(slash + 1), table.layout.decode(bytes))
  }
}

function storedTables (state: NodeState): Map<string, StoredTable> {
  const areas: readonly object[] = [state.channel, state.link, state.payment, state.routing, state.wallet, state.chain]
  const all = areas.flatMap((area) => Object.values(area) as ReadonlyArray<Partial<Table<string, object>>>)
  const stored = new Map<string, StoredTable>()
  for (const table of all) {
    if (table.layout !== undefined && table.name !== undefined && table.load !== undefined) stored.set(table.name, { layout: table.layout, load: table.load })
  }
  return stored
}
