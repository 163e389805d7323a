import assert from 'node:assert/strict'
import { checkHeld, checkPublished, nonceChecker, secretsChecker } from '../../simulations/checkers/commitments.js'
import type { Violation } from '../../simulations/harness/world.js'
import { toldCount } from '../../src/core/channel/enforced/enforced.js'
import { signedCommitment } from '../../src/core/channel/enforced/commitment.js'
import { commitmentsOf, contractOf } from '../../src/core/channel/enforced/state.js'
import { outpointText, transactionBytes } from '../../src/core/channel/enforced/transaction.js'
import type { Channel, EnforcedState } from '../../src/core/channel/entity.js'
import { NO_EVIDENCE, type ChannelMessage } from '../../src/core/channel/messages.js'
import type { ChannelId } from '../../src/core/base/ids.js'
import { enforcedOf, FUNDING, offer, openedChannel } from '../core/channel/enforced/open-channel.js'
import { channelOf, type End } from '../core/channel/two-ends.js'

const invariants = (violations: readonly Violation[]): readonly string[] => violations.map(({ invariant }) => invariant)
const locksOf = ({ host }: End, id: ChannelId) => [...host.locks.group(id).values()]
const changed = (channel: Channel, change: Partial<EnforcedState>): Channel => ({ ...channel, state: { ...(channel.state as EnforcedState), ...change } })

describe('checker of commitments, what is held', () => {
  it('accepts an end with locks both ways, and finds a signature that is missing or does not hold [I10]', () => {
    const { alice, bob, id, world } = openedChannel()
    offer(alice, id, 1, 50_000_000n)
    offer(bob, id, 2, 20_000_000n)
    world.settle()
    world.settle()
    const channel = channelOf(alice, id)
    const locks = locksOf(alice, id)
    const { evidence } = enforcedOf(alice, id)
    assert.equal(locks.length, 2)
    const judge = (change: Partial<EnforcedState['evidence']>): readonly string[] => invariants(checkHeld('n0', alice.host.identitySecret, changed(channel, { evidence: { ...evidence, ...change } }), locks))
    assert.deepEqual(judge({}), [])
    assert.ok(evidence.preSignatures.length > 0)
    assert.deepEqual(judge({ preSignatures: evidence.preSignatures.slice(1) }), ['I10'])
    assert.deepEqual(judge({ signatures: evidence.signatures.toReversed() }), ['I10'])
    assert.deepEqual(judge({ preSignatures: [evidence.preSignatures[0]!.map((byte, index) => index === 64 ? byte ^ 1 : byte), ...evidence.preSignatures.slice(1)] }), ['I10'])
  })

  it('accepts a round, and finds a secret of the peer that is missing or is that of another point [I10]', () => {
    const { alice, id, world } = openedChannel()
    const before = channelOf(alice, id)
    offer(alice, id, 1, 50_000_000n)
    world.settle()
    const after = channelOf(alice, id)
    assert.equal(enforcedOf(alice, id).number, 1)
    const judge = (first: Channel, second: Channel): readonly string[] => {
      const check = secretsChecker()
      return invariants([...check('n0', first), ...check('n0', second)])
    }
    assert.deepEqual(judge(before, after), [])
    assert.deepEqual(judge(after, changed(after, { revealed: [] })), ['I10'])
    assert.deepEqual(judge(changed(before, { remotePoint: enforcedOf(alice, id).remotePoint }), after), ['I10'])
  })
})

describe('checker of commitments, what is published', () => {
  it('accepts the commitment in force, and finds one that was revoked [I9]', () => {
    const { alice, id, world } = openedChannel()
    const raw = (): Uint8Array => {
      const channel = channelOf(alice, id)
      const { ours } = commitmentsOf(alice.host, channel, enforcedOf(alice, id))
      return transactionBytes(signedCommitment(ours, { local: new Uint8Array(64), remote: new Uint8Array(64) }))
    }
    const judge = (published: Uint8Array): readonly string[] => {
      const told = new Map([[outpointText(FUNDING), { contract: contractOf(alice.host, enforcedOf(alice, id)), told: toldCount(channelOf(alice, id)) }]])
      return invariants(checkPublished('n0', [published], told))
    }
    const old = raw()
    assert.deepEqual(judge(old), [])
    offer(alice, id, 1, 50_000_000n)
    world.settle()
    assert.deepEqual(judge(raw()), [])
    assert.deepEqual(judge(old), ['I9'])
  })
})

describe('checker of commitments, nonces', () => {
  const channelId = 'aa'.repeat(32) as ChannelId
  const filled = (length: number, head: number, rest: number, at: number): Uint8Array => new Uint8Array(length).fill(head, 0, at).fill(rest, at)
  const commit = (signature: Uint8Array, preSignature: Uint8Array): ChannelMessage => ({ type: 'commit', channelId, round: 1, evidence: { ...NO_EVIDENCE, signatures: [signature], preSignatures: [preSignature] } })
  const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)

  it('accepts what is sent again, and finds one nonce in two signatures or pre-signatures [I12]', () => {
    const check = nonceChecker()
    const first = commit(filled(64, 1, 1, 32), filled(65, 2, 1, 33))
    assert.deepEqual([...check('n0', first), ...check('n0', first), ...check('n1', commit(filled(64, 1, 2, 32), filled(65, 2, 2, 33)))], [])
    assert.deepEqual(invariants(check('n0', commit(filled(64, 1, 2, 32), filled(65, 3, 1, 33)))), ['I12'])
    assert.deepEqual(invariants(check('n0', commit(filled(64, 4, 1, 32), filled(65, 2, 2, 33)))), ['I12'])
  })

  it('finds one nonce in two offers of a close, and in two answers [I12]', () => {
    const check = nonceChecker()
    const offered = (nonce: number, partial: number): ChannelMessage => ({ type: 'close-offer', channelId, feeSat: 1n, nonce: bytes(nonce), partial: bytes(partial) })
    const signed = (nonce: number, partial: number): ChannelMessage => ({ type: 'close-sign', channelId, nonce: bytes(nonce), partial: bytes(partial) })
    const ready = (nonce: number): ChannelMessage => ({ type: 'close-ready', channelId, script: new Uint8Array(0), nonce: bytes(nonce) })
    for (const message of [ready(1), signed(2, 10), signed(3, 11), offered(4, 12), offered(5, 13), ready(6)]) assert.deepEqual(check('n0', message), [])
    assert.deepEqual(invariants(check('n0', offered(4, 14))), ['I12'])
    check('n0', ready(1))
    assert.deepEqual(invariants(check('n0', signed(7, 15))), ['I12'])
  })
})
