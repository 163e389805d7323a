import { toHex, utf8Bytes } from '../../../src/core/base/bytes.js'
import { sha256 } from '../../../src/core/base/hash.js'
import { linkIdOf, peerIdOfPublicKey, type AssetId, type ChannelId, type RouteId } from '../../../src/core/base/ids.js'
import { asBalance, asUnits } from '../../../src/core/base/money.js'
import { leafOf, type LockTerms } from '../../../src/core/channel/lock.js'
import { NO_EVIDENCE, type ChannelMessage, type Evidence, type Share } from '../../../src/core/channel/messages.js'
import { locksRoot, signStatement, statement } from '../../../src/core/channel/trust-line/statement.js'
import { mulG } from '../../../src/core/crypto/curve.js'
import { scalarOf } from '../../../src/core/crypto/scalar.js'
import { encodeChannel } from '../../../protocols/channel/codec.js'

/** Frames, statements and signatures of the channel protocol, all made by our own code from fixed labels. */

const bytes = (label: string): Uint8Array => sha256(utf8Bytes(label))
const scalar = (label: string): Uint8Array => scalarOf(bytes(label))
const channelId = toHex(bytes('channel')) as ChannelId
const asset = toHex(bytes('asset')) as AssetId
const signature = (label: string): Uint8Array => Uint8Array.from([...bytes(`${label} 1`), ...bytes(`${label} 2`)])
const signed: Evidence = { ...NO_EVIDENCE, signatures: [signature('signature')] }
const enforced: Evidence = {
  signatures: [signature('a'), signature('b')],
  preSignatures: [Uint8Array.from([2, ...signature('c')])],
  revocation: { secret: scalar('revocation'), nextPoint: mulG(scalar('next point')) }
}

/** Terms of a lock. */
export const vectorTerms: LockTerms = {
  id: 7,
  amount: asUnits(123_000n),
  expiry: { clock: 'unix', value: 1_767_225_600 },
  point: mulG(scalar('t')),
  routeId: toHex(bytes('route').subarray(0, 16)) as RouteId,
  message: new Uint8Array(160).fill(0x5a),
  onion: new Uint8Array(12).fill(0xa5)
}

const nonce = (label: string): Uint8Array => Uint8Array.of(...mulG(scalar(`${label} one`)), ...mulG(scalar(`${label} two`)))

const taproot = (label: string): Uint8Array => Uint8Array.of(0x51, 0x20, ...mulG(scalar(label)).subarray(1))
const shareInput = (index: number): Share['inputs'][number] => ({ txid: bytes('coin'), index, output: { valueSat: 30_000n + BigInt(index), script: taproot('coin') } })

/** One message of each form, by name. */
export const vectorMessages: Readonly<Record<string, ChannelMessage>> = {
  'open a trust line': { type: 'open', channelId, asset, opening: { kind: 'trust-line', openerLimit: asUnits(5_000n), acceptorLimit: asUnits(0n) }, evidence: signed },
  'open an enforced channel': {
    type: 'open',
    channelId,
    asset,
    opening: { kind: 'chain', format: 'v3-zero-fee', fundingSat: 100_000n, push: asUnits(1n), toSelfDelayBlocks: 144, feeRatePerKw: 253, keys: [1, 2, 3, 4, 5].map((n) => mulG(scalar(`key ${n}`))), points: [0, 1].map((n) => mulG(scalar(`point ${n}`))) },
    evidence: NO_EVIDENCE
  },
  accept: { type: 'accept', channelId, evidence: signed },
  'accept an enforced channel': { type: 'accept', channelId, evidence: NO_EVIDENCE, acceptance: { keys: [6, 7, 8, 9, 10].map((n) => mulG(scalar(`key ${n}`))), points: [2, 3].map((n) => mulG(scalar(`point ${n}`))) } },
  funded: { type: 'funded', channelId, txid: bytes('funding'), index: 4_294_967_295, evidence: signed },
  signed: { type: 'signed', channelId, evidence: signed },
  'open a channel that both fund': {
    type: 'open',
    channelId,
    asset,
    opening: { kind: 'chain', format: 'v2-fee', fundingSat: 100_000n, push: asUnits(50_000_000n), toSelfDelayBlocks: 144, feeRatePerKw: 253, keys: [1, 2, 3, 4, 5].map((n) => mulG(scalar(`key ${n}`))), points: [0, 1].map((n) => mulG(scalar(`point ${n}`))), contribution: { sat: 50_000n, satPerKvb: 2_500n } },
    evidence: NO_EVIDENCE
  },
  'accept with a share': { type: 'accept', channelId, evidence: NO_EVIDENCE, acceptance: { keys: [6, 7, 8, 9, 10].map((n) => mulG(scalar(`key ${n}`))), points: [2, 3].map((n) => mulG(scalar(`point ${n}`))), share: { inputs: [shareInput(1), shareInput(2)], change: { valueSat: 1_234n, script: taproot('change') } } } },
  'funded by a share without change': { type: 'funded', channelId, txid: bytes('funding'), index: 1, share: { inputs: [shareInput(3)], change: undefined }, evidence: signed },
  'signed with witnesses': { type: 'signed', channelId, evidence: signed, witnesses: [signature('witness 1'), signature('witness 2')] },
  refuse: { type: 'refuse', channelId, reason: 'no-link' },
  'propose one update of each form': {
    type: 'propose',
    channelId,
    round: 3,
    updates: [
      { type: 'add', terms: vectorTerms },
      { type: 'fulfil', id: 0, secret: scalar('t0') },
      { type: 'fail', id: 1, reason: 'timed-out' },
      { type: 'expire', id: 2 },
      { type: 'set-limit', limit: asUnits(2n ** 63n - 1n) },
      { type: 'shutdown' }
    ],
    evidence: NO_EVIDENCE
  },
  agree: { type: 'agree', channelId, round: 3, evidence: signed },
  'commit with everything that evidence may hold': { type: 'commit', channelId, round: 2 ** 48 - 1, evidence: enforced },
  ack: { type: 'ack', channelId, round: 1, evidence: NO_EVIDENCE },
  secrets: { type: 'secret', channelId, secrets: [{ id: 0, secret: scalar('t0') }, { id: 2 ** 40, secret: scalar('t1') }] },
  reestablish: { type: 'reestablish', channelId, localNumber: 4, remoteNumber: 4, round: 4, phase: 'committed', digest: bytes('digest'), lastSecret: undefined },
  'reestablish with a last secret': { type: 'reestablish', channelId, localNumber: 4, remoteNumber: 5, round: 5, phase: 'idle', digest: bytes('digest'), lastSecret: scalar('last') },
  'reestablish with a next point': { type: 'reestablish', channelId, localNumber: 5, remoteNumber: 5, round: 6, phase: 'idle', digest: bytes('digest'), lastSecret: scalar('last'), nextPoint: mulG(scalar('next')) },
  'close ready': { type: 'close-ready', channelId, script: Uint8Array.of(0x51, 0x20, ...bytes('output')), nonce: nonce('ready') },
  'close offer': { type: 'close-offer', channelId, feeSat: 1_000n, nonce: nonce('offer'), partial: bytes('partial') },
  'close sign': { type: 'close-sign', channelId, partial: bytes('partial'), nonce: nonce('sign') },
  closed: { type: 'closed', channelId },
  fault: { type: 'fault', channelId, broken: 'CHAN-12' }
}

const HEADER = `0a20${channelId}`
const part = (field: number, body: string): string => {
  const length = body.length / 2
  const varint = length < 128 ? byte(length) : byte((length & 127) | 128) + byte(length >> 7)
  return byte(field * 8 + 2) + varint + body
}
const byte = (n: number): string => n.toString(16).padStart(2, '0')
const noEvidence = part(3, '')

/** Frames that must be refused, in hexadecimal, with what is wrong with each. */
function badFrames (): Readonly<Record<string, string>> {
  const good = toHex(encodeChannel(vectorMessages['propose one update of each form']!))
  const point = toHex(vectorTerms.point)
  const secrets = toHex(encodeChannel(vectorMessages.secrets!))
  const t0 = toHex(scalar('t0'))
  const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
  const output = '0801' + part(2, toHex(taproot('coin')))
  const funded = (share: string): string => HEADER + part(13, part(1, '00'.repeat(32)) + '1000' + part(3, '') + share)
  return {
    'nothing at all': '',
    'no message': HEADER,
    'no channel id': part(11, ''),
    'a channel id of 31 bytes': `0a1f${channelId.slice(2)}${part(11, '')}`,
    'two messages': HEADER + part(11, '') + part(12, part(1, '4348414e2d31')),
    'cut off': good.slice(0, -2),
    'a length beyond the end': `${HEADER}2aff7f`,
    'a length of 2^53': `${HEADER}2affffffffffffff1f`,
    'an unknown wire type': `${HEADER}7f`,
    'accept without evidence': HEADER + part(3, ''),
    'refuse without a reason': HEADER + part(4, ''),
    'refuse with reason 0': HEADER + part(4, '0800'),
    'refuse with reason 10': HEADER + part(4, '080a'),
    'agree without a round': HEADER + part(6, part(2, '')),
    'agree of round 0': HEADER + part(6, '0800' + part(2, '')),
    'agree of round 2^48': HEADER + part(6, '0880808080808040' + part(2, '')),
    'propose without updates': HEADER + part(5, '0801' + noEvidence),
    'propose with an empty update': HEADER + part(5, '0801' + part(2, '') + noEvidence),
    'propose with two changes in one update': HEADER + part(5, '0801' + part(2, part(4, '0800') + part(6, '')) + noEvidence),
    'propose without evidence': HEADER + part(5, '0801' + part(2, part(6, ''))),
    'an add whose point has x beyond the field': good.replace(point, '02' + 'ff'.repeat(32)),
    'an add whose point has a wrong first byte': good.replace(point, '05' + point.slice(2)),
    'an add whose point is all zero': good.replace(point, '00'.repeat(33)),
    'a secret of zero': secrets.replace(t0, '00'.repeat(32)),
    'a secret that is the order': secrets.replace(t0, order),
    'a secret of 31 bytes': HEADER + part(9, part(1, '0800' + part(2, t0.slice(2)))),
    'no secrets': HEADER + part(9, ''),
    'a limit of 2^63': HEADER + part(5, '0801' + part(2, part(5, '0880808080808080808001')) + noEvidence),
    'a signature of 63 bytes': HEADER + part(3, part(1, part(1, toHex(signature('x').subarray(1))))),
    'a revocation without a point': HEADER + part(3, part(1, part(3, t0))),
    'reestablish in phase 4': toHex(encodeChannel(vectorMessages.reestablish!)).replace('2003', '2004'),
    'reestablish whose next point is none': toHex(encodeChannel(vectorMessages['reestablish with a next point']!)).replace(toHex(mulG(scalar('next'))), '00'.repeat(33)),
    'open of two kinds': HEADER + part(2, part(1, asset) + part(2, '08001000') + part(3, '') + part(4, '')),
    'acceptance with four keys': HEADER + part(3, part(1, '') + part(2, part(1, point).repeat(4) + part(2, point).repeat(2))),
    'funded without an index': HEADER + part(13, part(1, '00'.repeat(32)) + part(3, '')),
    'a txid of 31 bytes': HEADER + part(13, part(1, '00'.repeat(31)) + '1000' + part(3, '')),
    'a close to a script that is no witness program': HEADER + part(15, part(1, '76a914' + '00'.repeat(20) + '88ac') + part(2, point + point)),
    'a nonce that is no pair of points': HEADER + part(15, part(1, '0014' + '00'.repeat(20)) + part(2, point + '00'.repeat(33))),
    'a close offer without a fee': HEADER + part(16, part(2, point + point) + part(3, '00'.repeat(32))),
    'a contribution without a fee rate': toHex(encodeChannel(vectorMessages['open a channel that both fund']!)).replace('48c413', '60c413'),
    'a share without inputs': funded(part(4, '')),
    'a share of 17 inputs': funded(part(4, Array.from({ length: 17 }, (_, i) => part(1, part(1, '00'.repeat(32)) + '10' + byte(i) + part(3, output))).join(''))),
    'a share that names an input twice': funded(part(4, part(1, part(1, '00'.repeat(32)) + '1000' + part(3, output)).repeat(2))),
    'an input without an output': funded(part(4, part(1, part(1, '00'.repeat(32)) + '1000'))),
    'an input without an index': funded(part(4, part(1, part(1, '00'.repeat(32)) + part(3, output)))),
    'an input whose txid has 31 bytes': funded(part(4, part(1, part(1, '00'.repeat(31)) + '1000' + part(3, output)))),
    'an input of nothing': funded(part(4, part(1, part(1, '00'.repeat(32)) + '1000' + part(3, '0800' + part(2, toHex(taproot('coin'))))))),
    'an input of 2^63 satoshi': funded(part(4, part(1, part(1, '00'.repeat(32)) + '1000' + part(3, '0880808080808080808001' + part(2, toHex(taproot('coin'))))))),
    'an input of a witness program of version 0': funded(part(4, part(1, part(1, '00'.repeat(32)) + '1000' + part(3, '0801' + part(2, '0020' + '11'.repeat(32)))))),
    'an input whose key is no point': funded(part(4, part(1, part(1, '00'.repeat(32)) + '1000' + part(3, '0801' + part(2, '5120' + 'ff'.repeat(32)))))),
    'a change without a value': funded(part(4, part(1, part(1, '00'.repeat(32)) + '1000' + part(3, output)) + part(2, part(2, toHex(taproot('coin')))))),
    'a witness of 63 bytes': HEADER + part(14, part(1, '') + part(2, toHex(signature('x').subarray(1)))),
    'seventeen witnesses': HEADER + part(14, part(1, '') + part(2, toHex(signature('x'))).repeat(17)),
    'a fault with free text': HEADER + part(12, part(1, toHex(utf8Bytes('<script>alert(1)</script>'))))
  }
}

/** Everything, as it stands in `protocols/channel/vectors/channel.json`. */
export function channelVectors (): object {
  const [one, two] = [scalar('identity one'), scalar('identity two')]
  const peers = [one, two].map((secret) => peerIdOfPublicKey(mulG(secret)))
  const leaf = leafOf(vectorTerms)
  const value = {
    linkId: linkIdOf(peers[0]!, peers[1]!),
    channelId,
    asset,
    sequence: 42,
    owed: asBalance(-77n),
    lowLimit: asUnits(1_000n),
    highLimit: asUnits(0n),
    lowNextAddId: 3,
    highNextAddId: 8,
    shutdown: false,
    locksRoot: locksRoot([], [leaf])
  }
  const digest = statement.hash(value)
  return {
    note: 'Made by test/protocols/channel/write-vectors.ts from fixed labels; all byte strings are hexadecimal.',
    frames: Object.entries(vectorMessages).map(([name, message]) => ({ name, type: message.type, frame: toHex(encodeChannel(message)) })),
    mustRefuse: Object.entries(badFrames()).map(([name, frame]) => ({ name, frame })),
    statement: {
      secrets: [toHex(one), toHex(two)],
      peers,
      leaf: toHex(leaf),
      locksRoot: toHex(value.locksRoot),
      bytes: toHex(statement.encode(value)),
      hash: toHex(digest),
      signatures: [toHex(signStatement(digest, one)), toHex(signStatement(digest, two))]
    }
  }
}
