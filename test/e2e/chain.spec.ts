import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/adapters/system/clock.js'
import { rpc as createRpc, type Rpc } from '../../src/adapters/chain-bitcoind/rpc.js'
import { amiko, amikoError, amikoJson, staying, until, type Staying } from './run-amiko.js'

/** Time the slowest step of these tests may take on a busy machine. */
const STEP_MS = 120_000

interface ChainReady { readonly event: string, readonly name: string, readonly network: string, readonly rpc: string, readonly cookieFile: string, readonly height: number, readonly pid: number }
interface ChainRows { readonly chains: ReadonlyArray<{ readonly name: string, readonly network: string, readonly height: number, readonly status: string, readonly waiting: number, readonly capabilities: { readonly truc: boolean } }> }
interface Mined { readonly mined: number, readonly height: number, readonly hash: string }

async function called (rpc: Rpc, method: string, ...params: readonly unknown[]): Promise<unknown> {
  const [answer] = await rpc.batch([{ method, params }])
  assert.ok(answer?.ok === true, JSON.stringify(answer))
  return answer.result
}

describe('an embedded chain as a process', function () {
  this.timeout(2 * STEP_MS)
  let dir: string
  let chain: Staying<ChainReady> | undefined

  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'amiko-chain-')) })
  afterEach(async () => {
    chain?.child.kill('SIGKILL')
    await chain?.exit
    await rm(dir, { recursive: true, force: true })
  })
  const start = async (...more: string[]): Promise<Staying<ChainReady>> => { chain = await staying<ChainReady>('chain', 'serve', '--dir', dir, ...more); return chain }

  it('says one line when it is ready, mines when asked, and SIGTERM ends it cleanly', async () => {
    const { child, ready, lines, exit } = await start()
    assert.deepEqual([ready.event, ready.name, ready.network, ready.height, ready.pid], ['ready', 'bitcoin', 'regtest', 0, child.pid])
    const mined = await amikoJson<Mined>('chain', 'mine', '3', '--dir', dir)
    assert.deepEqual([mined.mined, mined.height], [3, 3])
    const { chains: [row] } = await amikoJson<ChainRows>('chain', 'status', '--dir', dir)
    assert.deepEqual([row?.name, row?.network, row?.status, row?.waiting, row?.capabilities.truc], ['bitcoin', 'regtest', 'ok', 0, true])
    assert.ok(row!.height >= 3)
    child.kill('SIGTERM')
    assert.equal(await exit, 0)
    assert.equal(lines.length, 1)
    const left = await readdir(dir)
    assert.ok(!left.includes('.cookie') && !left.includes('.rpc'), left.join())
    assert.deepEqual([(await amikoError('chain', 'status', '--dir', dir)).name, (await amikoError('chain', 'status', '--dir', dir)).code], ['chain-unreachable', 2])
  })

  it('is found from the folder of a network too', async () => {
    const network = dir
    dir = join(network, 'chain')
    await start()
    await amikoJson<Mined>('chain', 'mine', '2', '--dir', network)
    const { chains: [row] } = await amikoJson<ChainRows>('chain', 'status', '--dir', network)
    assert.ok(row !== undefined && row.height >= 2)
    dir = network
  })

  it('mines what waits, by itself and soon', async () => {
    const { ready } = await start()
    const rpc = createRpc({ url: ready.rpc, cookieFile: ready.cookieFile, clock: systemClock() })
    const txid = await called(rpc, 'sendtoaddress', 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', 0.5)
    assert.deepEqual(await called(rpc, 'getrawmempool'), [txid])
    await until(async () => await called(rpc, 'getrawmempool'), (waiting) => (waiting as unknown[]).length === 0)
    const block = await called(rpc, 'getblock', await called(rpc, 'getbestblockhash'), 1) as { tx: string[] }
    assert.ok(block.tx.includes(String(txid)))
  })

  it('killed and started again it has its blocks, and listens where nodes look for it', async () => {
    const first = await start()
    const { height, hash } = await amikoJson<Mined>('chain', 'mine', '5', '--dir', dir)
    first.child.kill('SIGKILL')
    await first.exit
    const second = await start()
    assert.equal(second.ready.rpc, first.ready.rpc)
    assert.ok(second.ready.height >= height)
    const rpc = createRpc({ url: second.ready.rpc, cookieFile: second.ready.cookieFile, clock: systemClock() })
    assert.equal(await called(rpc, 'getblockhash', height), hash)
  })

  it('another chain is not served from its folder, nor the same one twice', async () => {
    const { child, exit } = await start('--chain', 'litecoin')
    assert.equal((await amikoError('chain', 'serve', '--dir', dir)).name, 'store-locked')
    child.kill('SIGTERM')
    await exit
    const refused = await amikoError('chain', 'serve', '--dir', dir, '--chain', 'bitcoin')
    assert.equal(refused.name, 'bad-request')
    assert.match(refused.message, /litecoin/)
  })

  it('ends with its parent when it was told to', async () => {
    const { child, exit } = await start('--with-parent')
    child.stdin!.end()
    assert.equal(await exit, 0)
  })

  it('is asked by its address too, with the cookie; without it nothing is answered', async () => {
    const { ready } = await start()
    const { chains } = await amikoJson<ChainRows>('chain', 'status', '--rpc', ready.rpc, '--cookie', ready.cookieFile)
    assert.equal(chains[0]!.name, 'bitcoin')
    const refused = await amikoError('chain', 'mine', '1', '--rpc', ready.rpc)
    assert.deepEqual([refused.name, refused.code], ['chain-unreachable', 2])
    assert.equal((await readFile(ready.cookieFile, 'utf8')).startsWith('__cookie__:'), true)
  })

  it('listens on loopback only', async () => {
    assert.equal((await amikoError('chain', 'serve', '--dir', dir, '--rpc', '0.0.0.0:18443')).name, 'bad-request')
    assert.equal((await amiko('chain', 'mine', 'many', '--dir', dir)).code, 3)
    assert.equal((await amiko('chain', 'status', '--cookie', 'x', '--dir', dir)).code, 3)
  })
})

describe('a network with an embedded chain', function () {
  this.timeout(2 * STEP_MS)
  interface Status { readonly chains: ReadonlyArray<{ readonly name: string, readonly height?: number, readonly status: string }>, readonly warnings: readonly string[] }
  let root: string
  let dir: string

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'amiko-chain-'))
    dir = join(root, 'net')
  })
  afterEach(async () => {
    await amiko('network', 'down', '--dir', dir)
    await rm(root, { recursive: true, force: true })
  })

  it('every node follows it; killed and brought up again it is the same chain at the same place', async () => {
    const up = await amikoJson<{ nodes: Array<{ dir: string, pid: number }>, chain: { rpc: string, dir: string, pid: number } }>('network', 'up', '--dir', dir, '--nodes', '2', '--detach')
    const { height } = await amikoJson<Mined>('chain', 'mine', '5', '--dir', up.chain.dir)
    const follows = async (least: number): Promise<void> => {
      for (const node of up.nodes) {
        const status = await until(async () => await amikoJson<Status>('status', '--dir', node.dir), ({ chains: [row] }) => row?.status === 'ok' && (row.height ?? 0) >= least)
        assert.deepEqual(status.warnings, [])
      }
    }
    await follows(height)
    process.kill(up.chain.pid, 'SIGKILL')
    const lost = await until(async () => await amikoJson<Status>('chain', 'status', '--dir', up.nodes[0]!.dir), ({ chains: [row] }) => row?.status === 'unreachable')
    assert.equal(lost.chains[0]?.name, 'bitcoin')
    const again = await amikoJson<typeof up>('network', 'up', '--dir', dir, '--detach')
    assert.deepEqual([again.chain.rpc, again.chain.pid === up.chain.pid], [up.chain.rpc, false])
    assert.deepEqual(again.nodes.map(({ pid }) => pid), up.nodes.map(({ pid }) => pid))
    await follows((await amikoJson<Mined>('chain', 'mine', '1', '--dir', up.chain.dir)).height)
    const down = await amikoJson<{ chain: string }>('network', 'down', '--dir', dir)
    assert.equal(down.chain, 'stopped')
  })
})
