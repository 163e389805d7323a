import assert from 'node:assert/strict'
import { asUnits } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import { openEnforced } from '../../src/core/channel/channel.js'
import { chainOf, enforcedOf, FUNDING_SAT, twoChainEnds } from '../core/channel/enforced/open-channel.js'
import { ASSET } from '../core/channel/two-ends.js'
import { run, type Place, type Scenario } from './chain-scenarios.js'
import { closedTogether, feeSpike, reorganised, stale } from './chain-troubles.js'

const PLACES = [{ format: 'v3-zero-fee', chain: 'bitcoin' }, { format: 'v2-fee', chain: 'bitcoin' }, { format: 'v2-fee', chain: 'litecoin' }] as const

const many = (scenario: Scenario, place: Omit<Place, 'seed'>, seeds: readonly number[]): void => { for (const seed of seeds) run(scenario, { ...place, seed }) }

for (const place of PLACES) {
  describe(`a ${place.format} channel on ${place.chain}`, function () {
    this.timeout(180_000)
    it('after a reorganisation of its funding: frozen as long as that is gone, then used again (S10)', () => { many(reorganised, place, [0, 3]) })
    it('after a reorganisation of its commitment, of claims, or of the penalty: the same sums (S10)', () => { many(reorganised, place, [7, 10, 14, 17, 20, 23]) })
    it('whose one end is restored from an old backup: nothing of it is published, both get what is theirs (S12)', () => { many(stale, place, [0, 1]) })
    it('that is closed together, whatever goes wrong: one transaction confirms, the sums are right (S23)', () => { many(closedTogether, place, [0, 1, 2, 3, 4]) })
    it('when blocks are full at 200 satoshi a byte: commitment and locks are confirmed in time (S19)', () => { many(feeSpike, place, [0]) })
  })
}

describe('a backend that does not take zero-fee packages', function () {
  this.timeout(180_000)
  it('gets no v3 channel: it is refused in clear words, and v2-fee is offered (S21)', () => {
    const { alice, bob } = twoChainEnds()
    for (const end of [alice, bob]) {
      end.chain = { ...chainOf(end.name), terms: () => ({ clock: 'bitcoin', formats: ['v2-fee'], confirmations: 3 }) }
      end.reload()
    }
    const open = (more: object): ReturnType<typeof openEnforced> => alice.step((host) => openEnforced(host, { peer: bob.self, asset: ASSET, fundingSat: FUNDING_SAT, push: asUnits(0n), ...more }))
    const refused = open({ format: 'v3-zero-fee' })
    assert(isRefusal(refused))
    assert.match(JSON.stringify(refused), /does not take channels of the format v3-zero-fee/)
    const id = open({})
    assert(!isRefusal(id))
    assert.equal(enforcedOf(alice, id).terms.format, 'v2-fee')
  })
})
