/** What one call of a logger says, before it is written. */
export interface LogRecord {
  /** Milliseconds since 1970, of the wall clock. */
  readonly atMs: number
  readonly level: LogLevel
  /** Such as `amiko:mesh`. */
  readonly namespace: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'
export const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']

/** Longest text of a message or a value, in characters; the rest is cut and counted. */
const TEXT_CHARS_MAX = 512
const FIELDS_MAX = 24
const DEPTH_MAX = 3
const ITEMS_MAX = 16
/** Fields of such a name are never written, whatever is in them. */
const SECRET_NAME = /secret|password|cookie|seed|privatekey|networkkey|mnemonic/i
// Control characters, direction marks and overrides, invisible characters, line separators, lone surrogates: what
// could forge a line or hide text on a terminal.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029\p{Cs}]/gu

/** Text that cannot do anything but be read: one line, no hidden or reordering characters, of bounded length. */
export function safeText (text: string, charsMax: number = TEXT_CHARS_MAX): string {
  const cut = text.length > charsMax ? text.slice(0, charsMax) : text
  const safe = cut.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
  return text.length > charsMax ? `${safe}… (${text.length - charsMax} more)` : safe
}

/** One line for people: time, level, namespace, message, fields. */
export function humanLine (record: LogRecord): string {
  const fields = Object.entries(safeFields(record.fields))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value)}`)
  return `${new Date(record.atMs).toISOString()} ${record.level.padEnd(5)} ${safeText(record.namespace)} ${safeText(record.message)}${fields.join('')}\n`
}

/** One line for programs: a JSON object. */
export function jsonLine (record: LogRecord): string {
  return `${JSON.stringify({
    time: new Date(record.atMs).toISOString(), level: record.level, namespace: safeText(record.namespace), message: safeText(record.message), ...prefixed(safeFields(record.fields))
  })}\n`
}

const OWN_NAMES = new Set(['time', 'level', 'namespace', 'message'])
const prefixed = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [OWN_NAMES.has(name) ? `field-${name}` : name, value]))

function safeFields (fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  const entries = Object.entries(fields)
  for (const [name, value] of entries.slice(0, FIELDS_MAX)) {
    if (value !== undefined) out[safeText(name, 64)] = SECRET_NAME.test(name) ? '(not logged)' : safeValue(value, 0)
  }
  if (entries.length > FIELDS_MAX) out['more'] = entries.length - FIELDS_MAX
  return out
}

function safeValue (value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string': return safeText(value)
    case 'number': case 'boolean': return value
    case 'bigint': return value.toString()
    case 'object': break
    default: return safeText(String(value))
  }
  if (value === null) return null
  // Bytes are never written: they may be a key.
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`
  if (value instanceof Error) return safeError(value, depth)
  if (depth >= DEPTH_MAX) return '…'
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item: unknown) => safeValue(item, depth + 1))
  return Object.fromEntries(Object.entries(value).slice(0, ITEMS_MAX).map(([name, inner]) => [safeText(name, 64), SECRET_NAME.test(name) ? '(not logged)' : safeValue(inner, depth + 1)]))
}

function safeError (error: Error, depth: number): string {
  const where = error.stack?.split('\n').slice(1, 3).map((line) => line.trim()).join(' ') ?? ''
  const cause = error.cause instanceof Error && depth < DEPTH_MAX ? ` because ${safeError(error.cause, depth + 1)}` : ''
  return safeText(`${error.name}: ${error.message}${where === '' ? '' : ` (${where})`}${cause}`)
}
