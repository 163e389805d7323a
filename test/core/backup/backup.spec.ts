import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ChannelId } from '../../../src/core/base/ids.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { encodeLayout, u32 } from '../../../src/core/base/struct.js'
import { toHex } from '../../../src/core/base/bytes.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { BACKUP_FORMAT, inspectBackup, readBackup, restorationOf, writeBackup } from '../../../src/core/backup/backup.js'
import type { BackupContent, ChannelBackup } from '../../../src/core/backup/content.js'
import { BACKUP_BLOCK_BYTES } from '../../../src/core/backup/limits.js'
import { networkOf } from '../../../src/core/node/genesis.js'
import { peerNumber } from '../link/harness.js'

const bytes = (label: string, number = 0): Uint8Array => taggedHash('amiko/test/backup', encodeLayout(u32, number), new TextEncoder().encode(label))
const point = (label: string, number = 0): Uint8Array => mulG(scalarOf(bytes(label, number)))
const network = networkOf('shop', 'regtest')
const owner = { key: bytes('key'), networkId: network.id, file: 'a.backup' }
const nonce = bytes('nonce').slice(0, 24)

const channel = (number: number): ChannelBackup => ({
  channelId: toHex(bytes('channel', number)) as ChannelId,
  peer: peerNumber(number % 3),
  chain: number % 2 === 0 ? 'bitcoin' : 'litecoin',
  format: number % 2 === 0 ? 'v3-zero-fee' : 'v2-fee',
  opener: 'local',
  funding: { txid: toHex(bytes('txid', number)), vout: number },
  fundingSat: 1_000_000n + BigInt(number),
  delayBlocks: 144,
  dustSat: 330n,
  feeRatePerKw: 253,
  salt: bytes('salt', number),
  remoteKeys: ['funding', 'payment', 'delayed', 'ptlc', 'revocation base'].map((name) => point(name, number)),
  sinceHeight: 800_000
})
const content = (channels: number): BackupContent => ({
  network: network.name,
  peerId: peerNumber(9),
  identity: undefined,
  peers: [0, 1].map((number) => ({ peer: peerNumber(number), addresses: [`/ip4/127.0.0.1/tcp/${9_000 + number}`] })),
  chains: [{ chain: 'bitcoin', sinceHeight: 790_000 }],
  channels: Array.from({ length: channels }, (_each, number) => channel(number)),
  createdMs: 1_750_000_000_000
})
const nameOf = (value: object): string => { assert.ok(isRefusal(value)); return value.refused }
const reasonOf = (value: object): string => { assert.ok(isRefusal(value)); return String(value.detail['reason']) }

describe('backup', () => {
  it('gives back what was put in', () => {
    for (const count of [0, 1, 300]) assert.deepEqual(readBackup(writeBackup(content(count), owner, nonce), owner), content(count), `${count} channels`)
    const old: BackupContent = { ...content(1), identity: bytes('identity') }
    assert.deepEqual(readBackup(writeBackup(old, owner, nonce), owner), old)
  })

  it('tells by its size little about how many channels there are', () => {
    const sizes = [0, 1, 5].map((count) => writeBackup(content(count), owner, nonce).length)
    assert.equal(new Set(sizes).size, 1)
    assert.ok(sizes[0]! > BACKUP_BLOCK_BYTES)
  })

  it('shows nothing of its content without the key', () => {
    const written = toHex(writeBackup(content(2), owner, nonce))
    for (const secret of [toHex(channel(0).salt), channel(0).funding.txid, toHex(new TextEncoder().encode(peerNumber(0))), toHex(owner.key)]) assert.ok(!written.includes(secret))
  })

  it('holds nothing of a channel that could be published: no balance, number, signature or secret of a commitment [V18]', () => {
    assert.deepEqual(Object.keys(channel(0)).sort(), ['chain', 'channelId', 'delayBlocks', 'dustSat', 'feeRatePerKw', 'format', 'funding', 'fundingSat', 'opener', 'peer', 'remoteKeys', 'salt', 'sinceHeight'])
  })

  describe('on restoring', () => {
    it('gives channels to be closed by their peers, each once, and never to be published by us [V18]', () => {
      const twice = { ...content(4), channels: [...content(4).channels, channel(0)] }
      const { channels, identity, chains } = restorationOf(twice)
      assert.equal(channels.length, 4)
      assert.ok(channels.every(({ behind }) => behind))
      assert.deepEqual(channels.map(({ addresses }) => addresses.length), [1, 1, 0, 1])
      assert.deepEqual([identity, chains], [undefined, [{ chain: 'bitcoin', sinceHeight: 790_000 }]])
    })
  })

  describe('on a file that is none of ours', () => {
    const good = writeBackup(content(3), owner, nonce)

    it('names another network, another phrase, and a newer form', () => {
      assert.equal(nameOf(readBackup(good, { ...owner, networkId: networkOf('other', 'regtest').id })), 'backup-network')
      assert.equal(nameOf(readBackup(good, { ...owner, networkId: networkOf('shop', 'mainnet').id })), 'backup-network')
      assert.equal(nameOf(readBackup(good, { ...owner, key: bytes('another key') })), 'backup-phrase')
      const newer = readBackup(good.with(9, BACKUP_FORMAT + 1), owner)
      assert.deepEqual(newer, { refused: 'backup-newer', detail: { file: 'a.backup', found: BACKUP_FORMAT + 1, known: BACKUP_FORMAT } })
      assert.equal(nameOf(readBackup(good.with(9, 0), owner)), 'backup-damaged')
    })

    it('names a cut file by its bytes, and one with more at its end', () => {
      for (let length = 0; length < 60; length++) assert.equal(nameOf(readBackup(good.subarray(0, length), owner)), 'backup-damaged', `${length}`)
      assert.match(reasonOf(readBackup(good.subarray(0, good.length - 1), owner)), new RegExp(`${good.length} bytes were written, ${good.length - 1} are there`))
      assert.match(reasonOf(readBackup(Uint8Array.of(...good, 0), owner)), /bytes were written/)
    })

    it('refuses any change of any byte, and never throws', () => {
      fc.assert(fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        assert.ok(isRefusal(readBackup(good.with(at, good[at]! ^ change), owner)))
      }), { numRuns: 300 })
      for (let at = 0; at < 60; at++) assert.ok(isRefusal(readBackup(good.with(at, good[at]! ^ 0x80), owner)), `byte ${at}`)
    })

    it('refuses any bytes, and never throws', () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (any, begun) => {
        const text = begun ? Uint8Array.of(...good.subarray(0, 26), ...any) : any
        assert.ok(isRefusal(readBackup(text, owner)))
        const seen = inspectBackup(text, 'x')
        assert.ok(isRefusal(seen) || seen.networkId === toHex(network.id))
      }), { numRuns: 300 })
    })

    it('can be told apart without the key', () => {
      assert.deepEqual(inspectBackup(good, 'a'), { format: 1, networkId: toHex(network.id) })
    })
  })
})
