import assert from 'node:assert/strict'
import type { Store, StoreWrite } from '../../src/ports/store.js'

/** Stores under test: each call of `store` gives another object on the same disk. */
export interface StoreHarness {
  readonly store: () => Store
  readonly close: () => Promise<void>
}

export const put = (key: string, ...bytes: number[]): StoreWrite => ({ key, value: Uint8Array.of(...bytes) })
export const remove = (key: string): StoreWrite => ({ key, value: undefined })

/** Resolves when the batch is durable. */
export async function writeBatch (store: Store, batch: readonly StoreWrite[]): Promise<void> {
  await new Promise<void>((resolve, reject) => { store.write(batch, (error) => { if (error === undefined) resolve(); else reject(error) }) })
}

/** What every {@link Store} keeps. */
export function storeCompliance (name: string, create: () => Promise<StoreHarness>): void {
  describe(`${name}, as a store`, () => {
    let harness: StoreHarness
    beforeEach(async () => { harness = await create() })
    afterEach(async () => { await harness.close() })

    const contents = async (): Promise<Record<string, number[]>> => {
      const store = harness.store()
      const entries = await store.open()
      await store.close()
      return Object.fromEntries(entries.map(([key, value]) => [key, [...value]]))
    }

    it('is empty at first', async () => {
      assert.deepEqual(await contents(), {})
    })

    it('gives back what was written, in another life', async () => {
      const store = harness.store()
      await store.open()
      await writeBatch(store, [put('channel/1', 1, 2, 3), put('link/ä', 4), put('empty')])
      await writeBatch(store, [remove('link/ä'), put('channel/1', 9)])
      await store.close()
      assert.deepEqual(await contents(), { 'channel/1': [9], empty: [] })
    })

    it('gives plain bytes of their own: a Buffer would share memory wherever it is cut, and look otherwise in dumps', async () => {
      const store = harness.store()
      await store.open()
      await writeBatch(store, [put('a', 1, 2, 3), put('b', 4)])
      await store.close()
      const again = harness.store()
      for (const [, value] of await again.open()) {
        assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype)
        assert.equal(value.buffer.byteLength, value.length)
      }
      await again.close()
    })

    it('applies batches in the order of the calls, and writes of a batch in theirs', async () => {
      const store = harness.store()
      await store.open()
      const answered: number[] = []
      await new Promise<void>((resolve, reject) => {
        for (let i = 0; i < 200; i++) {
          store.write([put('last', 255), put('last', i), put(`k${i % 7}`, i), ...i % 3 === 0 ? [remove(`k${(i + 1) % 7}`)] : []], (error) => {
            if (error !== undefined) return reject(error)
            answered.push(i)
            if (answered.length === 200) resolve()
          })
        }
      })
      await store.close()
      assert.deepEqual(answered, Array.from({ length: 200 }, (_, i) => i))
      const expected: Record<string, number[]> = {}
      for (let i = 0; i < 200; i++) {
        expected[`k${i % 7}`] = [i]
        if (i % 3 === 0) delete expected[`k${(i + 1) % 7}`]
      }
      assert.deepEqual(await contents(), { ...expected, last: [199] })
    })

    it('never answers within the call', async () => {
      const store = harness.store()
      await store.open()
      let within = true
      await new Promise<void>((resolve) => { store.write([put('a', 1)], () => { assert.equal(within, false); resolve() }); within = false })
      await store.close()
    })

    it('finishes what was submitted before it closes', async () => {
      const store = harness.store()
      await store.open()
      for (let i = 0; i < 50; i++) store.write([put(`k${i}`, i)], () => {})
      await store.close()
      assert.equal(Object.keys(await contents()).length, 50)
    })

    it('is open once at a time, and again after close', async () => {
      const first = harness.store()
      await first.open()
      await assert.rejects(harness.store().open(), { name: 'store-locked' })
      await first.close()
      const second = harness.store()
      await second.open()
      await second.close()
      await second.close()
    })
  })
}
