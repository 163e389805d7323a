import assert from 'node:assert/strict'
import { recordOf, recovered } from '../../simulations/harness/virtual-store.js'
import { createWorld } from '../../simulations/harness/world.js'
import { complaint, run } from '../../simulations/run.js'
import { TORN_FLOWS, TORN_WRITES, TORN_WRITES_MAX, tornCase } from '../../simulations/scenarios/torn-writes.js'

const CASES_PER_WRITE = TORN_FLOWS.length * 3 * 3
const SEEDS = Array.from({ length: CASES_PER_WRITE * (TORN_WRITES_MAX + 1) }, (_, index) => BigInt(index))
const BATCH = [{ key: 'channel/a', value: Uint8Array.of(1, 2, 3) }, { key: 'lock/b', value: undefined }, { key: 'lock/c', value: new Uint8Array(300).fill(7) }]

describe('simulations, a crash at every write', () => {
  for (const [index, flow] of TORN_FLOWS.entries()) {
    it(`leaves everything whole, the batch not begun, torn, or written and not told: ${flow.name} (I13, I14)`, async function () {
      this.timeout(300_000)
      const reached = new Map<number, number>()
      // A node whose writes have come to an end in this flow has no later ones.
      const over = new Set<string>()
      for (const seed of SEEDS) {
        const { flow: at, node, fate, write } = tornCase(seed)
        if (at !== index || over.has(`${node} ${fate}`)) continue
        const report = await run(TORN_WRITES, { seed })
        assert.equal(complaint(report), '')
        if (report.figures['reached'] === true) reached.set(node, Math.max(reached.get(node) ?? 0, write + 1))
        else over.add(`${node} ${fate}`)
      }
      const writes = [...reached.values()]
      assert(writes.length >= 2 && writes.every((count) => count >= 2 && count <= TORN_WRITES_MAX), `writes of the nodes: ${writes.join(', ')}`)
      console.log(`        writes of the nodes: ${writes.join(', ')}`)
    })
  }

  it('breaks something when a log believes what is left of a torn batch', async function () {
    this.timeout(300_000)
    const broken = new Set<string>()
    for (const seed of SEEDS.slice(0, CASES_PER_WRITE * 8)) {
      const { fate, flow } = tornCase(seed)
      if (fate !== 'torn' || flow === 0 || flow === 3) continue
      const world = createWorld({ ...TORN_WRITES.world({ seed }), seed })
      for (const { disk } of world.nodes) disk.checksums = false
      await TORN_WRITES.run(world, { seed }).catch((error: unknown) => { world.violate({ invariant: 'no-bug', detail: String(error) }) })
      for (const { invariant } of world.violations) broken.add(invariant)
      await world.stop()
      if (broken.size > 0) break
    }
    assert(broken.size > 0)
  })
})

describe('virtual store, the log', () => {
  it('gives back a record that is whole', () => {
    assert.deepEqual(recovered(recordOf(BATCH), true), BATCH)
  })
  it('gives nothing of a record that is torn at any byte, or has a wrong one', () => {
    const record = recordOf(BATCH)
    for (let length = 0; length < record.length; length++) assert.deepEqual(recovered(record.subarray(0, length), true), [], `${length} bytes`)
    for (let at = 0; at < record.length; at++) {
      const wrong = Uint8Array.from(record)
      wrong[at]! ^= 1
      assert.deepEqual(recovered(wrong, true), [], `byte ${at}`)
    }
  })
  it('gives the entries that are whole when checksums are not looked at', () => {
    const record = recordOf(BATCH)
    assert.deepEqual(recovered(record.subarray(0, record.length - 1), false), BATCH.slice(0, 2))
  })
})
