import { toHex } from '../../src/core/base/bytes.js'
import { isFault } from '../../src/core/base/step.js'
import type { Channel } from '../../src/core/channel/entity.js'
import { channelLayout } from '../../src/core/channel/layout.js'
import type { ChannelMessage, RoundPhaseName } from '../../src/core/channel/messages.js'
import { decodeChannel } from '../../protocols/channel/codec.js'
import type { Violation, World } from '../harness/world.js'

type Row = Extract<ChannelMessage, { readonly type: 'propose' | 'agree' | 'commit' | 'ack' }>

/**
 * Write before send (I13): a row of a round leaves only when the medium holds the phase that it tells of.
 *
 * @param name - of the sender, for the report
 * @param stored - the channel as the sender's medium holds it; `closed` when it held it and has deleted it: then the last
 *   round is over, and its ACK may leave
 */
export function checkDurable (name: string, row: Row, stored: Channel | 'closed' | undefined): readonly Violation[] {
  if (stored === 'closed' && row.type === 'ack') return []
  const ok = stored !== undefined && stored !== 'closed' && (row.type === 'ack'
    ? stored.round.number > row.round
    : stored.round.number > row.round || (stored.round.number === row.round && PHASES[row.type].includes(stored.round.phase)))
  if (ok) return []
  const held = stored === undefined || stored === 'closed' ? 'no such channel' : `round ${stored.round.number} ${stored.round.phase}`
  return [{ invariant: 'I13', detail: `${name} sent ${row.type} of round ${row.round}, its medium holds ${held}` }]
}

/**
 * At most two statements of a side are not replaced (I8): who signs the one of a round holds the one before it complete.
 *
 * @param stored - the channel as the sender's medium holds it
 */
export function checkUnreplaced (name: string, row: Row, stored: Channel | undefined): readonly Violation[] {
  if (row.type !== 'agree' && row.type !== 'commit') return []
  const complete = stored?.state.kind === 'trust-line' ? stored.state.sequence : stored?.state.number
  if (complete === undefined || complete >= row.round - 1) return []
  return [{ invariant: 'I8', detail: `${name} signed the statement of round ${row.round}, and its medium holds that of round ${complete} as the last complete one` }]
}

/** A proposal that lost against the peer's in the same batch may still leave: the peer ignores it, whatever becomes of it. */
const PHASES: Readonly<Record<'propose' | 'agree' | 'commit', readonly RoundPhaseName[]>> = { propose: ['proposed', 'agreed'], agree: ['agreed'], commit: ['committed'] }

/** Looks for two states that one side signed under one number (I11). It remembers one signature a channel, side and round. */
export function signatureChecker (): (name: string, row: Row) => readonly Violation[] {
  const seen = new Map<string, { readonly round: number, readonly signature: string }>()
  return (name, { type, channelId, round, evidence: { signatures } }) => {
    if (type !== 'agree' && type !== 'commit') return []
    const key = `${name} ${channelId}`
    const signature = signatures.map(toHex).join(' ')
    const before = seen.get(key)
    if (before === undefined || round > before.round) seen.set(key, { round, signature })
    return before?.round === round && before.signature !== signature
      ? [{ invariant: 'I11', detail: `${name} signed two states of round ${round} of channel ${channelId.slice(0, 8)}` }]
      : []
  }
}

/** Looks at every row that an honest node sends, from now on (I8, I11, I13). */
export function watchRows (world: World, report: (violations: readonly Violation[]) => void): void {
  const checkSignatures = signatureChecker()
  /** Channels that were deleted, by node. */
  const closed = new Set<string>()
  world.onStored((node, batch) => { for (const { key, value } of batch) if (value === undefined && key.startsWith('channel/')) closed.add(`${node.name} ${key}`) })
  world.listen((frame) => {
    if (frame.stream !== 'channel') return
    const node = world.nodeOf(frame.from)
    if (!world.isHonest(node.index)) return
    const message = decodeChannel(frame.bytes)
    if (isFault(message) || (message.type !== 'propose' && message.type !== 'agree' && message.type !== 'commit' && message.type !== 'ack')) return
    const bytes = node.disk.entries.get(`channel/${message.channelId}`)
    const stored = bytes === undefined ? undefined : channelLayout.decode(bytes)
    report(checkDurable(node.name, message, stored ?? (closed.has(`${node.name} channel/${message.channelId}`) ? 'closed' : undefined)))
    report(checkUnreplaced(node.name, message, stored))
    report(checkSignatures(node.name, message))
  })
}
