import type { ChannelId } from '../base/ids.js'
import { isRefusal, refuse } from '../base/step.js'
import { closeChannel, fundingDead, inputsSigned, jointTransactionOf, judgeInput, refuseOpening, shareFeeSat, shareReady, withWitnesses } from '../channel/channel.js'
import type { Funder } from '../channel/enforced/joint-funding.js'
import { FUNDING_INPUTS_MAX } from '../channel/enforced/limits.js'
import { dustSatOf } from '../channel/enforced/rules.js'
import { displayTxid, outpointText as wireText, transactionBytes, vsizeOf } from '../channel/enforced/transaction.js'
import type { JointFunding } from '../channel/entity.js'
import type { Share } from '../channel/messages.js'
import { outpointText, type ChainName, type Outpoint, type Verdict } from '../wallet/chain-facts.js'
import { boundedRate, feeRate } from '../wallet/fees.js'
import type { WalletHost } from '../wallet/host.js'
import { giveShareBack, isShareDead, publishJoint, setShareAside, sharesOf, signShare } from '../wallet/wallet.js'
import { enforcedAt, enforcedChannels, type Enforced } from './chain-heights.js'
import { named } from './enforcement.js'
import type { OutputFound } from './events.js'
import { giveUp, whyUnheard } from './fundings.js'
import type { Hosts } from './hosts.js'
import { OPENING_PATIENCE_MS, RESUME_BLOCKS_MAX } from './limits.js'

/**
 * Channels that both ends fund: each wallet sets its share aside, each end asks the chain for the other's inputs, and
 * the opener publishes. The acceptor's coins wait for a while and no longer: afterwards they are used like any others,
 * and the channel is forgotten when they went elsewhere for good.
 *
 * @see ENF-25 to ENF-29
 */

const TIMER = 'chain/share/'
const timerOf = (channelId: ChannelId): string => `${TIMER}${channelId}`

/** A peer's fee rate may be so many times what we would pay to be confirmed soon: more would waste our coins. */
const FEE_RATE_TIMES_MAX = 2n

interface Joint {
  readonly channel: Enforced
  readonly chain: ChainName
  readonly joint: JointFunding
  readonly wallet: WalletHost
}

function jointAt (hosts: Hosts, channelId: ChannelId): Joint | undefined {
  const channel = enforcedAt(hosts.state, channelId)
  const joint = hosts.channel.joints.get(channelId)
  const { wallet } = hosts
  return channel === undefined || joint === undefined || wallet === undefined ? undefined : { channel, chain: channel.state.terms.clock, joint, wallet }
}

/** A peer whose channel our rules accept asks for coins of ours. @see ENF-25 */
export function onContributionWanted (hosts: Hosts, channelId: ChannelId): void {
  const found = jointAt(hosts, channelId)
  if (found === undefined) return
  const { chain, joint, wallet } = found
  const { sat, satPerKvb } = joint.contribution
  const facts = wallet.chains.get(chain)
  if (facts === undefined || whyUnheard(hosts, chain) !== undefined) return refuseOpening(hosts.channel, channelId, 'no-coins')
  if (boundedRate(facts, satPerKvb) !== satPerKvb || satPerKvb > FEE_RATE_TIMES_MAX * feeRate(wallet, facts, 2)) return refuseOpening(hosts.channel, channelId, 'limit')
  hosts.setTimer(timerOf(channelId), hosts.env.nowMs + OPENING_PATIENCE_MS)
  if (!addShare(hosts, found, 'acceptor', sat)) refuseOpening(hosts.channel, channelId, 'no-coins')
}

/** Sets our share aside and tells the channel; whoever asked hears why the opener has none. */
function addShare (hosts: Hosts, { channel: { id, state }, chain, joint, wallet }: Joint, funder: Funder, valueSat: bigint): boolean {
  const { satPerKvb } = joint.contribution
  giveShareBack(wallet, chain, id)
  const share = setShareAside(wallet, { chain, matter: id, valueSat, inputsMax: FUNDING_INPUTS_MAX, dustSat: dustSatOf(state.terms), feeSat: (inputs, change) => shareFeeSat(funder, satPerKvb, inputs, change) })
  const refused = isRefusal(share) ? share : shareReady(hosts.channel, id, share)
  if (refused !== undefined && funder === 'opener') giveUp(hosts, id, refused)
  return refused === undefined
}

/** The acceptor named its inputs, or the opener did: the chain is asked for each. @see ENF-27 */
export function askInputs (hosts: Hosts, channelId: ChannelId): void {
  const found = jointAt(hosts, channelId)
  const share = found === undefined ? undefined : sharesBySide(found).theirs
  // A peer that says it again does not make us ask again.
  if (found === undefined || share === undefined || hosts.chainTables.inputChecks.has(channelId)) return
  hosts.chainTables.inputChecks.set(channelId, { channelId, chain: found.chain, waiting: share.inputs.map(wireText) })
  for (const input of share.inputs) hosts.perform({ type: 'askOutput', chain: found.chain, outpoint: named(input) })
}

function sharesBySide ({ channel, joint: { opener, acceptor } }: Joint): { readonly ours: Share | undefined, readonly theirs: Share | undefined } {
  return channel.opener === 'local' ? { ours: opener, theirs: acceptor } : { ours: acceptor, theirs: opener }
}

/** What the chain says of an output that may be an input of a peer. */
export function onInputFound (hosts: Hosts, chain: ChainName, outpoint: Outpoint, answer: OutputFound | 'none' | undefined): void {
  const { inputChecks } = hosts.chainTables
  const name = outpointText(outpoint)
  for (const check of [...inputChecks.values()]) {
    if (check.chain !== chain || !check.waiting.includes(name)) continue
    const { channelId } = check
    const found = jointAt(hosts, channelId)
    const input = found === undefined ? undefined : sharesBySide(found).theirs?.inputs.find((each) => wireText(each) === name)
    if (found === undefined || input === undefined) { inputChecks.delete(channelId); continue }
    hosts.moved.add(channelId)
    hosts.within(channelId, () => {
      const wrong = judgeInput(input, answer)
      const waiting = check.waiting.filter((other) => other !== name)
      if (wrong === undefined && waiting.length > 0) return inputChecks.set(channelId, { ...check, waiting })
      inputChecks.delete(channelId)
      if (wrong === undefined) onInputsFound(hosts, found)
      else if (found.channel.opener === 'local') giveUp(hosts, channelId, refuse('channel-refused', { reason: wrong }))
      else refuseOpening(hosts.channel, channelId, 'bad-input')
    })
  }
}

/** All inputs of the peer are there: the opener adds its own, the acceptor signs. */
function onInputsFound (hosts: Hosts, found: Joint): void {
  const { channel, chain, joint, wallet } = found
  const { id, state } = channel
  if (channel.opener === 'local') {
    if (state.stage === 'accepted') addShare(hosts, found, 'opener', state.terms.fundingSat - joint.contribution.sat)
    return
  }
  if (state.stage !== 'funded') return
  const made = jointTransactionOf(hosts.channel, id)
  const witnesses = made === undefined || joint.acceptor === undefined ? undefined : signShare(wallet, chain, id, joint.acceptor, made.tx, made.prevouts)
  if (witnesses === undefined) return refuseOpening(hosts.channel, id, 'no-coins')
  inputsSigned(hosts.channel, id, witnesses)
  hosts.setTimer(timerOf(id), hosts.env.nowMs + OPENING_PATIENCE_MS)
}

/** Our end opened, and everything but our own inputs is signed and stored with this step: it is completed and goes out. Told again after a start. @see ENF-28 */
export function publishFunding (hosts: Hosts, channelId: ChannelId): void {
  const found = jointAt(hosts, channelId)
  const made = jointTransactionOf(hosts.channel, channelId)
  const purse = hosts.chainTables.purses.get(channelId)
  if (found === undefined || made === undefined || purse?.send !== undefined) return
  const { channel, chain, joint: { opener, acceptor, witnesses, contribution }, wallet } = found
  if (opener === undefined || acceptor === undefined) return
  const own = signShare(wallet, chain, channelId, opener, made.tx, made.prevouts)
  // A coin of ours is gone, and nobody has our signatures: it will never be.
  if (own === undefined) return fundingDead(hosts.channel, channelId)
  const tx = withWitnesses(withWitnesses(made.tx, acceptor, witnesses), opener, own)
  const putsInSat = channel.state.terms.fundingSat - contribution.sat
  const feeSat = opener.inputs.reduce((sum, { output }) => sum + output.valueSat, 0n) - putsInSat - (opener.change?.valueSat ?? 0n)
  const output = { script: tx.outputs[made.fundingIndex]!.script, valueSat: putsInSat }
  const sent = publishJoint(wallet, { chain, matter: channelId, share: opener, raw: transactionBytes(tx), vsize: vsizeOf(tx), output, feeSat })
  hosts.chainTables.purses.set(channelId, { channelId, chain, send: sent.id, payout: purse?.payout })
  hosts.notify({ type: 'channel:funded', channelId, txid: sent.txid })
}

/**
 * The chain's nodes do not take our funding transaction, because a coin of it is gone. Ours are looked at by the wallet;
 * whether a block took one of the peer's is told by its history.
 */
export function onJointVerdict (hosts: Hosts, chain: ChainName, txid: string, verdict: Verdict): void {
  if (verdict.status !== 'rejected' || verdict.reason !== 'missing-inputs') return
  for (const { channelId, joint } of jointsOn(hosts, chain)) {
    const { funding } = enforcedAt(hosts.state, channelId)!.state.terms
    if (displayTxid(funding.txid) !== txid) continue
    for (const input of joint.acceptor?.inputs ?? []) hosts.perform({ type: 'askHistory', chain, of: { type: 'outpoint', outpoint: named(input) }, fromHeight: fromHeightOf(hosts, channelId) })
  }
}

/** The peer's inputs were there when the opening began; blocks may have been replaced since. */
const fromHeightOf = (hosts: Hosts, channelId: ChannelId): number => Math.max(0, enforcedAt(hosts.state, channelId)!.state.sinceHeight - RESUME_BLOCKS_MAX)

/** Fundings of both that we opened and published, and that the chain has not confirmed. */
function * jointsOn (hosts: Hosts, chain: ChainName): Iterable<{ readonly channelId: ChannelId, readonly joint: JointFunding }> {
  for (const { id, opener, state } of enforcedChannels(hosts.state, chain)) {
    const joint = opener === 'local' && state.stage === 'signed' ? hosts.channel.joints.get(id) : undefined
    if (joint !== undefined) yield { channelId: id, joint }
  }
}

/** Our coins have waited for a peer's transaction long enough: they are free, published or not. @see ENF-29 */
export function onShareTimer (hosts: Hosts, key: string): void {
  const channelId = key.slice(TIMER.length) as ChannelId
  const found = jointAt(hosts, channelId)
  if (found === undefined) return
  giveShareBack(found.wallet, found.chain, channelId)
  if (found.channel.status === 'opening') closeChannel(hosts.channel, channelId)
}

/** Looks for channels whose funding transaction can no longer be, because coins of ours in it went elsewhere. @see ENF-29 */
export function reviewShares (hosts: Hosts, chain: ChainName): void {
  for (const { id, opener, state } of enforcedChannels(hosts.state, chain)) {
    const share = opener === 'remote' && state.stage === 'signed' ? hosts.channel.joints.get(id)?.acceptor : undefined
    if (share !== undefined && hosts.wallet !== undefined && isShareDead(hosts.wallet, chain, share, displayTxid(state.terms.funding.txid))) fundingDead(hosts.channel, id)
  }
}

/** After a start: coins wait a while, again; those of channels that are gone are free. */
export function restartShares (hosts: Hosts): void {
  const { wallet } = hosts
  if (wallet === undefined) return
  const known = new Map<string, Enforced>([...enforcedChannels(hosts.state)].map((channel) => [channel.id, channel]))
  for (const chain of wallet.chains.keys()) {
    for (const matter of sharesOf(wallet, chain)) {
      const channel = known.get(matter)
      if (channel === undefined) giveShareBack(wallet, chain, matter)
      else if (channel.opener === 'remote') hosts.setTimer(timerOf(channel.id), hosts.env.nowMs + OPENING_PATIENCE_MS)
    }
  }
}
