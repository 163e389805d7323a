import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { decodeAnnouncement, encodeAnnouncement } from '../../../protocols/hints/codec.js'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { fromHex } from '../../../src/core/base/bytes.js'
import { isFault } from '../../../src/core/base/step.js'
import { newJournal } from '../../../src/core/base/table.js'
import { judgeAnnouncement, placeOf } from '../../../src/core/routing/announcement.js'
import { createRoutingTables } from '../../../src/core/routing/tables.js'
import { announcementVectors, NETWORK, type AnnouncementVector } from './vectors.js'

describe('announcements, vectors', () => {
  const rows = JSON.parse(readFileSync(repositoryFile('protocols', 'hints', 'vectors', 'announcements.json'), 'utf8')) as AnnouncementVector[]

  it('are those of the code [HINT-14]', () => {
    assert.deepEqual(rows, JSON.parse(JSON.stringify(announcementVectors())))
  })

  for (const { comment, nowMs, bytes, verdict, ticket } of announcementVectors()) {
    it(`${verdict} ${comment} [${/attest/.test(comment) ? 'HINT-26' : { accept: 'HINT-14', ignore: 'HINT-16', reject: 'HINT-15' }[verdict]}]`, () => {
      const context = { env: { nowMs, heights: {}, entropy: new Uint8Array(32) }, network: { id: NETWORK }, tables: createRoutingTables(newJournal()) }
      assert.equal(judgeAnnouncement(context, fromHex(bytes)), verdict)
      if (ticket === undefined) return
      const decoded = decodeAnnouncement(fromHex(bytes))
      assert.ok(!isFault(decoded))
      const place = placeOf(context, decoded.announcement)
      assert.ok(typeof place === 'object' && Math.abs(place.ticket - ticket) < 1e-12)
    })
  }
})

describe('announcements, mutated bytes', () => {
  it('give a value in its one form, or a fault [HINT-14]', () => {
    const valid = fromHex(announcementVectors()[0]!.bytes)
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 5 }), fc.nat(valid.length), (changes, length) => {
      const bytes = valid.slice(0, length < 20 ? length : valid.length)
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      const decoded = decodeAnnouncement(bytes)
      if (isFault(decoded)) assert.equal(decoded.requirement, 'HINT-14')
      else assert.deepEqual(encodeAnnouncement(decoded), bytes)
    }), { numRuns: 3_000 })
  })
})
