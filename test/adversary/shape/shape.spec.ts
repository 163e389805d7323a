import assert from 'node:assert/strict'
import { measure, type Advantage, type Kind } from './shape-score.js'
import { liveThrough, type Shape } from './shape-world.js'
import type { Leaks } from './shape-attacker.js'
import type { PacingProfile } from '../../../src/core/routing/pacing.js'

/** Networks of each pacing: more with `AMIKO_SHAPES`, and then of 30 to 60 nodes and of both pacings. */
const COUNT = Number(process.env['AMIKO_SHAPES'] ?? 4)
const LONG = process.env['AMIKO_SHAPES'] !== undefined
const PACINGS: readonly PacingProfile[] = LONG ? ['world', 'private'] : ['world']
/** A mean further from chance than this many of its standard errors is no chance. */
const ERRORS_MAX = 3

const said = (name: string, kind: Kind, { mean, error, networks }: Advantage): string => `${name} of pairs with ${kind} of the attacker's neighbours: ${mean.toFixed(3)} ± ${error.toFixed(3)} over ${networks} networks`
const isChance = ({ mean, error }: Advantage): boolean => Math.abs(mean - 0.5) <= ERRORS_MAX * error + 1e-9
const isGain = ({ mean, error }: Advantage): boolean => mean - 0.5 > ERRORS_MAX * error + 1e-9

for (const pacing of PACINGS) {
  describe(`shape of a network of ${pacing} pacing, guessed by each of its nodes`, function () {
    this.timeout(LONG ? 7_200_000 : 600_000)
    const shapes: Shape[] = []
    before(async () => {
      for (let seed = 1; seed <= COUNT; seed++) {
        // In some of the many, only every second node stands for election.
        shapes.push(await liveThrough({ seed: BigInt(seed), nodes: LONG ? 30 + seed * 7 % 31 : 30, pacing, rounds: LONG ? 4 : 2, volunteers: LONG && seed % 3 === 0 ? 0.5 : 1 }))
      }
    })

    const measured = new Map<string, ReturnType<typeof measure>>()
    const gains = (leaks: Leaks): ReturnType<typeof measure> => {
      const key = Object.keys(leaks).join()
      const known = measured.get(key) ?? measure(shapes, pacing, leaks)
      measured.set(key, known)
      return known
    }
    const found = (leaks: Leaks, strategy: string, kind: Kind): Advantage => {
      const advantage = gains(leaks).get(strategy)?.[kind]
      assert.ok(advantage !== undefined, `${strategy} of ${kind} was measured`)
      return advantage
    }
    const assertFound = (leaks: Leaks, strategy: string, kind: Kind): void => {
      const advantage = found(leaks, strategy, kind)
      assert.ok(isGain(advantage), said(strategy, kind, advantage))
    }

    it('lived: there were payments, and hints changed', () => {
      for (const { paid, heard, published } of shapes) {
        assert.ok(paid > 0 && published.length > 0)
        assert.ok(heard.every((of) => of.some(({ message: { message } }) => message.type === 'hints')))
      }
    })

    it('is not found where the attacker has no links of its own: no strategy does better than chance [HINT-21] [HINT-22]', () => {
      for (const [strategy, of] of gains({})) {
        for (const kind of ['one', 'none'] as const) assert.ok(of[kind] !== undefined && isChance(of[kind]), said(strategy, kind, of[kind]!))
      }
    })

    it('is not told by names, keys or attestations between its own neighbours either [HINT-22]', () => {
      for (const strategy of ['names', 'attesters'] as const) {
        const advantage = found({}, strategy, 'both')
        assert.ok(isChance(advantage), said(strategy, 'both', advantage))
      }
    })

    describe('is found', () => {
      // The limit of distance vectors, said in protocols/hints under "Security and privacy".
      it('between its own neighbours, by the distances that they say', () => { assertFound({}, 'distances', 'both') })
      it('when publishers sign envelopes with their node keys [HINT-21]', () => {
        assertFound({ envelopes: true }, 'roles', 'one')
        assertFound({ envelopes: true }, 'roles', 'none')
      })
      it('when neighbours attest with their node keys [HINT-22]', () => {
        assertFound({ namedAttesters: true }, 'attesters', 'one')
        assertFound({ namedAttesters: true }, 'attesters', 'none')
      })
      it('when hints name the peer whose claim they rest on', () => { assertFound({ nextHops: true }, 'nextHops', 'one') })
      // The limit of invoices: they list what is near. Said in protocols/invoice.
      it('by whoever knows whose invoices it holds, from many of each payee', () => { assertFound({ invoices: true }, 'invoices', 'one') })
    })

    if (LONG) {
      after(() => {
        for (const leaks of [{}, { envelopes: true }, { namedAttesters: true }, { nextHops: true }, { invoices: true }]) {
          console.log(`      ${pacing} ${Object.keys(leaks).join()}`)
          for (const [strategy, of] of gains(leaks)) for (const kind of ['both', 'one', 'none'] as const) if (of[kind] !== undefined) console.log(`      ${said(strategy, kind, of[kind])}`)
        }
      })
    }
  })
}
