import { z } from 'zod'
import { isHexOf } from '../../core/base/bytes.js'
import type { ErrorName } from '../../core/base/errors.js'
import { isPeerId, type InvoiceId, type MeetingPointId, type PeerId } from '../../core/base/ids.js'
import { printable } from '../../core/base/printable.js'
import { ADDRESS_CHARACTERS_MAX, AMOUNT_CHARACTERS_MAX, ASSET_CHARACTERS_MAX, INVOICE_CHARACTERS_MAX, LIST_DEFAULT, LIST_MAX, PATH_CHARACTERS_MAX, PEER_CHARACTERS_MAX, TIMES_MAX, WAYPOINTS_MAX, WAYPOINT_CHARACTERS_MAX } from '../limits.js'

/**
 * The fields that requests and answers are made of. Requests write amounts and durations as text with a unit;
 * answers give amounts as decimal strings of the asset's smallest units, with `asset` (its name) beside.
 */

/** What a field is called in help texts: an upper-case word. */
export interface FieldMeta { readonly placeholder: string, readonly description: string }

/** Text that must pass `accepts`, else the request is refused with the error that `error` names. */
function checkedText (max: number, accepts: (text: string) => boolean, error: ErrorName, detail: (text: string) => Record<string, unknown>, meta: FieldMeta) {
  return z.string().max(max).superRefine((text, context) => {
    if (!accepts(text)) context.addIssue({ code: 'custom', message: error, params: { error, detail: detail(printable(text, 100)) } })
  }).meta({ ...meta })
}

// --- Fields of requests ---

/** `20sat`, `0.001btc`, `12.50eur@<issuer>`. The node that knows the assets reads it. */
export const amountText = (description: string) =>
  z.string({ error: 'write an amount as text with its unit, such as "20sat"' }).max(AMOUNT_CHARACTERS_MAX).superRefine((text, context) => {
    // A bare number or a sign is wrong whatever assets a node knows.
    if (!/^\s*[\d.]+\s?[a-z]/.test(text)) context.addIssue({ code: 'custom', message: 'bad-amount', params: { error: 'bad-amount', detail: { text: printable(text, 64) } } })
  }).meta({ placeholder: 'AMOUNT', description })

export const assetText = (description: string) => z.string().min(1).max(ASSET_CHARACTERS_MAX).meta({ placeholder: 'ASSET', description })

export const peerText = (description: string) =>
  checkedText(PEER_CHARACTERS_MAX, isPeerId, 'bad-peer', (text) => ({ text }), { placeholder: 'PEER', description }).transform((text) => text as PeerId)

/** A peer id, or `default`. */
export const peerOrDefaultText = (description: string) =>
  checkedText(PEER_CHARACTERS_MAX, (text) => text === 'default' || isPeerId(text), 'bad-peer', (text) => ({ text }), { placeholder: 'PEER', description })
    .transform((text) => text as PeerId | 'default')

/** Ends in `/p2p/<peer id>`, so that the identity of what is dialled is known before dialling. */
export const isDialable = (text: string): boolean => {
  const match = /^(\/[\x21-\x7e]+)\/p2p\/([1-9A-HJ-NP-Za-km-z]+)$/.exec(text)
  return match !== null && isPeerId(match[2]!)
}

export const addressText = (description: string) =>
  checkedText(ADDRESS_CHARACTERS_MAX, isDialable, 'bad-address', (text) => ({ text }), { placeholder: 'ADDRESS', description })

/** A multiaddr that ends in `/p2p/<peer id>`, or a peer id alone. */
export const targetText = (description: string) =>
  checkedText(ADDRESS_CHARACTERS_MAX, (text) => isPeerId(text) || isDialable(text), 'bad-address', (text) => ({ text }), { placeholder: 'ADDRESS', description })

/** 32 bytes hex, or a peer id when the peer has one channel only. */
export const channelText = (description: string) =>
  checkedText(PEER_CHARACTERS_MAX, (text) => isHexOf(text, 32) || isPeerId(text), 'no-channel', (id) => ({ id }), { placeholder: 'CHANNEL', description })

export const invoiceIdText = (description: string) =>
  checkedText(PEER_CHARACTERS_MAX, (text) => isHexOf(text, 32), 'not-found', (id) => ({ what: 'invoice', id }), { placeholder: 'ID', description })
    .transform((text) => text as InvoiceId)

export const meetingPointText = (description: string) =>
  checkedText(PEER_CHARACTERS_MAX, (text) => isHexOf(text, 33), 'not-found', (id) => ({ what: 'meeting point', id }), { placeholder: 'ID', description })
    .transform((text) => text as MeetingPointId)

/** A way that is chosen: a link neighbour first, meeting points, entries. The node reads them. */
export const viaField = (description: string) =>
  z.array(z.string().min(1).max(WAYPOINT_CHARACTERS_MAX).meta({ placeholder: 'WAYPOINT', description: `${description}: a link neighbour (as the first), a meeting point, or an entry amkway… (may be repeated, in their order)` })).max(WAYPOINTS_MAX).optional()

/** A chain of this node. */
export const chainField = (description: string) => z.enum(['bitcoin', 'litecoin']).meta({ placeholder: 'CHAIN', description })

/** Satoshis a virtual byte, with at most three decimals; becomes satoshis for 1,000 virtual bytes. */
export const feeRateText = (description: string) =>
  checkedText(16, (text) => /^\d{1,7}(\.\d{1,3})?$/.test(text), 'bad-request', (text) => ({ reason: `not a fee rate: ${text}; write satoshis a virtual byte, such as 2 or 1.5` }), { placeholder: 'SAT_PER_VB', description })
    .transform((text) => { const [whole = '', part = ''] = text.split('.'); return BigInt(whole + part.padEnd(3, '0')) })

/** A path of a file; the command line makes it absolute. */
export const pathText = (description: string) => z.string().min(1).max(PATH_CHARACTERS_MAX).meta({ placeholder: 'FILE', description })

const DURATION_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `500ms`, `90s`, `10m`, `1h`, `7d`; undefined when it is no duration. */
export function parseDuration (text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  return match === null ? undefined : Number(match[1]) * DURATION_UNITS_MS[match[2]!]!
}

/** A duration as text; becomes milliseconds. */
export const durationText = (description: string) =>
  checkedText(16, (text) => parseDuration(text) !== undefined, 'bad-request', (text) => ({ reason: `not a duration: ${text}; write 90s, 10m, 1h or 7d` }), { placeholder: 'TIME', description })
    .transform((text) => parseDuration(text)!)

/** How long to wait for the end; the command line's `--timeout`. */
export const timeoutMsField = () => z.number().int().min(1).max(86_400_000).optional().meta({ placeholder: 'MS', description: 'Longest time to wait, in milliseconds' })

/** How many times an invoice is paid. */
export const timesField = (description: string) => z.number().int().min(1).max(TIMES_MAX).meta({ placeholder: 'N', description })

/** Most entries of a list answer; the newest come first. */
export const countField = () => z.number().int().min(1).max(LIST_MAX).default(LIST_DEFAULT).meta({ placeholder: 'N', description: 'Most entries to give, newest first' })

// --- Fields of answers ---

/** A whole number of the asset's smallest units, as decimal text. */
export const unitsText = z.string().regex(/^-?\d{1,20}$/)
export const assetName = z.string()
export const peerId = z.string()
export const hexId = z.string().regex(/^[0-9a-f]+$/)
export const timeMs = z.number().int()
export const count = z.number().int().min(0)

/** The text of an invoice. */
export const invoiceText = (description: string) => z.string().min(1).max(INVOICE_CHARACTERS_MAX).meta({ placeholder: 'INVOICE', description })
