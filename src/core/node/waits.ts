import type { Hex } from '../base/bytes.js'
import type { ChannelId, RequestId } from '../base/ids.js'
import type { Units } from '../base/money.js'
import type { Journal, Table } from '../base/table.js'
import { createTable } from '../base/table.js'
import type { Channel } from '../channel/entity.js'
import { kindOf } from '../channel/kinds.js'
import type { ChannelOutcome } from '../channel/host.js'
import { displayTxid, readTransaction, txidOf } from '../channel/enforced/transaction.js'
import { refuse, type Refusal } from '../base/step.js'

/** Requests that wait for something to happen in a channel. */
export const CHANNEL_WAITS_MAX = 1_024

/** A request and what it waits for. */
interface Wait {
  readonly requestId: RequestId
  readonly channelId: ChannelId
  /** `funded`: the first state of an enforced channel is signed. */
  readonly until: 'opened' | 'funded' | 'closed' | { readonly limit: Units }
}

export interface ChannelWaits {
  readonly size: number
  add: (wait: Wait) => Refusal | undefined
  /** Answers all that wait at a channel. */
  end: (channelId: ChannelId, result: object, answer: (requestId: RequestId, result: object) => void) => void
  /** Answers what this outcome ends. */
  onOutcome: (outcome: ChannelOutcome, channel: Channel | undefined, answer: (requestId: RequestId, result: object) => void) => void
}

export function createChannelWaits (journal: Journal): ChannelWaits {
  const table: Table<string, Wait> = createTable<string, Wait>(journal, 'wait', { groupBy: (_key, wait) => wait.channelId })
  return {
    get size () { return table.size },
    add (wait) {
      if (table.size >= CHANNEL_WAITS_MAX) return refuse('busy', { what: 'waiting channel requests', limit: CHANNEL_WAITS_MAX })
      table.set(wait.requestId, wait)
      return undefined
    },
    end (channelId, result, answer) {
      for (const { requestId } of [...table.group(channelId).values()]) {
        table.delete(requestId)
        answer(requestId, result)
      }
    },
    onOutcome (outcome, channel, answer) {
      if (table.size === 0) return
      for (const wait of [...table.group(outcome.channelId).values()]) {
        const result = resultOf(wait, outcome, channel)
        if (result === undefined) continue
        table.delete(wait.requestId)
        answer(wait.requestId, result)
      }
    }
  }
}

/** The txid of the closing transaction that both signed. */
export function closingTxid (channel: Channel | undefined): Hex | undefined {
  const tx = channel?.state.kind === 'chain' && channel.state.closing.length > 0 ? readTransaction(channel.state.closing) : undefined
  return tx === undefined ? undefined : displayTxid(txidOf(tx))
}

function resultOf (wait: Wait, outcome: ChannelOutcome, channel: Channel | undefined): object | undefined {
  const { until, channelId } = wait
  switch (outcome.type) {
    case 'opened': return until === 'opened' ? { channelId } : undefined
    case 'fundingSigned': return until === 'funded' && channel?.state.kind === 'chain' ? { channelId, fundingTxid: displayTxid(channel.state.terms.funding.txid) } : undefined
    case 'closeSigned': return until === 'closed' ? { status: 'closing', txid: closingTxid(channel) } : undefined
    case 'openRefused': return refuse('channel-refused', { reason: outcome.reason })
    case 'closed': return until === 'closed' ? { status: 'closed' } : refuse('no-channel', { id: channelId })
    case 'fault': return refuse('channel-not-open', { id: channelId, status: 'failed' })
    case 'limitRefused': {
      if (typeof until !== 'object' || until.limit !== outcome.limit || channel === undefined) return undefined
      return refuse('limit-too-low', { least: kindOf(channel.state).leastLimit(channel.state), asset: channel.asset })
    }
    case 'limitReplaced': return typeof until === 'object' && until.limit === outcome.limit ? refuse('limit-replaced') : undefined
    default: {
      const limit = channel?.state.kind === 'trust-line' ? channel.state.localLimit : undefined
      return typeof until === 'object' && limit === until.limit ? {} : undefined
    }
  }
}
