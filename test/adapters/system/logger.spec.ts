import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logFile } from '../../../src/adapters/system/log-file.js'
import { safeText } from '../../../src/adapters/system/log-line.js'
import { systemLogger } from '../../../src/adapters/system/logger.js'

describe('system logger', () => {
  const lines: string[] = []
  const logger = systemLogger({ level: 'info', write: (line) => { lines.push(line) } })
  beforeEach(() => { lines.length = 0 })

  it('writes one line with time, level, namespace, message and fields', () => {
    logger.child('mesh').info('connected', { peer: '16Uiu2abc', bytes: 12n, nested: { a: [1, 'x y'] } })
    assert.match(lines[0]!, /^\d{4}-\d\d-\d\dT\S+Z info {2}amiko:mesh connected peer=16Uiu2abc bytes=12 nested=\{"a":\[1,"x y"\]\}\n$/)
  })

  it('leaves out levels that are less important', () => {
    logger.debug('no')
    logger.error('yes')
    assert.equal(lines.length, 1)
  })

  it('cannot be made to write another line or to hide text (V24)', () => {
    logger.warn('first\nerror forged', { reason: '\u202ereversed\u200b\u0007\u001b[2J\r\n\u2028', 'name\n': 1 })
    assert.equal(lines.length, 1)
    assert.equal(lines[0]!.split('\n').length, 2)
    assert.doesNotMatch(lines[0]!.slice(0, -1), /[\p{Cc}\p{Cf}\u2028\u2029]/u)
  })

  it('cuts a value of 60 KB and bounds fields and depth (V24)', () => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i]))
    logger.warn('x'.repeat(60_000), { long: 'y'.repeat(60_000), ...fields })
    assert.ok(lines[0]!.length < 4_000, String(lines[0]!.length))
    assert.match(lines[0]!, /more=77/)
  })

  it('writes neither bytes nor fields with the name of a secret', () => {
    logger.info('key', { identitySecret: 'abc123', bytes: Uint8Array.of(222, 173), inner: { password: 'hunter' } })
    assert.doesNotMatch(lines[0]!, /abc123|hunter|222/)
  })

  it('does not throw on what cannot be read', () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    logger.info('circular', { circular, thrower: { get x (): never { throw new Error('no') } } })
    logger.info('error', { error: new Error('outer', { cause: new Error('inner') }) })
    assert.match(lines.at(-1)!, /outer.*because.*inner/)
  })

  it('writes half of a character pair as an escape', () => {
    assert.equal(safeText('a\ud800b'), 'a\\u{d800}b')
  })
})

describe('log file', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'amiko-log-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('holds JSON lines, in order, readable by the owner only', async () => {
    const path = join(dir, 'deep', 'node.log')
    const file = logFile(path)
    const logger = systemLogger({ level: 'debug', write: () => {}, file })
    for (let i = 0; i < 50; i++) logger.debug('line', { i, level: 'not the level' })
    await file.close()
    const records = (await readFile(path, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { i: number, level: string })
    assert.deepEqual(records.map((record) => record.i), Array.from({ length: 50 }, (_, i) => i))
    assert.equal(records[0]!.level, 'debug')
    assert.equal((await stat(path)).mode & 0o077, 0)
  })

  it('keeps two files of bounded size', async () => {
    const path = join(dir, 'node.log')
    const file = logFile(path, { bytesMax: 10_000 })
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 10; i++) file.append(`${'x'.repeat(99)}\n`)
      await file.close()
    }
    for (const name of [path, `${path}.1`]) assert.ok((await stat(name)).size <= 10_000, name)
    await assert.rejects(stat(`${path}.2`))
  })

  it('drops lines and counts them when the disk does not keep up', async () => {
    const path = join(dir, 'node.log')
    const file = logFile(path, { queueCharsMax: 1_000 })
    for (let i = 0; i < 100; i++) file.append(`${'x'.repeat(99)}\n`)
    await file.close()
    assert.match(await readFile(path, 'utf8'), /^\{.*"count":90\}\n/)
  })
})
