import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { levelStore } from '../../../src/adapters/level/store.js'
import { put, storeCompliance, writeBatch } from '../../compliance/store.js'

storeCompliance('level store', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'amiko-store-'))
  return { store: () => levelStore(dir), close: async () => { await rm(dir, { recursive: true, force: true }) } }
})

describe('level store', () => {
  let dir: string
  const children: ChildProcess[] = []
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'amiko-store-')) })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })

  const holder = (): ChildProcess => {
    // The compiled file beside this one, or its source when the sources are run.
    const child = fork(fileURLToPath(import.meta.url).replace('store.spec', 'hold-store'), [dir])
    children.push(child)
    return child
  }
  const message = async (child: ChildProcess, matches: (value: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> =>
    await new Promise((resolve, reject) => {
      child.on('message', (value: Record<string, unknown>) => { if (matches(value)) resolve(value) })
      child.once('exit', () => { reject(new Error('the process ended')) })
    })

  it('belongs to one process', async () => {
    await message(holder(), (value) => value['open'] === true)
    await assert.rejects(levelStore(dir).open(), { name: 'store-locked' })
    assert.deepEqual(await message(holder(), () => true), { refused: 'store-locked' })
  })

  it('holds everything that was answered when its process is killed, and is free again', async () => {
    const child = holder()
    let durable = -1
    child.on('message', (value: Record<string, unknown>) => { if (typeof value['durable'] === 'number') durable = value['durable'] })
    await message(child, (value) => value['durable'] === 200)
    const gone = new Promise((resolve) => { child.once('exit', resolve) })
    child.kill('SIGKILL')
    await gone
    const store = levelStore(dir)
    const entries = new Map(await store.open())
    await store.close()
    for (let i = 0; i <= durable; i++) assert.ok(entries.has(`n/${i}`), `batch ${i} of ${durable}`)
    assert.equal(new DataView(entries.get('newest')!.buffer).getUint32(0), entries.size - 2)
  })

  it('answers an error when it is not open', async () => {
    await assert.rejects(writeBatch(levelStore(dir), [put('a', 1)]), { name: 'store-failed' })
  })
})

describe('level store, damaged', function () {
  let dir: string
  let sound: string
  let expected: ReadonlyArray<readonly [string, Uint8Array]>

  before(async () => {
    sound = await mkdtemp(join(tmpdir(), 'amiko-sound-'))
    // Three lives: two tables and a log.
    for (let life = 0; life < 3; life++) {
      const store = levelStore(sound)
      await store.open()
      for (let i = 0; i < 20; i++) await writeBatch(store, [{ key: `k/${life}/${i}`, value: new Uint8Array(200 + i * 41).map((_, at) => (at * 31 + i) & 0xff) }, put('newest', life, i)])
      await store.close()
    }
    const copy = await mkdtemp(join(tmpdir(), 'amiko-copy-'))
    await cp(sound, copy, { recursive: true })
    expected = await readAndClose(copy)
    await rm(copy, { recursive: true })
  })
  after(async () => { await rm(sound, { recursive: true, force: true }) })
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'amiko-store-'))
    await cp(sound, dir, { recursive: true })
  })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  const money = (): string => join(dir, 'money')
  const filesLike = async (pattern: RegExp): Promise<string[]> => (await readdir(money())).filter((name) => pattern.test(name)).sort()
  const refusesUntouched = async (name: 'store-corrupt' | 'store-newer'): Promise<void> => {
    const before = await snapshot(money())
    await assert.rejects(levelStore(dir).open(), { name })
    assert.deepEqual(await snapshot(money()), before)
  }
  const flip = async (file: string, at: number, mask = 0x40): Promise<void> => {
    const bytes = await readFile(join(money(), file))
    bytes[at < 0 ? bytes.length + at : at]! ^= mask
    await writeFile(join(money(), file), bytes)
  }

  it('opens when it is sound', async () => {
    assert.equal(expected.length, 61)
    const store = levelStore(dir)
    assert.deepEqual(await store.open(), expected)
    await store.close()
  })

  for (const [what, damage] of [
    ['CURRENT is missing', async () => { await rm(join(money(), 'CURRENT')) }],
    ['CURRENT names another manifest', async () => { await writeFile(join(money(), 'CURRENT'), 'MANIFEST-999999\n') }],
    ['SCHEMA is missing', async () => { await rm(join(money(), 'SCHEMA')) }],
    ['SCHEMA is not readable', async () => { await writeFile(join(money(), 'SCHEMA'), 'one') }],
    ['a bit of the manifest is flipped', async () => { await flip((await filesLike(/^MANIFEST/))[0]!, 12) }],
    ['a table is missing', async () => { await rm(join(money(), (await filesLike(/ldb$/))[0]!)) }],
    ['a table is cut', async () => { await truncate(join(money(), (await filesLike(/ldb$/))[0]!), 1_000) }],
    ['a bit of a table is flipped', async () => { await flip((await filesLike(/ldb$/))[1]!, 500) }],
    ['the log is missing', async () => { await rm(join(money(), (await filesLike(/log$/))[0]!)) }],
    ['a bit in the middle of the log is flipped', async () => { await flip((await filesLike(/log$/)).at(-1)!, 3_000) }],
    ['a bit of the last record is flipped', async () => { await flip((await filesLike(/log$/)).at(-1)!, -3) }],
    ['the length of the first record points beyond the end', async () => { await flip((await filesLike(/log$/)).at(-1)!, 5, 0x7f) }]
  ] as const) {
    it(`is refused and left as it was when ${what}`, async () => {
      await damage()
      await refusesUntouched('store-corrupt')
    })
  }

  it('is refused and left as it was when a newer version wrote it', async () => {
    await writeFile(join(money(), 'SCHEMA'), '2\n')
    await refusesUntouched('store-newer')
  })

  it('opens without the last batch when its end was torn before it was answered', async () => {
    const log = (await filesLike(/log$/)).at(-1)!
    const bytes = await readFile(join(money(), log))
    await truncate(join(money(), log), bytes.length - 5)
    const store = levelStore(dir)
    const entries = new Map(await store.open())
    await store.close()
    assert.deepEqual([...entries.get('newest')!], [2, 18])
    assert.equal(entries.size, 60)
  })

  it('is refused or whole, never something else, wherever one bit is flipped', async function () {
    this.timeout(120_000)
    const files = (await readdir(join(sound, 'money'))).filter((name) => /^(CURRENT|SCHEMA|MANIFEST.*|\d+\.(log|ldb))$/.test(name))
    let state = 12345
    const random = (below: number): number => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return Math.floor(state / 2 ** 32 * below) }
    let refused = 0
    for (let round = 0; round < 150; round++) {
      const file = files[random(files.length)]!
      const bytes = await readFile(join(sound, 'money', file))
      const at = random(bytes.length)
      const mask = 1 << random(8)
      bytes[at]! ^= mask
      const copy = join(dir, String(round))
      await cp(sound, copy, { recursive: true })
      await writeFile(join(copy, 'money', file), bytes)
      const before = await snapshot(join(copy, 'money'))
      const where = `${file} at ${at} of ${bytes.length}, mask ${mask}`
      try {
        assert.deepEqual(await readAndClose(copy), expected, where)
      } catch (error) {
        assert.ok(error instanceof Error && (error.name === 'store-corrupt' || error.name === 'store-newer'), `${where}: ${String(error)}`)
        assert.deepEqual(await snapshot(join(copy, 'money')), before, where)
        refused++
      }
      await rm(copy, { recursive: true })
    }
    assert.ok(refused > 50, `refused ${refused}`)
  })
})

async function readAndClose (dir: string): Promise<ReadonlyArray<readonly [string, Uint8Array]>> {
  const store = levelStore(dir)
  const entries = await store.open()
  await store.close()
  return entries
}

async function snapshot (dir: string): Promise<Record<string, string>> {
  const names = await readdir(dir)
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await readFile(join(dir, name))).toString('base64')] as const)))
}
