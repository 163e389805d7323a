import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectTo, runningApi } from '../../src/cli/connection.js'
import { ended, isAlive } from '../../src/cli/process-alive.js'
import { freePorts, startNodeProcess } from '../../src/cli/process/network/node-process.js'
import { stopProcesses } from '../../src/cli/process/network/stop-processes.js'
import { amiko, amikoJson, MAIN, until } from './run-amiko.js'

/** Time the slowest step of these tests may take on a busy machine. */
const STEP_MS = 120_000

interface UpAnswer { readonly nodes: ReadonlyArray<{ name: string, peerId: string, addresses: string[], api: string, dir: string, pid: number }>, readonly chain: { name: string, network: string, rpc: string, dir: string, pid: number } | null }
interface Figures { readonly paid: number, readonly failed: number, readonly seconds: number, readonly perSecond: number, readonly latencyMs: { p50: number, p95: number, p99: number }, readonly cpuMsPerPayment: number, readonly rssMb: number }
interface Channels { readonly channels: ReadonlyArray<{ owedToUs: string, locks: unknown[], canSend: string }> }

describe('a network of three processes in a line', function () {
  this.timeout(4 * STEP_MS)
  let root: string
  let dir: string
  let up: UpAnswer

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'amiko-e2e-'))
    dir = join(root, 'net')
    const topology = join(root, 'line.csv')
    await writeFile(topology, 'node_a,node_b,capacity_ab,capacity_ba\nalice,bob,100000,100000\nbob,carol,100000,100000\n')
    up = await amikoJson<UpAnswer>('network', 'up', '--dir', dir, '--topology', topology, '--detach')
  })
  after(async () => {
    await amiko('network', 'down', '--dir', dir)
    for (const { pid } of [...up?.nodes ?? [], ...[up?.chain ?? undefined].filter((one) => one !== undefined)]) assert.ok(!await isAlive(pid), `process ${pid} still runs`)
    await rm(root, { recursive: true, force: true })
  })

  it('comes up: each node a process with an address and an API of its own', async () => {
    assert.deepEqual(up.nodes.map(({ name }) => name), ['alice', 'bob', 'carol'])
    assert.equal(new Set(up.nodes.map(({ pid }) => pid)).size, 3)
    assert.deepEqual([up.chain?.name, up.chain?.network, up.chain?.dir], ['bitcoin', 'regtest', join(dir, 'chain')])
    for (const node of up.nodes) {
      assert.match(node.addresses[0]!, new RegExp(`/p2p/${node.peerId}$`))
      const status = await amikoJson<{ peerId: string, pid: number, links: number }>('status', '--dir', node.dir)
      assert.deepEqual([status.peerId, status.pid, status.links], [node.peerId, node.pid, node.name === 'bob' ? 2 : 1])
    }
  })

  it('pays twenty times across, and every balance says so at both ends', async () => {
    const owed = async (name: string): Promise<bigint> => {
      const { channels } = await until(
        async () => await amikoJson<Channels>('channel', 'list', '--dir', join(dir, name)),
        (answer) => answer.channels.every(({ locks }) => locks.length === 0))
      return channels.reduce((sum, { owedToUs }) => sum + BigInt(owedToUs), 0n)
    }
    const all = async (): Promise<readonly bigint[]> => [await owed('alice'), await owed('bob'), await owed('carol')]
    // In a channel that a chain enforces this is our own money, so what counts is how it changes.
    const before = await all()
    const figures = await amikoJson<Figures>('network', 'pay', '--dir', dir, '--from', 'alice', '--to', 'carol', '--amount', '20sat', '--count', '20', '--concurrency', '4')
    assert.deepEqual([figures.paid, figures.failed], [20, 0], JSON.stringify(figures))
    assert.deepEqual(Object.keys(figures), ['paid', 'failed', 'seconds', 'perSecond', 'latencyMs', 'cpuMsPerPayment', 'rssMb'])
    assert.ok(figures.latencyMs.p50 > 0 && figures.cpuMsPerPayment > 0 && figures.rssMb > 0)
    // What alice paid is what carol got and what bob was given for his service.
    const [alice = 0n, bob = 0n, carol = 0n] = (await all()).map((now, at) => now - before[at]!)
    assert.equal(carol, 400_000n)
    assert.ok(bob >= 0n)
    assert.equal(alice + bob + carol, 0n)
  })

  it('one invoice by hand: created, paid with a proof, and paid once however often it is tried', async () => {
    const { invoice, id } = await amikoJson<{ invoice: string, id: string }>('invoice', 'create', '--dir', join(dir, 'carol'), '--amount', '5sat', '--description', 'tea')
    const paid = await amikoJson<{ status: string, amount: string, proof: string }>('pay', invoice, '--dir', join(dir, 'alice'))
    assert.deepEqual([paid.status, paid.amount, paid.proof.length], ['paid', '5000', 64])
    const shown = await until(
      async () => await amikoJson<{ status: string, received: string }>('invoice', 'show', id, '--dir', join(dir, 'carol')),
      ({ status }) => status === 'paid')
    assert.equal(shown.received, '5000')
    const before = await amikoJson<Channels>('channel', 'list', '--dir', join(dir, 'carol'))
    await amiko('pay', invoice, '--dir', join(dir, 'alice'))
    const after = await amikoJson<Channels>('channel', 'list', '--dir', join(dir, 'carol'))
    assert.equal(after.channels[0]!.owedToUs, before.channels[0]!.owedToUs)
  })

  it('an invoice that can be paid many times: paid forty times over one way, and once more', async () => {
    const { invoice, id } = await amikoJson<{ invoice: string, id: string }>('invoice', 'create', '--dir', join(dir, 'carol'), '--amount', '1sat', '--times', '50', '--description', 'music')
    const streamed = await amikoJson<{ status: string, payments: number, amount: string }>('payment', 'stream', invoice, '--times', '40', '--dir', join(dir, 'alice'))
    assert.deepEqual([streamed.status, streamed.payments, streamed.amount], ['paid', 40, '40000'])
    const once = await amikoJson<{ status: string }>('pay', invoice, '--dir', join(dir, 'alice'))
    assert.equal(once.status, 'paid')
    const shown = await until(
      async () => await amikoJson<{ status: string, received: string, timesPaid: number }>('invoice', 'show', id, '--dir', join(dir, 'carol')),
      ({ timesPaid }) => timesPaid === 41)
    assert.deepEqual([shown.status, shown.received], ['open', '41000'])
  })

  it('a killed forwarder comes back by itself into the network, and payments pass again', async () => {
    const bob = up.nodes[1]!
    process.kill(bob.pid, 'SIGKILL')
    assert.ok(await ended(bob.pid, STEP_MS))
    assert.equal((await amiko('status', '--dir', bob.dir)).code, 2)
    const again = await amikoJson<UpAnswer>('network', 'up', '--dir', dir, '--detach')
    assert.deepEqual(again.nodes.map(({ pid }) => pid === bob.pid), [false, false, false])
    assert.equal(again.nodes[0]!.pid, up.nodes[0]!.pid)
    up = again
    // The neighbours reconnect on their own.
    await until(
      async () => (await amikoJson<{ links: Array<{ connected: boolean }> }>('link', 'list', '--dir', bob.dir)).links,
      (links) => links.length === 2 && links.every(({ connected }) => connected))
    const figures = await until(
      async () => await amikoJson<Figures>('network', 'pay', '--dir', dir, '--from', 'alice', '--to', 'carol', '--amount', '20sat', '--count', '1'),
      ({ paid }) => paid === 1)
    assert.equal(figures.paid, 1)
  })

  it('a second process on the same folder is refused', async () => {
    const { code, out } = await amiko('start', '--dir', up.nodes[0]!.dir, '--json')
    assert.equal(code, 1)
    assert.equal((JSON.parse(out) as { error: { name: string } }).error.name, 'store-locked')
    assert.equal((await amikoJson<{ peerId: string }>('status', '--dir', up.nodes[0]!.dir)).peerId, up.nodes[0]!.peerId)
  })
})

describe('a node as a process', function () {
  this.timeout(2 * STEP_MS)
  let dir: string
  let child: ChildProcess | undefined

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'amiko-e2e-'))
    await amikoJson('init', '--dir', dir, '--network', 'village', '--listen', '/ip4/127.0.0.1/tcp/0', '--api', '127.0.0.1:0')
  })
  afterEach(async () => {
    if (child?.pid !== undefined && await isAlive(child.pid)) child.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })

  /** Starts it and gives its lines on standard output, and its end. */
  async function start (...more: string[]): Promise<{ ready: { event: string, peerId: string, addresses: string[], api: string }, lines: string[], exit: Promise<number | null> }> {
    const own = child = spawn(process.execPath, [MAIN, 'start', '--dir', dir, '--json', ...more], { stdio: ['pipe', 'pipe', 'ignore'] })
    const lines: string[] = []
    const exit = new Promise<number | null>((resolve) => { own.once('exit', resolve) })
    const reader = createInterface({ input: own.stdout })
    const first = await new Promise<string>((resolve, reject) => {
      reader.on('line', (line) => {
        lines.push(line)
        resolve(line)
      })
      own.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready`)))
    })
    return { ready: JSON.parse(first) as never, lines, exit }
  }

  it('says one line when it is ready, and SIGTERM ends it cleanly', async () => {
    const { ready, lines, exit } = await start()
    assert.equal(ready.event, 'ready')
    assert.equal((await runningApi(dir))?.url, ready.api)
    assert.equal((await (await connectTo({ dir })).call('node.status')).peerId, ready.peerId)
    child!.kill('SIGTERM')
    assert.equal(await exit, 0)
    assert.equal(lines.length, 1)
    await assert.rejects(readFile(join(dir, '.cookie')), { code: 'ENOENT' })
  })

  it('keeps its identity, and starts over what a killed process left', async () => {
    const first = await start()
    child!.kill('SIGKILL')
    await first.exit
    assert.ok((await readFile(join(dir, '.cookie'))).length > 0)
    const second = await start()
    assert.equal(second.ready.peerId, first.ready.peerId)
    assert.equal((await amiko('stop', '--dir', dir)).code, 0)
    assert.equal(await second.exit, 0)
  })

  it('ends with its parent when it was told to', async () => {
    const { exit } = await start('--with-parent')
    child!.stdin!.end()
    assert.equal(await exit, 0)
  })

  it('a folder without a node, and one with a node already, are refused', async () => {
    const { code, out } = await amiko('start', '--dir', join(dir, 'none'), '--json')
    assert.deepEqual([code, (JSON.parse(out) as { error: { name: string } }).error.name], [1, 'not-initialised'])
    const again = await amiko('init', '--dir', dir, '--network', 'village', '--json')
    assert.deepEqual([again.code, (JSON.parse(again.out) as { error: { name: string } }).error.name], [1, 'already-initialised'])
  })
})

describe('a network in the foreground', function () {
  this.timeout(2 * STEP_MS)
  let dir: string
  let parent: ChildProcess
  let up: UpAnswer
  let exit: Promise<number | null>

  beforeEach(async () => {
    dir = join(await mkdtemp(join(tmpdir(), 'amiko-e2e-')), 'net')
    const own = parent = spawn(process.execPath, [MAIN, 'network', 'up', '--dir', dir, '--nodes', '2', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
    exit = new Promise((resolve) => { own.once('exit', resolve) })
    up = JSON.parse(await new Promise<string>((resolve, reject) => {
      createInterface({ input: own.stdout }).once('line', resolve)
      own.once('exit', (code) => reject(new Error(`ended with ${code} before it was up`)))
    })) as UpAnswer
  })
  afterEach(async () => {
    parent.kill('SIGKILL')
    for (const { pid } of [...up.nodes, up.chain!]) assert.ok(await ended(pid, STEP_MS), `process ${pid} still runs`)
    await rm(join(dir, '..'), { recursive: true, force: true })
  })

  it('Ctrl-C stops all nodes before it ends', async () => {
    parent.kill('SIGINT')
    assert.equal(await exit, 0)
    for (const { pid } of up.nodes) assert.ok(!await isAlive(pid), `process ${pid} still runs`)
  })

  it('takes its nodes with it when it is killed', async () => {
    for (const { pid } of up.nodes) assert.ok(await isAlive(pid))
    parent.kill('SIGKILL')
    await exit
    for (const { pid } of up.nodes) assert.ok(await ended(pid, STEP_MS), `process ${pid} still runs`)
  })
})

describe('a private network by one string', function () {
  this.timeout(STEP_MS)

  it('whoever joins has the key and an address to begin with, and reaches the first node', async () => {
    const root = await mkdtemp(join(tmpdir(), 'amiko-e2e-'))
    const [alice, bob] = [join(root, 'alice'), join(root, 'bob')]
    const [alicePort, bobPort] = await freePorts(2)
    const created = await amikoJson<{ join: string, peerId: string }>('network', 'create', 'village', '--dir', alice, '--listen', `/ip4/127.0.0.1/tcp/${alicePort!}`, '--api', '127.0.0.1:0')
    const joined = await amikoJson<{ network: string, bootstrap: string[] }>('network', 'join', created.join, '--dir', bob, '--listen', `/ip4/127.0.0.1/tcp/${bobPort!}`, '--api', '127.0.0.1:0')
    assert.deepEqual([joined.network, joined.bootstrap], ['village', [`/ip4/127.0.0.1/tcp/${alicePort!}/p2p/${created.peerId}`]])
    const keyOf = async (dir: string): Promise<unknown> => (JSON.parse(await readFile(join(dir, 'config.json'), 'utf8')) as { networkKey: string }).networkKey
    assert.equal(await keyOf(alice), await keyOf(bob))
    assert.match(String(await keyOf(alice)), /^[0-9a-f]{64}$/)
    const first = await startNodeProcess(alice, true)
    const second = await startNodeProcess(bob, true)
    await until(
      async () => (await amikoJson<{ peers: Array<{ peer: string }> }>('mesh', 'peers', '--dir', bob)).peers,
      (peers) => peers.some(({ peer }) => peer === created.peerId))
    await stopProcesses([first, second])
    await rm(root, { recursive: true })
  })

})
