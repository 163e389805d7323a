import { equalBytes, toHex } from '../../base/bytes.js'
import type { AssetId, ChannelId, PeerId } from '../../base/ids.js'
import { asUnits, ZERO, type Units } from '../../base/money.js'
import { fault, isFault, refuse, type Fault, type Refusal } from '../../base/step.js'
import { EMPTY_SHACHAIN } from '../../crypto/shachain.js'
import type { Channel, EnforcedState, EnforcedTerms, JointFunding, Round } from '../entity.js'
import { failChannel } from '../failure.js'
import type { ChainTerms, ChannelHost } from '../host.js'
import { CHANNELS_PER_LINK_MAX } from '../limits.js'
import { NO_EVIDENCE, type AcceptMessage, type Contribution, type EnforcedOpening, type Evidence, type FundedMessage, type OpenMessage, type RefuseReason, type Share, type ShareOutput, type SignedMessage } from '../messages.js'
import { dropOpening } from '../opening.js'
import { fixedParts, openerCostSat } from './contract.js'
import { isCommitmentSigned, signCommitment } from './evidence.js'
import { judgeContribution, judgeShare, judgeWitnesses, jointTransaction, transactionOf, type Funder, type JointTransaction } from './joint-funding.js'
import { commitmentPoint, publicKeys } from './keys.js'
import { CHAIN_NUMBERS, CONTRIBUTIONS_MAX, CONTRIBUTIONS_PER_PEER_MAX, DELAY_BLOCKS_DEFAULT, DELAY_BLOCKS_MAX, DELAY_BLOCKS_MIN, FEE_RATE_PER_KW_MAX, FEE_RATE_PER_KW_MIN, FUNDING_SAT_MAX, FUNDING_SAT_MIN, UNFUNDED_MAX, UNFUNDED_PER_PEER_MAX } from './limits.js'
import { dustSatOf, reserveOf } from './rules.js'
import { commitmentsOf, contractOf, keysInOrder, secretsOf } from './state.js'
import { txidOf } from './transaction.js'

/** What is asked for when an enforced channel is opened. The opener funds it, with the peer when it asks for a contribution, and may give a part to the peer. */
export interface EnforcedRequest {
  readonly peer: PeerId
  readonly asset: AssetId
  readonly fundingSat: bigint
  /** What is the peer's from the first state on, its contribution included. */
  readonly push: Units
  /** What of the funding the peer is asked to put in. */
  readonly contribution?: Contribution | undefined
  /** The first that the chain's backend can enforce when left out. */
  readonly format?: EnforcedOpening['format']
  readonly delayBlocks?: number
  /** Of `v2-fee`: satoshis for 1,000 units of weight. */
  readonly feeRatePerKw?: number
}

const FIRST_ROUND: Round = { number: 1, phase: 'idle', updates: [], evidence: NO_EVIDENCE, lastBy: undefined }
const NOT_NAMED = Object.freeze({ txid: new Uint8Array(32), index: 0 })
const NO_POINT = new Uint8Array(0)
const NOTHING = new Uint8Array(0)

/** Opens an enforced channel: sends our keys, now and at every connection until the peer accepts or refuses. @see ENF-16 */
export function openEnforced (host: ChannelHost, request: EnforcedRequest): ChannelId | Refusal {
  const { peer, asset, fundingSat, push } = request
  const chain = host.chain?.terms(asset)
  if (peer === host.self) return refuse('self-link')
  if (chain === undefined) return refuse('no-chain', { chain: 'this asset\'s' })
  if (host.channels.group(peer).size >= CHANNELS_PER_LINK_MAX) return refuse('busy', { what: 'channels on one link', limit: CHANNELS_PER_LINK_MAX })
  const format = request.format ?? chain.formats[0] ?? 'v3-zero-fee'
  const opening = {
    format,
    fundingSat,
    push,
    toSelfDelayBlocks: request.delayBlocks ?? DELAY_BLOCKS_DEFAULT * CHAIN_NUMBERS[chain.clock].blocksPerTenMinutes,
    feeRatePerKw: format === 'v3-zero-fee' ? 0 : request.feeRatePerKw ?? FEE_RATE_PER_KW_MIN,
    contribution: request.contribution
  }
  const wrong = judgeTerms(chain, opening)
  if (wrong !== undefined) return refuse('bad-request', { reason: wrong })
  const id = toHex(host.draw('channel id')) as ChannelId
  const state = firstState(host, chain, opening, 'local', [], [NO_POINT, NO_POINT])
  const channel: Channel = { id, peer, asset, opener: 'local', status: 'opening', round: FIRST_ROUND, state, frozen: undefined, failure: undefined }
  host.channels.set(id, channel)
  startJoint(host, id, opening.contribution)
  resumeOpening(host, channel)
  return id
}

function startJoint (host: ChannelHost, channelId: ChannelId, contribution: Contribution | undefined): void {
  if (contribution !== undefined) host.joints.set(channelId, { channelId, contribution, acceptor: undefined, opener: undefined, witnesses: [] })
}

type OpeningNumbers = Pick<EnforcedOpening, 'format' | 'fundingSat' | 'push' | 'toSelfDelayBlocks' | 'feeRatePerKw' | 'contribution'>

/** Why nobody should open or accept such a channel; undefined when it is sound. */
function judgeTerms ({ clock, formats }: ChainTerms, { format, fundingSat, push, toSelfDelayBlocks, feeRatePerKw, contribution }: OpeningNumbers): string | undefined {
  const { blocksPerTenMinutes: scale, dustSat } = CHAIN_NUMBERS[clock]
  if (!formats.includes(format)) return `the chain's backend does not take channels of the format ${format}`
  if (fundingSat < FUNDING_SAT_MIN || fundingSat > FUNDING_SAT_MAX) return `a funding of ${fundingSat} sat is out of range`
  if (toSelfDelayBlocks < DELAY_BLOCKS_MIN * scale || toSelfDelayBlocks > DELAY_BLOCKS_MAX * scale) return `a delay of ${toSelfDelayBlocks} blocks is out of range`
  if (format === 'v3-zero-fee' ? feeRatePerKw !== 0 : feeRatePerKw < FEE_RATE_PER_KW_MIN || feeRatePerKw > FEE_RATE_PER_KW_MAX) return `a fee rate of ${feeRatePerKw} is out of range`
  const least = openerCostSat({ format, feeRatePerKw, dustSat }, 2) * 1000n + reserveOf({ fundingSat, clock })
  if (fundingSat * 1000n - push < least) return `the opener would keep less than ${least}`
  return contribution === undefined ? undefined : judgeContribution(contribution, { fundingSat, push }) // ENF-25
}

function firstState (host: ChannelHost, chain: ChainTerms, opening: OpeningNumbers, opener: 'local' | 'remote', remoteKeys: readonly Uint8Array[], points: readonly [Uint8Array, Uint8Array]): EnforcedState {
  const { format, fundingSat, push, toSelfDelayBlocks, feeRatePerKw } = opening
  const openers = asUnits(fundingSat * 1000n - push)
  return {
    kind: 'chain',
    terms: { format, clock: chain.clock, fundingSat, funding: NOT_NAMED, delayBlocks: toSelfDelayBlocks, feeRatePerKw, salt: host.draw('channel salt'), remoteKeys },
    opener,
    stage: opener === 'local' ? 'offered' : 'accepted',
    number: 0,
    localBalance: opener === 'local' ? openers : push,
    remoteBalance: opener === 'local' ? push : openers,
    nextLocalAddId: 0,
    nextRemoteAddId: 0,
    localLocked: ZERO,
    remoteLocked: ZERO,
    localLocks: 0,
    remoteLocks: 0,
    trimmed: ZERO,
    trimmedLocks: 0,
    shutdown: false,
    remotePoint: points[0],
    remoteNextPoint: points[1],
    revealed: EMPTY_SHACHAIN,
    evidence: NO_EVIDENCE,
    behind: false,
    sinceHeight: host.env.heights[chain.clock] ?? 0,
    closing: NOTHING
  }
}

/** Says again, on a new connection, what an opener waits for the answer of. @see CHAN-16 */
export function resumeOpening (host: ChannelHost, channel: Channel): void {
  const { state, id, peer, asset } = channel
  if (state.kind !== 'chain' || state.opener === 'remote') return
  if (state.stage === 'accepted') return wantFunding(host, channel, state)
  if (state.stage === 'funded') return sendFunded(host, channel, state)
  if (state.stage !== 'offered') return
  const { format, fundingSat, delayBlocks, feeRatePerKw } = state.terms
  const opening: EnforcedOpening = { kind: 'chain', format, fundingSat, push: state.remoteBalance, toSelfDelayBlocks: delayBlocks, feeRatePerKw, contribution: host.joints.get(id)?.contribution, ...ownKeys(host, state.terms) }
  host.send(peer, { type: 'open', channelId: id, asset, opening, evidence: NO_EVIDENCE })
}

function ownKeys (host: ChannelHost, terms: EnforcedTerms): { readonly keys: readonly Uint8Array[], readonly points: readonly Uint8Array[] } {
  const secrets = secretsOf(host, terms)
  return { keys: keysInOrder(publicKeys(secrets)), points: [commitmentPoint(secrets, 0), commitmentPoint(secrets, 1)] }
}

/** The peer opens an enforced channel with us. @see ENF-16 */
export function onEnforcedOpen (host: ChannelHost, peer: PeerId, message: OpenMessage, opening: EnforcedOpening): void {
  const { channelId, asset } = message
  const refused = (reason: RefuseReason): void => { host.send(peer, { type: 'refuse', channelId, reason }) }
  const known = host.channels.get(channelId)
  if (known !== undefined) {
    if (known.peer === peer) onOpenAgain(host, known, opening)
    else refused('exists')
    return
  }
  const chain = host.chain?.terms(asset)
  if (chain === undefined) return refused('unknown-kind')
  if (judgeTerms(chain, opening) !== undefined || !isEmpty(message.evidence)) return refused('not-accepted')
  if (host.channels.group(peer).size >= CHANNELS_PER_LINK_MAX || tooManyUnfunded(host, peer)) return refused('too-many')
  const { contribution } = opening
  if (contribution !== undefined && tooManyContributions(host, peer)) return refused('too-many')
  const verdict = host.judgeOpening(peer, { kind: 'chain', asset, peerMayBeOwed: opening.fundingSat * 1000n, peerMayOwe: 0n, contribution: (contribution?.sat ?? 0n) * 1000n })
  if (!verdict.accept) return refused(verdict.reason)
  const state = firstState(host, chain, opening, 'remote', opening.keys, [opening.points[0]!, opening.points[1]!])
  const channel: Channel = { id: channelId, peer, asset, opener: 'remote', status: 'opening', round: FIRST_ROUND, state, frozen: undefined, failure: undefined }
  host.channels.set(channelId, channel)
  startJoint(host, channelId, contribution)
  if (contribution === undefined) sendAccept(host, channel, state)
  else host.outcome({ type: 'contributionWanted', channelId })
}

/** Coins of ours that wait for peers to publish: few of one peer, not many of all. @see ENF-29 */
function tooManyContributions (host: ChannelHost, peer: PeerId): boolean {
  let [all, ofPeer] = [0, 0]
  for (const { channelId } of host.joints.values()) {
    const channel = host.channels.get(channelId)
    if (channel?.state.kind !== 'chain' || channel.state.opener === 'local' || channel.state.stage === 'confirmed') continue
    all++
    if (channel.peer === peer) ofPeer++
  }
  return all >= CONTRIBUTIONS_MAX || ofPeer >= CONTRIBUTIONS_PER_PEER_MAX
}

/** An opening of the peer's is not wanted after all. */
export function refuseOpening (host: ChannelHost, channelId: ChannelId, reason: RefuseReason): void {
  const channel = host.channels.get(channelId)
  if (channel?.status !== 'opening' || channel.opener === 'local') return
  host.send(channel.peer, { type: 'refuse', channelId, reason })
  dropOpening(host, channel, reason)
}

/**
 * The wallet has set coins aside for our share: the acceptor says so in its answer, the opener builds the funding
 * transaction and sends its signature of the peer's commitment 0. Nobody has signed an input yet.
 *
 * @see ENF-26
 */
export function shareReady (host: ChannelHost, channelId: ChannelId, share: Share): Refusal | undefined {
  const channel = host.channels.get(channelId)
  const joint = host.joints.get(channelId)
  if (channel?.state.kind !== 'chain' || joint === undefined) return refuse('no-channel', { id: channelId })
  const { state } = channel
  if (state.stage !== 'accepted') return refuse('channel-not-open', { id: channelId, status: state.stage })
  if (state.opener === 'remote') {
    host.joints.set(channelId, { ...joint, acceptor: share })
    sendAccept(host, channel, state)
    return undefined
  }
  const made = joint.acceptor === undefined ? undefined : jointTransaction(share, joint.acceptor, fundingOutputOf(host, state))
  if (made === undefined) return refuse('channel-not-open', { id: channelId, status: state.stage })
  if (isFault(made)) return refuse('channel-refused', { reason: made.detail })
  host.joints.set(channelId, { ...joint, opener: share })
  return fundingReady(host, channelId, txidOf(made.tx), made.fundingIndex)
}

const fundingOutputOf = (host: ChannelHost, state: EnforcedState): ShareOutput => ({ script: fixedParts(contractOf(host, state)).funding.script, valueSat: state.terms.fundingSat })

/** The funding transaction of both, once their shares are known. */
export function jointTransactionOf (host: ChannelHost, channelId: ChannelId): JointTransaction | undefined {
  const channel = host.channels.get(channelId)
  const joint = host.joints.get(channelId)
  return channel?.state.kind !== 'chain' || joint === undefined ? undefined : transactionOf(joint, fundingOutputOf(host, channel.state))
}

/** What is wrong with the peer's share, or that it sent one, or none. */
function judgePeersShare (host: ChannelHost, state: EnforcedState, joint: JointFunding | undefined, funder: Funder, share: Share | undefined): Fault | undefined {
  if (joint === undefined && share === undefined) return undefined
  if (joint === undefined || share === undefined) return fault('ENF-26', joint === undefined ? 'a share that nobody asked for' : 'a share is missing')
  const { fundingSat } = state.terms
  const { contribution } = joint
  const putsInSat = funder === 'acceptor' ? contribution.sat : fundingSat - contribution.sat
  return judgeShare(funder, share, putsInSat, contribution, { dustSat: dustSatOf(state.terms), fundingScript: fundingOutputOf(host, state).script })
}

// What is not funded costs nothing to open: it must not fill the memory.
function tooManyUnfunded (host: ChannelHost, peer: PeerId): boolean {
  let [all, ofPeer] = [0, 0]
  for (const channel of host.channels.values()) {
    if (channel.state.kind !== 'chain' || channel.state.stage === 'confirmed') continue
    all++
    if (channel.peer === peer) ofPeer++
  }
  return all >= UNFUNDED_MAX || ofPeer >= UNFUNDED_PER_PEER_MAX
}

const sendAccept = (host: ChannelHost, { id, peer }: Channel, state: EnforcedState): void => {
  const share = host.joints.get(id)?.acceptor
  host.send(peer, { type: 'accept', channelId: id, evidence: NO_EVIDENCE, acceptance: { ...ownKeys(host, state.terms), ...(share === undefined ? {} : { share }) } })
}

function onOpenAgain (host: ChannelHost, channel: Channel, opening: EnforcedOpening): void {
  const { state } = channel
  const same = state.kind === 'chain' && state.opener === 'remote' && state.stage === 'accepted' && state.terms.fundingSat === opening.fundingSat &&
    state.localBalance === opening.push && state.terms.format === opening.format && sameContribution(host.joints.get(channel.id)?.contribution, opening.contribution) && state.terms.remoteKeys.every((key, i) => equalBytes(key, opening.keys[i]!))
  if (same) return sendAccept(host, channel, state)
  if (channel.status === 'opening') return breakOff(host, channel, fault('CHAN-16', 'the channel was opened otherwise'))
  failChannel(host, channel, fault('CHAN-16', 'the channel is open already'))
}

const sameContribution = (a: Contribution | undefined, b: Contribution | undefined): boolean => a?.sat === b?.sat && a?.satPerKvb === b?.satPerKvb

/** The peer accepted: the wallet is asked for the funding transaction. @see ENF-16 */
export function onEnforcedAccept (host: ChannelHost, channel: Channel, message: AcceptMessage): void {
  const { state } = channel
  if (state.kind !== 'chain' || state.opener === 'remote') return breakOff(host, channel, fault('ENF-16', 'an answer to an opening that is the peer\'s'))
  if (state.stage !== 'offered') return // CHAN-12: a second answer to a second opening.
  const { acceptance } = message
  if (acceptance === undefined || !isEmpty(message.evidence)) return breakOff(host, channel, fault('ENF-16', 'an acceptance without keys'))
  const own = publicKeys(secretsOf(host, state.terms))
  if (acceptance.keys.some((key) => Object.values(own).some((ours: Uint8Array) => equalBytes(ours, key)))) return breakOff(host, channel, fault('ENF-1', 'a key of ours is called the peer\'s'))
  const accepted: EnforcedState = { ...state, stage: 'accepted', terms: { ...state.terms, remoteKeys: acceptance.keys }, remotePoint: acceptance.points[0]!, remoteNextPoint: acceptance.points[1]! }
  const joint = host.joints.get(channel.id)
  const wrong = judgePeersShare(host, accepted, joint, 'acceptor', acceptance.share)
  if (wrong !== undefined) return breakOff(host, channel, wrong)
  if (joint !== undefined) host.joints.set(channel.id, { ...joint, acceptor: acceptance.share })
  const after = { ...channel, state: accepted }
  host.channels.set(channel.id, after)
  wantFunding(host, after, accepted)
}

function wantFunding (host: ChannelHost, { id }: Channel, state: EnforcedState): void {
  host.outcome({ type: 'fundingWanted', channelId: id, ...fundingOutputOf(host, state) })
}

/**
 * The wallet has made, not published, the funding transaction: our signature of the peer's commitment 0 goes out.
 *
 * @param txid - in the order of the wire
 */
export function fundingReady (host: ChannelHost, channelId: ChannelId, txid: Uint8Array, index: number): Refusal | undefined {
  const channel = host.channels.get(channelId)
  if (channel?.state.kind !== 'chain') return refuse('no-channel', { id: channelId })
  const { state } = channel
  if (state.stage !== 'accepted' || state.opener === 'remote') return refuse('channel-not-open', { id: channelId, status: state.stage })
  const funded: EnforcedState = { ...state, stage: 'funded', terms: { ...state.terms, funding: { txid, index } } }
  const after = { ...channel, state: funded }
  host.channels.set(channelId, after)
  sendFunded(host, after, funded)
  return undefined
}

function sendFunded (host: ChannelHost, channel: Channel, state: EnforcedState): void {
  const { theirs } = commitmentsOf(host, channel, state)
  const share = host.joints.get(channel.id)?.opener
  host.send(channel.peer, { type: 'funded', channelId: channel.id, ...state.terms.funding, ...(share === undefined ? {} : { share }), evidence: { ...NO_EVIDENCE, signatures: [signCommitment(secretsOf(host, state.terms), theirs)] } })
}

/** The opener named the funding output and signed our commitment 0: we sign the opener's. @see ENF-16 */
export function onFunded (host: ChannelHost, channel: Channel, message: FundedMessage): void {
  const { state } = channel
  const { txid, index, evidence } = message
  if (state.kind !== 'chain' || state.opener === 'local' || state.number !== 0) return breakOff(host, channel, fault('ENF-16', 'a funding that nobody waits for'))
  if (state.stage !== 'accepted') {
    const same = equalBytes(state.terms.funding.txid, txid) && state.terms.funding.index === index
    if (!same) return breakOff(host, channel, fault('ENF-16', 'another funding output was named before'))
    // CHAN-12: the opener did not get our answer, or the chain has not answered us.
    return state.stage === 'funded' ? host.outcome({ type: 'inputsNamed', channelId: channel.id }) : sendSigned(host, channel, state)
  }
  const named: EnforcedState = { ...state, terms: { ...state.terms, funding: { txid, index } } }
  const joint = host.joints.get(channel.id)
  const wrong = judgePeersShare(host, named, joint, 'opener', message.share) ?? judgeNamed(host, named, joint, message) ?? judgeFirst(host, channel, named, evidence)
  if (wrong !== undefined) return breakOff(host, channel, wrong)
  if (joint === undefined) return sign(host, channel, { ...named, evidence })
  host.joints.set(channel.id, { ...joint, opener: message.share })
  host.channels.set(channel.id, { ...channel, state: { ...named, stage: 'funded', evidence } })
  host.outcome({ type: 'inputsNamed', channelId: channel.id })
}

/** The transaction that both shares make is the one that the opener named. @see ENF-26 */
function judgeNamed (host: ChannelHost, state: EnforcedState, joint: JointFunding | undefined, { txid, index, share }: FundedMessage): Fault | undefined {
  if (joint === undefined || share === undefined) return undefined
  if (joint.acceptor === undefined) return fault('ENF-16', 'a funding that nobody waits for')
  const made = jointTransaction(share, joint.acceptor, fundingOutputOf(host, state))
  if (isFault(made)) return made
  return equalBytes(txidOf(made.tx), txid) && made.fundingIndex === index ? undefined : fault('ENF-26', 'the two shares do not make the transaction that is named')
}

/**
 * The chain has the opener's inputs, and the wallet has signed ours: both our signatures go out, since the opener's of our
 * commitment 0 is stored.
 *
 * @param witnesses - of our inputs, in the order of our share
 * @see ENF-28
 */
export function inputsSigned (host: ChannelHost, channelId: ChannelId, witnesses: readonly Uint8Array[]): void {
  const channel = host.channels.get(channelId)
  const joint = host.joints.get(channelId)
  if (channel?.state.kind !== 'chain' || joint === undefined || channel.state.opener === 'local' || channel.state.stage !== 'funded') return
  host.joints.set(channelId, { ...joint, witnesses })
  sign(host, channel, channel.state)
}

function sign (host: ChannelHost, channel: Channel, state: EnforcedState): void {
  const signed: EnforcedState = { ...state, stage: 'signed', sinceHeight: host.env.heights[state.terms.clock] ?? 0 }
  const after: Channel = { ...channel, status: 'open', state: signed }
  host.channels.set(channel.id, after)
  sendSigned(host, after, signed)
}

function judgeFirst (host: ChannelHost, channel: Channel, state: EnforcedState, { signatures, preSignatures, revocation }: Evidence): Fault | undefined {
  if (signatures.length !== 1 || preSignatures.length > 0 || revocation !== undefined) return fault('ENF-16', 'one signature of commitment 0 is wanted')
  return isCommitmentSigned(commitmentsOf(host, channel, state).ours, signatures[0]!) ? undefined : fault('ENF-10', 'the signature of commitment 0 does not hold')
}

function sendSigned (host: ChannelHost, channel: Channel, state: EnforcedState): void {
  const { theirs } = commitmentsOf(host, channel, state)
  host.sessions.set(channel.id, { sent: true, ready: true, held: undefined })
  const witnesses = host.joints.get(channel.id)?.witnesses
  host.send(channel.peer, { type: 'signed', channelId: channel.id, evidence: { ...NO_EVIDENCE, signatures: [signCommitment(secretsOf(host, state.terms), theirs)] }, ...(witnesses === undefined ? {} : { witnesses }) })
}

/** The acceptor signed our commitment 0: when that is durable, the funding transaction may be published. @see ENF-16 */
export function onSigned (host: ChannelHost, channel: Channel, { evidence, witnesses = [] }: SignedMessage): void {
  const { state } = channel
  if (state.kind !== 'chain' || state.opener === 'remote') return breakOff(host, channel, fault('ENF-16', 'a signature that nobody waits for'))
  if (state.stage === 'signed' || state.stage === 'confirmed') return // CHAN-12
  if (state.stage !== 'funded') return breakOff(host, channel, fault('ENF-16', 'a signature before a funding output was named'))
  const joint = host.joints.get(channel.id)
  const wrong = judgeFirst(host, channel, state, evidence) ?? judgeTheirWitnesses(host, state, joint, witnesses)
  if (wrong !== undefined) return breakOff(host, channel, wrong)
  if (joint !== undefined) host.joints.set(channel.id, { ...joint, witnesses })
  host.channels.set(channel.id, { ...channel, status: 'open', state: { ...state, stage: 'signed', evidence, sinceHeight: host.env.heights[state.terms.clock] ?? 0 } })
  host.sessions.set(channel.id, { sent: true, ready: true, held: undefined })
  host.outcome({ type: 'fundingSigned', channelId: channel.id })
}

function judgeTheirWitnesses (host: ChannelHost, state: EnforcedState, joint: JointFunding | undefined, witnesses: readonly Uint8Array[]): Fault | undefined {
  if (joint === undefined) return witnesses.length === 0 ? undefined : fault('ENF-28', 'witnesses that nobody asked for')
  const made = transactionOf(joint, fundingOutputOf(host, state))
  return made === undefined || joint.acceptor === undefined ? fault('ENF-28', 'witnesses of inputs that were not named') : judgeWitnesses(made, joint.acceptor, witnesses)
}

/** A fault before anything is at stake: the channel is forgotten; later it fails. */
function breakOff (host: ChannelHost, channel: Channel, broken: Fault): void {
  if (channel.status !== 'opening') return failChannel(host, channel, broken)
  host.send(channel.peer, { type: 'fault', channelId: channel.id, broken: broken.requirement })
  dropOpening(host, channel, broken.requirement)
}

const isEmpty = ({ signatures, preSignatures, revocation }: Evidence): boolean => signatures.length === 0 && preSignatures.length === 0 && revocation === undefined
