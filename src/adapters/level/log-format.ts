import { concatBytes } from '../../core/base/bytes.js'
import { CRC_START, crcByte, crcBytes, storedCrc } from './crc32c.js'

/** The log format of LevelDB, of its write-ahead logs and manifests: blocks of 32 KB with checksummed fragments. */
const BLOCK_BYTES = 32_768
const HEADER_BYTES = 7
const SECTOR_BYTES = 512
const FULL = 1
const FIRST = 2
const MIDDLE = 3
const LAST = 4

/** Thrown with the reason in plain words. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError'
}

/**
 * Reads every record of a log, and throws {@link DamagedError} unless it is whole. The end may be torn as a power cut
 * tears it (cut short, or zeros where data should be): what was there was never acknowledged.
 */
export function readLog (name: string, bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: Uint8Array[] = []
  let fragments: Uint8Array[] | undefined
  let offset = 0
  while (offset + HEADER_BYTES <= bytes.length) {
    const left = BLOCK_BYTES - offset % BLOCK_BYTES
    if (left < HEADER_BYTES) {
      offset += left
      continue
    }
    const length = view.getUint16(offset + 4, true)
    const type = bytes[offset + 6]!
    const start = offset + HEADER_BYTES
    const end = start + length
    if (zerosFrom(bytes, offset)) break
    if (length > left - HEADER_BYTES || end > bytes.length) {
      // Cut short, unless a shorter fragment is whole here: then its length is what was damaged.
      if (end > bytes.length && length <= left - HEADER_BYTES && !wholePrefix(bytes, offset, view.getUint32(offset, true))) break
      throw new DamagedError(`${name}: a record at ${offset} has a false length`)
    }
    if (storedCrc(crcBytes(CRC_START, bytes, offset + 6, end)) !== view.getUint32(offset, true)) {
      if (tornSectors(bytes, offset, end)) break
      throw new DamagedError(`${name}: the checksum of a record at ${offset} is wrong`)
    }
    const fragment = bytes.subarray(start, end)
    if ((type === FULL || type === FIRST) !== (fragments === undefined)) throw new DamagedError(`${name}: a record at ${offset} is out of order`)
    switch (type) {
      case FULL: records.push(fragment); break
      case FIRST: fragments = [fragment]; break
      case MIDDLE: fragments?.push(fragment); break
      case LAST: records.push(concatBytes(...fragments!, fragment)); fragments = undefined; break
      default: throw new DamagedError(`${name}: a record at ${offset} is of an unknown type`)
    }
    offset = end
  }
  return records
}

function zerosFrom (bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false
  return true
}

/** Whether a whole fragment with this checksum begins at `offset` and ends before the file does. */
function wholePrefix (bytes: Uint8Array, offset: number, stored: number): boolean {
  let state = crcByte(CRC_START, bytes[offset + 6]!)
  for (let i = offset + HEADER_BYTES; i < bytes.length; i++) {
    state = crcByte(state, bytes[i]!)
    if (storedCrc(state) === stored) return true
  }
  return false
}

/** Whether the last record of a file lost whole sectors at its end, which read as zeros. */
function tornSectors (bytes: Uint8Array, offset: number, end: number): boolean {
  const sector = Math.ceil((offset + 1) / SECTOR_BYTES) * SECTOR_BYTES
  for (let from = sector; from < end; from += SECTOR_BYTES) if (zerosFrom(bytes, from)) return true
  return false
}
