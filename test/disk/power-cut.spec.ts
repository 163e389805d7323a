import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryNetwork } from '../../src/adapters/memory/mesh.js'
import { memoryStore } from '../../src/adapters/memory/store.js'
import { levelStore } from '../../src/adapters/level/store.js'
import { randomOf, type Random } from '../../simulations/harness/random.js'
import { assertAgree, beginPayment, isQuiet, joinLiveNodes, knowTheWay, startLiveNode, until, type Begun, type LiveNode } from './live-nodes.js'
import { machineStore, watchSync } from './power-cut.js'

/** Power cuts; the long run sets 500. */
const CUTS = Number(process.env['AMIKO_POWER_CUTS'] ?? 20)
const SEED = BigInt(process.env['AMIKO_STORM_SEED'] ?? 1)
/** Payments under way, and batches after which the power goes, drawn from the seed. */
const PAYMENTS = 6
const BATCHES_MAX = 14

describe(`two nodes, one of them on a machine whose power is cut ${CUTS} times (seed ${SEED})`, function () {
  this.timeout(60_000 + CUTS * 20_000)
  let root: string
  let stopWatching: () => void
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'amiko-power-'))
    stopWatching = watchSync()
  })
  after(async () => {
    stopWatching()
    await rm(root, { recursive: true, force: true })
  })

  it('agree after the restart on what the disk held: nothing that was told is lost [I13, I14, V17]', async () => {
    const random = randomOf(SEED, '/power')
    let paid = 0
    for (let i = 0; i < CUTS; i++) paid += await cutOnce(join(root, `machine-${i}`), random.fork(`cut ${i}`))
    assert.ok(paid >= CUTS, `${paid} payments in ${CUTS} runs`)
  })
})

/** Pays both ways, cuts the power of one node at a moment, starts it from what its disk held, and compares. Gives the payments made. */
async function cutOnce (dir: string, random: Random): Promise<number> {
  const network = memoryNetwork()
  const victim = random.pick(['a', 'b'])
  const store = machineStore(dir)
  const nodes: Record<string, LiveNode> = {}
  for (const name of ['a', 'b']) nodes[name] = await startLiveNode(name, network, name === victim ? store : memoryStore())
  await joinLiveNodes(nodes['a']!, nodes['b']!)
  const moment = store.durable() + random.between(1, BATCHES_MAX)
  const image = `${dir}-image`
  const dark = new Promise<undefined>((resolve) => {
    store.onBatch = async (number) => {
      if (number !== moment) return
      store.cut()
      await store.imageTo(image, random)
      resolve(undefined)
    }
  })
  const begun: Begun[] = []
  const ends = Array.from({ length: PAYMENTS }, async (_, i) => {
    const [payer, payee] = i % 2 === 0 ? ['a', 'b'] as const : ['b', 'a'] as const
    const one = await beginPayment(nodes, payer, payee, BigInt(1_000 * (i + 1)))
    if (one !== undefined) begun.push(one)
    await one?.ended
  })
  // Payments that a dead machine was to answer never end here.
  const wasCut = await Promise.race([Promise.all(ends).then(() => 'paid' as const), dark]) === undefined
  if (!wasCut) {
    store.cut()
    await store.imageTo(image, random)
  }
  await nodes[victim]!.stop()
  nodes[victim] = await startLiveNode(victim, network, levelStore(image))
  await knowTheWay(nodes['a']!)
  await until('both are at rest', () => network.waiting === 0 && isQuiet(Object.values(nodes)))
  assertAgree(nodes, begun)
  const after = await beginPayment(nodes, 'a', 'b', 500n)
  assert.ok(after !== undefined)
  await after.ended
  await until('both are at rest again', () => network.waiting === 0 && isQuiet(Object.values(nodes)))
  const paid = assertAgree(nodes, [...begun, after])
  for (const node of Object.values(nodes)) await node.stop()
  await rm(image, { recursive: true, force: true })
  await rm(dir, { recursive: true, force: true })
  return paid
}
