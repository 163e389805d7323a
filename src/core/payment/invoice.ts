import { bech32m } from '@scure/base'
import { equalBytes, toHex, utf8Bytes } from '../base/bytes.js'
import type { AssetId, InvoiceId, MeetingPointId } from '../base/ids.js'
import { refuse, type Refusal } from '../base/step.js'
import { bytes32, bytes33, bytesOf, hexOf, LayoutError, list, struct, text, u32, u48, u8, units, type ValueOf } from '../base/struct.js'
import { isPoint, mulG, pointOfId } from '../crypto/curve.js'
import { signSchnorr, verifySchnorr } from '../crypto/schnorr.js'
import { DESCRIPTION_BYTES_MAX, INVOICE_CHARACTERS_MAX, MEETING_POINTS_MAX } from './limits.js'
import { TIMES_MAX } from './stream-limits.js'

/** The version that this program writes and reads. */
export const INVOICE_VERSION = 1
/** The version of an invoice that can be paid many times. @see INV-20 */
export const TIMES_VERSION = 2
const NETWORK_BYTES = 8
const SIGNATURE_BYTES = 64
const URI_SCHEME = 'amiko:'
const PREFIXES = { mainnet: 'amkb', testnet: 'amkt', regtest: 'amkr' } as const
type Prefix = typeof PREFIXES[keyof typeof PREFIXES]

/**
 * What an invoice says and signs. The network comes first, so that a wrong network is named whatever follows;
 * it names no peer and no address of the payee. @see INV-1
 */
const invoiceFields = {
  network: bytesOf(NETWORK_BYTES),
  version: u8,
  /** Z = z·G. */
  point: bytes33,
  /** σ. */
  session: bytes32,
  asset: hexOf<AssetId>(32),
  amount: units,
  description: text(DESCRIPTION_BYTES_MAX),
  createdMs: u48,
  expiresMs: u48,
  meetingPoints: list(hexOf<MeetingPointId>(33), MEETING_POINTS_MAX),
  /** A key of this invoice alone, x-only. */
  signingKey: bytes32
}
export const invoiceStruct = struct('amiko/invoice', invoiceFields)
/** As {@link invoiceStruct}, and how many times it can be paid. @see INV-20 */
export const timesStruct = struct('amiko/invoice', { ...invoiceFields, times: u32 })

/** An invoice as its text says. */
export type Invoice = ValueOf<typeof invoiceStruct> & {
  readonly id: InvoiceId
  /** Of one that can be paid many times: how many. */
  readonly times?: number | undefined
}

/** Which network this node is on. */
export interface InvoiceNetwork { readonly id: Uint8Array, readonly name: string, readonly kind: keyof typeof PREFIXES }

/** An invoice's id: the tagged hash of what is signed, which is also what the signature is of. */
const idOf = (digest: Uint8Array): InvoiceId => toHex(digest) as InvoiceId

/**
 * Signs an invoice and writes it as text.
 *
 * @param signingSecret - fresh, for this invoice alone
 * @param aux - 32 random bytes for the signature's nonce
 */
export function writeInvoice (network: InvoiceNetwork, content: Omit<Invoice, 'id' | 'network' | 'version' | 'signingKey'>, signingSecret: Uint8Array, aux: Uint8Array): { readonly text: string, readonly invoice: Invoice } {
  const value = { ...content, network: network.id, version: content.times === undefined ? INVOICE_VERSION : TIMES_VERSION, signingKey: mulG(signingSecret).subarray(1) }
  const [digest, bytes] = value.times === undefined ? [invoiceStruct.hash(value), invoiceStruct.encode(value)] : [timesStruct.hash({ ...value, times: value.times }), timesStruct.encode({ ...value, times: value.times })]
  const signature = signSchnorr(digest, signingSecret, aux)
  return { text: signedText(PREFIXES[network.kind], bytes, signature), invoice: { ...value, id: idOf(digest) } }
}

/** The text of signed bytes, of an invoice or an entry; also for vectors that must be refused. */
export function signedText (prefix: string, content: Uint8Array, signature: Uint8Array): string {
  const bytes = new Uint8Array(content.length + signature.length)
  bytes.set(content)
  bytes.set(signature, content.length)
  return bech32m.encode(prefix, bech32m.toWords(bytes), INVOICE_CHARACTERS_MAX)
}

/** The link form, for QR codes and pages. @see INV-4 */
export const invoiceUri = (invoice: string): string => URI_SCHEME + invoice

/**
 * Reads an invoice for this network. Whether it has expired, and whether its asset is known, the caller judges.
 *
 * Refuses with `bad-invoice` and a reason, or with `wrong-network`.
 *
 * @param input - text or `amiko:` URI, in lower or upper case
 */
export function parseInvoice (input: string, network: InvoiceNetwork): Invoice | Refusal {
  const trimmed = input.trim()
  const plain = trimmed.slice(0, URI_SCHEME.length).toLowerCase() === URI_SCHEME ? trimmed.slice(URI_SCHEME.length) : trimmed
  if (plain.length > INVOICE_CHARACTERS_MAX) return bad(`it has ${plain.length} characters, at most ${INVOICE_CHARACTERS_MAX} are possible`) // INV-3
  const decoded = decodeText(plain)
  if (decoded === undefined) return bad('its checksum does not fit: a character is missing or wrong') // INV-2
  const kind = kindOf(decoded.prefix)
  if (kind === undefined) return bad('it does not begin as an invoice of this program does')
  const { bytes } = decoded
  if (bytes.length < NETWORK_BYTES + 1 + SIGNATURE_BYTES) return bad('it is too short')
  // INV-5: the network is judged before anything else, so that invoices of other versions and networks are named.
  if (kind !== network.kind) return refuse('wrong-network', { theirs: kind, ours: network.name })
  const networkId = bytes.subarray(0, NETWORK_BYTES)
  if (!equalBytes(networkId, network.id)) return refuse('wrong-network', { theirs: toHex(networkId), ours: network.name })
  const version = bytes[NETWORK_BYTES]!
  if (version !== INVOICE_VERSION && version !== TIMES_VERSION) return bad(`version ${version} is not known to this program`) // INV-6
  const content = tryDecode(bytes.subarray(0, bytes.length - SIGNATURE_BYTES))
  if (content === undefined) return bad('its fields are not well formed') // INV-7
  const wrong = whatIsWrong(content)
  if (wrong !== undefined) return bad(wrong)
  const digest = content.times === undefined ? invoiceStruct.hash(content) : timesStruct.hash({ ...content, times: content.times })
  if (!verifySchnorr(bytes.subarray(bytes.length - SIGNATURE_BYTES), digest, content.signingKey)) return bad('its signature is not valid') // INV-9
  return { ...content, id: idOf(digest) }
}

const bad = (reason: string): Refusal => refuse('bad-invoice', { reason })

function kindOf (prefix: string): keyof typeof PREFIXES | undefined {
  const entries = Object.entries(PREFIXES) as ReadonlyArray<[keyof typeof PREFIXES, Prefix]>
  return entries.find(([, own]) => own === prefix)?.[0]
}

// INV-8: what a well-formed struct may still say wrongly.
function whatIsWrong (content: Omit<Invoice, 'id'>): string | undefined {
  if (content.amount === 0n) return 'it asks for nothing'
  if (!isPoint(content.point)) return 'its payment point is not on the curve'
  if (content.meetingPoints.length === 0) return 'it names no meeting point'
  if (new Set(content.meetingPoints).size !== content.meetingPoints.length) return 'it names a meeting point twice'
  if (!content.meetingPoints.every((id) => pointOfId(id) !== undefined)) return 'a meeting point is not on the curve'
  if (content.times !== undefined && (content.times < 2 || content.times > TIMES_MAX)) return `it can be paid 2 to ${TIMES_MAX} times` // INV-20
  if (content.expiresMs <= content.createdMs) return 'it expires before it was made'
  return undefined
}

/** The bytes of a text, of an invoice or an entry; undefined when its checksum does not fit. */
export function decodeText (plain: string): { prefix: string, bytes: Uint8Array } | undefined {
  try {
    const { prefix, words } = bech32m.decode(plain as `${string}1${string}`, INVOICE_CHARACTERS_MAX)
    return { prefix, bytes: bech32m.fromWords(words) }
  } catch {
    return undefined // the library throws for every kind of wrong text
  }
}

function tryDecode (bytes: Uint8Array): Omit<Invoice, 'id'> | undefined {
  try {
    return bytes[NETWORK_BYTES] === TIMES_VERSION ? timesStruct.decode(bytes) : invoiceStruct.decode(bytes)
  } catch (error) {
    if (error instanceof LayoutError) return undefined
    throw error
  }
}

/** Whether a description can stand in an invoice. */
export const fitsDescription = (description: string): boolean => utf8Bytes(description).length <= DESCRIPTION_BYTES_MAX
