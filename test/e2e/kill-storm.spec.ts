import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { randomOf, type Random } from '../../simulations/harness/random.js'
import { assertAgreement, startStorm, whatIsLeft, type Storm } from './storm.js'

/** How many processes are killed; the long run sets 1,000. */
const KILLS = Number(process.env['AMIKO_KILLS'] ?? 50)
const SEED = BigInt(process.env['AMIKO_STORM_SEED'] ?? 1)
/** Payments under way at any time. */
const AT_ONCE = 6
/** So many kill side by side, since a start takes longer than all pauses: while one process starts, others die. */
const KILLERS = 2
/** Longest pauses between kills, and before a killed process starts again, drawn from the seed. */
const PAUSE_MS = 600
const DOWN_MS = 400
/** A lock may be left so long after the last start, not longer. */
const REST_MS = 60_000

/** Five nodes in a ring, so that there are two ways between any two. */
const RING = ['a,b', 'b,c', 'c,d', 'd,e', 'e,a'].map((pair) => `${pair},1000000,1000000`).join('\n')

/** Kills until all kills are done and every process runs again. */
async function killOnAndOn (storm: Storm, random: Random): Promise<void> {
  const up = new Set(storm.names)
  let left = KILLS
  const killer = async (random: Random): Promise<void> => {
    while (left > 0) {
      await delay(random.below(PAUSE_MS))
      // Now and then two at once, also two that share a line.
      const victims = random.shuffled([...up]).slice(0, Math.min(left, random.chance(0.2) ? 2 : 1))
      left -= victims.length
      for (const name of victims) up.delete(name)
      await Promise.all(victims.map(async (name) => {
        await storm.kill(name)
        await delay(random.below(DOWN_MS))
        await storm.start(name)
        up.add(name)
      }))
    }
  }
  await Promise.all(Array.from({ length: KILLERS }, async (_, at) => { await killer(random.fork(`killer ${at}`)) }))
}

describe(`five processes in a ring, killed ${KILLS} times while they pay each other (seed ${SEED})`, function () {
  this.timeout(600_000 + KILLS * 20_000)
  let root: string
  let storm: Storm

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'amiko-storm-'))
    storm = await startStorm(root, RING)
  })
  after(async () => {
    await storm?.stop()
    await rm(root, { recursive: true, force: true })
  })

  it('lose nothing and hold nothing back [I4, I14, I18, I27, V17]', async () => {
    const random = randomOf(SEED, '/storm')
    const stopPaying = storm.payOnAndOn(random.fork('payments'), AT_ONCE)
    try {
      await killOnAndOn(storm, random)
    } finally {
      await stopPaying()
    }
    assert.deepEqual(await whatIsLeft(storm, REST_MS), [], `${REST_MS} ms after the last start`)
    const { paid, failed } = await assertAgreement(storm)
    assert.ok(paid > KILLS / 5, `${paid} paid, ${failed} failed: a storm without payments says nothing`)
  })

  it('pay over each line, both ways, when it is over [I19]', async () => {
    for (const { a, b } of storm.file.links) {
      await storm.pay(a, b, 1)
      await storm.pay(b, a, 1)
    }
    assert.deepEqual(await whatIsLeft(storm, REST_MS), [])
    await assertAgreement(storm)
  })
})
