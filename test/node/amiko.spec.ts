import '../../src/polyfill.js'
import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { levelStore } from '../../src/adapters/level/store.js'
import { AmikoError, type ErrorName } from '../../src/core/base/errors.js'
import { createAmiko } from '../../src/node/amiko.js'
import { initialise } from '../../src/node/config.js'
import type { NodeConfig } from '../../src/node/nouns.js'

const config: NodeConfig = {
  version: 1, network: 'village', kind: 'regtest', listen: ['/ip4/127.0.0.1/tcp/0'], api: '127.0.0.1:0', chains: [], bootstrap: [], pacing: 'private'
}
const named = (name: ErrorName) => (error: unknown): boolean => error instanceof AmikoError && error.name === name

describe('node of a data folder', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'amiko-node-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  describe('on start', () => {
    it('refuses a folder that is none', async () => {
      await assert.rejects(createAmiko({ dir }), named('not-initialised'))
    })

    it('refuses settings it does not know, by name', async () => {
      await initialise(dir, config)
      await writeFile(join(dir, 'config.json'), JSON.stringify({ ...config, payment: { routeTimeoutMinutes: 5 } }))
      await assert.rejects(createAmiko({ dir }), (error: unknown) => named('bad-request')(error) && (error as Error).message.includes('payment'))
    })

    it('refuses a second node on the same folder, and the first goes on', async () => {
      await initialise(dir, config)
      const first = await createAmiko({ dir, logLevel: 'error' })
      try {
        await assert.rejects(createAmiko({ dir, logLevel: 'error' }), named('store-locked'))
        assert.equal(first.status().links, 0)
      } finally {
        await first.stop()
      }
    })

    it('refuses entities of a newer program, and leaves them untouched [I26]', async () => {
      await initialise(dir, config)
      await written('link/x', Uint8Array.of(250, 1, 2, 3))
      const before = await contents()
      await assert.rejects(createAmiko({ dir, logLevel: 'error' }), named('store-newer'))
      assert.deepEqual(await contents(), before)
    })

    it('refuses entities it cannot read as damage, and leaves them untouched [I26]', async () => {
      await initialise(dir, config)
      await written('link/x', Uint8Array.of(1, 2, 3))
      const before = await contents()
      await assert.rejects(createAmiko({ dir, logLevel: 'error' }), named('store-corrupt'))
      assert.deepEqual(await contents(), before)
    })
  })

  describe('on initialise', () => {
    it('refuses a folder that holds a node already', async () => {
      await initialise(dir, config)
      await assert.rejects(initialise(dir, config), named('already-initialised'))
    })

    it('refuses an API address that is not on loopback', async () => {
      await assert.rejects(initialise(dir, { ...config, api: '0.0.0.0:80' }), named('bad-request'))
      assert.deepEqual(await readdir(dir), [])
    })
  })

  /** Puts one entity into the money store, past the node. */
  async function written (key: string, value: Uint8Array): Promise<void> {
    const store = levelStore(dir)
    await store.open()
    await new Promise<void>((resolve, reject) => { store.write([{ key, value }], (error) => { if (error === undefined) resolve(); else reject(error) }) })
    await store.close()
  }

  /** All entries of the money store. */
  async function contents (): Promise<Array<[string, Uint8Array]>> {
    const database = new ClassicLevel<string, Uint8Array>(join(dir, 'money'), { valueEncoding: 'view' })
    const entries = await database.iterator().all()
    await database.close()
    assert.ok((await readFile(join(dir, 'money', 'SCHEMA'))).length > 0)
    return entries
  }
})
