import { writer, type Writer } from 'protons-runtime'

/**
 * Every codec that writes protobuf imports this file first. The writer of protons-runtime (7.1.2, and 8.0.1) takes the
 * lower word of a 64-bit number for a signed one: a number from 2^31 to 2^32 − 1 becomes one byte, and the four after it
 * are whatever was in the buffer before. So amounts of that size made frames that nobody could read, and told a
 * neighbour bytes that were not meant for it. Its path for plain numbers is right, and these are small enough for it.
 */
const WRONG_FROM = 1n << 31n
const WRONG_BELOW = 1n << 32n

const prototype = Object.getPrototypeOf(writer()) as Pick<Writer, 'uint64' | 'uint64Number'>
const { uint64 } = prototype
prototype.uint64 = function (value) {
  return value >= WRONG_FROM && value < WRONG_BELOW ? this.uint64Number(Number(value)) : uint64.call(this, value)
}
