import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { VERSION } from '../../../src/core/base/version.js'
import { repositoryFile } from '../../../simulations/repository-file.js'

describe('version', () => {
  it('is that of the package', () => {
    const { version } = JSON.parse(readFileSync(repositoryFile('package.json'), 'utf8')) as { version: string }
    assert.equal(VERSION, version)
  })
})
