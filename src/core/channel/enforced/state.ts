import { invariant } from '../../base/invariant.js'
import type { ChannelId } from '../../base/ids.js'
import { bool, bytes32, bytes33, hexOf, struct, u32, u48, units } from '../../base/struct.js'
import { SHACHAIN_FIRST_INDEX, type Shachain } from '../../crypto/shachain.js'
import type { Channel, EnforcedState, EnforcedTerms } from '../entity.js'
import type { ChannelHost } from '../host.js'
import type { Draft } from '../kind.js'
import type { Lock, Side } from '../lock.js'
import { liveLocks, locksRoot } from '../trust-line/statement.js'
import { expectCommitments, keysOfCommitment } from './ahead.js'
import { assembleCommitment, type Commitment } from './commitment.js'
import type { Contract } from './contract.js'
import { channelSeed, commitmentPoint, KEY_NAMES, publicKeys, secretsOfSeed, type ChannelSecrets, type SideKeys } from './keys.js'
import { dustSatOf } from './rules.js'

/** What follows from what a channel stores, worked out once and remembered with the objects it follows from. */

const secretsByTerms = new WeakMap<EnforcedTerms, ChannelSecrets>()

/** Our secrets of a channel. @see ENF-1 */
export function secretsOf (host: Pick<ChannelHost, 'identitySecret'>, terms: EnforcedTerms): ChannelSecrets {
  let secrets = secretsByTerms.get(terms)
  if (secrets === undefined) secretsByTerms.set(terms, secrets = secretsOfSeed(channelSeed(host.identitySecret, terms.salt)))
  return secrets
}

export const keysInOrder = (keys: SideKeys): readonly Uint8Array[] => KEY_NAMES.map((name) => keys[name])

function keysOf ([funding, payment, delayed, ptlc, revocationBase]: readonly Uint8Array[]): SideKeys {
  invariant(funding !== undefined && payment !== undefined && delayed !== undefined && ptlc !== undefined && revocationBase !== undefined, 'keys are exchanged before anything is signed')
  return { funding, payment, delayed, ptlc, revocationBase }
}

const contractsByTerms = new WeakMap<EnforcedTerms, Contract>()

/** The contract of a channel; its keys are exchanged. */
export function contractOf (host: Pick<ChannelHost, 'identitySecret'>, { terms, opener }: Pick<EnforcedState, 'terms' | 'opener'>): Contract {
  let contract = contractsByTerms.get(terms)
  if (contract === undefined) {
    const { format, fundingSat, funding, delayBlocks, feeRatePerKw, remoteKeys } = terms
    contract = { format, fundingSat, funding, delayBlocks, dustSat: dustSatOf(terms), feeRatePerKw, opener, keys: { local: publicKeys(secretsOf(host, terms)), remote: keysOf(remoteKeys) } }
    contractsByTerms.set(terms, contract)
  }
  return contract
}

/** Both commitments of one state. */
export interface Commitments {
  readonly ours: Commitment
  readonly theirs: Commitment
}

type LockHost = Pick<ChannelHost, 'identitySecret' | 'locks'>

/** A channel that failed after its COMMIT keeps locks that were on their way into the next state: their ids come after those of the state. */
const isInState = (state: EnforcedState, lock: Lock): boolean => lock.terms.id < (lock.offeredBy === 'local' ? state.nextLocalAddId : state.nextRemoteAddId)
const NONE: ReadonlySet<never> = new Set()

/** The live locks of the state in force, or of a draft. */
export const locksIn = (host: LockHost, channel: Channel, state: EnforcedState, draft?: Draft<EnforcedState>): readonly Lock[] =>
  [...liveLocks(host.locks.group(channel.id), draft?.removed ?? NONE, draft?.added ?? [], (lock) => isInState(state, lock))]

// The state object and the draft are replaced whenever what is live changes.
const commitmentsBy = new WeakMap<object, Commitments>()

/** The commitments of the state in force, or of the draft of the round that runs. */
export function commitmentsOf (host: LockHost, channel: Channel, state: EnforcedState, draft?: Draft<EnforcedState>): Commitments {
  const known = commitmentsBy.get(draft ?? state)
  if (known !== undefined) return known
  const { number, remotePoint, localBalance, remoteBalance } = draft?.state ?? state
  const contract = contractOf(host, state)
  const division = { localBalance, remoteBalance, locks: locksIn(host, channel, state, draft) }
  const commitments = {
    ours: assembleCommitment(contract, 'local', number, keysOfCommitment(contract, 'local', commitmentPoint(secretsOf(host, state.terms), number)), division),
    theirs: assembleCommitment(contract, 'remote', number, keysOfCommitment(contract, 'remote', remotePoint), division)
  }
  commitmentsBy.set(draft ?? state, commitments)
  return commitments
}

/** A completed round puts a draft's commitments in force: nothing of them has to be worked out again. The next ones are expected. */
export function keepCommitments (draft: Draft<EnforcedState>, state: EnforcedState): void {
  const known = commitmentsBy.get(draft)
  const secrets = secretsByTerms.get(state.terms)
  if (known === undefined || secrets === undefined) return
  commitmentsBy.set(state, known)
  const { number, remoteNextPoint } = state
  expectCommitments(known.ours.contract, [
    { owner: 'local', point: () => commitmentPoint(secrets, number + 1) },
    { owner: 'remote', point: () => remoteNextPoint },
    { owner: 'local', point: () => commitmentPoint(secrets, number + 2) }
  ])
}

/** How many of the peer's commitments are revoked: all below this number. */
export const revealedCount = (revealed: Shachain): number => revealed.length === 0 ? 0 : SHACHAIN_FIRST_INDEX - revealed.at(-1)!.index + 1

/** What both sides must agree on after a round; the opener is named first. @see CHAN-3 */
const stateDigest = struct('amiko/channel/state', {
  channelId: hexOf<ChannelId>(32),
  fundingTxid: bytes32,
  fundingIndex: u32,
  number: u48,
  openerBalance: units,
  acceptorBalance: units,
  openerNextAddId: u48,
  acceptorNextAddId: u48,
  shutdown: bool,
  openerPoint: bytes33,
  acceptorPoint: bytes33,
  locksRoot: bytes32
})

/** The digest of the state in force, or of the draft of the round that runs. */
export function digestOf (host: LockHost, channel: Channel, state: EnforcedState, draft?: Draft<EnforcedState>): Uint8Array {
  const { number, localBalance, remoteBalance, nextLocalAddId, nextRemoteAddId, shutdown, remotePoint } = draft?.state ?? state
  const { funding } = state.terms
  const opens = state.opener === 'local'
  const localPoint = commitmentPoint(secretsOf(host, state.terms), number)
  const locks = [...locksIn(host, channel, state, draft)].sort((a, b) => a.terms.id - b.terms.id)
  const leaves = (side: Side): Uint8Array[] => locks.filter(({ offeredBy }) => offeredBy === side).map(({ leaf }) => leaf)
  return stateDigest.hash({
    channelId: channel.id,
    fundingTxid: funding.txid,
    fundingIndex: funding.index,
    number,
    openerBalance: opens ? localBalance : remoteBalance,
    acceptorBalance: opens ? remoteBalance : localBalance,
    openerNextAddId: opens ? nextLocalAddId : nextRemoteAddId,
    acceptorNextAddId: opens ? nextRemoteAddId : nextLocalAddId,
    shutdown,
    openerPoint: opens ? localPoint : remotePoint,
    acceptorPoint: opens ? remotePoint : localPoint,
    locksRoot: opens ? locksRoot(leaves('local'), leaves('remote')) : locksRoot(leaves('remote'), leaves('local'))
  })
}
