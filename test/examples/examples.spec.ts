import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { repositoryFile } from '../../simulations/repository-file.js'

describe('examples, the two nodes of the README', () => {
  it('pay each other, and end', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [repositoryFile('dist', 'test', 'examples', 'two-nodes.js')], { timeout: 50_000 })
    assert.match(stdout.trim(), /^paid 20sat in \d+ ms, proof [0-9a-f]{64}$/)
  })
})
