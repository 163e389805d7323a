import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { VERSION } from '../../src/core/base/version.js'
import { repositoryFile } from '../../simulations/repository-file.js'

describe('the version', () => {
  it('is that of the package', async () => {
    const { version } = JSON.parse(await readFile(repositoryFile('package.json'), 'utf8')) as { version: string }
    assert.equal(VERSION, version)
  })
})
