import assert from 'node:assert/strict'
import { memoryDisk, memoryStore } from '../../../src/adapters/memory/store.js'
import { put, storeCompliance, writeBatch } from '../../compliance/store.js'

storeCompliance('memory store', async () => {
  const disk = memoryDisk()
  return { store: () => memoryStore(disk), close: async () => {} }
})

describe('memory disk', () => {
  it('fails the batches that it is told to fail, and keeps nothing of them', async () => {
    const disk = memoryDisk()
    const store = memoryStore(disk)
    await store.open()
    disk.failNext()
    await assert.rejects(writeBatch(store, [put('a', 1)]), { name: 'store-failed' })
    await writeBatch(store, [put('b', 2)])
    assert.deepEqual([...disk.entries.keys()], ['b'])
  })

  it('loses what waited when the power is cut, answers nothing, and can be opened again', async () => {
    const disk = memoryDisk()
    const store = memoryStore(disk)
    await store.open()
    disk.held = true
    let answered = 0
    for (let i = 0; i < 3; i++) store.write([put(`k${i}`, i), put(`m${i}`, i)], () => { answered++ })
    assert.equal(disk.waiting, 3)
    disk.crash(1)
    disk.held = false
    const entries = await memoryStore(disk).open()
    assert.deepEqual(entries.map(([key]) => key), ['k0', 'm0'])
    assert.equal(answered, 0)
    assert.equal(disk.written, 1)
  })

  it('refuses to open when it is told to', async () => {
    const disk = memoryDisk()
    disk.refuses = 'store-newer'
    await assert.rejects(memoryStore(disk).open(), { name: 'store-newer' })
  })
})
