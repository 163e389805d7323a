import assert from 'node:assert/strict'
import { randomOf } from '../../simulations/harness/random.js'
import { mutated, varintOf } from './mutate.js'
import { fuzz, type FuzzTarget } from './target.js'
import { TARGETS } from './targets.js'

/** Executions of each target (a slow one gets a part of them, see `oneOf`). AMIKO_FUZZ_RUNS sets another number. */
const RUNS = Number(process.env['AMIKO_FUZZ_RUNS'] ?? 20_000)
/** AMIKO_FUZZ_SEED repeats a run, and another number makes another one. */
const SEED = BigInt(process.env['AMIKO_FUZZ_SEED'] ?? 1)

const told = (thrown: unknown): string => thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown)

describe('decoders, on what no honest program wrote', function () {
  this.timeout(3_600_000)
  for (const target of TARGETS) {
    const runs = Math.ceil(RUNS / (target.oneOf ?? 1))
    it(`${target.name}: any input gives a value or an error of its own type; what is read is written and read as the same [I25, V20]`, async () => {
      const { finding, values, refused } = await fuzz(target, randomOf(SEED, `/${target.name}`), runs)
      if (finding !== undefined) assert.fail(`${target.name}, seed ${SEED}, on ${finding.input}:\n${told(finding.error.thrown)}`)
      assert.ok(values > 0 && refused > 0, `${values} values, ${refused} refused: the inputs say nothing`)
    })
  }
})

describe('fuzzing itself', () => {
  it('makes the same inputs of the same seed', () => {
    const inputs = (): string[] => {
      const random = randomOf(7n)
      return Array.from({ length: 200 }, () => Buffer.from(mutated(Uint8Array.of(8, 1, 18, 3, 8, 1, 2), random, [])).toString('hex'))
    }
    assert.deepEqual(inputs(), inputs())
    assert.ok(new Set(inputs()).size > 150)
  })

  it('finds a decoder that throws, one that reads what it does not write, and one that keeps too much', async () => {
    const broken = async (check: FuzzTarget['check']): Promise<unknown> => (await fuzz({ name: 'broken', seeds: () => [Uint8Array.of(1, 2, 3, 4)], check }, randomOf(1n), 5_000)).finding?.error.thrown
    assert.match(String(await broken((input) => { if (input[1] === 0x80) throw new TypeError('oh'); return 'value' })), /oh/)
    assert.equal(await broken(() => 'value'), undefined)
  })

  it('writes numbers of variable length as protobuf does', () => {
    assert.deepEqual([...varintOf(300n)], [0xac, 0x02])
    assert.equal(varintOf((1n << 64n) - 1n).length, 10)
  })
})
