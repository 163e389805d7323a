import { invariant } from './invariant.js'
import type { EntityLayout } from './struct.js'

/**
 * The maps of a node's state. They are mutable and owned by `core/node`; a journal notes how to undo each write,
 * so that a refused step leaves everything as it was, and what must be stored.
 */
export interface Journal {
  /** Undo actions of the current step, latest last. */
  readonly undo: Array<() => void>
  /** Durable writes of the current step: the last value of each key. `undefined` deletes. */
  readonly changes: Map<string, Change>
}

/** One durable write. It is encoded by the runner, when the batch is written. */
export interface Change {
  /** `name/id` */
  readonly key: string
  readonly value: unknown
  readonly layout: EntityLayout<any> // eslint-disable-line @typescript-eslint/no-explicit-any -- value and layout belong together by construction
}

export function newJournal (): Journal {
  return { undo: [], changes: new Map() }
}

/** Takes back every write since the journal was last cleared. */
export function rollBack (journal: Journal): void {
  for (let i = journal.undo.length - 1; i >= 0; i--) journal.undo[i]!()
  journal.undo.length = 0
  journal.changes.clear()
}

/** A map of frozen entities; replace an entity to change it. */
export interface Table<K extends string, V> {
  readonly name: string
  /** Given when the table is durable. */
  readonly layout: EntityLayout<V> | undefined
  readonly size: number
  get: (key: K) => V | undefined
  has: (key: K) => boolean
  set: (key: K, value: V) => void
  delete: (key: K) => void
  /** In the order of insertion. Do not write to the table while iterating: copy first. */
  entries: () => IterableIterator<[K, V], undefined>
  values: () => IterableIterator<V, undefined>
  /** The entities of one group, see `groupBy` of {@link createTable}. Do not write while iterating: copy first. */
  group: (group: string) => ReadonlyMap<K, V>
  /** Puts an entity read from the store; nothing is noted. */
  load: (key: K, value: V) => void
}

export interface TableOptions<K extends string, V> {
  /** Durable when given: each write becomes a {@link Change} under `name/key`. */
  readonly layout?: EntityLayout<V>
  /** The group an entity belongs to, from its key and value; it must not change while the entity lives. */
  readonly groupBy?: (key: K, value: V) => string
}

type Writable<T, K extends keyof T> = Omit<T, K> & { -readonly [P in K]: T[P] }

const EMPTY: ReadonlyMap<never, never> = new Map<never, never>()

/** Makes an empty table whose writes are noted in `journal`. */
export function createTable<K extends string, V extends object> (journal: Journal, name: string, options: TableOptions<K, V> = {}): Table<K, V> {
  const map = new Map<K, V>()
  const groups = new Map<string, Map<K, V>>()
  const { layout, groupBy } = options
  // Each key's place in the order of insertion, so that a delete can be undone without moving the entity to the end.
  const places = new Map<K, number>()
  let lastPlace = 0

  const groupOf = (key: K, value: V | undefined, before: V | undefined): string | undefined => {
    const sample = value ?? before
    if (groupBy === undefined || sample === undefined) return undefined
    const id = groupBy(key, sample)
    invariant(value === undefined || before === undefined || groupBy(key, before) === id,
      'an entity stays in its group while it lives, or the group would keep a stale copy')
    return id
  }
  const put = (key: K, value: V | undefined, group: string | undefined): void => {
    setOrDelete(map, key, value)
    table.size = map.size
    if (group === undefined) return
    let members = groups.get(group)
    if (members === undefined) groups.set(group, members = new Map<K, V>())
    setOrDelete(members, key, value)
    if (members.size === 0) groups.delete(group)
  }
  const place = (key: K, value: V | undefined, before: V | undefined): void => {
    put(key, value, groupOf(key, value, before))
    if (value === undefined) places.delete(key)
    else if (before === undefined) places.set(key, ++lastPlace)
  }
  /** Moves to the end, in their order, all that belong behind place `at`. */
  const restoreOrder = (members: Map<K, V>, at: number): void => {
    for (const [key, value] of [...members]) {
      if (places.get(key)! <= at) continue
      members.delete(key)
      members.set(key, value)
    }
  }
  const undoDelete = (key: K, before: V, at: number): void => {
    const group = groupOf(key, before, undefined)
    put(key, before, group)
    places.set(key, at)
    restoreOrder(map, at)
    if (group !== undefined) restoreOrder(groups.get(group)!, at)
  }
  /** What happens most: an entity takes the place of the one before, in order and group alike. */
  const replace = (key: K, value: V, before: V): void => {
    const group = groupOf(key, value, before)
    map.set(key, value)
    if (group !== undefined) groups.get(group)!.set(key, value)
  }
  const write = (key: K, value: V | undefined): void => {
    const before = map.get(key)
    if (before !== undefined && value !== undefined) {
      replace(key, value, before)
      journal.undo.push(() => { replace(key, before, value) })
    } else if (before !== undefined) {
      const at = places.get(key)!
      place(key, undefined, before)
      journal.undo.push(() => { undoDelete(key, before, at) })
    } else if (value !== undefined) {
      place(key, value, undefined)
      journal.undo.push(() => { place(key, undefined, value) })
    } else return
    if (layout === undefined) return
    const stored = `${name}/${key}`
    journal.changes.set(stored, { key: stored, value, layout })
  }
  // Its size is a plain property: objects with getters of their own share no shape, and look up all they have by name.
  const table: Writable<Table<K, V>, 'size'> = {
    name,
    layout,
    size: 0,
    get: (key) => map.get(key),
    has: (key) => map.has(key),
    set: (key, value) => { write(key, value) },
    delete: (key) => { write(key, undefined) },
    entries: () => map.entries(),
    values: () => map.values(),
    group: (id) => groups.get(id) ?? EMPTY,
    load: (key, value) => { place(key, value, map.get(key)) }
  }
  return table
}

function setOrDelete<K, V> (map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}
