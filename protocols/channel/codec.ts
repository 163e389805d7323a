import { fromHex, toHex } from '../../src/core/base/bytes.js'
import type { AssetId, ChannelId, RouteId } from '../../src/core/base/ids.js'
import { isUnits, type Units } from '../../src/core/base/money.js'
import { fault, type Fault } from '../../src/core/base/step.js'
import { LayoutError } from '../../src/core/base/struct.js'
import { EVIDENCE_ITEMS_MAX, FRAME_BYTES_MAX, SECRETS_PER_MESSAGE_MAX, UPDATES_PER_ROUND_MAX } from '../../src/core/channel/limits.js'
import { FAIL_REASONS, LOCK_MESSAGE_BYTES, LOCK_ONION_BYTES_MAX, type LockTerms, type Update } from '../../src/core/channel/lock.js'
import { FUNDING_INPUTS_MAX } from '../../src/core/channel/enforced/limits.js'
import { REFUSE_REASONS, type AcceptMessage, type ChannelMessage, type EnforcedOpening, type Evidence, type OpenMessage, type RoundPhaseName, type Share, type ShareOutput, type TrustLineOpening } from '../../src/core/channel/messages.js'
import { isPoint, isScalar } from '../../src/core/crypto/curve.js'
import '../protobuf.js'
import * as pb from './pb/channel.js'

/** Bytes of channel frames to messages of the core, and back; all validation of form. @see CHAN-1 */

const CLOCKS = ['unix', 'bitcoin', 'litecoin'] as const
const PHASES: readonly RoundPhaseName[] = ['idle', 'proposed', 'agreed', 'committed']
const FORMATS = ['v3-zero-fee', 'v2-fee'] as const
const REQUIREMENT = /^[A-Z]{2,6}-[1-9][0-9]{0,2}$/
const COUNTER_MAX = 2n ** 48n - 1n
const MESSAGE_FIELDS = ['open', 'accept', 'refuse', 'propose', 'agree', 'commit', 'ack', 'secrets', 'reestablish', 'closed', 'fault', 'funded', 'signed', 'closeReady', 'closeOffer', 'closeSign'] as const
const UPDATE_FIELDS = ['add', 'fulfil', 'fail', 'expire', 'setLimit', 'shutdown'] as const

/** Encodes one frame. Throws RangeError when it is larger than a frame may be: the core keeps its messages below. */
export function encodeChannel (message: ChannelMessage): Uint8Array {
  const bytes = pb.ChannelFrame.encode({ channelId: pbBytes(fromHex(message.channelId)), ...bodyOf(message) })
  if (bytes.length > FRAME_BYTES_MAX) throw new RangeError(`a ${message.type} message of ${bytes.length} bytes; ${FRAME_BYTES_MAX} at most`)
  return bytes
}

/** Decodes one frame. Any bytes give a message or a fault. @see CHAN-1 */
export function decodeChannel (bytes: Uint8Array): ChannelMessage | Fault {
  if (bytes.length > FRAME_BYTES_MAX) return malformed(`a frame of ${bytes.length} bytes`)
  try {
    const frame = pb.ChannelFrame.decode(bytes)
    const present = MESSAGE_FIELDS.filter((field) => frame[field] !== undefined)
    check(present.length === 1, `${present.length} messages in one frame`)
    return messageOf(frame, present[0]!)
  } catch (error) {
    // The generated reader throws on what is no protobuf; our own checks throw a LayoutError with the reason.
    return malformed(error instanceof LayoutError ? error.message : 'not a channel frame')
  }
}

const malformed = (detail: string): Fault => fault('CHAN-1', detail)

function check (condition: boolean, why: string): asserts condition {
  if (!condition) throw new LayoutError(why)
}

function must<T> (value: T | undefined, name: string): T {
  check(value !== undefined, `${name} is missing`)
  return value
}

function sized (value: Uint8Array | undefined, length: number, name: string): Uint8Array {
  const bytes = must(value, name)
  check(bytes.length === length, `${name} has ${bytes.length} bytes, not ${length}`)
  // A copy, so that a stored lock does not keep its whole frame in memory.
  return bytes.slice()
}

function counter (value: bigint | undefined, name: string): number {
  const wide = must(value, name)
  check(wide <= COUNTER_MAX, `${name} is out of range`)
  return Number(wide)
}

function unitsOf (value: bigint | undefined, name: string): Units {
  const wide = must(value, name)
  check(isUnits(wide), `${name} is out of range`)
  return wide
}

function wordOf<const T extends readonly string[]> (words: T, index: number, name: string): T[number] {
  const word = words[index]
  check(word !== undefined, `${name} is none that is known`)
  return word
}

function point (value: Uint8Array | undefined, name: string): Uint8Array {
  const bytes = sized(value, 33, name)
  check(isPoint(bytes), `${name} is no point of the curve`)
  return bytes
}

function scalar (value: Uint8Array | undefined, name: string): Uint8Array {
  const bytes = sized(value, 32, name)
  check(isScalar(bytes), `${name} is not between 0 and the order`)
  return bytes
}

function messageOf (frame: pb.ChannelFrame, type: typeof MESSAGE_FIELDS[number]): ChannelMessage {
  const channelId = toHex(sized(frame.channelId, 32, 'channel_id')) as ChannelId
  switch (type) {
    case 'open': return openOf(channelId, frame.open!)
    case 'accept': return { type, channelId, evidence: evidenceOf(frame.accept!.evidence), ...acceptanceOf(frame.accept!.enforced) }
    case 'refuse': return { type, channelId, reason: wordOf(REFUSE_REASONS, must(frame.refuse!.reason, 'reason') - 1, 'reason') }
    case 'propose': return proposeOf(channelId, frame.propose!)
    case 'agree': return { type, channelId, ...rowOf(frame.agree!) }
    case 'commit': return { type, channelId, ...rowOf(frame.commit!) }
    case 'ack': return { type, channelId, ...rowOf(frame.ack!) }
    case 'secrets': return secretsOf(channelId, frame.secrets!)
    case 'reestablish': return reestablishOf(channelId, frame.reestablish!)
    case 'closed': return { type, channelId }
    case 'funded': return { type, channelId, txid: sized(frame.funded!.txid, 32, 'txid'), index: must(frame.funded!.index, 'index'), ...shareOf(frame.funded!.share), evidence: evidenceOf(frame.funded!.evidence) }
    case 'signed': return { type, channelId, evidence: evidenceOf(frame.signed!.evidence), ...witnessesOf(frame.signed!.witnesses) }
    case 'closeReady': return { type: 'close-ready', channelId, script: scriptOf(frame.closeReady!.script), nonce: nonceOf(frame.closeReady!.nonce) }
    case 'closeOffer': return { type: 'close-offer', channelId, feeSat: unitsOf(frame.closeOffer!.feeSat, 'fee_sat'), nonce: nonceOf(frame.closeOffer!.nonce), partial: sized(frame.closeOffer!.partial, 32, 'partial') }
    case 'closeSign': return { type: 'close-sign', channelId, partial: sized(frame.closeSign!.partial, 32, 'partial'), nonce: nonceOf(frame.closeSign!.nonce) }
    case 'fault': {
      const requirement = must(frame.fault!.requirement, 'requirement')
      check(REQUIREMENT.test(requirement), 'requirement is no requirement id')
      return { type, channelId, broken: requirement }
    }
  }
}

function openOf (channelId: ChannelId, open: pb.Open): OpenMessage {
  check((open.trustLine === undefined) !== (open.enforced === undefined), 'exactly one opening is wanted')
  const opening = open.trustLine !== undefined ? trustLineOf(open.trustLine) : enforcedOf(open.enforced!)
  return { type: 'open', channelId, asset: toHex(sized(open.asset, 32, 'asset')) as AssetId, opening, evidence: evidenceOf(open.evidence) }
}

const trustLineOf = (opening: pb.TrustLineOpening): TrustLineOpening => ({
  kind: 'trust-line',
  openerLimit: unitsOf(opening.openerLimit, 'opener_limit'),
  acceptorLimit: unitsOf(opening.acceptorLimit, 'acceptor_limit')
})

function acceptanceOf (acceptance: pb.EnforcedAcceptance | undefined): Pick<AcceptMessage, 'acceptance'> {
  if (acceptance === undefined) return {}
  check(acceptance.keys.length === 5 && acceptance.points.length === 2, 'five keys and two points are wanted')
  return { acceptance: { keys: acceptance.keys.map((key) => point(key, 'key')), points: acceptance.points.map((key) => point(key, 'point')), ...shareOf(acceptance.share) } }
}

/** Inputs are all different, and every script is a taproot output with a key. @see ENF-26 */
function shareOf (share: pb.Share | undefined): { readonly share?: Share } {
  if (share === undefined) return {}
  check(share.inputs.length >= 1 && share.inputs.length <= FUNDING_INPUTS_MAX, `${share.inputs.length} inputs`)
  const inputs = share.inputs.map((input) => ({ txid: sized(input.txid, 32, 'txid'), index: must(input.index, 'index'), output: shareOutputOf(input.output, 'output') }))
  check(new Set(inputs.map(({ txid, index }) => `${toHex(txid)}:${index}`)).size === inputs.length, 'an input comes twice')
  return { share: { inputs, change: share.change === undefined ? undefined : shareOutputOf(share.change, 'change') } }
}

function shareOutputOf (value: pb.ShareOutput | undefined, name: string): ShareOutput {
  const output = must(value, name)
  const valueSat = unitsOf(output.valueSat, 'value_sat')
  const script = sized(output.script, 34, 'script')
  check(valueSat > 0n, 'value_sat is nothing')
  check(script[0] === 0x51 && script[1] === 0x20 && isPoint(Uint8Array.of(2, ...script.subarray(2))), 'script is no taproot output with a key')
  return { valueSat, script }
}

function witnessesOf (witnesses: readonly Uint8Array[]): { readonly witnesses?: readonly Uint8Array[] } {
  check(witnesses.length <= FUNDING_INPUTS_MAX, 'too many witnesses')
  return witnesses.length === 0 ? {} : { witnesses: witnesses.map((witness) => sized(witness, 64, 'witness')) }
}

/** A witness program: its version, the length of the rest, the rest. Nothing else is paid to by a close. @see BIP 141 */
function scriptOf (value: Uint8Array | undefined): Uint8Array {
  const script = must(value, 'script')
  const version = script[0] ?? 0xff
  check(script.length >= 4 && script.length <= 42 && script[1] === script.length - 2 && (version === 0 ? script.length === 22 || script.length === 34 : version >= 0x51 && version <= 0x60), 'script is no witness program')
  return script.slice()
}

/** Two points. @see BIP 327 */
function nonceOf (value: Uint8Array | undefined): Uint8Array {
  const nonce = sized(value, 66, 'nonce')
  check(isPoint(nonce.slice(0, 33)) && isPoint(nonce.slice(33)), 'nonce is no pair of points')
  return nonce
}

function enforcedOf (opening: pb.EnforcedOpening): EnforcedOpening {
  check(opening.keys.length === 5 && opening.points.length === 2, 'five keys and two points are wanted')
  check((opening.contributionSat === undefined) === (opening.fundingSatPerKvb === undefined), 'a contribution is an amount and a fee rate')
  return {
    kind: 'chain',
    format: wordOf(FORMATS, must(opening.format, 'format') - 1, 'format'),
    fundingSat: unitsOf(opening.fundingSat, 'funding_sat'),
    push: unitsOf(opening.push, 'push'),
    toSelfDelayBlocks: must(opening.toSelfDelayBlocks, 'to_self_delay_blocks'),
    feeRatePerKw: must(opening.feeRatePerKw, 'fee_rate_per_kw'),
    keys: opening.keys.map((key) => point(key, 'key')),
    points: opening.points.map((key) => point(key, 'point')),
    ...(opening.contributionSat === undefined ? {} : { contribution: { sat: unitsOf(opening.contributionSat, 'contribution_sat'), satPerKvb: unitsOf(opening.fundingSatPerKvb, 'funding_sat_per_kvb') } })
  }
}

function evidenceOf (evidence: pb.Evidence | undefined): Evidence {
  const { signatures, preSignatures, revocationSecret, nextPoint } = must(evidence, 'evidence')
  check(signatures.length <= EVIDENCE_ITEMS_MAX && preSignatures.length <= EVIDENCE_ITEMS_MAX, 'too many signatures')
  check((revocationSecret === undefined) === (nextPoint === undefined), 'a revocation is a secret and a point')
  return {
    signatures: signatures.map((signature) => sized(signature, 64, 'signature')),
    preSignatures: preSignatures.map((signature) => sized(signature, 65, 'pre_signature')),
    revocation: revocationSecret === undefined ? undefined : { secret: scalar(revocationSecret, 'revocation_secret'), nextPoint: point(nextPoint, 'next_point') }
  }
}

function roundOf (value: bigint | undefined): number {
  const round = counter(value, 'round')
  check(round >= 1, 'rounds count from 1')
  return round
}

const rowOf = (row: pb.Row): { readonly round: number, readonly evidence: Evidence } => ({ round: roundOf(row.round), evidence: evidenceOf(row.evidence) })

function proposeOf (channelId: ChannelId, propose: pb.Propose): ChannelMessage {
  const { updates } = propose
  check(updates.length >= 1 && updates.length <= UPDATES_PER_ROUND_MAX, `${updates.length} updates`)
  return { type: 'propose', channelId, round: roundOf(propose.round), updates: updates.map(updateOf), evidence: evidenceOf(propose.evidence) }
}

function updateOf (update: pb.Update): Update {
  const present = UPDATE_FIELDS.filter((field) => update[field] !== undefined)
  check(present.length === 1, `${present.length} changes in one update`)
  switch (present[0]!) {
    case 'add': return { type: 'add', terms: termsOf(update.add!) }
    case 'fulfil': return { type: 'fulfil', ...shownOf(update.fulfil!) }
    case 'fail': return { type: 'fail', id: counter(update.fail!.id, 'id'), reason: wordOf(FAIL_REASONS, must(update.fail!.reason, 'reason') - 1, 'reason') }
    case 'expire': return { type: 'expire', id: counter(update.expire!.id, 'id') }
    case 'setLimit': return { type: 'set-limit', limit: unitsOf(update.setLimit!.limit, 'limit') }
    case 'shutdown': return { type: 'shutdown' }
  }
}

function termsOf (add: pb.Add): LockTerms {
  const expiry = must(add.expiry, 'expiry')
  const onion = must(add.onion, 'onion')
  check(onion.length <= LOCK_ONION_BYTES_MAX, `onion has ${onion.length} bytes`)
  return {
    id: counter(add.id, 'id'),
    amount: unitsOf(add.amount, 'amount'),
    expiry: { clock: wordOf(CLOCKS, must(expiry.clock, 'clock'), 'clock'), value: counter(expiry.value, 'expiry') },
    point: point(add.point, 'point'),
    routeId: toHex(sized(add.routeId, 16, 'route_id')) as RouteId,
    message: sized(add.message, LOCK_MESSAGE_BYTES, 'message'),
    onion: onion.slice()
  }
}

const shownOf = (fulfil: pb.Fulfil): { readonly id: number, readonly secret: Uint8Array } => ({ id: counter(fulfil.id, 'id'), secret: scalar(fulfil.secret, 'secret') })

function secretsOf (channelId: ChannelId, { secrets }: pb.Secrets): ChannelMessage {
  check(secrets.length >= 1 && secrets.length <= SECRETS_PER_MESSAGE_MAX, `${secrets.length} secrets`)
  return { type: 'secret', channelId, secrets: secrets.map(shownOf) }
}

const reestablishOf = (channelId: ChannelId, told: pb.Reestablish): ChannelMessage => ({
  type: 'reestablish',
  channelId,
  localNumber: counter(told.localNumber, 'local_number'),
  remoteNumber: counter(told.remoteNumber, 'remote_number'),
  round: roundOf(told.round),
  phase: wordOf(PHASES, must(told.phase, 'phase'), 'phase'),
  digest: sized(told.digest, 32, 'digest'),
  lastSecret: told.lastSecret === undefined ? undefined : scalar(told.lastSecret, 'last_secret'),
  ...(told.nextPoint === undefined ? {} : { nextPoint: point(told.nextPoint, 'next_point') })
})

// The generated types ask for arrays over a plain ArrayBuffer; all of ours are.
const pbBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => bytes as Uint8Array<ArrayBuffer>

function bodyOf (message: ChannelMessage): Partial<pb.ChannelFrame> {
  switch (message.type) {
    case 'open': return { open: openBody(message) }
    case 'accept': return { accept: { evidence: evidenceBody(message.evidence), ...(message.acceptance === undefined ? {} : { enforced: { keys: message.acceptance.keys.map(pbBytes), points: message.acceptance.points.map(pbBytes), ...shareBody(message.acceptance.share) } }) } }
    case 'funded': return { funded: { txid: pbBytes(message.txid), index: message.index, ...shareBody(message.share), evidence: evidenceBody(message.evidence) } }
    case 'signed': return { signed: { evidence: evidenceBody(message.evidence), witnesses: (message.witnesses ?? []).map(pbBytes) } }
    case 'close-ready': return { closeReady: { script: pbBytes(message.script), nonce: pbBytes(message.nonce) } }
    case 'close-offer': return { closeOffer: { feeSat: message.feeSat, nonce: pbBytes(message.nonce), partial: pbBytes(message.partial) } }
    case 'close-sign': return { closeSign: { partial: pbBytes(message.partial), nonce: pbBytes(message.nonce) } }
    case 'refuse': return { refuse: { reason: REFUSE_REASONS.indexOf(message.reason) + 1 } }
    case 'propose': return { propose: { round: BigInt(message.round), updates: message.updates.map(updateBody), evidence: evidenceBody(message.evidence) } }
    case 'agree': return { agree: rowBody(message) }
    case 'commit': return { commit: rowBody(message) }
    case 'ack': return { ack: rowBody(message) }
    case 'secret': return { secrets: { secrets: message.secrets.map(shownBody) } }
    case 'reestablish': return {
      reestablish: {
        localNumber: BigInt(message.localNumber),
        remoteNumber: BigInt(message.remoteNumber),
        round: BigInt(message.round),
        phase: PHASES.indexOf(message.phase),
        digest: pbBytes(message.digest),
        ...(message.lastSecret === undefined ? {} : { lastSecret: pbBytes(message.lastSecret) }),
        ...(message.nextPoint === undefined ? {} : { nextPoint: pbBytes(message.nextPoint) })
      }
    }
    case 'closed': return { closed: {} }
    case 'fault': return { fault: { requirement: message.broken } }
  }
}

function openBody ({ asset, opening, evidence }: OpenMessage): pb.Open {
  const kind = opening.kind === 'trust-line'
    ? { trustLine: { openerLimit: opening.openerLimit, acceptorLimit: opening.acceptorLimit } }
    : {
        enforced: {
          format: FORMATS.indexOf(opening.format) + 1,
          fundingSat: opening.fundingSat,
          push: opening.push,
          toSelfDelayBlocks: opening.toSelfDelayBlocks,
          feeRatePerKw: opening.feeRatePerKw,
          keys: opening.keys.map(pbBytes),
          points: opening.points.map(pbBytes),
          ...(opening.contribution === undefined ? {} : { contributionSat: opening.contribution.sat, fundingSatPerKvb: opening.contribution.satPerKvb })
        }
      }
  return { asset: pbBytes(fromHex(asset)), ...kind, evidence: evidenceBody(evidence) }
}

const shareOutputBody = ({ valueSat, script }: ShareOutput): pb.ShareOutput => ({ valueSat, script: pbBytes(script) })

const shareBody = (share: Share | undefined): { readonly share?: pb.Share } => share === undefined
  ? {}
  : {
      share: {
        inputs: share.inputs.map(({ txid, index, output }) => ({ txid: pbBytes(txid), index, output: shareOutputBody(output) })),
        ...(share.change === undefined ? {} : { change: shareOutputBody(share.change) })
      }
    }

const evidenceBody = ({ signatures, preSignatures, revocation }: Evidence): pb.Evidence => ({
  signatures: signatures.map(pbBytes),
  preSignatures: preSignatures.map(pbBytes),
  ...(revocation === undefined ? {} : { revocationSecret: pbBytes(revocation.secret), nextPoint: pbBytes(revocation.nextPoint) })
})

const rowBody = ({ round, evidence }: { readonly round: number, readonly evidence: Evidence }): pb.Row => ({ round: BigInt(round), evidence: evidenceBody(evidence) })

const shownBody = ({ id, secret }: { readonly id: number, readonly secret: Uint8Array }): pb.Fulfil => ({ id: BigInt(id), secret: pbBytes(secret) })

function updateBody (update: Update): pb.Update {
  switch (update.type) {
    case 'add': return { add: addBody(update.terms) }
    case 'fulfil': return { fulfil: shownBody(update) }
    case 'fail': return { fail: { id: BigInt(update.id), reason: FAIL_REASONS.indexOf(update.reason) + 1 } }
    case 'expire': return { expire: { id: BigInt(update.id) } }
    case 'set-limit': return { setLimit: { limit: update.limit } }
    case 'shutdown': return { shutdown: {} }
  }
}

const addBody = (terms: LockTerms): pb.Add => ({
  id: BigInt(terms.id),
  amount: terms.amount,
  expiry: { clock: CLOCKS.indexOf(terms.expiry.clock), value: BigInt(terms.expiry.value) },
  point: pbBytes(terms.point),
  routeId: pbBytes(fromHex(terms.routeId)),
  message: pbBytes(terms.message),
  onion: pbBytes(terms.onion)
})
