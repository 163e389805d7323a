import { utf8Bytes } from '../../src/core/base/bytes.js'
import { sha256 } from '../../src/core/base/hash.js'
import { peerIdOfPublicKey, type PeerId } from '../../src/core/base/ids.js'
import { entity, record, u16 } from '../../src/core/base/struct.js'
import { createTable, newJournal, type Journal, type Table } from '../../src/core/base/table.js'
import type { ChannelHost, ChannelOutcome } from '../../src/core/channel/host.js'
import type { ChannelMessage } from '../../src/core/channel/messages.js'
import { createChannelTables, type ChannelTables } from '../../src/core/channel/tables.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { scalarOf } from '../../src/core/crypto/scalar.js'
import { createPaymentTables, type PaymentTables } from '../../src/core/payment/tables.js'

/** Who a member is; the same in all states. */
export interface Identity { readonly index: number, readonly secret: Uint8Array, readonly peer: PeerId }

export function identityOf (index: number): Identity {
  const secret = scalarOf(sha256(utf8Bytes(`member ${index}`)))
  return { index, secret, peer: peerIdOfPublicKey(mulG(secret)) }
}

/** What a member has written down of its payments: `offered/<payment>`, `settled/…`, `received/<lock id>` and so on. */
export interface Mark { readonly payment: number }
const markLayout = entity<Mark>('mark', 1, record({ payment: u16 }))
export type Marks = Table<string, Mark>

type Rows = ReadonlyArray<readonly [key: string, value: object]>
const NO_ROWS: Rows = []

/** A batch that is not durable yet, and what it holds back. */
interface Pending {
  readonly changes: ReadonlyMap<string, object | undefined>
  readonly sends: readonly Sent[]
}
interface Sent { readonly to: PeerId, readonly message: ChannelMessage }

/** One node at one moment: never written to, so that states share what is equal in them. */
export interface Member {
  /** The tables' rows, in the order of {@link tablesOf}. */
  readonly tables: readonly Rows[]
  /** What the medium holds: entities by `table/key`. */
  readonly store: ReadonlyMap<string, object>
  readonly pending: Pending | undefined
}

export const NEW_MEMBER: Member = { tables: [], store: new Map(), pending: undefined }

/** What a step of a member works with. */
export interface Tools {
  readonly channel: ChannelHost
  readonly payment: PaymentTables
  readonly marks: Marks
  readonly identity: Identity
  readonly connected: ReadonlySet<PeerId>
}

interface AllTables { readonly channel: ChannelTables, readonly payment: PaymentTables, readonly marks: Marks }

function createTables (journal: Journal): AllTables {
  return { channel: createChannelTables(journal), payment: createPaymentTables(journal), marks: createTable(journal, 'mark', { layout: markLayout }) }
}

/** All tables, in an order of their own. */
function tablesOf ({ channel, payment, marks }: AllTables): ReadonlyArray<Table<string, object>> {
  const { outcomes: _none, ...rest } = payment
  const all: readonly object[] = [...Object.values<object>({ ...channel }), ...Object.values<object>(rest), marks]
  return all as ReadonlyArray<Table<string, object>>
}

/** Makes one step of a member; gives the member itself when nothing came of it. */
export type Stepper = (member: Member, nowMs: number, connected: ReadonlySet<PeerId>, action: (tools: Tools) => void) => Member

/**
 * Steps of one node. The tables are made once and filled with what the member of a step holds.
 *
 * @param onOutcome - what the node does about what happened in its channels, in the same step
 */
export function createStepper (identity: Identity, onOutcome: (tools: Tools, outcome: ChannelOutcome) => void): Stepper {
  const journal = newJournal()
  const all = createTables(journal)
  const tables = tablesOf(all)
  /** What each table is filled with; undefined while that is not known. */
  const filled: Array<Rows | undefined> = tables.map(() => NO_ROWS)
  const fill = (member: Member): void => {
    for (const [index, table] of tables.entries()) {
      const rows = member.tables[index] ?? NO_ROWS
      if (filled[index] === rows) continue
      for (const [key] of [...table.entries()]) table.delete(key)
      for (const [key, value] of rows) table.load(key, value)
      filled[index] = rows
    }
    journal.undo.length = 0
    journal.changes.clear()
  }
  /** A table without a change keeps its rows: what is equal is the same object. */
  const rowsNow = (table: Table<string, object>, index: number): Rows => {
    const before = filled[index] ?? NO_ROWS
    let at = 0
    for (const [key, value] of table.entries()) {
      const row = before[at++]
      if (row === undefined || row[0] !== key || row[1] !== value) return filled[index] = [...table.entries()]
    }
    return at === before.length ? before : filled[index] = [...table.entries()]
  }
  const draw = (label: string): Uint8Array => sha256(utf8Bytes(`${identity.index} ${label}`))
  const entropy = new Uint8Array(32)

  return (member, nowMs, connected, action) => {
    fill(member)
    const sends: Sent[] = []
    const outcomes: ChannelOutcome[] = []
    const tools: Tools = {
      identity,
      connected,
      payment: all.payment,
      marks: all.marks,
      channel: {
        ...all.channel,
        env: { nowMs, heights: {}, entropy },
        draw,
        self: identity.peer,
        identitySecret: identity.secret,
        send: (to, message) => { if (connected.has(to)) sends.push({ to, message }) },
        outcome: (outcome) => { outcomes.push(outcome) },
        judgeOpening: () => ({ accept: true }),
        clocksAgree: () => true
      }
    }
    action(tools)
    for (let index = 0; index < outcomes.length; index++) onOutcome(tools, outcomes[index]!)
    if (journal.undo.length === 0 && sends.length === 0) return member
    const changes = new Map(member.pending?.changes)
    for (const { key, value } of journal.changes.values()) {
      changes.delete(key)
      changes.set(key, value as object | undefined)
    }
    return { tables: tables.map(rowsNow), store: member.store, pending: { changes, sends: [...member.pending?.sends ?? [], ...sends] } }
  }
}

/** The batch that waits becomes durable. */
export function sync (member: Member): { readonly member: Member, readonly sends: readonly Sent[] } {
  if (member.pending === undefined) return { member, sends: [] }
  const store = new Map(member.store)
  for (const [key, value] of member.pending.changes) {
    store.delete(key)
    if (value !== undefined) store.set(key, value)
  }
  return { member: { tables: member.tables, store: member.pending.changes.size === 0 ? member.store : store, pending: undefined }, sends: member.pending.sends }
}

/** The mistake that {@link sync} avoids: what waits leaves first, and is stored some time later. */
export function revealed (member: Member): { readonly member: Member, readonly sends: readonly Sent[] } {
  const { pending } = member
  return pending === undefined || pending.sends.length === 0 ? sync(member) : { member: { ...member, pending: { ...pending, sends: [] } }, sends: pending.sends }
}

/** What a new process finds: what the medium holds, and nothing else. */
export function reloaded (member: Member): Member {
  const rows: Array<Array<readonly [string, object]>> = TABLE_NAMES.map(() => [])
  for (const [key, value] of member.store) {
    const slash = key.indexOf('/')
    rows[TABLE_NAMES.indexOf(key.slice(0, slash))]!.push([key.slice(slash + 1), value])
  }
  return { tables: rows, store: member.store, pending: undefined }
}

/**
 * Gives members numbers that are equal when all they hold is equal. The number of each object is kept with it, since
 * most objects are met many times.
 */
export function memberNumbers (): (member: Member) => number {
  const numbers = new Map<string, number>()
  const numberOf = new WeakMap<object, number>()
  const numbered = <V extends object>(value: V, text: (value: V) => string): number => {
    let number = numberOf.get(value)
    if (number !== undefined) return number
    const content = text(value)
    number = numbers.get(content)
    if (number === undefined) numbers.set(content, number = numbers.size)
    numberOf.set(value, number)
    return number
  }
  const entityNumber = (value: object): number => numbered(value, contentText)
  const rowsText = (rows: Rows): string => rows.map(([key, value]) => `${key} ${entityNumber(value)}`).join(';')
  const mapText = (map: ReadonlyMap<string, object | undefined>): string => [...map].map(([key, value]) => `${key} ${value === undefined ? '-' : entityNumber(value)}`).sort().join(';')
  const pendingText = ({ changes, sends }: Pending): string => `${numbered(changes, mapText)} ${sends.map(({ to, message }) => `${to} ${entityNumber(message)}`).join(';')}`
  return (member) => numbered(member, ({ tables, store, pending }) =>
    `${tables.map((rows) => numbered(rows, rowsText)).join(',')}|${numbered(store, mapText)}|${pending === undefined ? '' : pendingText(pending)}`)
}

/** All of a value as text: two values that behave differently have different texts. */
export const contentText = (value: object): string => JSON.stringify(value, (_key, field: unknown) =>
  typeof field === 'bigint' ? `${field}n` : field instanceof Uint8Array ? Buffer.from(field).toString('base64') : field)

const TABLE_NAMES: readonly string[] = tablesOf(createTables(newJournal())).map(({ name }) => name)

/** The entities of one table, by its name. */
export const valuesOf = <V extends object>(member: Member, table: string): readonly V[] => (member.tables[TABLE_NAMES.indexOf(table)] ?? []).map(([, value]) => value as V)
/** The keys of one table, by its name. */
export const keysOf = (member: Member, table: string): readonly string[] => (member.tables[TABLE_NAMES.indexOf(table)] ?? []).map(([key]) => key)
