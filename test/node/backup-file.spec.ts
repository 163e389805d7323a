import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AmikoError } from '../../src/core/base/errors.js'
import type { BackupContent } from '../../src/core/backup/content.js'
import { BACKUP_BYTES_MAX } from '../../src/core/backup/limits.js'
import { networkOf } from '../../src/core/node/genesis.js'
import { nodeSecrets } from '../../src/core/wallet/keys.js'
import { exportBackup, restoreBackup, verifyBackup } from '../../src/node/backup-file.js'
import { seedOf } from '../../src/node/phrase-file.js'
import { KNOWN_PHRASE } from '../core/wallet/harness.js'
import { peerNumber } from '../core/link/harness.js'

const named = (name: string) => (error: unknown): boolean => error instanceof AmikoError && error.name === name
const owner = { key: nodeSecrets(seedOf(KNOWN_PHRASE)).backup, networkId: networkOf('shop', 'regtest').id }
const content: BackupContent = { network: 'shop', peerId: peerNumber(1), identity: undefined, peers: [{ peer: peerNumber(2), addresses: [] }], chains: [], channels: [], createdMs: 1 }

describe('backup file', () => {
  let dir: string
  let path: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'amiko-backup-'))
    path = join(dir, 'node.backup')
  })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('is written for its owner only, verified and restored', async () => {
    const { bytes } = await exportBackup(path, content, owner)
    const file = await stat(path)
    assert.deepEqual([file.mode & 0o777, file.size], [0o600, bytes])
    assert.deepEqual((await verifyBackup(path, owner)).content, content)
    assert.deepEqual((await restoreBackup(path, owner)).peers, content.peers)
  })

  it('takes the place of the older one at once, and leaves nothing beside it', async () => {
    await exportBackup(path, content, owner)
    const first = await readFile(path)
    await exportBackup(path, { ...content, createdMs: 2 }, owner)
    assert.notDeepEqual(await readFile(path), first)
    assert.deepEqual([await readdir(dir), (await verifyBackup(path, owner)).content.createdMs], [['node.backup'], 2])
  })

  it('leaves the older one alone when the new one cannot be written', async () => {
    await exportBackup(path, content, owner)
    await assert.rejects(exportBackup(path, { ...content, network: 'x'.repeat(40) }, owner))
    await assert.rejects(exportBackup(join(dir, 'absent', 'b'), content, owner))
    assert.deepEqual([await readdir(dir), (await verifyBackup(path, owner)).content], [['node.backup'], content])
  })

  it('is refused by name when it is cut, altered, of another network or phrase, too large, or not there', async () => {
    const { bytes } = await exportBackup(path, content, owner)
    await assert.rejects(verifyBackup(path, { ...owner, networkId: networkOf('other', 'regtest').id }), named('backup-network'))
    await assert.rejects(restoreBackup(path, { ...owner, key: new Uint8Array(32) }), named('backup-phrase'))
    const good = new Uint8Array(await readFile(path))
    await writeFile(path, good.with(100, good[100]! ^ 1))
    await assert.rejects(verifyBackup(path, owner), named('backup-damaged'))
    await writeFile(path, good)
    await truncate(path, bytes - 1)
    await assert.rejects(restoreBackup(path, owner), named('backup-damaged'))
    await truncate(path, BACKUP_BYTES_MAX + 1)
    await assert.rejects(verifyBackup(path, owner), named('backup-damaged'))
    await assert.rejects(verifyBackup(join(dir, 'absent'), owner), named('not-found'))
  })
})
