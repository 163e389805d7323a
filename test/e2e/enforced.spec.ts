import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeConfig } from '../../src/node/nouns.js'
import type { ChainName } from '../../src/ports/chain-parameters.js'
import { describeRealChain } from '../chains/real-chain.js'
import { enforcedNetwork, eventually, type ChannelRow, type EnforcedNetwork } from './enforced-network.js'
import { amiko, amikoError, amikoJson, staying, type Staying } from './run-amiko.js'

/** Time the slowest of these tests may take on a busy machine. */
const TEST_MS = 240_000
/** More satoshis than all transactions of one node pay for their blocks here. */
const FEES_SAT_MAX = 40_000n
/** An anchor that the opener pays may be taken by the other, who gains it. */
const ANCHOR_SAT_MAX = 5_000n

interface Variant {
  readonly words: readonly string[]
  readonly unit: 'sat' | 'lit'
  readonly format: string
  /** Blocks after which a close without the peer is paid out. */
  readonly delay: number
}

const EMBEDDED: Variant = { words: ['--kind', 'chain'], unit: 'sat', format: 'v3-zero-fee', delay: 144 }
const REAL: Readonly<Record<ChainName, Variant>> = {
  bitcoin: { words: ['--kind', 'chain', '--chain', 'bitcoind'], unit: 'sat', format: 'v3-zero-fee', delay: 144 },
  litecoin: { words: ['--kind', 'chain', '--chain', 'litecoind'], unit: 'lit', format: 'v2-fee', delay: 576 }
}

let root: string
let net: EnforcedNetwork | undefined

/** A folder for each test, and an end to what runs in it. */
function inFolder (): void {
  beforeEach(async () => { root = await mkdtemp(join(tmpdir(), 'amiko-enforced-')) })
  afterEach(async function () {
    this.timeout(TEST_MS)
    await net?.down()
    net = undefined
    await rm(root, { recursive: true, force: true })
  })
}

const up = async (...words: readonly string[]): Promise<EnforcedNetwork> => { net = await enforcedNetwork(join(root, 'net'), ...words); return net }
const only = (rows: readonly ChannelRow[]): ChannelRow => {
  assert.equal(rows.length, 1, JSON.stringify(rows))
  return rows[0]!
}

/** The only channel of a node, when no payment is under way in it. */
const settled = async (of: EnforcedNetwork, at: number): Promise<ChannelRow> => await eventually(async () => only(await of.enforced(at)), ({ locks }) => locks.length === 0)

/**
 * A line of three: payments over it both ways, one channel closed by both, one by force; every coin is back in a wallet.
 *
 * @param theirSat - what the second end of each channel puts in
 */
async function paysAndEnds ({ words, unit, format, delay }: Variant, theirSat = 0n): Promise<void> {
  const { nodes, client, enforced, wallet, pay, mine, outside } = await up('--nodes', '3', '--capacity', '200000sat', ...words, ...(theirSat === 0n ? [] : ['--their-amount', `${theirSat}sat`]))
  assert.equal(only(await enforced(0)).format, format)
  if (theirSat > 0n) await assertBothPutIn(theirSat)
  const before = await Promise.all([0, 1, 2].map(async (at) => (await wallet(at)).total + (await enforced(at)).reduce((sum, { owedToUs }) => sum + BigInt(owedToUs) / 1_000n, 0n)))

  const { fee } = await pay(0, 2, `30000${unit}`)
  await pay(2, 0, `10000${unit}`)
  assert.equal(fee, '0')

  const byBoth = await (await client(0)).call('channel.close', { channel: nodes[1]!.peerId })
  assert.deepEqual([byBoth.status, byBoth.txid?.length], ['closing', 64])
  const byForce = await (await client(2)).call('channel.close', { channel: nodes[1]!.peerId, force: true })
  assert.equal(byForce.status, 'closing')
  await eventually(async () => only(await enforced(2)), ({ sweepHeight }) => sweepHeight !== undefined)

  // The delay of who closed by force, then the blocks that bury what was taken.
  await mine(delay + 1)
  for (const at of [0, 1, 2]) {
    await eventually(async () => { await mine(1); return await enforced(at) }, (rows) => rows.every(({ status }) => status === 'closed'))
    await eventually(async () => { await mine(1); return await wallet(at) }, ({ waiting }) => waiting === 0n)
  }
  const after = await Promise.all([0, 1, 2].map(async (at) => (await wallet(at)).total))
  // To the satoshi: what the chain pays to nobody else is in the three wallets.
  assert.equal(after.reduce((sum, each) => sum + each), await outside())
  const moved = [-20_000n, 0n, 20_000n]
  for (const at of [0, 1, 2]) {
    const paidForBlocks = before[at]! + moved[at]! - after[at]!
    assert.ok(paidForBlocks > -ANCHOR_SAT_MAX && paidForBlocks < FEES_SAT_MAX, `n${at}: ${before[at]!} before, ${after[at]!} after`)
  }
}

/** The opener of the first channel put in all but so many satoshis of its funding output: the rest came from the other. */
async function assertBothPutIn (theirSat: bigint): Promise<void> {
  const { client, enforced } = net!
  const [opener, other] = [only(await enforced(0)), await enforced(1)]
  const fundingSat = [opener, other.find(({ id }) => id === opener.id)!].reduce((sum, { owedToUs }) => sum + BigInt(owedToUs) / 1_000n, 0n)
  assert.equal(fundingSat, 400_000n)
  const { sends } = await (await client(0)).call('wallet.list')
  const sent = sends.find(({ txid }) => txid === opener.fundingTxid)
  assert.deepEqual([sent?.kind, sent?.amount], ['joint', String((fundingSat - theirSat) * 1_000n)])
}

/** Makes the folder of a node anew of its words. */
const restoredFolder = async (dir: string, config: NodeConfig, words: string): Promise<{ readonly peerId: string }> =>
  await amikoJson('init', '--dir', dir, '--restore', '--phrase-file', words, '--network', config.network, '--network-key', config.networkKey!, '--listen', config.listen[0]!, '--api', config.api, '--chain', config.chains[0]!, '--pacing', 'private')

describe('enforced channels of processes, on the embedded chain', function () {
  this.timeout(TEST_MS)
  inFolder()

  it('pay, close with the peer and without it, and every satoshi is in a wallet again', async () => { await paysAndEnds(EMBEDDED) })

  it('funded by both ends they do so too [ENF-25] [ENF-28]', async () => { await paysAndEnds(EMBEDDED, 200_000n) })

  it('mixed with trust lines they carry the same payment; killed with one open a node goes on where it was', async () => {
    const first = await up('--nodes', '3', '--kind', 'mixed')
    assert.deepEqual((await first.enforced(0)).length + (await first.enforced(1)).length + (await first.enforced(2)).length, 2)
    await first.pay(0, 2, '5000sat')
    const owed = BigInt((await settled(first, 0)).owedToUs)
    const told = await settled(first, 1)
    process.kill(first.nodes[1]!.pid, 'SIGKILL')
    await eventually(async () => (await amiko('status', '--dir', first.nodes[1]!.dir)).code, (code) => code === 2)
    const again = await up()
    const now = await eventually(async () => only(await again.enforced(1)), ({ status }) => status === 'open')
    assert.deepEqual([now.id, now.canSend, now.owedToUs], [told.id, told.canSend, told.owedToUs])
    await eventually(async () => await again.pay(2, 0, '4000sat').then(() => true, () => false), (isPaid) => isPaid)
    assert.equal(BigInt((await settled(again, 0)).owedToUs), owed + 4_000_000n)
  })

  it('what a node says of its channel: how long it waits, what closes it, and when the last of it can be taken', async () => {
    const { nodes, client, enforced } = await up('--nodes', '2', '--kind', 'chain')
    const { id, fundingTxid, next } = only(await enforced(0))
    assert.deepEqual([fundingTxid?.length, next], [64, 'Ready.'])
    const { next: after } = await (await client(0)).call('channel.close', { channel: id, force: true })
    assert.match(after!, /closing transaction/)
    const { next: then, sweepHeight, closingTxid } = await eventually(async () => only(await enforced(0)), (row) => row.sweepHeight !== undefined)
    assert.match(then, new RegExp(`height ${String(sweepHeight)}`))
    assert.equal(closingTxid?.length, 64)
    assert.equal((await amikoError('channel', 'open', nodes[1]!.peerId, '--kind', 'chain', '--amount', '20btc', '--dir', nodes[0]!.dir)).name, 'insufficient-coins')
  })

  it('a node whose folder is lost comes back from its words and its backup, and its money with it', async () => {
    const { nodes, client, wallet, pay, mine } = await up('--nodes', '2', '--kind', 'chain')
    await pay(1, 0, '12345sat')
    const lost = nodes[0]!
    const [channel, before] = [await settled(net!, 0), (await wallet(0)).total]
    const kept = join(root, 'kept')
    await (await client(0)).call('backup.export', { file: kept })
    assert.equal((await (await client(0)).call('backup.verify', { file: kept })).channels, 1)
    const config = JSON.parse(await readFile(join(lost.dir, 'config.json'), 'utf8')) as NodeConfig
    const words = join(root, 'words.json')
    await copyFile(join(lost.dir, 'phrase.json'), words)
    await amikoJson('stop', '--dir', lost.dir)
    await rm(lost.dir, { recursive: true })

    const made = await restoredFolder(lost.dir, config, words)
    assert.equal(made.peerId, lost.peerId)
    const back: Staying<unknown> = await staying('start', '--dir', lost.dir)
    try {
      const restored = await eventually(async () => await amiko('backup', 'restore', kept, '--dir', lost.dir, '--json'), ({ code }) => code === 0)
      assert.equal((JSON.parse(restored.out) as { channels: number }).channels, 1)
      // The peer is asked, and publishes its state: ours is in a static output, and the coins of the wallet are found again.
      const wanted = before + BigInt(channel.owedToUs) / 1_000n
      const found = await eventually(async () => { await mine(1); return (await wallet(0)).total }, (total) => total > wanted - FEES_SAT_MAX)
      assert.ok(found <= wanted, `${found} of ${wanted}`)
    } finally {
      back.child.kill('SIGTERM')
      await back.exit
    }
  })

  it('a node of which only the words are left has the coins of its wallet again; its channels need the backup', async () => {
    const { nodes, wallet, enforced, mine } = await up('--nodes', '2', '--kind', 'chain')
    await mine(1)
    const lost = nodes[0]!
    const before = await eventually(async () => await wallet(0), ({ waiting }) => waiting === 0n)
    const config = JSON.parse(await readFile(join(lost.dir, 'config.json'), 'utf8')) as NodeConfig
    const words = join(root, 'words.json')
    await copyFile(join(lost.dir, 'phrase.json'), words)
    await amikoJson('stop', '--dir', lost.dir)
    await rm(lost.dir, { recursive: true })
    await restoredFolder(lost.dir, config, words)
    const back: Staying<unknown> = await staying('start', '--dir', lost.dir)
    try {
      await eventually(async () => await amiko('wallet', 'rescan', '--dir', lost.dir), ({ code }) => code === 0)
      const found = await eventually(async () => (await amikoJson<{ balances: ReadonlyArray<{ total: string, scanning: number }> }>('wallet', 'balance', '--dir', lost.dir)).balances[0]!, ({ total, scanning }) => scanning === 0 && total !== '0')
      assert.equal(BigInt(found.total) / 1_000n, before.total)
      assert.deepEqual(await enforced(0), [])
      const refused = await amikoError('backup', 'restore', join(root, 'no-backup'), '--dir', lost.dir)
      assert.equal(refused.name, 'not-found')
    } finally {
      back.child.kill('SIGTERM')
      await back.exit
    }
  })
})

for (const chain of ['bitcoin', 'litecoin'] as const) {
  describeRealChain(chain, () => {
    describe(`enforced channels of processes, on a real ${chain} node`, function () {
      this.timeout(TEST_MS)
      inFolder()

      it('pay, close with the peer and without it, and every satoshi is in a wallet again', async () => { await paysAndEnds(REAL[chain]) })

      it('funded by both ends they pay, close with the peer and without it, and every satoshi is in a wallet again [ENF-25] [ENF-28]', async () => { await paysAndEnds(REAL[chain], 100_000n) })
    })
  })
}

describe('network up, a chain that this machine does not have', () => {
  inFolder()

  it('says what to install, before anything is made', async () => {
    const [path, home] = [process.env['AMIKO_BITCOIND'], join(root, 'net')]
    process.env['AMIKO_BITCOIND'] = join(root, 'no-such-program')
    try {
      const { name, message } = await amikoError('network', 'up', '--dir', home, '--chain', 'bitcoind')
      assert.deepEqual([name, /AMIKO_BITCOIND names .*no program/.test(message)], ['bad-request', true])
    } finally {
      if (path === undefined) delete process.env['AMIKO_BITCOIND']
      else process.env['AMIKO_BITCOIND'] = path
    }
  })
})
