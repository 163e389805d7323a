import { readFileSync, existsSync } from 'node:fs'
import { coin, formatAmount, issuedAsset, parseAmount } from '../../src/core/base/assets.js'
import { fromHex } from '../../src/core/base/bytes.js'
import { publicKeyOfPeerId, peerIdOfPublicKey } from '../../src/core/base/ids.js'
import { isFault, type Fault } from '../../src/core/base/step.js'
import { decodeChannel, encodeChannel } from '../../protocols/channel/codec.js'
import { decodeAnnouncement, encodeAnnouncement } from '../../protocols/hints/codec.js'
import { decodeLink, encodeLink } from '../../protocols/link/codec.js'
import { decodeRecord, encodeRecord } from '../../protocols/neighbour/codec.js'
import { decodeRoute, encodeRoute } from '../../protocols/route/codec.js'
import { repositoryFile } from '../../simulations/repository-file.js'
import { layouts, storedFiles } from '../stored/entities.js'
import { ADDRESS, PEER } from '../api/fake-node.js'
import { announcementVectors } from '../protocols/hints/vectors.js'
import { linkVectors } from '../protocols/link/vectors.js'
import { MESSAGES as ROUTE_MESSAGES, badFrames } from '../protocols/route/vectors.js'
import { channelVectors, vectorMessages } from '../protocols/channel/vectors.js'
import { ENTRY_TARGET } from './entry-target.js'
import { assemblerCheck, gateCheck, gateSeeds } from './stream-targets.js'
import { checkOf, unlessThrown, type FuzzTarget } from './target.js'
import { TEXT_TARGETS } from './text-targets.js'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const utf8 = (written: string): Uint8Array => new TextEncoder().encode(written)

/** Undefined for a fault whose requirement is one of a protocol; a value else. */
function unlessFault<T extends object> (decoded: T | Fault, prefixes: RegExp): T | undefined {
  // A message may have fields of a fault's names: only the two fields alone are one.
  if (!isFault(decoded) || Object.keys(decoded).length !== 2) return decoded as T
  if (!prefixes.test(decoded.requirement)) throw new Error(`refused under ${decoded.requirement}, which is not of this protocol`)
  return undefined
}

interface Rows { readonly mustRefuse: ReadonlyArray<{ readonly frame: string }> }

const WIRE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'link',
    seeds: () => [...linkVectors().map(({ bytes }) => fromHex(bytes)), ...kept('link')],
    check: checkOf({ decode: (bytes) => unlessFault(decodeLink(bytes), /^(LINK|HINT)-\d+$/), encode: encodeLink, canonical: false })
  },
  {
    name: 'channel',
    seeds: () => [...Object.values(vectorMessages).map(encodeChannel), ...(channelVectors() as Rows).mustRefuse.map(({ frame }) => fromHex(frame)), ...kept('channel')],
    check: checkOf({ decode: (bytes) => unlessFault(decodeChannel(bytes), /^CHAN-1$/), encode: encodeChannel, canonical: false })
  },
  {
    name: 'route',
    seeds: () => [...Object.values(ROUTE_MESSAGES).map(encodeRoute), ...badFrames().map(({ bytes }) => bytes), ...kept('route')],
    check: checkOf({ decode: (bytes) => unlessFault(decodeRoute(bytes), /^ROUTE-\d+$/), encode: encodeRoute, canonical: false })
  },
  {
    name: 'announcement',
    seeds: () => [...announcementVectors().map(({ bytes }) => fromHex(bytes)), ...kept('announcement')],
    check: checkOf({ decode: (bytes) => unlessFault(decodeAnnouncement(bytes), /^HINT-\d+$/), encode: encodeAnnouncement, canonical: true })
  },
  {
    name: 'neighbour-record',
    seeds: () => [Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), Uint8Array.of(1, 42), Uint8Array.of(2, 0, 0, 1, 0), ...kept('neighbour-record')],
    check: checkOf({
      decode: (bytes) => unlessFault(decodeRecord(bytes), /^NEIGH-5$/),
      // The record's length stands before it on the wire; the decoder gets what follows.
      encode: (record) => { const framed = encodeRecord(record); return framed.slice(framed.findIndex((byte) => byte < 128) + 1) },
      canonical: true
    })
  },
  {
    name: 'neighbour-stream',
    seeds: () => [
      new Uint8Array(Buffer.concat([encodeRecord({ kind: 'hello', session: new Uint8Array(8) }), encodeRecord({ kind: 'message', bytes: new Uint8Array(300).fill(7) }), encodeRecord({ kind: 'credit', units: 65_536 })])),
      encodeRecord({ kind: 'message', bytes: new Uint8Array(70) }), ...kept('neighbour-stream')
    ],
    check: assemblerCheck
  },
  { name: 'gate', seeds: () => [...gateSeeds(), ...kept('gate')], check: gateCheck, oneOf: 200 }
]

const STORAGE_TARGETS: readonly FuzzTarget[] = [...layouts()].map(([name, layout]) => {
  const samples = storedFiles().filter(({ entity }) => entity === name).flatMap((file) => file.samples.map(({ hex }) => fromHex(hex)))
  const newest = Math.max(...samples.map((bytes) => bytes[0]!))
  const codec = { decode: (bytes: Uint8Array) => unlessThrown(['LayoutError', 'NewerVersionError'], () => layout.decode(bytes)), encode: layout.encode }
  // An older version is read, and written as the newest.
  const [checkNewest, checkOlder] = [checkOf({ ...codec, canonical: true }), checkOf({ ...codec, canonical: false })]
  return { name: `stored-${name}`, seeds: () => [...samples, ...kept(`stored-${name}`)], check: (input) => (input[0] === newest ? checkNewest : checkOlder)(input) }
})

const ASSETS = [coin('btc', 'regtest'), coin('ltc', 'regtest'), issuedAsset('eur', PEER)!]

const NAME_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'amount',
    seeds: () => ['1500msat', '20sat', '0.001btc', '21000000btc', '5ltc', `12.50eur@${PEER}`, '1mlit'].map(utf8),
    check: checkOf({ decode: (bytes) => parseAmount(text(bytes), ASSETS), encode: ({ asset, value }) => utf8(formatAmount(asset, value)), canonical: false })
  },
  {
    name: 'peer-id',
    seeds: () => [PEER, ADDRESS].map(utf8),
    check: checkOf({ decode: (bytes) => publicKeyOfPeerId(Buffer.from(bytes).toString('latin1')), encode: (key) => utf8(peerIdOfPublicKey(key)), canonical: true })
  }
]

/** Every decoder of bytes or text that this program did not make in the same process. */
export const TARGETS: readonly FuzzTarget[] = [...WIRE_TARGETS, ...STORAGE_TARGETS, ...NAME_TARGETS, ...TEXT_TARGETS(kept), ENTRY_TARGET]

/** Inputs that a guided run found worth keeping: `corpus/<target>.txt`, one input a line, as hex. */
export function kept (name: string): readonly Uint8Array[] {
  const file = corpusFile(name)
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map(fromHex) : []
}

export const corpusFile = (name: string): string => repositoryFile('test', 'fuzz', 'corpus', `${name}.txt`)
