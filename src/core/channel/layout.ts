import type { AssetId, ChannelId, OriginId, PeerId } from '../base/ids.js'
import { balance, bool, bytes32, bytes33, bytes64, bytesOf, entity, hexOf, list, oneOf, optional, record, text, u16, u32, u48, u64, union, units, varBytes, type EntityLayout, type Layout } from '../base/struct.js'
import { shachainLayout } from '../crypto/shachain.js'
import { ENFORCED_STAGES, type Channel, type ChannelState, type JointFunding, type ProposedUpdate, type Round } from './entity.js'
import { EVIDENCE_ITEMS_MAX, REASON_LENGTH_MAX, UPDATES_PER_ROUND_MAX } from './limits.js'
import { FAIL_REASONS, lockTerms } from './lock.js'
import { FUNDING_INPUTS_MAX } from './enforced/limits.js'
import type { Evidence, Share } from './messages.js'

/** Bytes of a peer id's text at most. */
const PEER_ID_BYTES_MAX = 64
/** A signature, or nothing while the peer has not given it. */
const signatureOrNone = varBytes(64)
/** A point that the peer has not told yet is empty. */
const pointOrNone = varBytes(33)
/** Bytes of a closing transaction at most: one input, two outputs of standard scripts. */
const CLOSING_BYTES_MAX = 512

const evidenceLayout: Layout<Evidence> = record({
  signatures: list(bytes64, EVIDENCE_ITEMS_MAX),
  preSignatures: list(bytesOf(65), EVIDENCE_ITEMS_MAX),
  revocation: optional(record({ secret: bytes32, nextPoint: bytes33 }))
})

const updateLayout: Layout<ProposedUpdate> = union('type', {
  add: { terms: lockTerms, origin: optional(hexOf<OriginId>(16)), secret: optional(bytes32) },
  fulfil: { id: u48, secret: bytes32 },
  fail: { id: u48, reason: oneOf(...FAIL_REASONS) },
  expire: { id: u48 },
  'set-limit': { limit: units },
  shutdown: {}
}) as Layout<ProposedUpdate>

const roundLayout: Layout<Round> = record({
  number: u48,
  phase: oneOf('idle', 'proposed', 'agreed', 'committed'),
  updates: list(updateLayout, UPDATES_PER_ROUND_MAX),
  evidence: evidenceLayout,
  lastBy: optional(oneOf('local', 'remote'))
})

const stateLayout: Layout<ChannelState> = union('kind', {
  'trust-line': {
    owedToUs: balance,
    localLimit: units,
    remoteLimit: units,
    sequence: u48,
    nextLocalAddId: u48,
    nextRemoteAddId: u48,
    localLocked: units,
    remoteLocked: units,
    localLocks: u16,
    remoteLocks: u16,
    shutdown: bool,
    localSignature: signatureOrNone,
    remoteSignature: signatureOrNone
  },
  chain: {
    terms: record({
      format: oneOf('v3-zero-fee', 'v2-fee'),
      clock: oneOf('bitcoin', 'litecoin'),
      fundingSat: u64,
      funding: record({ txid: bytes32, index: u32 }),
      delayBlocks: u16,
      feeRatePerKw: u32,
      salt: bytes32,
      remoteKeys: list(bytes33, 5)
    }),
    opener: oneOf('local', 'remote'),
    stage: oneOf(...ENFORCED_STAGES),
    number: u48,
    localBalance: units,
    remoteBalance: units,
    nextLocalAddId: u48,
    nextRemoteAddId: u48,
    localLocked: units,
    remoteLocked: units,
    localLocks: u16,
    remoteLocks: u16,
    trimmed: units,
    trimmedLocks: u16,
    shutdown: bool,
    remotePoint: pointOrNone,
    remoteNextPoint: pointOrNone,
    revealed: shachainLayout,
    evidence: evidenceLayout,
    behind: bool,
    sinceHeight: u48,
    closing: varBytes(CLOSING_BYTES_MAX)
  }
})

/** How a channel is stored under `channel/<id>`. */
export const channelLayout: EntityLayout<Channel> = entity<Channel>('channel', 1, record({
  id: hexOf<ChannelId>(32),
  peer: text<PeerId>(PEER_ID_BYTES_MAX),
  asset: hexOf<AssetId>(32),
  opener: oneOf('local', 'remote'),
  status: oneOf('opening', 'open', 'closing', 'failed'),
  round: roundLayout,
  state: stateLayout,
  frozen: optional(text(4 * REASON_LENGTH_MAX)),
  failure: optional(text(4 * REASON_LENGTH_MAX))
}))

const shareOutput = record({ valueSat: u64, script: bytesOf(34) })
const shareLayout: Layout<Share> = record({
  inputs: list(record({ txid: bytes32, index: u32, output: shareOutput }), FUNDING_INPUTS_MAX),
  change: optional(shareOutput)
})

/** How a funding by both sides is stored under `joint-funding/<channel id>`. */
export const jointFundingLayout: EntityLayout<JointFunding> = entity<JointFunding>('joint-funding', 1, record({
  channelId: hexOf<ChannelId>(32),
  contribution: record({ sat: u64, satPerKvb: u64 }),
  acceptor: optional(shareLayout),
  opener: optional(shareLayout),
  witnesses: list(bytes64, FUNDING_INPUTS_MAX)
}))
