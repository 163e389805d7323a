import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { repositoryFile } from '../simulations/repository-file.js'
import { bannedComplaints } from './tidy/banned.js'
import { dependencyComplaints, extensionComplaints, nameComplaints, sizesOf, topLevelComplaints } from './tidy/files.js'
import { generatedComplaints } from './tidy/generated.js'
import { cyclesOf } from './tidy/imports.js'
import { requirementComplaints } from './tidy/requirements.js'
import { readHouse, roomComplaints } from './tidy/rooms.js'
import { readTree, type Tree } from './tidy/tree.js'
import { wordComplaints } from './tidy/words.js'

const none = (complaints: readonly string[]): void => { assert.ok(complaints.length === 0, `\n${complaints.join('\n')}`) }

describe('repository, as it stands', () => {
  const house = readHouse()
  let tree: Tree
  before(() => { tree = readTree() })

  it('has imports that go down or stay in their room, and packages that the room lists', () => { none(roomComplaints(tree, house)) })
  it('has no circle of imports', () => { none(cyclesOf(tree)) })
  it('writes relative imports with .js, to files that exist', () => { none(extensionComplaints(tree)) })
  it('keeps clocks, chance, promises, classes, any and null out of the core', () => { none(bannedComplaints(tree, house)) })
  it('has requirements that code obeys and tests name, and cites no other', () => { none(requirementComplaints(tree, house)) })
  it('has generated code that is fresh', async () => { none(await generatedComplaints(tree)) })
  it('has no file past the size of a room', function () {
    const { tooLong, long } = sizesOf(tree, house)
    for (const line of long) process.stderr.write(`      near the limit: ${line}\n`)
    none(tooLong)
  })
  it('names files for their matter, in kebab-case', () => { none(nameComplaints(tree, house)) })
  it('leaves no open ends and uses the words of the glossary', () => { none(wordComplaints(tree, house)) })
  it('has nothing at the top level but what belongs there', () => { none(topLevelComplaints(readdirSync(repositoryFile()), house)) })
  it('declares what it imports and uses what it declares, pinned', () => { none(dependencyComplaints(tree)) })
})
