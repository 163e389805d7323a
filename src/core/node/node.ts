import { drawFrom, type Env } from '../base/env.js'
import type { Hex } from '../base/bytes.js'
import { peerIdOfPublicKey, type ChannelId, type RequestId } from '../base/ids.js'
import { invariant, InvariantError, unreachable } from '../base/invariant.js'
import { isRefusal, type Refusal } from '../base/step.js'
import { rollBack } from '../base/table.js'
import { closeChannel, expireLocks, forceClose, freezeChannel, onChannelMessage, onPeerConnected, onPeerDisconnected, openTrustLine, restart as restartChannels, setLimit, startRounds } from '../channel/channel.js'
import { mulG } from '../crypto/curve.js'
import { closeLink, openLink, setLink } from '../link/agreement.js'
import * as links from '../link/link.js'
import { isRoutingMessage } from '../link/messages.js'
import * as payments from '../payment/payment.js'
import * as routing from '../routing/routing.js'
import type { NodeCore, NodeCoreOptions, StepResult } from './core.js'
import type { NodeEvent } from './events.js'
import { onChainEvent, restartChains } from './chains.js'
import { enforcedAt } from './chain-heights.js'
import { commitmentTxid, tendMoved } from './enforcement.js'
import { onChannelEnded, onFundingSigned, onFundingWanted, onOpeningTimer, openFunded } from './fundings.js'
import { createHosts, type Hosts } from './hosts.js'
import { askInputs, onContributionWanted, onShareTimer, publishFunding } from './joint-fundings.js'
import { restore } from './restoration.js'
import { onWalletRequest } from './wallet-requests.js'
import { closingTxid } from './waits.js'
import type { Request } from './requests.js'
import { createNodeState, loadState } from './state.js'
import { createView } from './view.js'

/**
 * The whole node as one step. In reading order: `events` and `requests` (what comes in), `core` (the interface),
 * `node` (this file: who handles what), `hosts` (what each part may use of the others), `state`, `waits`, `outbox`
 * (what leaves, and when), `view`, `settings`, `genesis`.
 */

/** Channel outcomes one step may cause; more means that two parts feed each other without end. */
const OUTCOMES_PER_STEP_MAX = 10_000
/** How often locks are looked through for those that expired, while there are any. */
const EXPIRY_TICK_MS = 1_000
const EXPIRY_TIMER = 'channel/expiry'

export function createNodeCore (options: NodeCoreOptions): NodeCore {
  const self = peerIdOfPublicKey(mulG(options.identitySecret))
  const state = createNodeState()
  const hosts = createHosts(options, self, state)
  let expiryTimerSet = false

  const run = (env: Env, action: () => void): StepResult => {
    hosts.begin(env, drawFrom(env.entropy))
    const before = expiryTimerSet
    try {
      action()
      settleOutcomes(hosts)
      tendMoved(hosts)
      watchExpiry(env)
      const changes = [...state.journal.changes.values()]
      state.journal.undo.length = 0
      state.journal.changes.clear()
      return { changes, effects: hosts.end() }
    } catch (error) {
      rollBack(state.journal)
      expiryTimerSet = before
      if (error instanceof InvariantError) error.scope ??= hosts.scope()
      hosts.end()
      throw error
    }
  }
  const watchExpiry = (env: Env): void => {
    if (expiryTimerSet === state.channel.locks.size > 0) return
    expiryTimerSet = state.channel.locks.size > 0
    if (expiryTimerSet) hosts.setTimer(EXPIRY_TIMER, env.nowMs + EXPIRY_TICK_MS)
    else hosts.clearTimer(EXPIRY_TIMER)
  }
  const onTimer = (key: string): void => {
    if (key === EXPIRY_TIMER) {
      expiryTimerSet = false
      expireLocks(hosts.channel)
    } else if (key.startsWith('link/')) links.onLinkTimer(hosts.link, key)
    else if (key.startsWith('routing/')) routing.onRoutingTimer(hosts.routing, key)
    else if (key.startsWith('payment/')) payments.onPaymentTimer(hosts.payment, key)
    else if (key.startsWith('chain/opening/')) onOpeningTimer(hosts, key)
    else if (key.startsWith('chain/share/')) onShareTimer(hosts, key)
    else invariant(false, `a timer key begins with the part it belongs to, not ${key}`)
  }
  const handle = (event: NodeEvent): void => {
    if (event.type === 'blockConnected') routing.onBlock(hosts.routing, event.chain, event.tip)
    switch (event.type) {
      case 'started': {
        restartChains(hosts)
        restartChannels(hosts.channel)
        links.restart(hosts.link)
        routing.restart(hosts.routing)
        payments.restart(hosts.payment)
        break
      }
      case 'peerConnected': {
        hosts.connected.add(event.peer)
        links.onPeerConnected(hosts.link, event.peer)
        onPeerConnected(hosts.channel, event.peer)
        routing.onPeerConnected(hosts.routing, event.peer)
        payments.onPeerConnected(hosts.payment, event.peer)
        break
      }
      case 'peerDisconnected': {
        hosts.connected.delete(event.peer)
        links.onPeerDisconnected(hosts.link, event.peer)
        onPeerDisconnected(hosts.channel, event.peer)
        routing.onPeerDisconnected(hosts.routing, event.peer)
        payments.onPeerDisconnected(hosts.payment, event.peer)
        break
      }
      case 'linkMessage': {
        if (isRoutingMessage(event.message)) routing.onRoutingMessage(hosts.routing, event.peer, event.message)
        else links.onLinkMessage(hosts.link, event.peer, event.message)
        break
      }
      case 'channelMessage': {
        onChannelMessage(hosts.channel, event.peer, event.message)
        if (enforcedAt(state, event.message.channelId) !== undefined) hosts.moved.add(event.message.channelId)
        break
      }
      case 'routeMessage': {
        // Half routes are for link neighbours only: a stranger's cost nothing but this look-up.
        if (hosts.isLinked(event.peer)) payments.onRouteMessage(hosts.payment, event.peer, event.message)
        break
      }
      case 'frameFault': {
        hosts.notify({ type: 'link:fault', peer: event.peer, stream: event.stream, requirement: event.fault.requirement, detail: event.fault.detail })
        hosts.drop(event.peer)
        break
      }
      case 'announcement': routing.onAnnouncement(hosts.routing, event.bytes); break
      case 'timerFired': onTimer(event.key); break
      case 'request': hosts.answerNow(event.requestId, request(event.requestId, event.request)); break
      case 'flush': {
        startRounds(hosts.channel)
        // What a round could not take ends here, and may queue the end of another channel's lock.
        settleOutcomes(hosts)
        startRounds(hosts.channel)
        break
      }
      case 'chainStatus': case 'blockConnected': case 'blockDisconnected': case 'transactionSeen': case 'chainHistory': case 'outputFound': case 'broadcastVerdict': case 'feeRate': onChainEvent(hosts, event); break
      default: unreachable(event)
    }
  }

  /** Undefined: the answer comes later. */
  const request = (requestId: RequestId, what: Request): object | Refusal | undefined => {
    switch (what.type) {
      case 'link.open': return openLink(hosts.link, requestId, what)
      case 'link.set': return setLink(hosts.link, what)
      case 'link.close': return closeLink(hosts.link, what)
      case 'channel.open': {
        if (what.kind === 'chain') return openFunded(hosts, requestId, what)
        const opened = openTrustLine(hosts.channel, what)
        return isRefusal(opened) ? opened : hosts.waits.add({ requestId, channelId: opened, until: 'opened' })
      }
      case 'channel.set': return setLimit(hosts.channel, what.channelId, what.limit) ?? hosts.waits.add({ requestId, channelId: what.channelId, until: { limit: what.limit } })
      case 'channel.close': {
        if (what.force === true && enforcedAt(state, what.channelId)?.status !== 'opening') return closeByForce(hosts, what.channelId)
        const closed = closeChannel(hosts.channel, what.channelId)
        return isRefusal(closed) ? closed : closed.status === 'closed' ? closed : hosts.waits.add({ requestId, channelId: what.channelId, until: 'closed' })
      }
      case 'invoice.create': return payments.createInvoice(hosts.payment, { ...what, expiryMs: what.expiryMs ?? options.settings.payment.invoiceExpiryMs })
      case 'invoice.cancel': return payments.cancelInvoice(hosts.payment, what.id) ?? {}
      case 'pay': payments.pay(hosts.payment, requestId, what); return undefined
      case 'meetingPoint.host': return routing.hostMeetingPoint(hosts.routing)
      case 'meetingPoint.stop': {
        const stopped = routing.stopMeetingPoint(hosts.routing, what.id)
        return isRefusal(stopped) ? stopped : {}
      }
      case 'waypoint.publish': return payments.publishEntry(hosts.payment, what)
      case 'waypoint.withdraw': return payments.withdrawEntry(hosts.payment, what.key) ?? {}
      case 'wallet.address': case 'wallet.send': case 'wallet.bump': return onWalletRequest(hosts, what)
      case 'backup.restore': return restore(hosts, options.network, what.restoration)
      default: return unreachable(what)
    }
  }

  return {
    self,
    view: createView(hosts, state, options.network),
    load (entries) { loadState(state, entries) },
    step: (event, env) => run(env, () => { handle(event) }),
    freeze: (channelId, reason, env) => run(env, () => {
      freezeChannel(hosts.channel, channelId, reason)
      hosts.notify({ type: 'channel:frozen', channelId, reason })
    }),
    judgeAnnouncement: (bytes, env) => routing.judgeAnnouncement(hosts.routingAt(env), bytes)
  }
}

/** Our commitment is published when this step is stored; the peer is not asked. */
function closeByForce (hosts: Hosts, channelId: ChannelId): { readonly status: 'closing', readonly txid: Hex | undefined } | Refusal {
  const refused = forceClose(hosts.channel, channelId)
  if (refused !== undefined) return refused
  hosts.moved.add(channelId)
  return { status: 'closing', txid: commitmentTxid(hosts, channelId) }
}

/** Hands what happened in channels to the parts that care, until nothing more happens. */
function settleOutcomes (hosts: Hosts): void {
  for (let count = 0; ; count++) {
    const outcome = hosts.nextOutcome()
    if (outcome === undefined) return
    invariant(count < OUTCOMES_PER_STEP_MAX, 'a step causes a bounded number of channel outcomes')
    const { payment } = hosts
    switch (outcome.type) {
      case 'lockReceived': payments.onLockReceived(payment, outcome.channelId, outcome.lock); break
      case 'secretLearnt': payments.onSecretLearnt(payment, outcome.channelId, outcome.lock, outcome.secret); break
      case 'offerFailed': payments.onOfferFailed(payment, outcome.origin, outcome.reason, outcome.sent); break
      case 'offerSettled': payments.onOfferSettled(payment, outcome.origin); break
      case 'lockRemoved': payments.onLockRemoved(payment, outcome.channelId, outcome.id, outcome.how); break
      case 'opened': hosts.notify({ type: 'channel:opened', channelId: outcome.channelId }); break
      case 'closed': {
        onChannelEnded(hosts, outcome.channelId)
        hosts.notify({ type: 'channel:closed', channelId: outcome.channelId })
        break
      }
      case 'openRefused': onChannelEnded(hosts, outcome.channelId); break
      case 'fundingWanted': {
        if (hosts.channel.joints.has(outcome.channelId)) askInputs(hosts, outcome.channelId)
        else onFundingWanted(hosts, outcome)
        break
      }
      case 'contributionWanted': onContributionWanted(hosts, outcome.channelId); break
      case 'inputsNamed': askInputs(hosts, outcome.channelId); break
      case 'fundingSigned': {
        onFundingSigned(hosts, outcome.channelId)
        publishFunding(hosts, outcome.channelId)
        break
      }
      case 'closeSigned': hosts.notify({ type: 'channel:closing', channelId: outcome.channelId, txid: closingTxid(enforcedAt(hosts.state, outcome.channelId)) }); break
      case 'fault': hosts.notify({ type: 'channel:fault', channelId: outcome.channelId, ...outcome.fault }); break
      case 'capacityChanged': case 'limitRefused': case 'limitReplaced': break
      default: unreachable(outcome)
    }
    if (enforcedAt(hosts.state, outcome.channelId) !== undefined) hosts.moved.add(outcome.channelId)
    routing.onCapacityChanged(hosts.routing, outcome.channelId)
    hosts.answerWaits(outcome)
  }
}
