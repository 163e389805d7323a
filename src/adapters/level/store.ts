import { mkdir, open as openFile, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { AmikoError } from '../../core/base/errors.js'
import { checkFiles } from './check-files.js'
import { DamagedError } from './log-format.js'
import type { Store, StoreWrite } from '../../ports/store.js'

/** Version of what lies in the folder; entities carry versions of their own. */
const SCHEMA_VERSION = 1
/** Writes merged into one synced batch, and writes that may wait. */
const MERGED_WRITES_MAX = 1_024
const WAITING_MAX = 1_000_000

type Database = ClassicLevel<string, Uint8Array>
interface Waiting { readonly batch: readonly StoreWrite[], readonly done: (error?: Error) => void }

/**
 * The money store: a LevelDB of its own in `<dir>/money`, every batch synced, one batch in flight and the callers that
 * come meanwhile merged into the next (group commit). `<dir>/money.lock` holds the lock, so that a second process
 * changes nothing, and the files are checked before LevelDB opens them, because LevelDB writes when it opens.
 */
export function levelStore (dir: string): Store {
  const money = join(dir, 'money')
  let lock: Database | undefined
  let database: Database | undefined
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let failure: AmikoError | undefined

  /** One synced batch at a time, until nothing waits. */
  const writeAll = async (db: Database): Promise<void> => {
    while (waiting.length > 0) {
      const merged = waiting.splice(0, MERGED_WRITES_MAX)
      const error = failure ?? await commit(db, merged, dir)
      // After a failed write nobody knows what is on the disk: nothing may follow it until the store is opened anew.
      failure = error
      for (const { done } of merged) done(error)
    }
    writing = undefined
  }

  return {
    open: async () => {
      if (database !== undefined) throw new AmikoError('store-locked', { dir })
      await mkdir(dir, { recursive: true, mode: 0o700 })
      lock = await takeLock(dir)
      try {
        await prepare(dir, money)
        database = await openLevel(money)
        failure = undefined
        return await readAll(database)
      } catch (error) {
        await database?.close()
        await lock.close()
        database = lock = undefined
        throw asStoreError(dir, error)
      }
    },
    write: (batch, done) => {
      const db = database
      if (db === undefined || waiting.length >= WAITING_MAX) {
        const reason = db === undefined ? 'the store is not open' : 'too many writes wait'
        return queueMicrotask(() => { done(new AmikoError('store-failed', { dir, reason })) })
      }
      waiting.push({ batch, done })
      // What is submitted in this turn goes into one batch.
      writing ??= Promise.resolve().then(async () => { await writeAll(db) })
    },
    close: async () => {
      while (writing !== undefined) await writing
      const [db, held] = [database, lock]
      database = lock = undefined
      waiting = []
      await db?.close()
      await held?.close()
    }
  }
}

async function commit (db: Database, merged: readonly Waiting[], dir: string): Promise<AmikoError | undefined> {
  try {
    // Put by put, since LevelDB's binding takes an array at five times the price. Of several writes to a key the last
    // one counts; LevelDB applies a batch in order.
    const operations = db.batch()
    for (const { batch } of merged) {
      for (const { key, value } of batch) {
        if (value === undefined) operations.del(key)
        else operations.put(key, value)
      }
    }
    if (operations.length > 0) await operations.write({ sync: true })
    else await operations.close()
    return undefined
  } catch (error) {
    return new AmikoError('store-failed', { dir, reason: reasonOf(error) }, { cause: error })
  }
}

/** LevelDB's lock belongs to the process, so that it is free again after a kill. A database of its own holds it. */
async function takeLock (dir: string): Promise<Database> {
  try {
    return await openLevel(join(dir, 'money.lock'))
  } catch (error) {
    throw asStoreError(dir, error)
  }
}

/** Checks schema and files before anything is written; makes the folder when there is none. */
async function prepare (dir: string, money: string): Promise<void> {
  const schema = await readFile(join(money, 'SCHEMA'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  const version = schema === undefined ? undefined : /^(\d{1,9})\n$/.exec(schema)?.[1]
  if (schema !== undefined && version === undefined) throw new DamagedError('SCHEMA is not readable')
  if (Number(version ?? 0) > SCHEMA_VERSION) throw new AmikoError('store-newer', { dir, reason: `schema ${version}, this program knows ${SCHEMA_VERSION}` })
  const exists = await checkFiles(money)
  if (exists && schema === undefined) throw new DamagedError('SCHEMA is missing')
  if (schema !== undefined) return
  await mkdir(money, { recursive: true, mode: 0o700 })
  const unfinished = join(money, 'SCHEMA.new')
  const file = await openFile(unfinished, 'w', 0o600)
  try {
    await file.writeFile(`${SCHEMA_VERSION}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(unfinished, join(money, 'SCHEMA'))
}

async function openLevel (location: string): Promise<Database> {
  // Blocks are not compressed, so that the check can read the index; entities are small and mostly random anyway.
  const database: Database = new ClassicLevel(location, { keyEncoding: 'utf8', valueEncoding: 'view', compression: false })
  await database.open()
  return database
}

async function readAll (database: Database): Promise<ReadonlyArray<readonly [string, Uint8Array]>> {
  const entries: Array<readonly [string, Uint8Array]> = []
  for await (const [key, value] of database.iterator()) entries.push([key, new Uint8Array(value)])
  return entries
}

function asStoreError (dir: string, error: unknown): unknown {
  if (error instanceof AmikoError) return error
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (codeOf(cause) === 'LEVEL_LOCKED') return new AmikoError('store-locked', { dir })
  return error instanceof DamagedError || codeOf(cause) === 'LEVEL_CORRUPTION'
    ? new AmikoError('store-corrupt', { dir, reason: reasonOf(cause) }, { cause: error })
    : new AmikoError('store-failed', { dir, reason: reasonOf(cause) }, { cause: error })
}

const codeOf = (error: unknown): unknown => typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
const reasonOf = (error: unknown): string => error instanceof Error ? error.message : 'unknown'
