import assert from 'node:assert/strict'
import type { ChannelId, OriginId } from '../../../../src/core/base/ids.js'
import { asUnits } from '../../../../src/core/base/money.js'
import { isRefusal } from '../../../../src/core/base/step.js'
import { fundingConfirmed, fundingReady, offerLock, openEnforced } from '../../../../src/core/channel/channel.js'
import { fixedParts, type Format } from '../../../../src/core/channel/enforced/contract.js'
import { isCommitmentSigned, judgePreSigned } from '../../../../src/core/channel/enforced/evidence.js'
import { contractOf } from '../../../../src/core/channel/enforced/state.js'
import type { EnforcedState } from '../../../../src/core/channel/entity.js'
import type { ChainHost } from '../../../../src/core/channel/host.js'
import type { LockTerms } from '../../../../src/core/channel/lock.js'
import { holdingsOf } from '../../../../src/core/channel/resolver/holdings.js'
import { ASSET, channelOf, lockNumbered, told, twoEnds, type End, type TwoEnds } from '../two-ends.js'
import { hashOf } from './two-sides.js'

export const payoutOf = (name: string): Uint8Array => Uint8Array.of(0x51, 0x20, ...hashOf(`payout of ${name}`))

/** A chain with the formats it has, three confirmations wanted. */
export const chainOf = (name: string, clock: TwoEnds['clock'] = 'bitcoin'): ChainHost => ({
  terms: (asset) => asset === ASSET ? { clock, formats: clock === 'bitcoin' ? ['v3-zero-fee', 'v2-fee'] : ['v2-fee'], confirmations: 3 } : undefined,
  payoutScript: () => payoutOf(name),
  feeRatePerKvb: () => 2_000n
})

export interface OpenedChannel { readonly world: TwoEnds, readonly alice: End, readonly bob: End, readonly id: ChannelId }

export const FUNDING_SAT = 1_000_000n
export const FUNDING = { txid: hashOf('funding of the channel'), index: 1 }

/** Two ends that follow a chain, connected. */
export function twoChainEnds (clock: TwoEnds['clock'] = 'bitcoin'): TwoEnds {
  const world = twoEnds()
  world.clock = clock
  for (const end of [world.alice, world.bob]) {
    end.chain = chainOf(end.name, clock)
    end.reload()
  }
  world.connect()
  world.settle()
  return world
}

/** A channel that alice opened, signed by both, not confirmed. */
export function signedChannel (format: Format = 'v3-zero-fee', pushSat = 400_000n, world = twoChainEnds()): OpenedChannel {
  const { alice, bob } = world
  const id = alice.step((host) => openEnforced(host, { peer: bob.self, asset: ASSET, fundingSat: FUNDING_SAT, push: asUnits(pushSat * 1000n), format, feeRatePerKw: 300 }))
  if (isRefusal(id)) throw new Error(JSON.stringify(id))
  world.settle()
  assert.equal(told(alice, 'fundingWanted').length, 1)
  assert.equal(alice.step((host) => fundingReady(host, id, FUNDING.txid, FUNDING.index)), undefined)
  world.settle()
  assert.equal(told(alice, 'fundingSigned').length, 1)
  return { world, alice, bob, id }
}

/** The funding output with so many confirmations, seen by an end. */
export function confirm (end: End, id: ChannelId, confirmations = 3): void {
  const { fundingSpent } = fixedParts(contractOf(end.host, enforcedOf(end, id)))
  end.step((host) => { fundingConfirmed(host, id, { confirmations, coinbase: false, ...fundingSpent }) })
}

/** A channel that carries locks. */
export function openedChannel (format: Format = 'v3-zero-fee', pushSat = 400_000n): OpenedChannel {
  const opened = signedChannel(format, pushSat)
  for (const end of [opened.alice, opened.bob]) confirm(end, opened.id)
  opened.world.settle()
  return opened
}

export function enforcedOf (end: End, id: ChannelId): EnforcedState {
  const { state } = channelOf(end, id)
  assert(state.kind === 'chain')
  return state
}

/** The lock with a number that expires at a height. */
export function heightLock (n: number, amount: bigint, height: number, clock: TwoEnds['clock'] = 'bitcoin'): { readonly secret: Uint8Array, readonly terms: Omit<LockTerms, 'id'>, readonly origin: OriginId } {
  const lock = lockNumbered(n, amount, 0)
  return { ...lock, terms: { ...lock.terms, expiry: { clock, value: height } } }
}

/** An end offers the lock with a number. */
export function offer (end: End, id: ChannelId, n: number, amount: bigint, height = 1_100): ReturnType<typeof heightLock> {
  const lock = heightLock(n, amount, height, enforcedOf(end, id).terms.clock)
  assert.equal(end.step((host) => offerLock(host, id, lock.terms, lock.origin)), undefined)
  return lock
}

/** I10: what an end holds is enough for every commitment that may confirm; all signatures hold. @returns how many were verified */
export function checkHoldings (end: End, id: ChannelId): number {
  const held = holdingsOf(end.host, channelOf(end, id))
  assert(held !== undefined)
  assert(isCommitmentSigned(held.own.commitment, held.own.signature), `${end.name}: own commitment ${held.own.commitment.number}`)
  let verified = 1
  for (const { commitment, given } of [held.own, ...held.theirs]) {
    assert.equal(judgePreSigned(commitment, given), undefined, `${end.name}: ${commitment.owner} ${commitment.number}`)
    assert.equal(given.signatures.length + given.preSignatures.length, commitment.ptlcs.length)
    verified += commitment.ptlcs.length
  }
  assert(held.theirs.length <= 2, 'I8')
  assert(held.theirs.every(({ commitment }) => commitment.number >= held.revealed), 'I9')
  return verified
}
