import type { Random } from './random.js'

/** Where a value stands in a message: names of fields and positions in lists, such as `quote.rate` or `updates.0.terms.amount`. */
export type Place = readonly string[]

type Plain = Readonly<Record<string, unknown>>
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !(value instanceof Uint8Array)

/** Every place of a message that holds a value of its own; not `type`, which says what message it is. */
export function placesOf (message: object): readonly Place[] {
  const places: Place[] = []
  const walk = (value: unknown, place: Place): void => {
    if (isPlain(value)) for (const [name, field] of Object.entries(value)) walk(field, [...place, name])
    else places.push(place)
  }
  for (const [name, value] of Object.entries(message)) if (name !== 'type') walk(value, [name])
  return places
}

/** The name of a place without positions in lists: two entries of a list are the same field. */
export const fieldName = (place: Place): string => place.filter((part) => !/^\d+$/.test(part)).join('.')

/** A copy of a message with one wrong value. It may be one that cannot be written on the wire. */
export function altered<M extends object> (message: M, place: Place, random: Random): M {
  const at = (value: unknown, rest: Place): unknown => {
    const [name, ...more] = rest
    if (name === undefined) return wrong(value, random)
    if (Array.isArray(value)) return value.map((item: unknown, index): unknown => String(index) === name ? at(item, more) : item)
    return { ...value as Plain, [name]: at((value as Plain)[name], more) }
  }
  return at(message, place) as M
}

/** Another value of the same kind: a little off, at an end of its range, or nothing like it. */
function wrong (value: unknown, random: Random): unknown {
  switch (typeof value) {
    case 'bigint': return random.pick([value + 1n, value > 0n ? value - 1n : 1n, 0n, 2n * value, (1n << 62n), BigInt(random.bits())])
    case 'number': return random.pick([value + 1, value > 0 ? value - 1 : 1, 0, value + 3_600, random.bits() % 1_000])
    case 'boolean': return !value
    case 'string': return /^([0-9a-f]{2}){8,}$/.test(value) ? Buffer.from(random.bytes(value.length / 2)).toString('hex') : random.pick(WORDS)
    case 'undefined': return random.pick([0, 1n, random.bytes(32)])
    default: return value instanceof Uint8Array ? wrongBytes(value, random) : value
  }
}

/** Words of the protocols that stand where one of several is chosen. */
const WORDS = ['payer', 'payee', 'idle', 'proposed', 'agreed', 'committed', 'expired', 'no-route', 'refused', 'busy', 'no-way', 'no-match', 'unix', 'bitcoin', 'local', 'remote', 'declined', 'full', 'x']

function wrongBytes (bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice()
  if (copy.length > 0 && random.chance(0.6)) copy[random.below(copy.length)]! ^= 1 << random.below(8)
  else if (random.chance(0.5)) copy.set(random.bytes(copy.length))
  else copy.fill(0)
  return copy
}

/** A copy of a frame with one bit turned. */
export function bitTurned (bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice()
  if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8)
  return copy
}
