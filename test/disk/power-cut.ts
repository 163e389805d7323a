import { cp, readdir, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { levelStore } from '../../src/adapters/level/store.js'
import type { Store } from '../../src/ports/store.js'
import type { Random } from '../../simulations/harness/random.js'

/**
 * The money store on a machine whose power can be cut. A kill leaves all that was written in the page cache, where the
 * next process finds it; a power cut leaves what was synced, and of the rest any beginning. The shim notes how
 * long LevelDB's log was when a synced batch was answered: up to there the disk has it.
 */
export interface MachineStore extends Store {
  /** Batches that were answered as durable. */
  readonly durable: () => number
  /** Called just before the answer of the batch with this number: what is written then is not known to anyone yet. */
  onBatch: (number: number) => Promise<void>
  /** The machine is dark from now on: no answer comes, and nothing is written. */
  cut: () => void
  /** Copies the folder as the disk holds it: the log ends somewhere between the last synced byte and the last written one. */
  imageTo: (dir: string, random: Random) => Promise<void>
}

export function machineStore (dir: string): MachineStore {
  const inner = levelStore(dir)
  const money = join(dir, 'money')
  let isDark = false
  let durable = 0
  let synced: LogPlace = { file: '', bytes: 0 }
  const machine: MachineStore = {
    durable: () => durable,
    onBatch: async () => {},
    open: async () => {
      const entries = await inner.open()
      synced = await logPlace(money)
      return entries
    },
    write (batch, done) {
      if (isDark) return
      inner.write(batch, (error) => {
        void machine.onBatch(durable + 1).then(async () => {
          if (isDark) return
          // Only a batch that asked to be synced is on the disk for certain.
          if (wasSynced()) synced = await logPlace(money)
          durable++
          done(error)
        })
      })
    },
    close: async () => { await inner.close() },
    cut: () => { isDark = true },
    async imageTo (to, random) {
      await cp(dir, to, { recursive: true })
      const written = await logPlace(join(to, 'money'))
      // A new log begins empty and the one before it is complete by then: all of the new one may be missing.
      const least = written.file === synced.file ? synced.bytes : 0
      await truncate(join(to, 'money', written.file), random.between(least, written.bytes))
    }
  }
  return machine
}

interface LogPlace { readonly file: string, readonly bytes: number }

async function logPlace (money: string): Promise<LogPlace> {
  const file = (await readdir(money)).filter((name) => /^\d+\.log$/.test(name)).sort().at(-1)
  return file === undefined ? { file: '', bytes: 0 } : { file, bytes: (await stat(join(money, file))).size }
}

let lastBatchSynced = true
const wasSynced = (): boolean => lastBatchSynced

type Options = { readonly sync?: boolean } | undefined

/** Notes of every batch of every database whether it asks to be synced, until the returned function is called. */
export function watchSync (): () => void {
  const prototype = ClassicLevel.prototype as unknown as { batch: (...args: unknown[]) => unknown }
  const { batch } = prototype
  const note = (options: Options): void => { lastBatchSynced = options?.sync === true }
  prototype.batch = function (this: unknown, ...args) {
    const made = batch.apply(this, args)
    if (args.length > 0) {
      note(args[1] as Options)
      return made
    }
    // A batch that is built put by put says it when it is written.
    const chained = made as { write: (options?: Options) => unknown }
    const { write } = chained
    chained.write = (options) => {
      note(options)
      return write.call(chained, options)
    }
    return chained
  }
  return () => { prototype.batch = batch }
}
