const POLYNOMIAL = 0x82f63b78
const TABLE = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  TABLE[byte] = value >>> 0
}

/** The running state of a CRC-32C before any byte. */
export const CRC_START = 0xffffffff

/** Takes one more byte into the running state. */
export const crcByte = (state: number, byte: number): number => (TABLE[(state ^ byte) & 0xff]! ^ (state >>> 8)) >>> 0

/** Takes bytes `from` to `to` of `bytes` into the running state. */
export function crcBytes (state: number, bytes: Uint8Array, from: number, to: number): number {
  let value = state
  for (let i = from; i < to; i++) value = TABLE[(value ^ bytes[i]!) & 0xff]! ^ (value >>> 8)
  return value >>> 0
}

/** The form in which LevelDB stores a CRC: rotated and offset, so that a CRC of CRCs is no weaker. */
export function storedCrc (state: number): number {
  const crc = (state ^ 0xffffffff) >>> 0
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
