import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { BALANCE_MAX, CHANNELS_MAX, graphOf, NODES_MAX, type Graph } from './graph.js'

/** A file that cannot be used: says the file, the line and the reason. */
export class CsvError extends Error {
  override name = 'CsvError'
}

/** Bytes of a file, unpacked; more is no graph that fits the memory this study is meant for. */
const FILE_BYTES_MAX = 2 ** 31 - 1
const LINE_BYTES_MAX = 1_024
export const PAYMENTS_MAX = 1_000_000
/** Smallest units in one unit of a file: thousandths. */
export const UNIT = 1_000

/** One payment of a stream; the amount is in thousandths of the file's unit. */
export interface StreamPayment { readonly payer: number, readonly payee: number, readonly amount: number }

/**
 * Reads `node_a,node_b,capacity_ab,capacity_ba`, plain or packed with gzip.
 *
 * Throws a {@link CsvError} that names the line for a column that is missing, a capacity that is none, a channel of a
 * node with itself and a pair of nodes that came before. Capacities above {@link BALANCE_MAX} count as that.
 */
export function readGraph (file: string): Graph {
  const names = new Map<string, number>()
  const nodeOf = (name: string, line: number): number => {
    const known = names.get(name)
    if (known !== undefined) return known
    if (names.size >= NODES_MAX) throw complaint(file, line, `more than ${NODES_MAX} nodes`)
    names.set(name, names.size)
    return names.size - 1
  }
  let room = 1 << 16
  let edges = { count: 0, a: new Int32Array(room), b: new Int32Array(room), balanceA: new Float64Array(room), balanceB: new Float64Array(room) }
  const seen = new Map<number, number>()
  for (const { line, fields: [nameA, nameB, ab, ba] } of rowsOf(file, ['node_a', 'node_b', 'capacity_ab', 'capacity_ba'])) {
    if (nameA === nameB) throw complaint(file, line, `a channel of node ${nameA} with itself`)
    if (edges.count >= CHANNELS_MAX) throw complaint(file, line, `more than ${CHANNELS_MAX} channels`)
    const a = nodeOf(nameA!, line)
    const b = nodeOf(nameB!, line)
    const pair = Math.min(a, b) * NODES_MAX + Math.max(a, b)
    const before = seen.get(pair)
    if (before !== undefined) throw complaint(file, line, `nodes ${nameA} and ${nameB} have a channel in line ${before} already; parallel channels are one line with their sums`)
    if (seen.size < SEEN_MAX) seen.set(pair, line)
    if (edges.count === room) {
      room *= 2
      edges = { count: edges.count, a: grown(edges.a, new Int32Array(room)), b: grown(edges.b, new Int32Array(room)), balanceA: grown(edges.balanceA, new Float64Array(room)), balanceB: grown(edges.balanceB, new Float64Array(room)) }
    }
    edges.a[edges.count] = a
    edges.b[edges.count] = b
    edges.balanceA[edges.count] = Math.min(BALANCE_MAX, amountOf(file, line, 'capacity_ab', ab!))
    edges.balanceB[edges.count] = Math.min(BALANCE_MAX, amountOf(file, line, 'capacity_ba', ba!))
    edges.count++
  }
  if (edges.count === 0) throw new CsvError(`${file}: no channels`)
  return graphOf(names.size, edges, names)
}

/** A map holds this many keys: beyond it a pair that comes twice is two channels. */
const SEEN_MAX = 2 ** 24 - 1

const grown = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
  to.set(from)
  return to
}

/**
 * Reads `payer,payee,amount`. Throws a {@link CsvError} that names the line for a node that is not in the graph, a
 * payment of a node to itself, or an amount that is none.
 */
export function readPayments (file: string, graph: Graph): readonly StreamPayment[] {
  const nodeOf = (line: number, name: string): number => {
    const node = graph.names === undefined ? /^\d+$/.test(name) && Number(name) < graph.nodes ? Number(name) : undefined : graph.names.get(name)
    if (node === undefined) throw complaint(file, line, `node ${name} is not in the graph`)
    return node
  }
  const payments: StreamPayment[] = []
  for (const { line, fields: [from, to, text] } of rowsOf(file, ['payer', 'payee', 'amount'])) {
    if (payments.length >= PAYMENTS_MAX) throw complaint(file, line, `more than ${PAYMENTS_MAX} payments`)
    const payer = nodeOf(line, from!)
    const payee = nodeOf(line, to!)
    if (payer === payee) throw complaint(file, line, `node ${from} pays itself`)
    const amount = amountOf(file, line, 'amount', text!)
    if (amount < 1 || amount > BALANCE_MAX) throw complaint(file, line, `an amount of ${text}`)
    payments.push({ payer, payee, amount })
  }
  if (payments.length === 0) throw new CsvError(`${file}: no payments`)
  return payments
}

const complaint = (file: string, line: number, reason: string): CsvError => new CsvError(`${file}, line ${line}: ${reason}`)

/** A decimal number that is not negative, in thousandths, rounded down. */
function amountOf (file: string, line: number, column: string, text: string): number {
  const value = /^\d+(\.\d*)?(e\+?\d{1,2})?$/i.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) throw complaint(file, line, `${column} is not an amount: ${text.slice(0, 40)}`)
  return Math.floor(value * UNIT)
}

interface Row { readonly line: number, readonly fields: readonly string[] }

/** Lines below the header, as the wanted columns in the wanted order; other columns are passed over. */
function * rowsOf (file: string, columns: readonly string[]): Generator<Row, void> {
  const bytes = contentOf(file)
  let order: readonly number[] | undefined
  let width = 0
  for (let at = 0, line = 1; at < bytes.length; line++) {
    const found = bytes.indexOf(10, at)
    const end = found < 0 ? bytes.length : found
    if (end - at > LINE_BYTES_MAX) throw complaint(file, line, `longer than ${LINE_BYTES_MAX} bytes`)
    const text = bytes.toString('utf8', at, end).trim()
    at = end + 1
    if (text === '') continue
    const cells = text.split(',')
    if (order === undefined) {
      const header = cells.map((cell) => cell.trim())
      const missing = columns.filter((column) => !header.includes(column))
      if (missing.length > 0) throw complaint(file, line, `no column ${missing.join(', ')}; the header must name ${columns.join(',')}`)
      order = columns.map((column) => header.indexOf(column))
      width = header.length
      continue
    }
    if (cells.length !== width) throw complaint(file, line, `${cells.length} columns in place of ${width}`)
    const fields = order.map((column) => cells[column]!.trim())
    const empty = fields.indexOf('')
    if (empty >= 0) throw complaint(file, line, `${columns[empty]} is empty`)
    yield { line, fields }
  }
  if (order === undefined) throw new CsvError(`${file}: empty; the first line must name ${columns.join(',')}`)
}

function contentOf (file: string): Buffer {
  try {
    const bytes = readFileSync(file)
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: FILE_BYTES_MAX }) : bytes
  } catch (error) {
    throw new CsvError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
