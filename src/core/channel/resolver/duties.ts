import { equalBytes } from '../../base/bytes.js'
import { adapt } from '../../crypto/adaptor.js'
import { revocableOutputs, signedCommitment, type Commitment } from '../enforced/commitment.js'
import { signCommitment } from '../enforced/evidence.js'
import { fixedParts, numberIn } from '../enforced/contract.js'
import { commitmentPoint } from '../enforced/keys.js'
import { BURIED_CONFIRMATIONS } from '../enforced/limits.js'
import { needsSecret, targetOf } from '../enforced/pre-signed.js'
import { anchorOutput, claimedOutput, delayedOutput, keyedAnchor, punishedOutput, staticOutputOf, type Takeable } from '../enforced/spends.js'
import { readTransaction, vsizeOf, type Outpoint, type Transaction, type TransactionOutput } from '../enforced/transaction.js'
import type { EnforcedState } from '../entity.js'
import type { Lock } from '../lock.js'
import { secretIn } from './extract.js'
import { confirmed, depthOf, indexSpends, type ChainFacts, type SeenTransaction, type Spend, type SpendsOf } from '../chain-facts.js'
import type { Holding, Holdings } from './holdings.js'
import { WORTH_KEEPING_SAT } from './limits.js'
import { identify, type Closing } from './identify.js'

/** What the resolver looks at: what is held, what the chain holds, and what time it is there. Nothing else. */
export interface Situation {
  readonly state: EnforcedState
  readonly holdings: Holdings
  /** Of the channel, as stored, with every t that is known. */
  readonly locks: readonly Lock[]
  readonly facts: ChainFacts
  readonly height: number
  /** Whether our commitment is to be published when nothing has spent the funding output. */
  readonly wantsClose: boolean
}

/** Something to publish. Deadlines are heights at which it should be confirmed. */
export type Task =
  | { readonly type: 'closing', readonly tx: Transaction }
  /** `rivalVsize`: of the largest known child of its anchor, 0 without one. */
  | { readonly type: 'commitment', readonly tx: Transaction, readonly commitment: Commitment, readonly deadline: number, readonly rivalVsize: number }
  /** Locks of one commitment whose spends may share a transaction. */
  | { readonly type: 'locks', readonly commitment: Commitment, readonly places: ReadonlyArray<{ readonly place: number, readonly signature: Uint8Array }>, readonly deadline: number }
  | { readonly type: 'sweep', readonly takeables: readonly Takeable[], readonly deadline: number | undefined }

/** How a lock ended, for certain. */
export interface Ended {
  readonly lock: Lock
  readonly how: 'fulfilled' | 'failed' | 'expired'
}

export interface Duties {
  readonly closing: Closing | undefined
  /** Outputs whose spending must be told. */
  readonly watch: readonly Outpoint[]
  readonly tasks: readonly Task[]
  readonly learnt: ReadonlyArray<{ readonly lock: Lock, readonly secret: Uint8Array }>
  readonly ended: readonly Ended[]
  /** Everything of ours is taken, and buried. */
  readonly over: boolean
}

/** What is being found out; owned by {@link dutiesOf}. */
interface Survey {
  readonly at: Situation
  readonly spendsOf: SpendsOf
  readonly watch: Outpoint[]
  readonly tasks: Task[]
  readonly learnt: Array<{ readonly lock: Lock, readonly secret: Uint8Array }>
  readonly sweeps: Takeable[]
  /** Small ones that are worth their fee beside others only. */
  readonly anchors: Takeable[]
  /** Those that the peer tries to spend by their script. */
  readonly contested: Takeable[]
  /** Outputs of ours that are not spent, or not deep enough. */
  open: number
}

/**
 * What to watch and publish, and what was learnt: worked out anew from the facts each time, so that a reorganisation
 * needs no rules of its own. @see ENF-21
 */
export function dutiesOf (at: Situation): Duties {
  const survey: Survey = { at, spendsOf: indexSpends(at.facts), watch: [at.state.terms.funding], tasks: [], learnt: [], sweeps: [], anchors: [], contested: [], open: 0 }
  const spends = survey.spendsOf(at.state.terms.funding)
  const closed = confirmed(spends)
  if (closed === undefined) return unspent(survey, spends)
  const closing = identify(closed.by, at.holdings, at.state)
  const deep = depthOf(closed.by, at.height) >= BURIED_CONFIRMATIONS
  switch (closing.type) {
    case 'cooperative': break
    case 'ours': case 'theirs': surveyCommitment(survey, closing.holding, closed.by); break
    case 'revoked': surveyRevoked(survey, closing, closed.by); break
    case 'unknown':
      takeStatic(survey, closed.by)
      takeForgotten(survey, closed.by)
      takeAnchor(survey, closed.by)
      break
  }
  if (survey.sweeps.length > 0) survey.sweeps.push(...survey.anchors)
  const deadline = closing.type === 'revoked' ? closed.by.height + at.state.terms.delayBlocks : undefined
  for (const takeables of [survey.sweeps, ...survey.contested.map((one) => [one])]) if (takeables.length > 0) survey.tasks.push({ type: 'sweep', takeables, deadline })
  const ended = endings(survey, closing, closed.by)
  const over = deep && survey.open === 0 && at.locks.every((lock) => lock.ended || ended.some((one) => one.lock === lock))
  return { closing, watch: survey.watch, tasks: survey.tasks, learnt: survey.learnt, ended, over }
}

/** Nothing in the chain spends the funding output yet; spends in the mempool may still teach a t, but nothing hangs on one. */
function unspent (survey: Survey, spends: readonly Spend[]): Duties {
  const { state, holdings, wantsClose, height } = survey.at
  const agreed = state.closing.length > 0 ? readTransaction(state.closing) : undefined
  // ENF-23: what is behind publishes nothing.
  if (wantsClose && !state.behind) {
    const { commitment, signature } = holdings.own
    const signatures = { local: signCommitment(holdings.secrets, commitment), remote: signature }
    // Anybody may hang a child on a shared anchor: large and cheap, so that it is dear to replace.
    const anchor = { txid: commitment.txid, index: anchorOutput(holdings.secrets, commitment).index }
    survey.watch.push(anchor)
    const rivalVsize = survey.spendsOf(anchor).reduce((largest, { by }) => Math.max(largest, vsizeOf(by.tx)), 0)
    survey.tasks.push({ type: 'commitment', tx: signedCommitment(commitment, signatures), commitment, deadline: height + 1, rivalVsize })
  } else if (agreed !== undefined) survey.tasks.push({ type: 'closing', tx: agreed })
  for (const { by } of spends) {
    const closing = identify(by, holdings, state)
    if (closing.type === 'ours' || closing.type === 'theirs') learnFrom(survey, closing.holding)
  }
  return { closing: undefined, watch: survey.watch, tasks: survey.tasks, learnt: survey.learnt, ended: [], over: false }
}

const spentAt = ({ commitment: { owner, number, ptlc } }: Holding, index: number, valueSat: bigint): Parameters<typeof secretIn>[1] => ({ owner, number, index, valueSat, ptlc })

/** Reads every t that the peer showed by spending, in the chain or in the mempool. */
function learnFrom (survey: Survey, holding: Holding): void {
  const { commitment } = holding
  for (const { lock, index, valueSat } of commitment.ptlcs) {
    const stored = storedLock(survey, lock)
    if (stored === undefined || stored.secret !== undefined || !needsSecret(lock, 'remote')) continue
    for (const spend of survey.spendsOf({ txid: commitment.txid, index })) {
      const secret = secretIn(survey.at.holdings.secrets, spentAt(holding, index, valueSat), spend, lock)
      if (secret === undefined) continue
      survey.learnt.push({ lock: stored, secret })
      break
    }
  }
}

/** The lock as it is stored now, with t if it is known: commitments remember it as it was when they were built. */
const storedLock = ({ at }: Survey, lock: Lock): Lock | undefined => at.locks.find(({ offeredBy, terms }) => offeredBy === lock.offeredBy && terms.id === lock.terms.id)

function surveyCommitment (survey: Survey, holding: Holding, closed: SeenTransaction): void {
  const { at } = survey
  const { secrets, contract } = at.holdings
  const { commitment } = holding
  learnFrom(survey, holding)
  surveyPtlcs(survey, holding)
  commitment.kinds.forEach((kind, index) => {
    const output = commitment.transaction.outputs[index]!
    const outpoint = { txid: commitment.txid, index }
    if (commitment.owner === 'local' && kind === 'to-local') takeDelayed(survey, commitment, outpoint, output, closed)
    if (commitment.owner === 'remote' && kind === 'to-remote') take(survey, staticOutputOf(secrets, contract, outpoint, output.valueSat))
  })
  takeAnchor(survey, closed)
}

/** Our own anchor, when it was not needed: taken together with other outputs, and no reason to keep a channel. @see ENF-4 */
function takeAnchor (survey: Survey, closed: SeenTransaction): void {
  const { secrets, contract } = survey.at.holdings
  const { script } = fixedParts(contract).sides.local.anchor
  closed.tx.outputs.forEach((output, index) => {
    const outpoint = { txid: closed.txid, index }
    if (!equalBytes(output.script, script)) return
    survey.watch.push(outpoint)
    if (confirmed(survey.spendsOf(outpoint)) === undefined) survey.anchors.push(keyedAnchor(secrets, outpoint, output))
  })
}

/** An output that is ours alone: taken, unless a spend of it is in the chain. */
function take (survey: Survey, takeable: Takeable): void {
  const spends = survey.spendsOf(takeable)
  const spend = confirmed(spends)
  // What the peer fights for goes alone, or each of its conflicts would throw out all of ours.
  const fought = takeable.unlock.by === 'key' && spends.some(({ by, input }) => by.tx.inputs[input]!.witness.length > 1)
  if (spend === undefined) (fought ? survey.contested : survey.sweeps).push(takeable)
  const kept = spend !== undefined || takeable.output.valueSat >= WORTH_KEEPING_SAT
  if (kept && (spend === undefined || depthOf(spend.by, survey.at.height) < BURIED_CONFIRMATIONS)) survey.open++
  survey.watch.push({ txid: takeable.txid, index: takeable.index })
}

function takeDelayed (survey: Survey, commitment: Pick<Commitment, 'contract' | 'revocable'>, outpoint: Outpoint, output: TransactionOutput, made: SeenTransaction): void {
  const { at } = survey
  // The next block may hold the spend when the delay is over by then.
  if (at.height + 1 - made.height! >= at.state.terms.delayBlocks) return take(survey, delayedOutput(at.holdings.secrets, commitment, outpoint, output.valueSat))
  survey.open++
  survey.watch.push(outpoint)
}

/** A lock that is hardly above dust is taken when fees allow it, but nothing waits for that long after its expiry. @see ENF-22 */
const isGivenUp = ({ height }: Situation, { terms: { expiry } }: Lock, valueSat: bigint): boolean => valueSat < WORTH_KEEPING_SAT && height >= expiry.value + BURIED_CONFIRMATIONS

interface Choice { readonly place: number, readonly signature: Uint8Array, readonly deadline: number, readonly lockTime: number, readonly contested: boolean }

function surveyPtlcs (survey: Survey, holding: Holding): void {
  const { commitment, given } = holding
  const choices: Choice[] = []
  let [plain, short] = [0, 0]
  commitment.ptlcs.forEach(({ lock, index, valueSat }, place) => {
    const outpoint = { txid: commitment.txid, index }
    survey.watch.push(outpoint)
    const withSecret = needsSecret(lock, 'local')
    const theirs = withSecret ? given.preSignatures[short++]! : given.signatures[plain++]!
    const spends = survey.spendsOf(outpoint)
    const spend = confirmed(spends)
    if (spend !== undefined) return followSpend(survey, commitment, spend, valueSat)
    const contested = spends.some((one) => !isOurs(commitment, one))
    const secret = storedLock(survey, lock)?.secret
    const { value: expiry } = lock.terms.expiry
    if (withSecret && secret !== undefined) choices.push({ place, signature: adapt(theirs, secret), deadline: expiry, lockTime: 0, contested })
    // What we offered comes back after its expiry: the next block must be above it.
    if (!withSecret && survey.at.height >= expiry) choices.push({ place, signature: theirs, deadline: survey.at.height + 1, lockTime: expiry, contested })
    if ((!withSecret || secret !== undefined) && !isGivenUp(survey.at, lock, valueSat)) survey.open++
  })
  // A peer that fights for one could throw out all with it at every block: then none shares a transaction.
  if (choices.some(({ contested }) => contested)) {
    for (const choice of choices) addLocks(survey, commitment, [choice])
    return
  }
  const groups = new Map<number, Choice[]>()
  for (const choice of choices) groups.set(choice.lockTime, [...groups.get(choice.lockTime) ?? [], choice])
  for (const group of groups.values()) addLocks(survey, commitment, group)
}

function addLocks (survey: Survey, commitment: Commitment, choices: readonly Choice[]): void {
  survey.tasks.push({ type: 'locks', commitment, places: choices.map(({ place, signature }) => ({ place, signature })), deadline: Math.min(...choices.map(({ deadline }) => deadline)) })
}

/** Whether a spend of a lock's output is ours: what was signed in advance fixes where it pays to. */
const isOurs = (commitment: Commitment, { by, input }: Spend): boolean => {
  const output = by.tx.outputs[input]
  return output !== undefined && equalBytes(output.script, targetOf(commitment, 'local').script)
}

/** A lock's output was spent in the chain: by us, and then what it paid is ours after the delay, or at once. */
function followSpend (survey: Survey, commitment: Commitment, spend: Spend & { readonly by: { readonly height: number } }, valueSat: bigint): void {
  const { at } = survey
  if (!isOurs(commitment, spend)) {
    if (depthOf(spend.by, at.height) < BURIED_CONFIRMATIONS) survey.open++
    return
  }
  // Output i belongs to input i: several may share a transaction.
  const outpoint = { txid: spend.by.txid, index: spend.input }
  if (commitment.owner === 'local') takeDelayed(survey, commitment, outpoint, spend.by.tx.outputs[spend.input]!, spend.by)
  else take(survey, claimedOutput(at.holdings.secrets, at.holdings.contract, outpoint, valueSat))
}

/** Our balance on a commitment of the peer, whichever it is: found by its script. */
function takeStatic (survey: Survey, closed: SeenTransaction): void {
  const { secrets, contract } = survey.at.holdings
  const { script } = fixedParts(contract).sides.remote.toOther
  closed.tx.outputs.forEach((output, index) => {
    if (equalBytes(output.script, script)) take(survey, staticOutputOf(secrets, contract, { txid: closed.txid, index }, output.valueSat))
  })
}

/** A commitment of ours that we do not remember, since our memory was lost: its number tells what waits for us. */
function takeForgotten (survey: Survey, closed: SeenTransaction): void {
  const { secrets, contract } = survey.at.holdings
  const number = numberIn(fixedParts(contract), closed.tx.lockTime, closed.tx.inputs[0]?.sequence ?? 0)
  if (number === undefined) return
  const { revocable } = revocableOutputs(contract, 'local', commitmentPoint(secrets, number))
  closed.tx.outputs.forEach((output, index) => {
    if (equalBytes(output.script, revocable.script)) takeDelayed(survey, { contract, revocable }, { txid: closed.txid, index }, output, closed)
  })
}

/** Everything of a revoked commitment, and of the second stages that the peer came to, is ours. @see ENF-13 */
function surveyRevoked (survey: Survey, { secret, scripts, number }: Extract<Closing, { type: 'revoked' }>, closed: SeenTransaction): void {
  const { secrets } = survey.at.holdings
  takeStatic(survey, closed)
  takeAnchor(survey, closed)
  closed.tx.outputs.forEach((output, index) => {
    const outpoint = { txid: closed.txid, index }
    if (equalBytes(output.script, scripts.revocable.script)) take(survey, punishedOutput(secrets, secret, scripts.revocable, outpoint, output.valueSat))
    if (!equalBytes(output.script, scripts.ptlc.script)) return
    const spends = survey.spendsOf(outpoint)
    for (const spend of spends) learnFromRevoked(survey, { owner: 'remote', number, index, valueSat: output.valueSat, ptlc: scripts.ptlc }, spend)
    const spend = confirmed(spends)
    const stage = spend === undefined ? undefined : spend.by.tx.outputs[spend.input]
    if (spend !== undefined && stage !== undefined && equalBytes(stage.script, scripts.revocable.script)) {
      survey.watch.push(outpoint)
      take(survey, punishedOutput(secrets, secret, scripts.revocable, { txid: spend.by.txid, index: spend.input }, stage.valueSat))
    } else take(survey, punishedOutput(secrets, secret, scripts.ptlc, outpoint, output.valueSat))
  })
}

/** Which locks were on a revoked commitment is forgotten; one that is still live may be the one that the peer just spent. */
function learnFromRevoked (survey: Survey, spent: Parameters<typeof secretIn>[1], spend: Spend): void {
  for (const lock of survey.at.locks) {
    if (lock.offeredBy !== 'local' || lock.secret !== undefined || lock.terms.amount / 1000n !== spent.valueSat) continue
    const secret = secretIn(survey.at.holdings.secrets, spent, spend, lock)
    if (secret !== undefined) survey.learnt.push({ lock, secret })
  }
}

/** Locks of which the chain has decided, deep enough. @see ENF-22 */
function endings (survey: Survey, closing: Closing, closed: SeenTransaction): Ended[] {
  const { at } = survey
  const deep = depthOf(closed, at.height) >= BURIED_CONFIRMATIONS
  const ended: Ended[] = []
  for (const lock of at.locks) {
    if (lock.ended) continue
    const known = lock.secret !== undefined || survey.learnt.some((one) => one.lock === lock)
    // What was paid is paid, whatever becomes of the output.
    if (lock.offeredBy === 'local' && known) ended.push({ lock, how: 'fulfilled' })
    else if (closing.type === 'ours' || closing.type === 'theirs') {
      const how = endOf(survey, closing.holding.commitment, lock, deep)
      if (how !== undefined) ended.push({ lock, how })
      // A commitment that we do not know may hold the lock: its time must be over, too.
    } else if (deep && (closing.type !== 'unknown' || at.height >= lock.terms.expiry.value + BURIED_CONFIRMATIONS)) ended.push({ lock, how: 'failed' })
  }
  return ended
}

function endOf (survey: Survey, commitment: Commitment, lock: Lock, deep: boolean): Ended['how'] | undefined {
  const { height } = survey.at
  const ptlc = commitment.ptlcs.find((one) => one.lock.offeredBy === lock.offeredBy && one.lock.terms.id === lock.terms.id)
  // Absent or below dust: nothing will come of it.
  if (ptlc === undefined) return deep ? 'failed' : undefined
  const spend = confirmed(survey.spendsOf({ txid: commitment.txid, index: ptlc.index }))
  if (spend === undefined) {
    if (isGivenUp(survey.at, lock, ptlc.valueSat)) return deep ? (lock.offeredBy === 'remote' ? 'expired' : 'failed') : undefined
    const late = lock.offeredBy === 'remote' && lock.secret === undefined && height >= lock.terms.expiry.value + BURIED_CONFIRMATIONS
    return late && deep ? 'expired' : undefined
  }
  if (depthOf(spend.by, height) < BURIED_CONFIRMATIONS) return undefined
  const ours = isOurs(commitment, spend)
  if (lock.offeredBy === 'remote') return ours ? 'fulfilled' : 'expired'
  return ours ? 'failed' : undefined
}
