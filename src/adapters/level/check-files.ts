import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CRC_START, crcBytes, storedCrc } from './crc32c.js'
import { DamagedError, readLog } from './log-format.js'

/**
 * Checks the files of a LevelDB database without writing: LevelDB itself repairs silently what it can, by leaving
 * out what it cannot read, and so could give an old state for the newest one. Every byte that carries data is under a
 * checksum that is checked here. Throws {@link DamagedError}.
 *
 * @returns false when there is no database yet
 */
export async function checkFiles (dir: string): Promise<boolean> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  if (!names.includes('CURRENT')) {
    const data = names.find((name) => /^\d+\.(log|ldb|sst)$/.test(name))
    if (data !== undefined) throw new DamagedError(`CURRENT is missing, but there is ${data}`)
    return false
  }
  const current = await readFile(join(dir, 'CURRENT'), 'utf8')
  const manifest = /^(MANIFEST-\d{6,})\n$/.exec(current)?.[1]
  if (manifest === undefined || !names.includes(manifest)) throw new DamagedError('CURRENT names no manifest that is here')
  const version = readManifest(manifest, readLog(manifest, await readFile(join(dir, manifest))))
  await checkLogs(dir, names, version)
  for (const [number, size] of version.tables) await checkTable(dir, names, number, size)
  return true
}

/** What a manifest says is alive. */
interface Version {
  /** Size of every table by its number. */
  readonly tables: ReadonlyMap<number, number>
  /** Logs from this number on hold what is not in a table yet. */
  readonly logNumber: number
}

async function checkLogs (dir: string, names: readonly string[], version: Version): Promise<void> {
  const logs = names.flatMap((name) => /^\d+\.log$/.test(name) ? [name] : []).filter((name) => parseInt(name, 10) >= version.logNumber).sort((a, b) => parseInt(a, 10) - parseInt(b, 10))
  if (version.logNumber > 0 && !logs.some((name) => parseInt(name, 10) === version.logNumber)) throw new DamagedError(`the log ${version.logNumber} is missing`)
  for (const name of logs) readLog(name, await readFile(join(dir, name)))
}

const COMPARATOR = 1
const LOG_NUMBER = 2
const NEXT_FILE = 3
const LAST_SEQUENCE = 4
const COMPACT_POINTER = 5
const DELETED_FILE = 6
const NEW_FILE = 7
const PREVIOUS_LOG = 9

/** Replays the edits of a manifest. */
function readManifest (name: string, records: readonly Uint8Array[]): Version {
  const tables = new Map<number, number>()
  let logNumber: number | undefined
  let nextFile: number | undefined
  for (const record of records) {
    const reader = new Reader(name, record)
    while (!reader.atEnd) {
      const tag = reader.varint()
      switch (tag) {
        case COMPARATOR: reader.bytes(); break
        case LOG_NUMBER: logNumber = reader.varint(); break
        case NEXT_FILE: nextFile = reader.varint(); break
        case LAST_SEQUENCE: case PREVIOUS_LOG: reader.varint(); break
        case COMPACT_POINTER: reader.varint(); reader.bytes(); break
        case DELETED_FILE: reader.varint(); tables.delete(reader.varint()); break
        case NEW_FILE: {
          reader.varint()
          tables.set(reader.varint(), reader.varint())
          reader.bytes()
          reader.bytes()
          break
        }
        default: throw new DamagedError(`${name}: unknown entry ${tag}`)
      }
    }
  }
  if (logNumber === undefined || nextFile === undefined) throw new DamagedError(`${name}: not complete`)
  return { tables, logNumber }
}

const FOOTER_BYTES = 48
const TABLE_MAGIC = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb)
const NOT_COMPRESSED = 0
const TRAILER_BYTES = 5

/** Checks every block of a table against its checksum. */
async function checkTable (dir: string, names: readonly string[], number: number, size: number): Promise<void> {
  const stem = String(number).padStart(6, '0')
  const name = [`${stem}.ldb`, `${stem}.sst`].find((candidate) => names.includes(candidate))
  if (name === undefined) throw new DamagedError(`the table ${stem} is missing`)
  const bytes = await readFile(join(dir, name))
  if (bytes.length !== size || size < FOOTER_BYTES) throw new DamagedError(`${name}: ${bytes.length} bytes instead of ${size}`)
  if (!TABLE_MAGIC.every((byte, i) => bytes[size - TABLE_MAGIC.length + i] === byte)) throw new DamagedError(`${name}: not a table`)
  const footer = new Reader(name, bytes.subarray(size - FOOTER_BYTES))
  checkBlock(name, bytes, footer)
  const index = checkBlock(name, bytes, footer)
  const restarts = index.length < 4 ? 0 : new DataView(index.buffer, index.byteOffset).getUint32(index.length - 4, true)
  const entriesEnd = index.length - 4 * (restarts + 1)
  if (entriesEnd < 0) throw new DamagedError(`${name}: the index is not whole`)
  const entries = new Reader(name, index.subarray(0, entriesEnd))
  while (!entries.atEnd) {
    entries.varint()
    const keyBytes = entries.varint()
    const valueBytes = entries.varint()
    entries.skip(keyBytes)
    checkBlock(name, bytes, new Reader(name, entries.take(valueBytes)), true)
  }
}

/** Reads a block handle and checks the block it names; its bytes must not be compressed unless it is a data block. */
function checkBlock (name: string, table: Uint8Array, handle: Reader, data = false): Uint8Array {
  const offset = handle.varint()
  const end = offset + handle.varint()
  if (end + TRAILER_BYTES > table.length) throw new DamagedError(`${name}: a block lies outside`)
  const stored = new DataView(table.buffer, table.byteOffset).getUint32(end + 1, true)
  if (storedCrc(crcBytes(CRC_START, table, offset, end + 1)) !== stored) throw new DamagedError(`${name}: the checksum of a block at ${offset} is wrong`)
  if (!data && table[end] !== NOT_COMPRESSED) throw new DamagedError(`${name}: written by another program`)
  return table.subarray(offset, end)
}

class Reader {
  #offset = 0
  constructor (readonly name: string, readonly source: Uint8Array) {}

  get atEnd (): boolean { return this.#offset === this.source.length }

  varint (): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const byte = this.source[this.#offset++]
      if (byte === undefined) break
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw new DamagedError(`${this.name}: a number is not whole`)
  }

  bytes (): Uint8Array { return this.take(this.varint()) }
  skip (count: number): void { this.take(count) }

  take (count: number): Uint8Array {
    if (this.#offset + count > this.source.length) throw new DamagedError(`${this.name}: an entry is not whole`)
    return this.source.subarray(this.#offset, this.#offset += count)
  }
}
