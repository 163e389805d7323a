import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from '../../src/api/client/client.js'
import { AmikoError } from '../../src/core/base/errors.js'
import { connectTo } from '../../src/cli/connection.js'
import { freePorts, startNodeProcess, type NodeProcess } from '../../src/cli/process/network/node-process.js'
import { stopProcesses } from '../../src/cli/process/network/stop-processes.js'
import { assertAgreement, startStorm, whatIsLeft, type Storm } from './storm.js'

const STEP_MS = 60_000
/** How long a payment is tried that need not succeed. */
const DOUBTFUL_MS = 5_000
const LINE = 'a,b,1000000,1000000\nb,c,1000000,1000000'

/** Looks until the answer is as wanted, a minute at most. */
async function until<T> (ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const limit = AbortSignal.timeout(STEP_MS)
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    assert.ok(!limit.aborted, `after ${STEP_MS} ms: ${JSON.stringify(answer)}`)
    await delay(100)
  }
}

const linesOf = async (client: ApiClient): Promise<ReadonlyArray<{ peer: string, status: string, owedToUs: string, round: number }>> =>
  (await client.call('channel.list')).channels.map(({ peer, status, owedToUs, round }) => ({ peer, status, owedToUs, round }))

describe('a data folder that was copied (S12, V18: the parts that need no chain)', function () {
  this.timeout(5 * STEP_MS)
  let root: string
  let storm: Storm
  let copy: string
  let second: NodeProcess | undefined

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'amiko-copy-'))
    storm = await startStorm(root, LINE)
    await storm.pay('a', 'c', 20)
    assert.deepEqual(await whatIsLeft(storm, STEP_MS), [])
    copy = join(root, 'copy')
    // The copy is whole, as a careful person makes it: of a node that stands still.
    await storm.kill('b')
    await cp(storm.dirOf('b'), copy, { recursive: true })
    await storm.start('b')
    await until(async () => (await storm.clientOf('b').call('link.list')).links, (links) => links.length === 2 && links.every(({ connected }) => connected))
  })
  afterEach(async () => {
    if (second !== undefined) await stopProcesses([second])
    second = undefined
    await storm?.stop()
    await rm(root, { recursive: true, force: true })
  })

  /** The copy gets ports of its own, so that nothing but its identity stands in its way. */
  async function startCopy (): Promise<ApiClient> {
    const path = join(copy, 'config.json')
    const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    const [listen, api] = await freePorts(2)
    await writeFile(path, JSON.stringify({ ...config, listen: [`/ip4/127.0.0.1/tcp/${listen}`], api: `127.0.0.1:${api}` }))
    second = await startNodeProcess(copy, true)
    return await connectTo({ dir: copy })
  }

  it('does not start beside the first with the same settings: its address is taken', async () => {
    await assert.rejects(startNodeProcess(copy, true), (error) => error instanceof AmikoError && /did not start/.test(error.message))
    await storm.pay('a', 'c', 5)
  })

  it('started beside the first, on ports of its own: neighbours see one of the two, and no statement is signed twice with two contents', async () => {
    const twin = await startCopy()
    // Both are the same node to their neighbours. Payments may fail; none may be paid by halves.
    for (let i = 0; i < 3; i++) {
      await storm.pay('a', 'c', 3, DOUBTFUL_MS).catch((error: unknown) => { assert.ok(error instanceof AmikoError || (error as Error).name === 'TimeoutError', String(error)) })
    }
    const [atFirst, atTwin] = [await linesOf(storm.clientOf('b')), await linesOf(twin)]
    for (const { peer, status, owedToUs, round } of atFirst) {
      const other = atTwin.find((line) => line.peer === peer)!
      // In the same round the two hold the same statement; else one is behind, and its neighbour will not go on from there.
      if (status === 'open' && other.status === 'open' && other.round === round) assert.equal(other.owedToUs, owedToUs, `two contents of statement ${round}`)
    }
    await stopProcesses([second!])
    second = undefined
    await assertNobodyLies()
  })

  it('started later in place of the first, it is behind: the line stops, and what both signed last stays in force', async () => {
    await storm.pay('a', 'c', 7)
    assert.deepEqual(await whatIsLeft(storm, STEP_MS), [])
    const before = new Map([['a', await linesOf(storm.clientOf('a'))], ['c', await linesOf(storm.clientOf('c'))]])
    await storm.kill('b')
    const stale = await startCopy()
    const failed = await until(async () => await linesOf(stale), (lines) => lines.every(({ status }) => status === 'failed'))
    assert.equal(failed.length, 2)
    for (const [name, lines] of before) {
      const [after] = await until(async () => await linesOf(storm.clientOf(name)), ([line]) => line!.status === 'failed')
      assert.deepEqual([after!.owedToUs, after!.round], [lines[0]!.owedToUs, lines[0]!.round], `${name} keeps the newest statement`)
    }
    const { warnings } = await stale.call('node.status')
    assert.equal(warnings.length, 2, warnings.join('; '))
    await assert.rejects(storm.pay('a', 'c', 1, DOUBTFUL_MS), (error) => error instanceof AmikoError || (error as Error).name === 'TimeoutError', 'no payment passes')
    await stopProcesses([second!])
    second = undefined
  })

  /** What each end of a line that is open at both says is the same; a payment is paid at both ends or at none. */
  async function assertNobodyLies (): Promise<void> {
    for (const name of storm.names) await until(async () => (await storm.clientOf(name).call('payment.list')).payments, (payments) => payments.every(({ status }) => status !== 'pending'))
    const [a, c] = [await storm.clientOf('a').call('payment.list'), await storm.clientOf('c').call('invoice.list')]
    for (const { invoiceId, status } of a.payments) {
      const made = c.invoices.find(({ id }) => id === invoiceId)
      if (made !== undefined && status === 'failed') assert.notEqual(made.status, 'paid', `${invoiceId} was received, but not paid`)
      if (status === 'paid') assert.equal(made?.status, 'paid', `${invoiceId} was paid, but not received`)
    }
    const open = (await linesOf(storm.clientOf('b'))).every(({ status }) => status === 'open')
    if (open) {
      assert.deepEqual(await whatIsLeft(storm, STEP_MS), [])
      await assertAgreement(storm)
    }
  }
})
