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
}

interface PendingBatch { readonly batch: readonly StoreWrite[], readonly cancel: () => void }

export function createDisk (): Disk {
  return { entries: new Map(), pending: [], failing: false, batches: 0 }
}

/**
 * The process that used the disk is gone. Batches it was not told about may or may not be durable: a seeded
 * number of the oldest is, the others are lost. A batch is never torn.
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
