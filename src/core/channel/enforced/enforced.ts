import { equalBytes } from '../../base/bytes.js'
import { ZERO } from '../../base/money.js'
import { fault, isFault, type Fault } from '../../base/step.js'
import { mulG } from '../../crypto/curve.js'
import { receiveSecret, secretOf, shachainIndexOf, type Shachain } from '../../crypto/shachain.js'
import type { Channel, EnforcedState } from '../entity.js'
import type { ChannelHost } from '../host.js'
import type { Broken, ChannelKind, Draft } from '../kind.js'
import { NO_EVIDENCE, type Evidence, type ReestablishMessage } from '../messages.js'
import { sayReady } from './close-ready.js'
import { countsOf, giveOwn, giveTheirs, isCommitmentSigned, joinEvidence, judgePreSigned, splitEvidence } from './evidence.js'
import { commitmentPoint, commitmentSecret } from './keys.js'
import { ENFORCED_LOCKS_MAX, ENFORCED_UPDATE_BYTES_MAX } from './limits.js'
import { applyUpdate, capacityOf } from './rules.js'
import { commitmentsOf, digestOf, keepCommitments, revealedCount, secretsOf } from './state.js'

/**
 * The channel that a chain enforces. In reading order: `limits`, `transaction`, `sighash`, `scripts`, `keys` (the parts),
 * `contract`, `commitment`, `ahead`, `pre-signed`, `evidence` (what both sides hold), `spends`, `closing-transaction` (what becomes
 * of it on chain), `rules`, `state`, this file (the kind, for the round machine), `joint-funding`, `opening`, `restore`, `funding`, `close-ready`,
 * `closing`. What happens when the chain decides is in `../resolver`.
 *
 * @see ENF-1 to ENF-29 in `protocols/channel/README.md`
 */
export const enforced: ChannelKind<EnforcedState> = {
  name: 'chain',
  locksPerSideMax: ENFORCED_LOCKS_MAX,
  updateBytesMax: ENFORCED_UPDATE_BYTES_MAX,
  clock: ({ terms }) => terms.clock,
  isReady: ({ stage, behind }) => stage === 'confirmed' && !behind, // ENF-19

  apply: applyUpdate,
  afterRound: (state) => ({ ...state, number: state.number + 1, remotePoint: state.remoteNextPoint, remoteNextPoint: NOT_TOLD }),
  numbers (channel, host) {
    const { number, revealed } = stateOf(channel)
    const count = revealedCount(revealed)
    return { local: number, remote: number, lastSecret: count === 0 ? undefined : secretOf(revealed, shachainIndexOf(count - 1)), nextPoint: commitmentPoint(secretsFor(host, channel), number + 1) }
  },
  judgeNumbers (channel, told, host): Fault | undefined {
    const state = stateOf(channel)
    const { round, localNumber, remoteNumber, lastSecret } = told
    if (localNumber !== round - 1 || remoteNumber !== round - 1 || (remoteNumber === 0) !== (lastSecret === undefined)) return fault('ENF-15', `numbers ${localNumber} and ${remoteNumber} in round ${round}`)
    if (lastSecret !== undefined && !equalBytes(lastSecret, commitmentSecret(secretsOf(host, state.terms), remoteNumber - 1))) return fault('ENF-15', `the secret told for commitment ${remoteNumber - 1} is not ours`)
    // Only we can have told that secret, so we have been further than we remember.
    return remoteNumber > toldCount(channel) ? fault(BEHIND, `commitment ${remoteNumber - 1} was revoked, and is not remembered`) : judgeNextPoint(state, told)
  },
  digest: (host, channel, draft) => digestOf(host, channel, stateOf(channel), draft),

  givePropose: (host, channel, draft) => giveOwn(secretsFor(host, channel), commitmentsOf(host, channel, stateOf(channel), draft).ours),
  takePropose (host, channel, draft, given) {
    const { theirs } = commitmentsOf(host, channel, stateOf(channel), draft)
    // ENF-11: before we sign it, we hold what we need to claim on it.
    return misshapen(given, countsOf(theirs, 'remote'), false) ?? judgePreSigned(theirs, given) ?? given
  },
  giveAgree (host, channel, draft) {
    const { ours, theirs } = commitmentsOf(host, channel, stateOf(channel), draft)
    const secrets = secretsFor(host, channel)
    return joinEvidence(giveTheirs(secrets, theirs), giveOwn(secrets, ours))
  },
  takeAgree (host, channel, draft, given) {
    const { ours, theirs } = commitmentsOf(host, channel, stateOf(channel), draft)
    const held = given.revocation === undefined ? splitEvidence(given, ours, theirs) : undefined
    if (held === undefined) return fault('ENF-11', 'the answer does not hold the signatures of the two commitments')
    if (!isCommitmentSigned(ours, held.commitment)) return fault('ENF-10', `the signature of commitment ${ours.number} does not hold`)
    return judgePreSigned(ours, held.ours) ?? judgePreSigned(theirs, held.theirs) ?? given
  },
  giveCommit (host, channel, draft) {
    const evidence = giveTheirs(secretsFor(host, channel), commitmentsOf(host, channel, stateOf(channel), draft).theirs)
    return { ...evidence, revocation: revocationOf(host, channel, stateOf(channel).number) }
  },
  takeCommit (host, channel, draft, given): EnforcedState | Broken<EnforcedState> {
    const revealed = takeSecret(channel, given)
    if (isFault(revealed)) return { fault: revealed }
    const { ours } = commitmentsOf(host, channel, stateOf(channel), draft)
    const wrong = judgeCommit(given, ours)
    // ENF-14: the secret counts whatever else is wrong: what it revokes can be punished.
    if (wrong !== undefined) return { fault: wrong, state: { ...stateOf(channel), revealed } }
    return inForce(draft, revealed, given, joinEvidence({ ...given, revocation: undefined }, channel.round.evidence))
  },
  // The state is in force already: what is revoked is the one before it.
  giveAck: (host, channel) => ({ ...NO_EVIDENCE, revocation: revocationOf(host, channel, stateOf(channel).number - 1) }),
  takeAck (_host, channel, draft, given): EnforcedState | Broken<EnforcedState> {
    const revealed = takeSecret(channel, given)
    if (isFault(revealed)) return { fault: revealed }
    const state = inForce(draft, revealed, given, channel.round.evidence)
    const wrong = misshapen(given, { signatures: 0, preSignatures: 0 }, true)
    return wrong === undefined ? state : { fault: wrong, state }
  },

  capacity: capacityOf,
  describe: ({ localBalance, terms }) => ({ owedToUs: localBalance, localLimit: terms.fundingSat * 1000n, remoteLimit: terms.fundingSat * 1000n }),
  leastLimit: () => ZERO,
  // The chain says when it is over.
  isOver: () => false,
  isUntouched: ({ stage }) => stage === 'offered' || stage === 'accepted' || stage === 'funded',
  whenFailed: (state, { requirement }) => requirement === BEHIND ? { ...state, behind: true } : state,
  whenIdle: sayReady
}

/** The peer's next commitment is built on the point it told; another one shows here, before any signature is wasted on it. @see ENF-15 */
function judgeNextPoint ({ number, remotePoint, remoteNextPoint }: EnforcedState, { localNumber, nextPoint }: ReestablishMessage): Fault | undefined {
  const known = localNumber === number ? remoteNextPoint : localNumber === number - 1 ? remotePoint : undefined
  const fits = nextPoint !== undefined && (known === undefined || equalBytes(known, nextPoint))
  return fits ? undefined : fault('ENF-15', `the point of commitment ${localNumber + 1} is not the one that was told`)
}

/** The fault by which a side learns that it is behind its peer. */
const BEHIND = 'ENF-23'
const NOT_TOLD = new Uint8Array(0)

const stateOf = (channel: Channel): EnforcedState => channel.state as EnforcedState
const secretsFor = (host: ChannelHost, channel: Channel): ReturnType<typeof secretsOf> => secretsOf(host, stateOf(channel).terms)

/** How many of our commitments we have told, or may have told, the secret of. After COMMIT was durable that is one more. */
export const toldCount = (channel: Channel): number => stateOf(channel).number + (channel.round.phase === 'committed' ? 1 : 0)

/** The secret of a commitment of ours, and the point two further. @see ENF-14 */
const revocationOf = (host: ChannelHost, channel: Channel, number: number): Evidence['revocation'] => {
  const secrets = secretsFor(host, channel)
  return { secret: commitmentSecret(secrets, number), nextPoint: commitmentPoint(secrets, number + 2) }
}

/** The peer's secrets with the one that is told; a fault when it is missing, or does not fit. @see ENF-14 */
function takeSecret (channel: Channel, { revocation }: Evidence): Shachain | Fault {
  const { number, remotePoint, revealed } = stateOf(channel)
  if (revocation === undefined) return fault('ENF-11', 'no secret revokes the commitment before')
  if (!equalBytes(mulG(revocation.secret), remotePoint)) return fault('ENF-14', `the secret of commitment ${number} does not fit its point`)
  // A resent secret is stored already when the first message that told it was wrong in the rest.
  if (revealedCount(revealed) > number) return revealed
  return receiveSecret(revealed, shachainIndexOf(number), revocation.secret) ?? fault('ENF-14', `the secret of commitment ${number} does not fit those before it`)
}

function judgeCommit (given: Evidence, ours: Parameters<typeof countsOf>[0]): Fault | undefined {
  const counts = countsOf(ours, 'remote')
  const wrong = misshapen(given, { ...counts, signatures: counts.signatures + 1 }, true)
  if (wrong !== undefined) return wrong
  const [commitment, ...signatures] = given.signatures
  if (!isCommitmentSigned(ours, commitment!)) return fault('ENF-10', `the signature of commitment ${ours.number} does not hold`)
  return judgePreSigned(ours, { signatures, preSignatures: given.preSignatures })
}

function misshapen (given: Evidence, counts: { readonly signatures: number, readonly preSignatures: number }, revokes: boolean): Fault | undefined {
  if (given.signatures.length === counts.signatures && given.preSignatures.length === counts.preSignatures && (given.revocation !== undefined) === revokes) return undefined
  return fault('ENF-11', `${counts.signatures} signatures and ${counts.preSignatures} pre-signatures wanted; ${given.signatures.length} and ${given.preSignatures.length} came`)
}

function inForce (draft: Draft<EnforcedState>, revealed: Shachain, given: Evidence, evidence: Evidence): EnforcedState {
  const state = { ...draft.state, revealed, remoteNextPoint: given.revocation!.nextPoint, evidence }
  keepCommitments(draft, state)
  return state
}
