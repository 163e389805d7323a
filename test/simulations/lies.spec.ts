import assert from 'node:assert/strict'
import { altered, fieldName, placesOf } from '../../simulations/harness/alterations.js'
import { ACTS, LIES, lieName } from '../../simulations/harness/lies.js'
import { randomOf } from '../../simulations/harness/random.js'
import { complaint } from '../../simulations/run.js'
import { runBatch } from '../../simulations/shards.js'

/** Every lie is told in so many schedules. */
const ROUNDS = 2
const JOBS = 2
/** Of all lies at least so many are told in these schedules; others need something that did not happen in them. */
const TOLD_LEAST = 0.6

describe('simulations, the table of lies', () => {
  it('has every act of every message type, each once', () => {
    const names = LIES.map(lieName)
    assert.equal(new Set(names).size, names.length)
    for (const act of ACTS) for (const type of ['channel/propose', 'route/makeRoute', 'link/hints']) assert.ok(names.includes(`${type} ${act}`), `${type} ${act}`)
  })

  it('alters each value of a message on its own', () => {
    const message = { type: 'x', amount: 5n, list: [{ id: 1 }, { id: 2 }], bytes: new Uint8Array(4) }
    assert.deepEqual(placesOf(message).map((place) => place.join('.')), ['amount', 'list.0.id', 'list.1.id', 'bytes'])
    assert.equal(fieldName(['list', '1', 'id']), 'list.id')
    const random = randomOf(1n)
    for (let i = 0; i < 50; i++) {
      for (const place of placesOf(message)) {
        const other = altered(message, place, random)
        const same = placesOf(message).filter((each) => each.join('.') !== place.join('.'))
        for (const each of same) assert.deepEqual(at(other, each), at(message, each))
      }
    }
    assert.deepEqual(message.bytes, new Uint8Array(4), 'the message itself is left as it is')
  })

  it(`costs no honest node anything, ${LIES.length} lies in ${ROUNDS} schedules each [I3, I18, I19]`, async function () {
    this.timeout(600_000)
    const told = new Set<string>()
    let found = ''
    await runBatch({ scenario: 'lies', options: { seed: 0n }, count: ROUNDS * LIES.length, jobs: JOBS }, (report) => {
      if (found === '') found = complaint(report)
      if (Number(report.figures['told']) > 0) told.add(String(report.figures['lie']))
    })
    assert.equal(found, '')
    assert.ok(told.size >= TOLD_LEAST * LIES.length, `only ${told.size} of ${LIES.length} lies were told`)
  })
})

const at = (value: unknown, place: readonly string[]): unknown => place.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], value)
