import { crc32 } from 'node:zlib'
import type { Store, StoreWrite } from '../../src/ports/store.js'
import type { Random } from './random.js'
import type { EventQueue } from './virtual-clock.js'

/** What survives of a node: its durable entries, and the batches on their way to the medium. */
export interface Disk {
  /** Read only; tests may break it on purpose. */
  readonly entries: Map<string, Uint8Array>
  /** Batches written and not yet durable, oldest first. */
  readonly pending: PendingBatch[]
  /** While true every write ends with an error and nothing becomes durable. */
  failing: boolean
  /** Batches that became durable since the world began. */
  batches: number
  /** Where the next crash comes, when it comes at a write. */
  trap: WriteTrap | undefined
  /** False plants a fault: what is left of a torn batch is then believed. */
  checksums: boolean
}

/**
 * What a crash leaves of the batch that was being written: nothing, since not a byte was written; nothing, since its
 * record is torn; or all of it, but nobody was told.
 */
export const WRITE_FATES = ['before', 'torn', 'after'] as const
export type WriteFate = typeof WRITE_FATES[number]

/** A crash at a write to come. */
export interface WriteTrap {
  /** Batches written before the one that is hit. */
  writesLeft: number
  readonly fate: WriteFate
  /** The part of the record's bytes that reaches the medium when it is torn, 0 to 1. */
  readonly part: number
  readonly onSprung: () => void
}

interface PendingBatch { readonly batch: readonly StoreWrite[], readonly cancel: () => void }

export function createDisk (): Disk {
  return { entries: new Map(), pending: [], failing: false, batches: 0, trap: undefined, checksums: true }
}

/**
 * The process that used the disk is gone. Batches it was not told about may or may not be durable: a seeded
 * number of the oldest is, the others are lost. A torn batch is a lost one, see {@link recovered}.
 */
export function crashDisk (disk: Disk, random: Random): void {
  const kept = random.between(0, disk.pending.length)
  disk.pending.forEach(({ batch, cancel }, index) => {
    cancel()
    if (index < kept) apply(disk, batch)
  })
  disk.pending.length = 0
}

export interface VirtualStoreOptions {
  readonly disk: Disk
  readonly queue: EventQueue
  /** How long the next write takes, in virtual milliseconds. */
  readonly writeMs: () => number
  readonly isAlive: () => boolean
  /** Told of each batch when it is handed over. */
  readonly onWrite?: (batch: readonly StoreWrite[]) => void
  /** Told when a batch has become durable, before the node is. */
  readonly onDurable?: (batch: readonly StoreWrite[]) => void
}

/** The store of one process of a node, over a disk that outlives it. */
export function virtualStore (options: VirtualStoreOptions): Store {
  const { disk, queue, writeMs, isAlive, onWrite, onDurable } = options
  let lastMs = 0
  return {
    open: async () => [...disk.entries],
    write (batch, done) {
      if (!isAlive()) return
      // Copied: what the caller does with its array afterwards is not on the medium.
      const copy = batch.map(({ key, value }) => ({ key, value: value?.slice() }))
      onWrite?.(copy)
      if (disk.trap !== undefined && disk.trap.writesLeft-- === 0) { spring(disk, disk.trap, copy); return }
      if (disk.failing) {
        queue.schedule(queue.nowMs, () => { if (isAlive()) done(new Error('the virtual disk fails')) })
        return
      }
      lastMs = Math.max(lastMs, queue.nowMs + writeMs())
      const entry: PendingBatch = {
        batch: copy,
        cancel: queue.schedule(lastMs, () => {
          disk.pending.splice(disk.pending.indexOf(entry), 1)
          apply(disk, copy)
          onDurable?.(copy)
          if (isAlive()) done()
        })
      }
      disk.pending.push(entry)
    },
    close: async () => {}
  }
}

function apply (disk: Disk, batch: readonly StoreWrite[]): void {
  disk.batches++
  for (const { key, value } of batch) {
    if (value === undefined) disk.entries.delete(key)
    else disk.entries.set(key, value)
  }
}

/** The crash comes while a batch is written; those before it are on the medium, since the log is written in order. */
function spring (disk: Disk, { fate, part, onSprung }: WriteTrap, batch: readonly StoreWrite[]): void {
  disk.trap = undefined
  for (const { batch: earlier, cancel } of disk.pending) {
    cancel()
    apply(disk, earlier)
  }
  disk.pending.length = 0
  const record = recordOf(batch)
  const written = fate === 'before' ? 0 : fate === 'after' ? record.length : Math.floor(record.length * part)
  apply(disk, recovered(record.subarray(0, written), disk.checksums))
  onSprung()
}

/** Bytes of a record's head: length and checksum of what follows. */
const HEAD_BYTES = 8

/** A batch as one record of the log, as LevelDB writes it: a head with a checksum, and the entries. */
export function recordOf (batch: readonly StoreWrite[]): Uint8Array {
  const entries = batch.flatMap(({ key, value }) => [frame(Buffer.from(key)), frame(value === undefined ? Buffer.of(0) : Buffer.concat([Buffer.of(1), value]))])
  const body = Buffer.concat(entries)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32LE(body.length, 0)
  head.writeUInt32LE(crc32(body), 4)
  return Buffer.concat([head, body])
}

/**
 * What a new process takes from the last record of the log. A record that is not whole is as good as none: so a batch
 * is there whole or not at all.
 *
 * @param checksums - false for a log that believes what is left: the entries that are whole
 */
export function recovered (record: Uint8Array, checksums: boolean): readonly StoreWrite[] {
  const bytes = Buffer.from(record)
  if (bytes.length < HEAD_BYTES) return []
  const body = bytes.subarray(HEAD_BYTES)
  if (checksums && (body.length !== bytes.readUInt32LE(0) || crc32(body) !== bytes.readUInt32LE(4))) return []
  const parts: Buffer[] = []
  for (let at = 0; at + 4 <= body.length && at + 4 + body.readUInt32LE(at) <= body.length; at += 4 + body.readUInt32LE(at)) {
    parts.push(body.subarray(at + 4, at + 4 + body.readUInt32LE(at)))
  }
  const writes: StoreWrite[] = []
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const value = parts[index + 1]!
    writes.push({ key: parts[index]!.toString(), value: value[0] === 0 ? undefined : new Uint8Array(value.subarray(1)) })
  }
  return writes
}

function frame (bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length, 0)
  return Buffer.concat([length, bytes])
}
