import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AmikoError } from '../../../../src/core/base/errors.js'
import { planNetwork, type NetworkPlan, type PlanOptions } from '../../../../src/cli/process/network/up.js'

const OPTIONS: PlanOptions = { nodes: 3, topology: 'line', kind: 'chain', chain: 'embedded', capacity: 200_000n, meetingPoints: [], seed: 1 }
const plan = async (more: Partial<PlanOptions>): Promise<NetworkPlan> => await planNetwork({ ...OPTIONS, ...more })
const refusesWith = async (words: RegExp, more: Partial<PlanOptions>): Promise<void> => {
  await assert.rejects(plan(more), (error: unknown) => error instanceof AmikoError && error.name === 'bad-request' && words.test(error.message))
}

describe('network up, what the second end of a channel puts in', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'amiko-plan-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })
  const topologyOf = async (...lines: readonly string[]): Promise<string> => {
    const path = join(dir, 'village.csv')
    await writeFile(path, lines.join('\n'))
    return path
  }

  it('is nothing when it is left out', async () => {
    assert.equal((await plan({})).theirSat, undefined)
  })

  it('is at most what it begins with, and the channel can still be made when it is just that', async () => {
    assert.equal((await plan({ theirSat: 200_000n })).theirSat, 200_000n)
    await refusesWith(/n1 can put at most 200000sat into its channel with n0.* asks for 200001sat/, { theirSat: 200_001n })
  })

  it('is at most half of the channel, whatever it begins with', async () => {
    const topology = await topologyOf('a,b,50001,150000')
    assert.equal((await plan({ topology, theirSat: 100_000n })).theirSat, 100_000n)
    await refusesWith(/b can put at most 100000sat/, { topology, theirSat: 100_001n })
  })

  it('is at least what a peer may be asked for [ENF-25]', async () => {
    assert.equal((await plan({ theirSat: 10_000n })).theirSat, 10_000n)
    await refusesWith(/at least 10000sat, not 9999sat/, { theirSat: 9_999n })
  })

  it('asks only the channels that the chain enforces', async () => {
    const topology = await topologyOf('a,b,50000,50000', 'b,c,50000,0')
    assert.equal((await plan({ topology, kind: 'mixed', theirSat: 50_000n })).theirSat, 50_000n)
    await refusesWith(/c can put at most 0sat/, { topology, theirSat: 50_000n })
    await refusesWith(/this network has none: give --kind/, { kind: 'trust-line', theirSat: 50_000n })
  })

  it('goes from one node into no more channels at once than a node contributes to [ENF-29]', async () => {
    const links = (count: number): string[] => Array.from({ length: count }, (_one, at) => `n${at},hub,50000,50000`)
    assert.equal((await plan({ topology: await topologyOf(...links(8)), theirSat: 20_000n })).topology.links.length, 8)
    await refusesWith(/let hub put coins into more than 8 channels at once/, { topology: await topologyOf(...links(9)), theirSat: 20_000n })
  })
})
