import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { AmikoError } from '../../src/core/base/errors.js'
import { connectTo } from '../../src/cli/connection.js'
import { MAIN } from '../../src/cli/process/network/node-process.js'
import { assertAgreement, startStorm, whatIsLeft, type Storm } from './storm.js'

const STEP_MS = 60_000
/** Most kilobytes of any one file of the limited process: LevelDB's log reaches it after some payments. */
const FILE_KB_MAX = 96

describe('a process whose files may not grow any more, as on a full disk (S26)', function () {
  this.timeout(4 * STEP_MS)
  let root: string
  let storm: Storm
  let limited: ChildProcess | undefined

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'amiko-full-'))
    storm = await startStorm(root, 'a,b,1000000,1000000')
  })
  after(async () => {
    limited?.kill('SIGKILL')
    await storm?.stop()
    await rm(root, { recursive: true, force: true })
  })

  it('says so, tells nothing that it could not store, and loses nothing when there is room again', async () => {
    await storm.pay('a', 'b', 5)
    assert.deepEqual(await whatIsLeft(storm, STEP_MS), [])
    await storm.kill('b')
    // The kernel refuses to write beyond the limit; Node ignores the signal that goes with it, so LevelDB sees an error.
    limited = spawn('bash', ['-c', `ulimit -f ${FILE_KB_MAX}; exec "$0" "$@"`, process.execPath, MAIN, 'start', '--dir', storm.dirOf('b'), '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
    await new Promise((resolve) => { createInterface({ input: limited!.stdout! }).once('line', resolve) })
    const client = await connectTo({ dir: storm.dirOf('b') })
    storm.adopt('b', client)
    const failed = async (): Promise<boolean> => (await client.call('node.status')).warnings.some((warning) => /File too large|store-failed|Writing to/.test(warning))
    const limit = AbortSignal.timeout(STEP_MS)
    while (!await failed()) {
      assert.ok(!limit.aborted, 'the store never failed: the limit is too wide')
      await storm.pay('a', 'b', 1).catch((error: unknown) => { assert.ok(error instanceof AmikoError || (error as Error).name === 'TimeoutError', String(error)) })
    }
    await assert.rejects(client.call('invoice.create', { amount: '1sat' }), (error) => error instanceof AmikoError && error.name === 'shutting-down')
    limited.kill('SIGKILL')
    while (limited.exitCode === null && limited.signalCode === null) await delay(20)
    await storm.start('b')
    assert.deepEqual(await whatIsLeft(storm, 2 * STEP_MS), [])
    await storm.pay('b', 'a', 2)
    assert.deepEqual(await whatIsLeft(storm, STEP_MS), [])
    const { paid } = await assertAgreement(storm)
    assert.ok(paid > 5, `${paid} paid`)
  })
})
