import { levelStore } from '../../../src/adapters/level/store.js'

/** A process of the store's tests: opens the store of its first argument and writes until it is killed. */
const store = levelStore(process.argv[2]!)
try {
  await store.open()
  process.send?.({ open: true })
  const writeNext = (number: number): void => {
    const value = new Uint8Array(300)
    new DataView(value.buffer).setUint32(0, number)
    store.write([{ key: `n/${number}`, value }, { key: 'newest', value }], (error) => {
      if (error !== undefined) throw error
      process.send?.({ durable: number })
      writeNext(number + 1)
    })
  }
  writeNext(0)
} catch (error) {
  process.send?.({ refused: error instanceof Error ? error.name : 'unknown' }, () => { process.exit(1) })
}
