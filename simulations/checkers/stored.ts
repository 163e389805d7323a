import { equalBytes, toHex } from '../../src/core/base/bytes.js'
import type { EntityLayout } from '../../src/core/base/struct.js'
import type { Table } from '../../src/core/base/table.js'
import { lockKey, lockLayout, overAt, type Lock, type Side } from '../../src/core/channel/lock.js'
import { opens } from '../../src/core/crypto/curve.js'
import { createNodeState } from '../../src/core/node/state.js'
import { hopLayout, type Hop } from '../../src/core/payment/tables.js'
import type { StoreWrite } from '../../src/ports/store.js'
import type { Violation, World } from '../harness/world.js'

type Entries = ReadonlyMap<string, Uint8Array>

/** Looks at what a medium holds each time a batch has become durable. It remembers the secrets that were learnt. */
export type StoreChecker = (entries: Entries, batch: readonly StoreWrite[]) => readonly Violation[]

/**
 * Hops as the medium holds them, at every batch of one node.
 *
 * - I5: while the outgoing lock lives, the incoming one lives too, outlasts it, and its secret follows from the other's.
 * - I15: once the secret of the outgoing lock was durable, the incoming lock has its secret until it is gone.
 *
 * @param name - of the node, for the report
 */
export function hopChecker (name: string): StoreChecker {
  /** Of each hop whose secret was seen: that of its incoming lock. */
  const learnt = new Map<string, Uint8Array>()
  return (entries, batch) => {
    if (!batch.some(({ key }) => key.startsWith('hop/') || key.startsWith('lock/'))) return []
    const violations: Violation[] = []
    const lockOf = (channelId: Hop['incoming']['channelId'], side: Side, id: number): Lock | undefined => decoded(entries, `lock/${lockKey(channelId, side, id)}`, lockLayout)
    const hops: string[] = []
    const locks: string[] = []
    for (const key of entries.keys()) if (key.startsWith('hop/')) hops.push(key); else if (key.startsWith('lock/')) locks.push(key)
    const outgoing = hops.length === 0 ? [] : locks.map((key) => decoded(entries, key, lockLayout)!)
    for (const key of hops) {
      const hop = decoded(entries, key, hopLayout)!
      violations.push(...checkHop(name, hop, lockOf(hop.incoming.channelId, 'remote', hop.incoming.lockId), outgoing.find(({ origin }) => origin === hop.origin), learnt.get(key)))
      if (hop.secret !== undefined) learnt.set(key, hop.secret)
    }
    for (const key of learnt.keys()) if (!entries.has(key)) learnt.delete(key)
    return violations
  }
}

/** One hop with its two locks as they are stored; `learnt` is the secret of the incoming lock, when it was known before. */
export function checkHop (name: string, hop: Hop, incoming: Lock | undefined, outgoing: Lock | undefined, learnt: Uint8Array | undefined): readonly Violation[] {
  const violations: Violation[] = []
  const found = (invariant: string, what: string): void => { violations.push({ invariant, detail: `${name}, hop ${hop.origin.slice(0, 8)}: ${what}` }) }
  if (learnt !== undefined && (hop.secret === undefined || !equalBytes(hop.secret, learnt))) found('I15', 'the secret that was learnt is forgotten')
  if (hop.secret !== undefined && !opens(hop.secret, hop.point)) found('I5', 'the secret of the outgoing lock does not lead to that of the incoming one')
  if (hop.incomingOver) return violations
  if (incoming === undefined) found('I5', 'the incoming lock is gone while the hop waits for its end')
  else {
    if (toHex(incoming.terms.point) !== toHex(hop.point)) found('I5', 'the incoming lock has another point')
    if (outgoing !== undefined && !outgoing.ended && incoming.terms.expiry.clock === outgoing.terms.expiry.clock && incoming.terms.expiry.value < overAt(outgoing)) found('I5', `the incoming lock ends at ${incoming.terms.expiry.value}, before the outgoing one is over at ${overAt(outgoing)}`)
    if (outgoing?.secret !== undefined && hop.secret === undefined) found('I15', 'the secret of the outgoing lock is stored, and was not handed on')
    if (hop.secret !== undefined && incoming.secret === undefined && !incoming.ended) found('I15', 'the secret is known, and the incoming lock is without it')
  }
  return violations
}

function decoded<V> (entries: Entries, key: string, layout: EntityLayout<V>): V | undefined {
  const bytes = entries.get(key)
  return bytes === undefined ? undefined : layout.decode(bytes)
}

/** Watches the medium of every honest node from now on (I5, I15). */
export function watchStored (world: World, report: (violations: readonly Violation[]) => void): void {
  const checkers = new Map(world.nodes.map((node) => [node, hopChecker(node.name)]))
  world.onStored((node, batch) => { if (world.isHonest(node.index)) report(checkers.get(node)!(node.disk.entries, batch)) })
}

/** The layouts of all stored tables, by name. */
function layouts (): ReadonlyMap<string, EntityLayout<object>> {
  const all = new Map<string, EntityLayout<object>>()
  const areas: readonly object[] = Object.values(createNodeState()).filter((area): area is object => typeof area === 'object')
  for (const area of areas) {
    for (const table of Object.values(area) as ReadonlyArray<Partial<Table<string, object>> | undefined>) {
      if (table?.layout !== undefined && table.name !== undefined) all.set(table.name, table.layout)
    }
  }
  return all
}
let known: ReadonlyMap<string, EntityLayout<object>> | undefined

/** Every stored entry is read, and written again to the same bytes (I26). Entries of older versions are `test/stored`. */
export function checkEncodings (name: string, entries: Entries): readonly Violation[] {
  known ??= layouts()
  const violations: Violation[] = []
  for (const [key, bytes] of entries) {
    const layout = known.get(key.slice(0, key.indexOf('/')))
    const wrong = layout === undefined ? 'is of no table' : rewritten(layout, bytes)
    if (wrong !== undefined) violations.push({ invariant: 'I26', detail: `${name}: the entry ${key} ${wrong}` })
  }
  return violations
}

function rewritten (layout: EntityLayout<object>, bytes: Uint8Array): string | undefined {
  try {
    return equalBytes(layout.encode(layout.decode(bytes)), bytes) ? undefined : 'is written again to other bytes'
  } catch (error) {
    return `cannot be read: ${String(error)}`
  }
}
