import { concatBytes, equalBytes, toHex, utf8Bytes, type Hex } from '../base/bytes.js'
import { taggedHash } from '../base/hash.js'
import { invariant } from '../base/invariant.js'
import { refuse, type Refusal } from '../base/step.js'
import { bytesOf, decodeLayout, encodeLayout, record, u16, u32, type ValueOf } from '../base/struct.js'
import { seal, SEAL_NONCE_BYTES, SEAL_TAG_BYTES, unseal } from '../crypto/sealed-box.js'
import { backupContent, type BackupContent, type ChannelBackup } from './content.js'
import { BACKUP_BLOCK_BYTES, BACKUP_BYTES_MAX } from './limits.js'

/**
 * Backups of a node: one encrypted file whose key follows from the phrase. In reading order: `content` (what is in it),
 * this file (its form, and what a restore gives), `limits`.
 *
 * A backup is of any age: it holds only what does not change. A restored node asks its peers to close, and takes what
 * their commitments pay it; it never publishes a commitment of its own.
 */

const MAGIC = utf8Bytes('AMIKOBAK')
/** The newest form that this program knows. */
export const BACKUP_FORMAT = 1

const header = record({
  magic: bytesOf(8),
  format: u16,
  networkId: bytesOf(8),
  /** Tells the keys of two phrases apart, and nothing about them. */
  keyId: bytesOf(8),
  nonce: bytesOf(SEAL_NONCE_BYTES),
  sealedBytes: u32
})
const HEADER_BYTES = 8 + 2 + 8 + 8 + SEAL_NONCE_BYTES + 4

const keyIdOf = (key: Uint8Array): Uint8Array => taggedHash('amiko/backup/key-id', key).slice(0, 8)

/** Whose backup is read: the node's network and the key of its phrase. */
export interface BackupReader {
  readonly key: Uint8Array
  /** First 8 bytes of the genesis hash. */
  readonly networkId: Uint8Array
  /** How the file is called in errors. */
  readonly file: string
}

/**
 * Writes a backup.
 *
 * @param key - 32 bytes, see `nodeSecrets` of the wallet
 * @param nonce - 24 fresh random bytes
 */
export function writeBackup (content: BackupContent, { key, networkId }: Omit<BackupReader, 'file'>, nonce: Uint8Array): Uint8Array {
  const plain = encodeLayout(backupContent, content)
  const filled = new Uint8Array(Math.ceil((4 + plain.length) / BACKUP_BLOCK_BYTES) * BACKUP_BLOCK_BYTES)
  filled.set(encodeLayout(u32, plain.length))
  filled.set(plain, 4)
  const head = encodeLayout(header, { magic: MAGIC, format: BACKUP_FORMAT, networkId, keyId: keyIdOf(key), nonce, sealedBytes: filled.length + SEAL_TAG_BYTES })
  const bytes = concatBytes(head, seal(key, nonce, filled, head))
  invariant(bytes.length <= BACKUP_BYTES_MAX, 'the bounds of what is in a backup keep it below the bound of its bytes')
  return bytes
}

/** What can be told without the key. Refuses files that are none, of a newer form, and cut ones. */
export function inspectBackup (bytes: Uint8Array, file: string): { readonly format: number, readonly networkId: Hex } | Refusal {
  const head = readHeader(bytes, file)
  return 'refused' in head ? head : { format: head.format, networkId: toHex(head.networkId) }
}

function readHeader (bytes: Uint8Array, file: string): ValueOf<typeof header> | Refusal {
  if (bytes.length < 10 || !equalBytes(bytes.subarray(0, 8), MAGIC)) return refuse('backup-damaged', { file, reason: 'it does not begin as a backup does' })
  const found = bytes[8]! * 256 + bytes[9]!
  if (found > BACKUP_FORMAT) return refuse('backup-newer', { file, found, known: BACKUP_FORMAT })
  if (found !== BACKUP_FORMAT) return refuse('backup-damaged', { file, reason: `there is no format ${found}` })
  if (bytes.length < HEADER_BYTES) return refuse('backup-damaged', { file, reason: `it ends after ${bytes.length} bytes` })
  return decodeLayout(header, bytes.subarray(0, HEADER_BYTES))
}

/** Reads a backup. Refuses by name: damaged, of a newer form, of another network, made with another phrase. */
export function readBackup (bytes: Uint8Array, { key, networkId, file }: BackupReader): BackupContent | Refusal {
  const damaged = (reason: string): Refusal => refuse('backup-damaged', { file, reason })
  if (bytes.length > BACKUP_BYTES_MAX) return damaged(`it has more than ${BACKUP_BYTES_MAX} bytes`)
  const head = readHeader(bytes, file)
  if ('refused' in head) return head
  if (!equalBytes(head.networkId, networkId)) return refuse('backup-network', { file, theirs: toHex(head.networkId), ours: toHex(networkId) })
  if (!equalBytes(head.keyId, keyIdOf(key))) return refuse('backup-phrase', { file })
  const sealed = bytes.subarray(HEADER_BYTES)
  if (sealed.length !== head.sealedBytes) return damaged(`${HEADER_BYTES + head.sealedBytes} bytes were written, ${bytes.length} are there`)
  const filled = unseal(key, head.nonce, sealed, bytes.subarray(0, HEADER_BYTES))
  if (filled === undefined) return damaged('it was altered')
  try {
    const length = decodeLayout(u32, filled.subarray(0, 4))
    if (4 + length > filled.length || filled.subarray(4 + length).some((byte) => byte !== 0)) return damaged('its content is not filled up as it must be')
    return decodeLayout(backupContent, filled.subarray(4, 4 + length))
  } catch {
    return damaged('its content cannot be read') // a LayoutError: who has the key wrote something else
  }
}

/** A channel of which only the static part is known: the peer is asked to close it. */
export interface RestoredChannel extends ChannelBackup {
  /** Where the peer may be reached. */
  readonly addresses: readonly string[]
  /** We are behind: nothing of ours is ever published, whatever else is found on the disk. */
  readonly behind: true
}

/** What a restore begins with. */
export interface Restoration {
  /** Undefined: it follows from the phrase. */
  readonly identity: Uint8Array | undefined
  readonly peers: BackupContent['peers']
  /** @property gap - addresses of the wallet that are looked for behind the used ones */
  readonly chains: ReadonlyArray<BackupContent['chains'][number] & { readonly gap?: number | undefined }>
  /** To be closed by their peers, each once. */
  readonly channels: readonly RestoredChannel[]
}

/** What is to be done with a backup that was read. */
export function restorationOf (content: BackupContent): Restoration {
  const addresses = new Map(content.peers.map((row) => [row.peer, row.addresses]))
  const channels = new Map<string, RestoredChannel>()
  for (const channel of content.channels) channels.set(channel.channelId, { ...channel, addresses: addresses.get(channel.peer) ?? [], behind: true })
  return { identity: content.identity, peers: content.peers, chains: content.chains, channels: [...channels.values()] }
}
