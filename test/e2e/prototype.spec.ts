import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ResultOf } from '../../src/api/methods/methods.js'
import { connectTo } from '../../src/cli/connection.js'
import { amiko, amikoError, amikoJson, until } from './run-amiko.js'

/**
 * The first prototype's scenarios P1, P2, P4 and P9 with real processes: twelve nodes and eleven lines of 1000 sat each
 * way; the simulator runs all nine. Fees are off, as there.
 */

const LINES = ['0,1', '1,2', '2,3', '2,4', '2,8', '8,9', '4,5', '5,6', '5,7', '5,10', '10,11']
const AMOUNT = 123_000n

interface Up { readonly nodes: ReadonlyArray<{ readonly name: string, readonly peerId: string, readonly dir: string, readonly pid: number }> }

const topology = (lines: readonly string[]): string =>
  'node_a,node_b,capacity_ab,capacity_ba\n' + lines.map((line) => line.split(',').map((node) => `n${node}`).join(',') + ',1000,1000\n').join('')

async function network (root: string, lines: readonly string[], meetingPoint: string): Promise<Up> {
  const file = join(root, 'topology.csv')
  await writeFile(file, topology(lines))
  return await amikoJson<Up>('network', 'up', '--dir', join(root, 'net'), '--topology', file, '--meeting-point', meetingPoint, '--chain', 'none', '--detach')
}

/** What is looked at again and again is asked of the node itself: a command would start a process each time. */
const channelsOf = async (dir: string): Promise<ResultOf<'channel.list'>['channels']> => (await (await connectTo({ dir })).call('channel.list')).channels

/** K2, K3, K4: what each node's lines say when no lock is left anywhere, and that both ends say the same. */
async function totals (up: Up): Promise<Readonly<Record<string, bigint>>> {
  const sums: Record<string, bigint> = {}
  const ends = new Map<string, bigint[]>()
  for (const { name, dir } of up.nodes) {
    const channels = await until(async () => await channelsOf(dir), (all) => all.every(({ locks }) => locks.length === 0))
    sums[name] = channels.reduce((sum, { owedToUs }) => sum + BigInt(owedToUs), 0n)
    for (const { id, owedToUs } of channels) ends.set(id, [...ends.get(id) ?? [], BigInt(owedToUs)])
  }
  for (const [id, [a, b]] of ends) assert.equal(a! + (b ?? 0n), 0n, `both ends of ${id} agree`)
  return sums
}

const changed = (before: Readonly<Record<string, bigint>>, after: Readonly<Record<string, bigint>>): Record<string, bigint> =>
  Object.fromEntries(Object.keys(after).map((name) => [name, after[name]! - before[name]!] as const).filter(([, change]) => change !== 0n))

describe('twelve processes as in the first prototype', function () {
  this.timeout(480_000)
  let root: string
  let up: Up
  const dirOf = (name: string): string => up.nodes.find((node) => node.name === name)!.dir
  const invoice = async (): Promise<{ invoice: string, id: string }> =>
    await amikoJson('invoice', 'create', '--dir', dirOf('n7'), '--amount', '123sat', '--description', 'receipt')

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'amiko-p-'))
    up = await network(root, LINES, 'n4')
  })
  after(async () => {
    await amiko('network', 'down', '--dir', join(root, 'net'))
    await rm(root, { recursive: true, force: true })
  })

  it('P2, no route on the payer\'s side: without the line from 2 to 4 refused, and nothing moved', async () => {
    const [two, four] = ['n2', 'n4'].map((name) => up.nodes.find((node) => node.name === name)!)
    await amikoJson('channel', 'close', four!.peerId, '--dir', two!.dir)
    const before = await totals(up)
    const { invoice: text } = await invoice()
    const { code, name } = await amikoError('pay', text, '--dir', dirOf('n0'), '--timeout', '10s')
    assert.deepEqual([code, name], [1, 'no-route'])
    assert.deepEqual(changed(before, await totals(up)), {})
    await amikoJson('channel', 'open', four!.peerId, '--dir', two!.dir, '--kind', 'trust-line', '--limit', '1000sat', '--amount', '1000sat')
    const asked = await connectTo({ dir: dirOf('n0') })
    await until(async () => await asked.call('meetingPoint.list'), ({ meetingPoints }) => meetingPoints.some(({ hops }) => hops !== undefined))
  })

  it('P1, success: the payee has 123 sat more, the payer 123 less, everybody else what they had [K1 to K5]', async () => {
    const before = await totals(up)
    const { invoice: text, id } = await invoice()
    const paid = await amikoJson<{ status: string, amount: string, fee: string, proof: string }>('pay', text, '--dir', dirOf('n0'))
    assert.deepEqual([paid.status, paid.amount, paid.fee, paid.proof.length], ['paid', String(AMOUNT), '0', 64])
    assert.deepEqual(changed(before, await totals(up)), { n0: -AMOUNT, n7: AMOUNT })
    const { payments } = await amikoJson<{ payments: Array<{ status: string, description: string, proof: string }> }>('payment', 'list', '--dir', dirOf('n0'))
    assert.deepEqual(payments.filter(({ status }) => status === 'paid').map(({ description, proof }) => [description, proof]), [['receipt', paid.proof]])
    const shown = await until(async () => await amikoJson<{ status: string, received: string }>('invoice', 'show', id, '--dir', dirOf('n7')), ({ status }) => status === 'paid')
    assert.equal(shown.received, String(AMOUNT))
  })

  it('P4, route time-out on the payer\'s side: refused when the time is over, and nothing moved', async () => {
    const before = await totals(up)
    const silent = up.nodes.find(({ name }) => name === 'n2')!
    // A process that stands still answers no MakeRoute, and its connections stay. It stands still before there is an
    // invoice: a payee's half that had passed it could let the payer lock, and then the outcome would be open.
    process.kill(silent.pid, 'SIGSTOP')
    let text = ''
    try {
      text = (await invoice()).invoice
      const { code, name } = await amikoError('pay', text, '--dir', dirOf('n0'), '--timeout', '4s')
      // A meeting point on this side of the silent node may say in time that nobody comes.
      assert.equal(code, 1)
      assert.match(String(name), /^(timed-out|no-route)$/)
    } finally {
      process.kill(silent.pid, 'SIGCONT')
    }
    assert.deepEqual(changed(before, await totals(up)), {})
    const { status } = await amikoJson<{ status: string }>('pay', text, '--dir', dirOf('n0'), '--timeout', '60s')
    assert.equal(status, 'paid', 'the same invoice is paid when the node goes on')
  })
})

describe('two processes as in the first prototype', function () {
  this.timeout(240_000)

  it('P9: 877 sat can be sent on, 1123 received, and both ends hold the same state', async () => {
    const root = await mkdtemp(join(tmpdir(), 'amiko-p9-'))
    try {
      const up = await network(root, ['0,1'], 'n1')
      const [payer, payee] = [up.nodes[0]!, up.nodes[1]!]
      const { invoice } = await amikoJson<{ invoice: string }>('invoice', 'create', '--dir', payee.dir, '--amount', '123sat', '--description', 'receipt')
      await amikoJson('pay', invoice, '--dir', payer.dir)
      assert.deepEqual(await totals(up), { n0: -AMOUNT, n1: AMOUNT })
      interface Ends { readonly channels: ReadonlyArray<{ readonly canSend: string, readonly canReceive: string, readonly round: number }> }
      const [[atPayer], [atPayee]] = [(await amikoJson<Ends>('channel', 'list', '--dir', payer.dir)).channels, (await amikoJson<Ends>('channel', 'list', '--dir', payee.dir)).channels]
      assert.deepEqual([atPayer!.canSend, atPayer!.canReceive], ['877000', '1123000'])
      assert.deepEqual([atPayee!.canSend, atPayee!.canReceive, atPayee!.round], ['1123000', '877000', atPayer!.round])
    } finally {
      await amiko('network', 'down', '--dir', join(root, 'net'))
      await rm(root, { recursive: true, force: true })
    }
  })
})
