import assert from 'node:assert/strict'
import { memoryNetwork } from '../../src/adapters/memory/mesh.js'
import { memoryDisk, memoryStore } from '../../src/adapters/memory/store.js'
import { AmikoError } from '../../src/core/base/errors.js'
import { faultyStore, type DiskFault } from './faulty-store.js'
import { assertAgree, beginPayment, isQuiet, joinLiveNodes, knowTheWay, startLiveNode, until, type Begun, type LiveNode } from './live-nodes.js'

/** Payments under way while the disk fails. */
const PAYMENTS = 6
/** Writes after the network is made, at which the disk fails: each is another moment of a round or of a payment. */
const MOMENTS = [1, 2, 3, 5, 8]

describe('a node whose disk fails (S26)', function () {
  this.timeout(120_000)
  for (const code of ['ENOSPC', 'EIO', 'EROFS'] as const) {
    for (const victim of ['a', 'b']) {
      it(`${code} at ${victim}: it freezes, tells nothing that was not stored, and goes on when the disk is mended`, async () => {
        for (const moment of MOMENTS) await fails(victim, { code, atWrite: moment, wasWritten: code === 'EIO' && moment % 2 === 0 })
      })
    }
  }
})

async function fails (victim: string, fault: DiskFault): Promise<void> {
  const network = memoryNetwork()
  const disks = { a: memoryDisk(), b: memoryDisk() }
  const nodes: Record<string, LiveNode> = {}
  for (const name of ['a', 'b'] as const) nodes[name] = await startLiveNode(name, network, memoryStore(disks[name]))
  await joinLiveNodes(nodes['a']!, nodes['b']!)
  await nodes[victim]!.stop()
  // The same folder on a disk that will fail.
  const store = faultyStore(memoryStore(disks[victim as 'a' | 'b']), fault)
  nodes[victim] = await startLiveNode(victim, network, store)
  await knowTheWay(nodes['a']!)

  const begun: Begun[] = []
  const failed = nodes[victim].failed.then(() => undefined)
  const other = victim === 'a' ? 'b' : 'a'
  const invoices = Array.from({ length: PAYMENTS }, async (_, i) => {
    const [payer, payee] = i % 2 === 0 ? ['a', 'b'] as const : ['b', 'a'] as const
    const one = await Promise.race([beginPayment(nodes, payer, payee, BigInt(1_000 * (i + 1))), failed])
    if (one !== undefined) begun.push(one)
  })
  await Promise.all(invoices)
  const answers = begun.map(({ ended }) => ended.catch(() => undefined))
  await Promise.race([Promise.all(answers), failed])
  const broken = nodes[victim]
  if (store.writes() >= fault.atWrite) {
    await until('the error is told', () => broken.fatal.length > 0)
    assert.equal(broken.fatal.length, 1)
    assert.ok(broken.fatal[0] instanceof AmikoError && broken.fatal[0].name === 'store-failed' && broken.fatal[0].message.includes(fault.code), String(broken.fatal[0]))
    // Frozen: whatever comes, nothing leaves and nothing is written any more.
    const [revealed, writes] = [broken.revealed(), store.writes()]
    network.cut(broken.peer, nodes[other]!.peer)
    await until('the other end has connected again', () => network.waiting === 0)
    assert.ok('refused' in (await broken.ask({ type: 'meetingPoint.host' }) as object), 'requests are refused')
    assert.deepEqual([broken.revealed(), store.writes()], [revealed, writes], 'nothing but refusals left')
  }
  await broken.stop()
  nodes[victim] = await startLiveNode(victim, network, memoryStore(disks[victim as 'a' | 'b']))
  await until('both are at rest', () => network.waiting === 0 && isQuiet(Object.values(nodes)))
  await knowTheWay(nodes['a']!)
  assertAgree(nodes, begun)
  const after = await beginPayment(nodes, 'a', 'b', 500n)
  await after!.ended
  await until('both are at rest again', () => network.waiting === 0 && isQuiet(Object.values(nodes)))
  assert.ok(assertAgree(nodes, [...begun, after!]) >= 1, 'a payment passes after the disk was mended')
  for (const node of Object.values(nodes)) await node.stop()
}
