import { equalBytes, toHex } from '../../src/core/base/bytes.js'
import { isFault } from '../../src/core/base/step.js'
import { createTable, newJournal } from '../../src/core/base/table.js'
import { toldCount } from '../../src/core/channel/enforced/enforced.js'
import { fixedParts, numberIn } from '../../src/core/channel/enforced/contract.js'
import { isCommitmentSigned, judgePreSigned, splitEvidence } from '../../src/core/channel/enforced/evidence.js'
import { commitmentsOf, contractOf, revealedCount } from '../../src/core/channel/enforced/state.js'
import { outpointText, readTransaction } from '../../src/core/channel/enforced/transaction.js'
import type { Channel, EnforcedState } from '../../src/core/channel/entity.js'
import { channelLayout } from '../../src/core/channel/layout.js'
import { lockKey, lockLayout, type Lock, type LockKey } from '../../src/core/channel/lock.js'
import type { ChannelMessage } from '../../src/core/channel/messages.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { secretOf, shachainIndexOf } from '../../src/core/crypto/shachain.js'
import { decodeChannel } from '../../protocols/channel/codec.js'
import type { Violation, World } from '../harness/world.js'

/** What an end of an enforced channel has told of its own commitments: all below `told` are revoked. */
export interface Told { readonly contract: ReturnType<typeof contractOf>, readonly told: number }

/**
 * A revoked commitment of a node's own is never handed to broadcast (I9), neither before nor after it was revoked.
 *
 * @param told - by the funding outpoint's text
 */
export function checkPublished (name: string, raws: readonly Uint8Array[], told: ReadonlyMap<string, Told>): readonly Violation[] {
  return raws.flatMap((raw) => {
    const tx = readTransaction(raw)
    const [input] = tx?.inputs ?? []
    const of = input === undefined ? undefined : told.get(outpointText(input))
    if (tx === undefined || input === undefined || of === undefined) return []
    const number = numberIn(fixedParts(of.contract), tx.lockTime, input.sequence)
    return number === undefined || number >= of.told ? [] : [{ invariant: 'I9', detail: `${name} published its commitment ${number}, and has told the secrets of all below ${of.told}` }]
  })
}

/**
 * The peer's revoked commitments can be punished (I10): their secrets are stored, and the newest is that of the point
 * which the commitment was made with. It remembers the point of each channel's last state.
 */
export function secretsChecker (): (name: string, channel: Channel) => readonly Violation[] {
  const points = new Map<string, { readonly number: number, readonly point: Uint8Array }>()
  return (name, { id, state }) => {
    if (state.kind !== 'chain') return []
    const violations: Violation[] = []
    const found = (detail: string): void => { violations.push({ invariant: 'I10', detail: `${name} channel ${id.slice(0, 8)}: ${detail}` }) }
    const before = points.get(id)
    points.set(id, { number: state.number, point: state.remotePoint })
    const revealed = revealedCount(state.revealed)
    if (revealed < state.number) found(`${state.number} commitments of the peer are replaced, and the secrets of ${revealed} are stored`)
    if (before !== undefined && before.number === state.number - 1) {
      const secret = secretOf(state.revealed, shachainIndexOf(before.number))
      if (secret === undefined || !equalBytes(mulG(secret), before.point)) found(`the secret of the peer's commitment ${before.number} is not that of its point`)
    }
    return violations
  }
}

/** The state in force can be enforced (I10): the peer's signatures are stored, as many as both commitments need, and hold. */
export function checkHeld (name: string, identitySecret: Uint8Array, channel: Channel, locks: readonly Lock[]): readonly Violation[] {
  const { id, state } = channel
  if (state.kind !== 'chain' || (state.stage !== 'signed' && state.stage !== 'confirmed')) return []
  const table = createTable<LockKey, Lock>(newJournal(), 'lock', { groupBy: () => id })
  for (const lock of locks) table.load(lockKey(id, lock.offeredBy, lock.terms.id), lock)
  const { ours, theirs } = commitmentsOf({ identitySecret, locks: table }, channel, state)
  const held = splitEvidence(state.evidence, ours, theirs)
  const wrong = held === undefined
    ? 'there are not as many signatures as locks'
    : !isCommitmentSigned(ours, held.commitment) ? 'the signature does not hold' : (judgePreSigned(ours, held.ours) ?? judgePreSigned(theirs, held.theirs))?.detail
  return wrong === undefined ? [] : [{ invariant: 'I10', detail: `${name} channel ${id.slice(0, 8)}, commitment ${state.number}: ${wrong}` }]
}

/** Nonces that are remembered of one world. */
const NONCES_MAX = 100_000

/**
 * No nonce signs two messages (I12): neither that of a signature or pre-signature, which begins with it, nor that of a
 * partial signature of a close, which is told beside it or before it.
 */
export function nonceChecker (): (name: string, message: ChannelMessage) => readonly Violation[] {
  const used = new Map<string, string>()
  /** With which a node answers the next offer of a channel. */
  const answering = new Map<string, string>()
  return (name, message) => {
    const violations: Violation[] = []
    const use = (what: string, nonce: string, signed: string): void => {
      const key = `${name} ${nonce}`
      const before = used.get(key)
      if (before !== undefined && before !== signed) violations.push({ invariant: 'I12', detail: `${name} used one nonce for two ${what}s, in ${message.type}` })
      if (used.size < NONCES_MAX) used.set(key, signed)
    }
    if ('evidence' in message) {
      for (const bytes of message.evidence.signatures) use('signature', toHex(bytes.subarray(0, 32)), toHex(bytes.subarray(32)))
      for (const bytes of message.evidence.preSignatures) use('pre-signature', toHex(bytes.subarray(0, 33)), toHex(bytes.subarray(33)))
    }
    const place = `${name} ${message.channelId}`
    if (message.type === 'close-offer') use('partial signature', toHex(message.nonce), toHex(message.partial))
    if (message.type === 'close-sign') {
      const nonce = answering.get(place)
      if (nonce !== undefined) use('partial signature', nonce, toHex(message.partial))
    }
    if (message.type === 'close-ready' || message.type === 'close-sign') answering.set(place, toHex(message.nonce))
    return violations
  }
}

/** One stored state in so many is worked out and verified in full. */
const ONE_IN = 8

/** Watches enforced channels of honest nodes from now on (I10, I12). The function that it gives looks at all that was published (I9). */
export function watchCommitments (world: World, report: (violations: readonly Violation[]) => void): () => void {
  const checkSecrets = new Map(world.nodes.map((node) => [node, secretsChecker()]))
  const told = new Map(world.nodes.map((node) => [node.index, new Map<string, Told>()]))
  const checkNonces = nonceChecker()
  const random = world.random.fork('commitments')
  world.onStored((node, batch) => {
    if (!world.isHonest(node.index)) return
    for (const { key, value } of batch) {
      if (value === undefined || !key.startsWith('channel/')) continue
      const channel = channelLayout.decode(value)
      if (channel.state.kind !== 'chain' || channel.state.terms.remoteKeys.length === 0) continue
      const state: EnforcedState = channel.state
      const funding = outpointText(state.terms.funding)
      const of = told.get(node.index)!
      of.set(funding, { contract: of.get(funding)?.contract ?? contractOf(node, state), told: Math.max(of.get(funding)?.told ?? 0, toldCount(channel)) })
      report(checkSecrets.get(node)!(node.name, channel))
      if (random.below(ONE_IN) > 0) continue
      const locks = [...node.disk.entries].filter(([name]) => name.startsWith(`lock/${channel.id}`)).map(([, bytes]) => lockLayout.decode(bytes))
      report(checkHeld(node.name, node.identitySecret, channel, locks))
    }
  })
  world.listen(({ stream, from, bytes }) => {
    const node = world.nodeOf(from)
    if (stream !== 'channel' || !world.isHonest(node.index)) return
    const message = decodeChannel(bytes)
    if (!isFault(message)) report(checkNonces(node.name, message))
  })
  return () => {
    for (const { index, name } of world.nodes) {
      if (world.isHonest(index)) report(checkPublished(name, world.chain!.published.filter(({ node }) => node === index).map(({ raw }) => raw), told.get(index)!))
    }
  }
}
