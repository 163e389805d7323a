import type { AssetId, MeetingPointId } from '../base/ids.js'
import { asUnits, ZERO, type Units } from '../base/money.js'
import { refuse, type Refusal } from '../base/step.js'
import { pointOfId } from '../crypto/curve.js'
import { rememberedUntil } from './deadlines.js'
import { cancelHalf, drawBetween, drawId, drawScalar } from './half-route.js'
import { DETOURS_MAX, ENTRIES_MAX, ENTRY_EXPIRY_MS, ENTRY_EXPIRY_MS_MAX, ENTRY_HALVINGS_MAX, FORWARDS_MAX, HOPS_LEFT_MAX, HOPS_LEFT_MIN, REOPEN_MS } from './limits.js'
import { beginHalf } from './make-route.js'
import type { NoRouteReason } from './messages.js'
import { originatorTimeMs } from './payee.js'
import { RATE_ONE } from './quote.js'
import type { Half, HalfId, Host, Published, Standing } from './tables.js'
import { standingPoint, writeEntry } from './waypoint-entry.js'
import { DIRECT, hopsToward } from './waypoints.js'

/**
 * Entries that this node publishes, so that others can name it as a waypoint: a signed text each, and a half route that
 * stands at the entry's meeting point as a payee's half would, refreshed as that is. It is never matched; halves that
 * come to the meeting point for the entry's key go back along it (`waypoints`).
 */

/** What an entry is asked for with. */
export interface EntryRequest {
  readonly asset: AssetId
  /** The nearest one, when left out. */
  readonly meetingPoint?: MeetingPointId | undefined
  readonly expiryMs?: number | undefined
}

/** What people see of an entry of theirs. */
export interface EntryView {
  readonly key: MeetingPointId
  /** The text to hand out. */
  readonly entry: string
  readonly meetingPoint: MeetingPointId
  readonly asset: AssetId
  readonly createdMs: number
  readonly expiresMs: number
  /** `standing`: its half route is on its way to the meeting point, or there. `looking`: there is no way now; the node keeps trying. */
  readonly status: 'standing' | 'looking'
}

export const standingTimer = (key: MeetingPointId): string => `payment/standing/${key}`

/**
 * Makes an entry, stores its key, and opens its half route.
 *
 * Refuses with `bad-request`, `busy`, `wrong-asset` or `no-meeting-point`.
 */
export function publishEntry (host: Host, request: EntryRequest): EntryView | Refusal {
  const { asset, expiryMs = ENTRY_EXPIRY_MS } = request
  if (!Number.isFinite(expiryMs) || expiryMs < 1 || expiryMs > ENTRY_EXPIRY_MS_MAX) return refuse('bad-request', { reason: 'an entry lives from 1 ms to 30 d' })
  if (host.tables.entries.size >= ENTRIES_MAX) return refuse('busy', { what: 'published entries', limit: ENTRIES_MAX })
  if (!host.assets().has(asset)) return refuse('wrong-asset', { asset })
  const meetingPoint = request.meetingPoint ?? host.meetingPoints(asset, asUnits(1n), 'from')[0]?.id
  if (meetingPoint === undefined) return refuse('no-meeting-point')
  if (pointOfId(meetingPoint) === undefined) return refuse('bad-request', { reason: 'the meeting point is no key' })
  const secret = drawScalar(host.draw, 'entry key') // ROUTE-90: apart from the node's key, and of this entry alone
  const createdMs = host.env.nowMs
  const expiresMs = createdMs + Math.floor(expiryMs)
  const { text, entry } = writeEntry(host.network, { meetingPoint, asset, createdMs, expiresMs }, secret, host.draw('signature'))
  const published: Published = { key: entry.key, secret, text, meetingPoint, asset, createdMs, expiresMs }
  host.tables.entries.set(entry.key, published) // ROUTE-92: the answer is held back until this is stored
  stand(host, published)
  return entryView(host, published)
}

/** Ends an entry: its half routes go, everywhere. Refuses with `not-found`. @see ROUTE-92 */
export function withdrawEntry (host: Host, key: MeetingPointId): Refusal | undefined {
  if (!host.tables.entries.has(key)) return refuse('not-found', { what: 'entry', id: key })
  end(host, key)
  return undefined
}

export function entryView (host: Pick<Host, 'tables'>, { key, text, meetingPoint, asset, createdMs, expiresMs }: Published): EntryView {
  const standing = host.tables.standings.get(key)
  return { key, entry: text, meetingPoint, asset, createdMs, expiresMs, status: liveHalf(host, standing?.half) === undefined ? 'looking' : 'standing' }
}

const liveHalf = ({ tables }: Pick<Host, 'tables'>, id: HalfId | undefined): Half | undefined => id === undefined ? undefined : tables.halves.get(id)

/** After a restart: entries that have not expired stand again. @see ROUTE-92 */
export function restartEntries (host: Host): void {
  for (const entry of [...host.tables.entries.values()]) {
    if (entry.expiresMs <= host.env.nowMs) host.tables.entries.delete(entry.key)
    else stand(host, entry)
  }
}

function stand (host: Host, { key }: Published): void {
  host.tables.standings.set(key, { key, half: undefined, before: undefined, openedMs: host.env.nowMs, failures: 0, halvings: 0 })
  refreshStanding(host, key)
}

function end (host: Host, key: MeetingPointId): void {
  const standing = host.tables.standings.get(key)
  host.tables.entries.delete(key)
  host.tables.standings.delete(key)
  host.clearTimer(standingTimer(key))
  for (const id of [standing?.half, standing?.before]) {
    const half = liveHalf(host, id)
    if (half !== undefined) cancelHalf(host, half)
  }
}

/** Opens the half route of an entry, or opens it again; at the end of the entry's life, takes it back. @see ROUTE-92 */
export function refreshStanding (host: Host, key: MeetingPointId): void {
  const { tables, settings } = host
  const entry = tables.entries.get(key)
  const last = tables.standings.get(key)
  if (entry === undefined || last === undefined) return
  if (entry.expiresMs <= host.env.nowMs) { end(host, key); return }
  const outlived = liveHalf(host, last.before)
  if (outlived !== undefined) cancelHalf(host, outlived)
  // The one that stands stays until the next refresh: a half that is on its way along it is not cut off.
  const before = liveHalf(host, last.half)?.id
  const halvings = before === undefined ? last.halvings : Math.max(0, last.halvings - 1)
  const id = drawId<HalfId>(host.draw, 'half')
  const refreshMs = settings.refreshMs - settings.refreshRandomMs + drawBetween(host.draw, 'refresh', 0, 2 * settings.refreshRandomMs)
  host.setTimer(standingTimer(key), Math.min(entry.expiresMs, host.env.nowMs + refreshMs))
  const standing: Standing = { key, half: id, before, openedMs: host.env.nowMs, failures: before === undefined ? last.failures : 0, halvings }
  tables.standings.set(key, standing)
  const amount = amountFor(host, entry, halvings)
  beginHalf(host, {
    id,
    side: 'payee',
    from: { type: 'entry', way: DIRECT, key, secret: drawScalar(host.draw, 'endpoint'), matchPoint: standingPoint(entry.secret, pointOfId(entry.meetingPoint)!) }, // ROUTE-93
    meetingPoint: entry.meetingPoint,
    asset: entry.asset,
    amount,
    amountTold: amount,
    hopsLeft: drawBetween(host.draw, 'hops', HOPS_LEFT_MIN, HOPS_LEFT_MAX),
    forwardsLeft: FORWARDS_MAX,
    detoursLeft: DETOURS_MAX,
    deadlineMs: host.env.nowMs + originatorTimeMs(host),
    tried: [],
    lastReason: 'no-way',
    next: undefined,
    own: undefined,
    quote: { assetIn: entry.asset, assetOut: entry.asset, rate: RATE_ONE, base: ZERO, minOut: asUnits(1n), maxOut: amount, expiryDeltaSeconds: 0, validUntil: rememberedUntil(host.env, settings) },
    place: { status: 'new' }
  })
}

/**
 * What the half asks for, so that the way it finds is a wide one: the greatest power of two, after some halvings, that a
 * neighbour could carry. What can go along it is seen when it does.
 */
function amountFor (host: Host, { asset, meetingPoint }: Published, halvings: number): Units {
  const { receivable } = host.capacity(asset)
  const greatest = receivable === 0n ? 1n : 1n << BigInt(receivable.toString(2).length - 1)
  for (let amount = greatest >> BigInt(halvings); amount > 1n; amount >>= 1n) {
    const toward = { way: DIRECT, meetingPoint, side: 'payee', asset, amount: asUnits(amount) } as const
    if (hopsToward(host, toward, new Set(), host.draw('fitting')).length > 0) return asUnits(amount)
  }
  return asUnits(1n)
}

/** The half of an entry has ended: it is opened again, later each time. */
export function onStandingFailed (host: Host, half: Half, reason: NoRouteReason): void {
  const standing = half.from.type === 'entry' ? host.tables.standings.get(half.from.key) : undefined
  if (standing === undefined) return
  if (standing.before === half.id) host.tables.standings.set(standing.key, { ...standing, before: undefined })
  if (standing.half !== half.id) return
  const before = liveHalf(host, standing.before)
  // The one before stands there by another neighbour: it makes room.
  if (reason === 'no-match' && before !== undefined) cancelHalf(host, before)
  const halvings = reason === 'no-way' && half.tried.length > 0 ? Math.min(ENTRY_HALVINGS_MAX, standing.halvings + 1) : standing.halvings
  const waitAfter = (failures: number): number => Math.min(REOPEN_MS * 2 ** Math.min(failures, 16), host.settings.refreshMs)
  // One that stood for longer than its node had waited for it is a new beginning.
  const failures = host.env.nowMs - standing.openedMs > waitAfter(standing.failures) ? 0 : standing.failures
  host.tables.standings.set(standing.key, { ...standing, half: reason === 'no-match' ? undefined : before?.id, before: undefined, failures: failures + 1, halvings })
  host.setTimer(standingTimer(standing.key), host.env.nowMs + waitAfter(failures))
}

/** A neighbour is there again: entries that stand nowhere are opened at once. */
export function reopenStandings (host: Host): void {
  for (const { key, half } of [...host.tables.standings.values()]) if (half === undefined) refreshStanding(host, key)
}
