import { equalBytes } from '../../base/bytes.js'
import type { ChannelId } from '../../base/ids.js'
import { fault, type Fault } from '../../base/step.js'
import type { Channel, EnforcedState } from '../entity.js'
import { expireLocks } from '../expiry.js'
import { failChannel, isHalted } from '../failure.js'
import { forgetChannel } from '../forget.js'
import type { ChannelHost } from '../host.js'
import { fixedParts } from './contract.js'
import { CHAIN_NUMBERS, GIVEN_UP_BLOCKS, UNFUNDED_BLOCKS_MAX } from './limits.js'
import { contractOf } from './state.js'

/** What the chain says of a channel's funding output; the node asks for it when a channel is signed, and at every block and reorganisation. */
export interface FundingFound {
  /** 0 while it is unconfirmed. */
  readonly confirmations: number
  readonly coinbase: boolean
  readonly valueSat: bigint
  readonly script: Uint8Array
}

/** A coinbase's outputs cannot be spent before, so neither can commitments. */
const COINBASE_CONFIRMATIONS = 100

/** The funding output is in the chain, or in the mempool: with enough confirmations the channel carries locks, with fewer it does not, also not again. @see ENF-19 */
export function fundingConfirmed (host: ChannelHost, channelId: ChannelId, found: FundingFound): void {
  const channel = host.channels.get(channelId)
  const state = waitingState(channel)
  if (channel === undefined || state === undefined) return
  const { valueSat, script } = fixedParts(contractOf(host, state)).fundingSpent
  // Nothing of ours is in an output of another amount or script, whoever named it.
  if (found.valueSat !== valueSat || !equalBytes(found.script, script)) return failChannel(host, channel, fault('ENF-19', `the funding output holds ${found.valueSat} sat, or pays to another script`))
  const wanted = found.coinbase ? COINBASE_CONFIRMATIONS : host.chain?.terms(channel.asset)?.confirmations
  setStage(host, channel, state, wanted !== undefined && found.confirmations >= wanted ? 'confirmed' : 'signed')
}

/** The funding output is not there (any more), as far as the chain is known. @see ENF-19 */
export function fundingMissing (host: ChannelHost, channelId: ChannelId): void {
  const channel = host.channels.get(channelId)
  const state = waitingState(channel)
  if (channel !== undefined && state !== undefined) setStage(host, channel, state, 'signed')
}

/** The opener's wallet knows that the funding transaction will never be: nothing is at stake in a channel that carried nothing. */
export function fundingDead (host: ChannelHost, channelId: ChannelId): void {
  const channel = host.channels.get(channelId)
  if (channel?.state.kind === 'chain' && channel.state.stage === 'signed' && channel.state.number === 0) forgetChannel(host, channel)
}

/** How a channel fails that its opener gave up after we had signed. Until we are sure that the funding never comes it can be closed by force. */
const GIVEN_UP = 'ENF-30'
export const givenUp = (): Fault => fault(GIVEN_UP, 'the opener gave the channel up before it was funded')
export const isGivenUp = ({ opener, status, failure }: Channel): boolean => opener === 'remote' && status === 'failed' && failure?.startsWith(`${GIVEN_UP}: `) === true

/** The chain has neither the funding output nor anything that spent it: what its opener gave up is forgotten after a while. @see ENF-30 */
export function fundingUnseen (host: ChannelHost, channelId: ChannelId): void {
  const channel = host.channels.get(channelId)
  // ENF-29: coins of ours that are in it outlast its opener's word.
  if (channel?.state.kind !== 'chain' || !isGivenUp(channel) || host.joints.has(channelId)) return
  const { terms: { clock }, sinceHeight } = channel.state
  const height = host.env.heights[clock]
  if (height !== undefined && height >= sinceHeight + GIVEN_UP_BLOCKS * CHAIN_NUMBERS[clock].blocksPerTenMinutes) forgetChannel(host, channel)
}

function waitingState (channel: Channel | undefined): EnforcedState | undefined {
  if (channel === undefined || isHalted(channel) || channel.state.kind !== 'chain') return undefined
  return channel.state.stage === 'signed' || channel.state.stage === 'confirmed' ? channel.state : undefined
}

function setStage (host: ChannelHost, channel: Channel, state: EnforcedState, stage: 'signed' | 'confirmed'): void {
  if (state.stage === stage) return
  host.channels.set(channel.id, { ...channel, state: { ...state, stage } })
  if (stage === 'confirmed') host.outcome({ type: 'opened', channelId: channel.id })
  host.outcome({ type: 'capacityChanged', channelId: channel.id })
}

/** A chain has a new best height: locks are taken back, proposals that waited are judged, and channels forgotten that were never funded. */
export function heightChanged (host: ChannelHost): void {
  expireLocks(host)
  for (const channel of [...host.channels.values()]) {
    const { state } = channel
    if (state.kind !== 'chain' || state.opener === 'local' || state.stage === 'confirmed' || state.number > 0) continue
    const height = host.env.heights[state.terms.clock]
    const patience = UNFUNDED_BLOCKS_MAX * CHAIN_NUMBERS[state.terms.clock].blocksPerTenMinutes
    if (height !== undefined && height > state.sinceHeight + patience && state.localBalance === 0n) forgetChannel(host, channel)
  }
}
