import { AmikoError } from '../../core/base/errors.js'
import type { Store, StoreWrite } from '../../ports/store.js'

/** A disk in memory: it survives the stores that are opened on it, and fails when told to. */
export interface MemoryDisk {
  /** What is durable. */
  readonly entries: Map<string, Uint8Array>
  /** While true, batches wait: neither durable nor answered. */
  held: boolean
  /** The next `count` batches fail; nothing of them is written. */
  failNext: (count?: number) => void
  /** Makes the first `count` waiting batches durable and answers them; all of them when absent. */
  release: (count?: number) => void
  /**
   * A power cut: the store on the disk is dead and answers nothing more. Of the batches that were waiting, the
   * first `kept` became durable without an answer, the rest never happened; a batch is never half written.
   */
  crash: (kept?: number) => void
  /** Batches that wait. */
  readonly waiting: number
  /** Every batch that became durable, in order, for crash points. */
  readonly written: number
  /** Set by whoever wants `open` to refuse. */
  refuses: 'store-corrupt' | 'store-newer' | undefined
}

interface Waiting { readonly batch: readonly StoreWrite[], readonly done: (error?: Error) => void }

interface Medium extends MemoryDisk {
  owner: object | undefined
  submit: (owner: object, write: Waiting) => void
}

const QUEUE_MAX = 100_000

export function memoryDisk (): MemoryDisk {
  const queue: Waiting[] = []
  let failing = 0
  let written = 0
  const apply = (batch: readonly StoreWrite[]): void => {
    for (const { key, value } of batch) {
      if (value === undefined) disk.entries.delete(key)
      else disk.entries.set(key, value)
    }
    written++
  }
  const answer = (owner: object | undefined, done: (error?: Error) => void, error?: Error): void => {
    queueMicrotask(() => { if (disk.owner === owner) done(error) })
  }
  const perform = ({ batch, done }: Waiting): void => {
    if (failing > 0) {
      failing--
      return answer(disk.owner, done, new AmikoError('store-failed', { dir: 'memory', reason: 'asked to fail' }))
    }
    apply(batch)
    answer(disk.owner, done)
  }
  const disk: Medium = {
    entries: new Map(),
    held: false,
    refuses: undefined,
    owner: undefined,
    get waiting () { return queue.length },
    get written () { return written },
    failNext: (count = 1) => { failing += count },
    release: (count = queue.length) => { for (const write of queue.splice(0, count)) perform(write) },
    crash: (kept = 0) => {
      for (const { batch } of queue.splice(0, kept)) apply(batch)
      queue.length = 0
      disk.owner = undefined
    },
    submit: (owner, write) => {
      if (disk.owner !== owner) return
      if (!disk.held) return perform(write)
      if (queue.length >= QUEUE_MAX) throw new RangeError('memoryDisk: too many batches wait')
      queue.push(write)
    }
  }
  return disk
}

/** The in-memory twin of the money store. @param disk - shared to open the same contents again */
export function memoryStore (disk: MemoryDisk = memoryDisk()): Store {
  const medium = disk as Medium
  const owner = {}
  return {
    open: async () => {
      if (medium.owner !== undefined) throw new AmikoError('store-locked', { dir: 'memory' })
      if (medium.refuses !== undefined) throw new AmikoError(medium.refuses, { dir: 'memory', reason: 'asked to refuse' })
      medium.owner = owner
      return [...medium.entries].map(([key, value]) => [key, value.slice()] as const)
    },
    write: (batch, done) => {
      const copy = batch.map(({ key, value }) => ({ key, value: value?.slice() }))
      medium.submit(owner, { batch: copy, done })
    },
    close: async () => {
      if (medium.owner !== owner) return
      medium.release()
      await Promise.resolve()
      medium.owner = undefined
    }
  }
}
