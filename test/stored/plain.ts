/** A value as JSON can carry it: bigints and bytes are written as objects with one `$` field, absent fields are left out. */
export function toPlain (value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: value.toString() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('hex') }
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined).map(([name, field]) => [name, toPlain(field)]))
}

/**
 * What kind of value this is, with short words kept and everything else reduced to its type: two entities in the
 * same status with the same fields have one outline.
 */
export function outlineOf (value: unknown): unknown {
  if (typeof value === 'string') return /^[a-z-]{1,24}$/i.test(value) ? value : 'text'
  if (typeof value === 'bigint') return value < 0n ? 'negative' : 'bigint'
  if (value instanceof Uint8Array) return value.length === 0 ? 'no bytes' : 'bytes'
  if (Array.isArray(value)) return value.length === 0 ? [] : [outlineOf(value[0])]
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined).map(([name, field]) => [name, outlineOf(field)]))
}
