import type { Channel, TrustLineState } from '../../src/core/channel/entity.js'
import { overAt, type Lock } from '../../src/core/channel/lock.js'
import type { Hop } from '../../src/core/payment/tables.js'
import { checkAgreement, checkLimits, type End } from '../checkers/channels.js'
import { keysOf, valuesOf, type Identity, type Member } from './member.js'
import { FEE, type LineOptions, type State } from './state.js'

/** Both ends of each channel, the lower member first. */
function endsOf ({ members }: State, identities: readonly Identity[]): ReadonlyArray<readonly [End, End]> {
  const endAt = (index: number, other: number): End => {
    const channel = valuesOf<Channel>(members[index]!, 'channel').find(({ peer }) => peer === identities[other]!.peer)
    if (channel === undefined) throw new Error(`member ${index} has no channel with ${other}`)
    return { node: `member ${index}`, channel, locks: valuesOf<Lock>(members[index]!, 'lock').filter(({ channelId }) => channelId === channel.id) }
  }
  return identities.slice(1).map(({ index }) => [endAt(index - 1, index), endAt(index, index - 1)])
}

const lineOf = ({ channel }: End): TrustLineState => {
  if (channel.state.kind !== 'trust-line') throw new Error('small worlds have trust lines only')
  return channel.state
}

/** What must hold in every state: limits (I1, I27), agreement (I7), no failed channel (I20), deadlines (I6), secrets kept (I15). */
export function checkState (state: State, identities: readonly Identity[]): string | undefined {
  for (const [a, b] of endsOf(state, identities)) {
    for (const end of [a, b]) {
      if (end.channel.status === 'failed' || end.channel.frozen !== undefined) return `I20: ${end.node} failed an honest channel: ${end.channel.failure ?? end.channel.frozen}`
      const [broken] = checkLimits(end)
      if (broken !== undefined) return `${broken.invariant}: ${broken.detail}`
    }
    const [mine, theirs] = [lineOf(a), lineOf(b)]
    const ahead = mine.sequence - theirs.sequence
    if (ahead > 1 || ahead < -1) return `I7: ${a.node} is ${ahead} statements ahead of ${b.node}`
    if (ahead === 0 && (mine.owedToUs !== -theirs.owedToUs || mine.localLocked !== theirs.remoteLocked || mine.remoteLocked !== theirs.localLocked)) return `I7: ${a.node} and ${b.node} have different statements ${mine.sequence}`
  }
  for (const member of state.members) {
    const wrong = checkHops(member)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** A lock that is handed on leaves time for the one before it (I6), and its secret is used and kept (I15). */
function checkHops (member: Member): string | undefined {
  const locks = valuesOf<Lock>(member, 'lock')
  for (const hop of valuesOf<Hop>(member, 'hop')) {
    const incoming = locks.find(({ channelId, offeredBy, terms }) => offeredBy === 'remote' && channelId === hop.incoming.channelId && terms.id === hop.incoming.lockId)
    const outgoing = locks.find(({ origin }) => origin === hop.origin)
    if (incoming === undefined && !hop.incomingOver) return 'I18: a hop waits for an incoming lock that is gone'
    if (incoming !== undefined && outgoing !== undefined && incoming.terms.expiry.value < overAt(outgoing)) return 'I6: the incoming lock ends before the outgoing one is over'
    if (outgoing?.secret !== undefined && incoming !== undefined && incoming.secret === undefined) return 'I15: the secret of the outgoing lock is known, and is not used for the incoming one'
  }
  return undefined
}

/** What must hold when nothing but a fault can happen: every payment has ended alike for all, and nothing is left. */
export function checkLeaf (state: State, identities: readonly Identity[], { payments, nodes }: LineOptions): string | undefined {
  for (const [a, b] of endsOf(state, identities)) {
    const [differ] = checkAgreement(a, b)
    if (differ !== undefined) return `${differ.invariant}: ${differ.detail}`
  }
  const owed = new Array<bigint>(nodes).fill(0n)
  for (const [index, { from, to, amount, answer }] of payments.entries()) {
    const [payer, payee] = [keysOf(state.members[from]!, 'mark'), keysOf(state.members[to]!, 'mark')]
    const has = (marks: readonly string[], what: string): boolean => marks.includes(`${what}/${index}`)
    if (!has(payer, 'offered')) return `I18: payment ${index} was never offered`
    if (has(payer, 'settled') === has(payer, 'failed')) return `I18: the payer of payment ${index} was told ${has(payer, 'failed') ? 'two ends' : 'no end'}`
    const paid = has(payer, 'settled')
    if (paid !== has(payee, 'gained')) return `I4: payment ${index} was ${paid ? 'paid' : 'not paid'}, its payee ${paid ? 'lost' : 'gained'} it`
    if (paid && !has(payer, 'learnt')) return `I4: payment ${index} was paid without its secret`
    if (paid && (answer === 'fail' || answer === 'silent')) return `I4: payment ${index} was never claimed and is paid`
    if (!paid) continue
    const fee = nodes === 3 ? FEE : 0n
    owed[from]! -= amount + fee
    owed[to]! += amount
    if (nodes === 3) owed[1]! += fee
  }
  for (const [index, member] of state.members.entries()) {
    const worth = valuesOf<Channel>(member, 'channel').reduce((sum, { state: line }) => sum + (line.kind === 'trust-line' ? line.owedToUs : 0n), 0n)
    if (worth !== owed[index]) return `I3: member ${index} should have ${owed[index]}, has ${worth}`
    for (const table of ['lock', 'offer', 'channel-queue', 'hop', 'flight', 'part']) if (keysOf(member, table).length > 0) return `I31: member ${index} has ${table} left`
    if (member.pending !== undefined) return `member ${index} waits with nothing to wait for`
    for (const key of member.store.keys()) if (!/^(channel|mark)\//.test(key)) return `I31: member ${index} stores ${key}`
  }
  return undefined
}
