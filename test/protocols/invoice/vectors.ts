import { bech32m } from '@scure/base'
import { concatBytes, toHex } from '../../../src/core/base/bytes.js'
import { sha256 } from '../../../src/core/base/hash.js'
import type { AssetId, MeetingPointId } from '../../../src/core/base/ids.js'
import { asUnits } from '../../../src/core/base/money.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { signSchnorr } from '../../../src/core/crypto/schnorr.js'
import { deriveAttempt, messageKey, replyKey } from '../../../src/core/payment/session.js'
import { invoiceStruct, signedText, parseInvoice, writeInvoice, type InvoiceNetwork } from '../../../src/core/payment/invoice.js'
import { plain } from '../route/vectors.js'

/** The vectors of invoices, made from fixed values; `../route/generate.ts` writes them, the tests compare. */

const seeded = (text: string): Uint8Array => sha256(new TextEncoder().encode(text))
const scalar = (text: string): Uint8Array => scalarOf(seeded(text))
const pointId = (text: string): MeetingPointId => toHex(mulG(scalar(text))) as MeetingPointId

export const NETWORK: InvoiceNetwork = { id: seeded('network').subarray(0, 8), name: 'vectors', kind: 'regtest' }
export const SIGNING = scalar('signing')
const AUX = new Uint8Array(32)

export const CONTENT = {
  point: mulG(scalar('z')),
  session: seeded('session'),
  asset: toHex(seeded('asset')) as AssetId,
  amount: asUnits(123n),
  description: 'receipt',
  createdMs: 1_700_000_000_000,
  expiresMs: 1_700_003_600_000,
  meetingPoints: [pointId('m1'), pointId('m2'), pointId('m3')]
}

/** Signs content however wrong it is. */
function signed (change: Partial<typeof CONTENT> & { readonly version?: number, readonly network?: Uint8Array }, prefix = 'amkr'): string {
  const value = { network: NETWORK.id, version: 1, ...CONTENT, ...change, signingKey: mulG(SIGNING).subarray(1) }
  return signedText(prefix, invoiceStruct.encode(value), signSchnorr(invoiceStruct.hash(value), SIGNING, AUX))
}

const reencoded = (text: string, alter: (bytes: Uint8Array) => Uint8Array, prefix = 'amkr'): string => {
  const bytes = bech32m.fromWords(bech32m.decode(text as `${string}1${string}`, 4_096).words)
  return bech32m.encode(prefix, bech32m.toWords(alter(bytes)), 8_192)
}

/** An invoice that is read, on each kind of network. */
export const GOOD: ReadonlyArray<{ readonly name: string, readonly network: InvoiceNetwork, readonly text: string }> = [
  { name: 'regtest', network: NETWORK, text: writeInvoice(NETWORK, CONTENT, SIGNING, AUX).text },
  ...(['mainnet', 'testnet'] as const).map((kind) => ({ name: kind, network: { ...NETWORK, kind }, text: writeInvoice({ ...NETWORK, kind }, CONTENT, SIGNING, AUX).text })),
  { name: 'one meeting point, no description, the largest amount', network: NETWORK, text: writeInvoice(NETWORK, { ...CONTENT, description: '', amount: asUnits((1n << 63n) - 1n), meetingPoints: [pointId('m1')] }, SIGNING, AUX).text },
  { name: 'eight meeting points and the longest description', network: NETWORK, text: writeInvoice(NETWORK, { ...CONTENT, description: 'é'.repeat(512), meetingPoints: Array.from({ length: 8 }, (_, i) => pointId(`m${i}`)) }, SIGNING, AUX).text },
  { name: 'upper case, as in a QR code', network: NETWORK, text: writeInvoice(NETWORK, CONTENT, SIGNING, AUX).text.toUpperCase() },
  { name: 'to be paid 100 times', network: NETWORK, text: writeInvoice(NETWORK, { ...CONTENT, times: 100 }, SIGNING, AUX).text },
  { name: 'a URI', network: NETWORK, text: `amiko:${writeInvoice(NETWORK, CONTENT, SIGNING, AUX).text}` }
]

/** Texts that must be refused: each is a good one with one thing wrong. */
export function badInvoices (): ReadonlyArray<{ readonly why: string, readonly text: string }> {
  const text = GOOD[0]!.text
  const flipped = text.endsWith('q') ? 'p' : 'q'
  return [
    { why: 'nothing', text: '' },
    { why: 'not an invoice', text: 'hello' },
    { why: 'bad checksum', text: text.slice(0, -1) + flipped },
    { why: 'a character missing', text: text.slice(0, 100) + text.slice(101) },
    { why: 'mixed case', text: text.slice(0, 20).toUpperCase() + text.slice(20) },
    { why: 'bech32 in place of bech32m', text: bech32mWithOldConstant(text) },
    { why: 'another prefix', text: reencoded(text, (bytes) => bytes, 'lnbc') },
    { why: 'wrong kind of network', text: signed({}, 'amkb') },
    { why: 'wrong network', text: signed({ network: seeded('elsewhere').subarray(0, 8) }) },
    { why: 'wrong network and unknown version', text: signed({ network: seeded('elsewhere').subarray(0, 8), version: 9 }) },
    { why: 'unknown version', text: signed({ version: 3 }) },
    { why: 'of the version with times, without them', text: signed({ version: 2 }) },
    { why: 'to be paid once by the version with times', text: writeInvoice(NETWORK, { ...CONTENT, times: 1 }, SIGNING, AUX).text },
    { why: 'to be paid too many times', text: writeInvoice(NETWORK, { ...CONTENT, times: 100_001 }, SIGNING, AUX).text },
    { why: 'truncated', text: reencoded(text, (bytes) => bytes.subarray(0, bytes.length - 5)) },
    { why: 'too short for anything', text: reencoded(text, (bytes) => bytes.subarray(0, 40)) },
    { why: 'bytes too many', text: reencoded(text, (bytes) => concatBytes(bytes, Uint8Array.of(0))) },
    { why: 'oversize', text: reencoded(text, (bytes) => concatBytes(bytes, new Uint8Array(2_600))) },
    { why: 'bad signature', text: reencoded(text, (bytes) => bytes.map((byte, i) => i === bytes.length - 1 ? byte ^ 1 : byte)) },
    { why: 'an altered amount', text: reencoded(text, (bytes) => bytes.map((byte, i) => i === 8 + 1 + 33 + 32 + 32 + 7 ? byte ^ 1 : byte)) },
    { why: 'an altered description', text: reencoded(text, (bytes) => bytes.map((byte, i) => i === 8 + 1 + 33 + 32 + 32 + 8 + 4 ? byte ^ 1 : byte)) },
    { why: 'a description that is no UTF-8', text: reencoded(text, (bytes) => bytes.map((byte, i) => i === 8 + 1 + 33 + 32 + 32 + 8 + 4 ? 0xff : byte)) },
    { why: 'an amount of zero', text: signed({ amount: asUnits(0n) }) },
    { why: 'a point that is none', text: signed({ point: new Uint8Array(33).fill(5) }) },
    { why: 'no meeting point', text: signed({ meetingPoints: [] }) },
    { why: 'a meeting point twice', text: signed({ meetingPoints: [pointId('m1'), pointId('m1')] }) },
    { why: 'a meeting point that is no point', text: signed({ meetingPoints: ['05'.repeat(33) as MeetingPointId] }) },
    { why: 'expired before it was made', text: signed({ expiresMs: CONTENT.createdMs }) }
  ]
}

function bech32mWithOldConstant (text: string): string {
  // The checksum of bech32 differs from bech32m's by a constant in its last six characters.
  const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
  const difference = 0x2bc830a3 ^ 1
  return text.slice(0, -6) + [...text.slice(-6)].map((letter, i) => alphabet[alphabet.indexOf(letter) ^ (difference >> 5 * (5 - i) & 31)]).join('')
}

/** `protocols/invoice/vectors/invoice.json` */
export function invoiceVectors (): object {
  return {
    network: plain(NETWORK),
    secrets: { z: toHex(scalar('z')), signingSecret: toHex(SIGNING) },
    derived: [1, 2, 300].map((attempt) => {
      const meetingPoint = pointId('m1')
      const { matchPoint, blind } = deriveAttempt(CONTENT.session, meetingPoint, attempt)
      return plain({ session: CONTENT.session, meetingPoint, attempt, matchPoint, blind, reply: replyKey(matchPoint), message: messageKey(CONTENT.session, meetingPoint, attempt) })
    }),
    invoices: GOOD.map(({ name, network, text }) => ({ name, kind: network.kind, text, invoice: plain(parseInvoice(text, network)) })),
    refused: badInvoices().map(({ why, text }) => {
      const parsed = parseInvoice(text, NETWORK)
      return { why, text, error: isRefusal(parsed) ? parsed.refused : 'accepted' }
    })
  }
}
