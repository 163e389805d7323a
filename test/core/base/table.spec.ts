import assert from 'node:assert/strict'
import fc from 'fast-check'
import { InvariantError } from '../../../src/core/base/invariant.js'
import { entity, record, text, u8 } from '../../../src/core/base/struct.js'
import { createTable, newJournal, rollBack, type Journal, type Table } from '../../../src/core/base/table.js'

interface Fruit { readonly colour: string, readonly weight: number }
const layout = entity<Fruit>('fruit', 1, record({ colour: text(10), weight: u8 }))

const orchard = (): { journal: Journal, fruits: Table<string, Fruit> } => {
  const journal = newJournal()
  return { journal, fruits: createTable(journal, 'fruit', { layout, groupBy: (_key, fruit: Fruit) => fruit.colour }) }
}
const COLOURS = ['red', 'green', 'blue'] as const
/** A key's colour never changes, as a group must not. */
const colourOf = (key: string): string => COLOURS[key.charCodeAt(0) % COLOURS.length]!

const image = (table: Table<string, Fruit>): unknown => ({
  size: table.size,
  entries: [...table.entries()],
  values: [...table.values()],
  groups: COLOURS.map((colour) => [...table.group(colour)])
})

type Write = { readonly key: string, readonly weight: number | undefined }
const writes = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), weight: fc.option(fc.nat(255), { nil: undefined }) }), { maxLength: 12 })
const perform = (table: Table<string, Fruit>, { key, weight }: Write): void => {
  if (weight === undefined) table.delete(key)
  else table.set(key, { colour: colourOf(key), weight })
}
const commit = (journal: Journal): void => {
  journal.undo.length = 0
  journal.changes.clear()
}

describe('table', () => {
  describe('on writes', () => {
    it('holds what a plain map would hold, in the order of insertion, and groups by colour', () => {
      fc.assert(fc.property(writes, (all) => {
        const { fruits } = orchard()
        const model = new Map<string, Fruit>()
        for (const write of all) {
          perform(fruits, write)
          if (write.weight === undefined) model.delete(write.key)
          else model.set(write.key, { colour: colourOf(write.key), weight: write.weight })
        }
        assert.deepEqual([...fruits.entries()], [...model])
        for (const colour of COLOURS) {
          assert.deepEqual([...fruits.group(colour).keys()].sort(), [...model].filter(([, fruit]) => fruit.colour === colour).map(([key]) => key).sort(), colour)
        }
      }))
    })

    it('notes the last value of each key once, as what must be stored', () => {
      const { journal, fruits } = orchard()
      fruits.set('a', { colour: 'green', weight: 1 })
      fruits.set('a', { colour: 'green', weight: 2 })
      fruits.set('b', { colour: 'blue', weight: 3 })
      fruits.delete('b')
      fruits.delete('never')
      assert.deepEqual([...journal.changes.values()].map(({ key, value }) => [key, value]), [['fruit/a', { colour: 'green', weight: 2 }], ['fruit/b', undefined]])
    })

    it('notes nothing for the store when it has no layout, and nothing at all when loading', () => {
      const journal = newJournal()
      const volatile = createTable<string, Fruit>(journal, 'volatile')
      volatile.set('a', { colour: 'red', weight: 1 })
      assert.equal(journal.changes.size, 0)
      assert.equal(journal.undo.length, 1)
      const { journal: other, fruits } = orchard()
      fruits.load('a', { colour: 'green', weight: 1 })
      assert.deepEqual([other.changes.size, other.undo.length, fruits.group('green').size], [0, 0, 1])
    })

    it('stops an entity that changes its group: that is a bug of the caller', () => {
      const { fruits } = orchard()
      fruits.set('a', { colour: 'green', weight: 1 })
      const before = image(fruits)
      assert.throws(() => { fruits.set('a', { colour: 'blue', weight: 1 }) }, InvariantError)
      assert.deepEqual(image(fruits), before)
    })
  })

  describe('on rolling back', () => {
    it('restores entries, order and groups as they were before the step', () => {
      fc.assert(fc.property(writes, writes, writes, (settled, refused, later) => {
        const { journal, fruits } = orchard()
        const { journal: twinJournal, fruits: twin } = orchard()
        for (const write of settled) { perform(fruits, write); perform(twin, write) }
        commit(journal)
        commit(twinJournal)
        const before = image(fruits)
        for (const write of refused) perform(fruits, write)
        rollBack(journal)
        assert.deepEqual(image(fruits), before)
        assert.deepEqual([journal.undo.length, journal.changes.size], [0, 0])
        // And the table goes on as if the refused step had never been tried.
        for (const write of later) { perform(fruits, write); perform(twin, write) }
        assert.deepEqual(image(fruits), image(twin))
      }), { numRuns: 1_000 })
    })
  })
})
