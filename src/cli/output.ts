import Table from 'cli-table3'
import type { Column } from '../api/client/client.js'
import { coin, formatAmount, issuedAsset, type Asset } from '../core/base/assets.js'
import { printable } from '../core/base/printable.js'

/** Fields of answers that hold smallest units of the asset beside them. */
const AMOUNT_FIELDS: ReadonlySet<string> = new Set(['amount', 'fee', 'received', 'canSend', 'canReceive', 'owedToUs', 'localLimit', 'remoteLimit', 'limit', 'push', 'theirAmount', 'total', 'spendable', 'reserved', 'waiting', 'doubted'])
const TIME_FIELDS: ReadonlySet<string> = new Set(['createdMs', 'expiresMs', 'paidMs', 'startedMs', 'endedMs'])

type Row = Readonly<Record<string, unknown>>

/** Units as people write them: `20sat`. Assets not known by name show their units. */
export function amountInWords (assetName: unknown, units: unknown): string {
  if (typeof units !== 'string' || !/^-?\d+$/.test(units)) return textOf(units)
  const asset = typeof assetName === 'string' ? assetNamed(assetName) : undefined
  return asset === undefined ? units : formatAmount(asset, BigInt(units))
}

function assetNamed (name: string): Asset | undefined {
  if (name === 'btc' || name === 'ltc') return coin(name, 'regtest') // The network changes the id only, not how it is written.
  const [code = '', issuer = ''] = name.split('@')
  return issuedAsset(code, issuer)
}

/** A table with a head; framed for people, plain columns for pipes. */
export function tableOf (heads: readonly string[], rows: ReadonlyArray<readonly string[]>, framed: boolean): string {
  const plain = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' }
  const table = new Table({ head: [...heads], style: { head: [], border: [], ...(framed ? {} : { 'padding-left': 0, 'padding-right': 0 }) }, ...(framed ? {} : { chars: plain }) })
  for (const row of rows) table.push(row.map((cell) => printable(cell)))
  return table.toString().split('\n').map((line) => line.trimEnd()).join('\n')
}

/** The rows of an answer under a method's columns. */
export const rowsAsTable = (rows: readonly Row[], columns: readonly Column[], framed: boolean): string =>
  tableOf(columns.map(({ head }) => head), rows.map((row) => columns.map((column) => cellOf(row, column))), framed)

function cellOf (row: Row, { field, formatAs }: Column): string {
  const value = row[field]
  if (value === undefined) return '–'
  switch (formatAs) {
    case 'amount': return amountInWords(row['asset'], value)
    case 'id': return textOf(value).slice(0, 16)
    case 'time': return timeInWords(value)
    case 'list': return Array.isArray(value) ? value.map(textOf).join('\n') : textOf(value)
    case undefined: return textOf(value)
  }
}

/** An answer's fields as words, safe to show: amounts with their unit, times as dates. */
export const fieldsInWords = (answer: Row): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(answer).map(([field, value]) => [field, printable(valueInWords(field, value, answer))]))

/** An answer field by field. */
export function fieldsAsTable (answer: Row, framed: boolean): string {
  const rows = Object.entries(answer).filter(([, value]) => value !== undefined).map(([field, value]) => [wordsOf(field), valueInWords(field, value, answer)])
  return tableOf(['', ''], rows, framed).split('\n').filter((line, at) => framed || at > 0 || line !== '').join('\n')
}

function valueInWords (field: string, value: unknown, row: Row): string {
  if (AMOUNT_FIELDS.has(field) && row['asset'] !== undefined) return amountInWords(row['asset'], value)
  if (TIME_FIELDS.has(field)) return timeInWords(value)
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map((each) => valueInWords('', each, {})).join('\n')
  if (typeof value === 'object' && value !== null) {
    const record = value as Row
    return Object.entries(record).map(([key, each]) => `${wordsOf(key)} ${valueInWords(key, each, record)}`).join(', ')
  }
  return textOf(value)
}

const timeInWords = (value: unknown): string => typeof value === 'number' && Math.abs(value) <= 8.64e15 ? new Date(value).toISOString() : textOf(value)

/** `canSend` → `can send`. */
const wordsOf = (field: string): string => field.replace(/Ms$/, field.startsWith('uptime') || field.endsWith('durationMs') || field.endsWith('cpuMs') || /(Skew|Trip)Ms$/.test(field) ? ' (ms)' : '').replace(/([a-z])([A-Z])/g, (_all, a: string, b: string) => `${a} ${b.toLowerCase()}`)

const textOf = (value: unknown): string => value === undefined || value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value)
