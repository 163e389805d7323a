import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { virtualClock, type VirtualClock } from '../../src/adapters/memory/clock.js'
import type { BackupContent, ChannelBackup } from '../../src/core/backup/content.js'
import type { ChannelId } from '../../src/core/base/ids.js'
import { networkOf } from '../../src/core/node/genesis.js'
import { nodeSecrets } from '../../src/core/wallet/keys.js'
import { BACKUP_SOON_MS, keepBackup, type AutomaticBackup } from '../../src/node/automatic-backup.js'
import { verifyBackup } from '../../src/node/backup-file.js'
import { seedOf } from '../../src/node/phrase-file.js'
import { BACKUP_FILE } from '../../src/node/wallet-nouns.js'
import type { Logger } from '../../src/ports/logger.js'
import { peerNumber } from '../core/link/harness.js'
import { KNOWN_PHRASE } from '../core/wallet/harness.js'

const owner = { key: nodeSecrets(seedOf(KNOWN_PHRASE)).backup, networkId: networkOf('shop', 'regtest').id }
const channel = (id: string): ChannelBackup => ({
  channelId: id.repeat(32) as ChannelId, peer: peerNumber(2), chain: 'bitcoin', format: 'v3-zero-fee', opener: 'local', funding: { txid: id.repeat(32), vout: 0 }, fundingSat: 1_000n,
  delayBlocks: 144, dustSat: 330n, feeRatePerKw: 0, salt: new Uint8Array(32), remoteKeys: Array.from({ length: 5 }, () => new Uint8Array(33)), sinceHeight: 7
})

describe('automatic backup', () => {
  let dir: string
  let clock: VirtualClock
  let channels: ChannelBackup[]
  let errors: string[]
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'amiko-backup-'))
    clock = virtualClock()
    channels = []
    errors = []
  })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })
  const kept = (where = dir): AutomaticBackup => {
    const logger: Logger = { error: (message) => { errors.push(message) }, warn: () => {}, info: () => {}, debug: () => {}, child: () => logger }
    const content = (createdMs: number): BackupContent => ({ network: 'shop', peerId: peerNumber(1), identity: undefined, peers: [], chains: [], channels, createdMs })
    return keepBackup({ phrase: { owner, identity: undefined }, dir: where, view: { backupContent: content }, clock, logger })
  }
  const channelsOf = async (): Promise<number> => (await verifyBackup(join(dir, BACKUP_FILE), owner)).content.channels.length

  it('is not made while there is no enforced channel', async () => {
    const backup = kept()
    backup.begin()
    backup.noticed('channel:opened')
    await backup.stop()
    assert.deepEqual(await readdir(dir), [])
  })

  it('follows the channels: it is written anew when one was opened, and when one has ended', async () => {
    const backup = kept()
    backup.begin()
    channels = [channel('a1'), channel('b2')]
    backup.noticed('channel:funded')
    backup.noticed('channel:opened')
    await backup.stop()
    assert.equal(await channelsOf(), 2)
    const next = kept()
    next.begin()
    channels = [channel('a1')]
    clock.advance(BACKUP_SOON_MS)
    await next.stop()
    assert.equal(await channelsOf(), 1)
  })

  it('that cannot be written is said, and tried again at the next change', async () => {
    const backup = kept(join(dir, 'absent'))
    backup.begin()
    channels = [channel('a1')]
    clock.advance(BACKUP_SOON_MS)
    backup.noticed('channel:opened')
    await backup.stop()
    assert.deepEqual(errors, ['the backup could not be written', 'the backup could not be written'])
  })

  it('payments do not write it', async () => {
    const backup = kept()
    backup.begin()
    clock.advance(BACKUP_SOON_MS)
    await new Promise((resolve) => { setImmediate(resolve) })
    channels = [channel('a1')]
    backup.noticed('payment:paid')
    await backup.stop()
    assert.deepEqual(await readdir(dir), [])
  })
})
