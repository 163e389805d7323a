import { invariant } from '../../base/invariant.js'
import type { Commitment } from '../enforced/commitment.js'
import { splitEvidence } from '../enforced/evidence.js'
import { commitmentsOf, contractOf, revealedCount, secretsOf } from '../enforced/state.js'
import type { Contract } from '../enforced/contract.js'
import type { ChannelSecrets } from '../enforced/keys.js'
import type { Channel, EnforcedState } from '../entity.js'
import type { ChannelHost } from '../host.js'
import type { Draft } from '../kind.js'
import type { Evidence } from '../messages.js'
import { runningDraft } from '../round/draft.js'

/** A commitment that may confirm, with the peer's signatures for what we would publish then. */
export interface Holding {
  readonly commitment: Commitment
  readonly given: Pick<Evidence, 'signatures' | 'preSignatures'>
}

/** Everything that a channel's end can enforce: all that the resolver needs of what the peers agreed on. @see ENF-21 */
export interface Holdings {
  readonly secrets: ChannelSecrets
  readonly contract: Contract
  /** Our newest commitment, never one whose secret we have told; and the peer's signature of it. @see ENF-14 */
  readonly own: Holding & { readonly signature: Uint8Array }
  /** The peer's commitments that are not revoked: one, or two while a round runs. */
  readonly theirs: readonly Holding[]
  /** How many of the peer's commitments are revoked. */
  readonly revealed: number
}

/** What is held; undefined before both commitments 0 are signed. */
export function holdingsOf (host: ChannelHost, channel: Channel): Holdings | undefined {
  const { state, round } = channel
  if (state.kind !== 'chain' || (state.stage !== 'signed' && state.stage !== 'confirmed')) return undefined
  const base = { secrets: secretsOf(host, state.terms), contract: contractOf(host, state), revealed: revealedCount(state.revealed) }
  const inForce = held(host, channel, state, state.evidence)
  if (round.phase === 'committed') {
    // Our commitment of the state in force is revoked: its secret left with COMMIT. @see ENF-14
    const next = held(host, channel, state, round.evidence, draftOf(host, channel))
    return { ...base, own: next.own, theirs: [inForce.theirs, next.theirs] }
  }
  if (round.phase === 'agreed') {
    const next: Holding = { commitment: commitmentsOf(host, channel, state, draftOf(host, channel)).theirs, given: round.evidence }
    return { ...base, own: inForce.own, theirs: base.revealed > state.number ? [next] : [inForce.theirs, next] }
  }
  return { ...base, own: inForce.own, theirs: [inForce.theirs] }
}

const draftOf = (host: ChannelHost, channel: Channel): Draft<EnforcedState> => runningDraft(host, channel) as Draft<EnforcedState>

function held (host: ChannelHost, channel: Channel, state: EnforcedState, evidence: Evidence, draft?: Draft<EnforcedState>): { readonly own: Holdings['own'], readonly theirs: Holding } {
  const { ours, theirs } = commitmentsOf(host, channel, state, draft)
  const split = splitEvidence(evidence, ours, theirs)
  invariant(split !== undefined, 'evidence was counted before it was stored')
  return { own: { commitment: ours, given: split.ours, signature: split.commitment }, theirs: { commitment: theirs, given: split.theirs } }
}
