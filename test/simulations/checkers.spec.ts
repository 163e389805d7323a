import assert from 'node:assert/strict'
import { ZERO, ZERO_BALANCE, asBalance, asUnits } from '../../src/core/base/money.js'
import type { ChannelId, PeerId } from '../../src/core/base/ids.js'
import { refuse } from '../../src/core/base/step.js'
import type { Channel, Round, TrustLineState } from '../../src/core/channel/entity.js'
import type { Lock } from '../../src/core/channel/lock.js'
import { NO_EVIDENCE } from '../../src/core/channel/messages.js'
import { checkAgreement, checkLimits, type End } from '../../simulations/checkers/channels.js'
import { checkConservation } from '../../simulations/checkers/conservation.js'
import { checkDeadlines } from '../../simulations/checkers/deadlines.js'
import { checkForgetting, checkLeftovers, VALUE_BYTES_TOLERANCE } from '../../simulations/checkers/forgetting.js'
import { checkAnswers, checkPayment, roundedUnitsMax, type PaymentEnds } from '../../simulations/checkers/payments.js'
import { checkPrivacy } from '../../simulations/checkers/privacy.js'
import { checkDurable, signatureChecker } from '../../simulations/checkers/wire.js'
import type { Frame } from '../../simulations/harness/virtual-network.js'
import type { Violation } from '../../simulations/harness/world.js'
import { randomOf } from '../../simulations/harness/random.js'

const invariants = (violations: readonly Violation[]): readonly string[] => violations.map(({ invariant }) => invariant)
const honest = (): boolean => true

interface Changes { readonly state?: Partial<TrustLineState>, readonly channel?: Partial<Channel>, readonly locks?: readonly Lock[] }
const IDLE: Round = { number: 5, phase: 'idle', updates: [], evidence: NO_EVIDENCE, lastBy: undefined }

/** The two ends of a trust line, and what is changed on the first of them. */
function ends (changes: Changes = {}): readonly [End, End] {
  const locked = (side: 'local' | 'remote'): TrustLineState['localLocked'] =>
    asUnits((changes.locks ?? []).reduce((sum, lock) => lock.offeredBy === side ? sum + lock.terms.amount : sum, 0n))
  const state = (owedToUs: bigint, mine: number, theirs: number): TrustLineState => ({
    kind: 'trust-line',
    owedToUs: asBalance(owedToUs),
    localLimit: asUnits(1_000n),
    remoteLimit: asUnits(500n),
    sequence: 4,
    nextLocalAddId: 0,
    nextRemoteAddId: 0,
    localLocked: ZERO,
    remoteLocked: ZERO,
    localLocks: 0,
    remoteLocks: 0,
    shutdown: false,
    localSignature: new Uint8Array(64).fill(mine),
    remoteSignature: new Uint8Array(64).fill(theirs)
  })
  const channel = (mine: TrustLineState): Channel => ({
    id: 'aa'.repeat(32) as ChannelId,
    peer: 'peer' as PeerId,
    asset: 'bb'.repeat(32) as Channel['asset'],
    opener: 'local',
    status: 'open',
    round: IDLE,
    state: mine,
    frozen: undefined,
    failure: undefined
  })
  const first = channel({ ...state(100n, 1, 2), localLocked: locked('local'), remoteLocked: locked('remote'), ...changes.state })
  const second = channel({ ...state(-100n, 2, 1), localLimit: asUnits(500n), remoteLimit: asUnits(1_000n) })
  return [
    { node: 'n0', channel: { ...first, ...changes.channel }, locks: changes.locks ?? [] },
    { node: 'n1', channel: second, locks: [] }
  ]
}

const lock = (offeredBy: 'local' | 'remote', amount: bigint): Lock =>
  ({ channelId: 'aa'.repeat(32), offeredBy, terms: { amount }, leaf: new Uint8Array(32) }) as unknown as Lock

describe('checker conservation', () => {
  const movement = { payer: 0, payee: 2, amount: 10n, fee: 1n }

  it('accepts a payment with its fee to the forwarder [I2, I3]', () => {
    assert.deepEqual(checkConservation([0n, 0n, 0n], [-11n, 1n, 10n], [movement], honest), [])
  })

  it('finds value that appears or vanishes [I2]', () => {
    assert.deepEqual(invariants(checkConservation([0n, 0n, 0n], [-11n, 2n, 10n], [movement], honest)), ['I2', 'I2'])
    assert.ok(invariants(checkConservation([0n, 0n], [0n, -1n], [], honest)).includes('I2'))
  })

  it('finds an honest node that lost, and lets a dishonest one lose [I3]', () => {
    assert.deepEqual(invariants(checkConservation([5n, 5n], [4n, 6n], [], honest)), ['I3'])
    assert.deepEqual(checkConservation([5n, 5n], [4n, 6n], [], (index) => index !== 0), [])
  })

  it('finds a second debit for one payment [I3]', () => {
    assert.ok(invariants(checkConservation([0n, 0n, 0n], [-22n, 2n, 20n], [movement], honest)).includes('I3'))
  })
})

describe('checker of channels', () => {
  it('accepts two ends that agree [I7, I27]', () => {
    const [a, b] = ends()
    assert.deepEqual([...checkAgreement(a, b), ...checkLimits(a), ...checkLimits(b)], [])
  })

  for (const [what, changes] of Object.entries<Changes>({
    balance: { state: { owedToUs: asBalance(99n) } },
    limit: { state: { localLimit: asUnits(999n) } },
    sequence: { state: { sequence: 5 } },
    signature: { state: { remoteSignature: new Uint8Array(64).fill(9) } },
    phase: { channel: { round: { ...IDLE, phase: 'agreed' } } },
    'round number': { channel: { round: { ...IDLE, number: 6 } } },
    status: { channel: { status: 'closing' } },
    lock: { locks: [lock('local', 1n)] }
  })) {
    it(`finds ends that differ in the ${what} [I7]`, () => {
      const [a, b] = ends(changes)
      assert.ok(checkAgreement(a, b).length > 0)
      assert.ok(invariants(checkAgreement(a, b)).every((invariant) => invariant === 'I7'))
    })
  }

  it('finds a balance beyond a limit, either way [I27]', () => {
    assert.deepEqual(invariants(checkLimits(ends({ state: { owedToUs: asBalance(1_001n) } })[0])), ['I27'])
    assert.deepEqual(invariants(checkLimits(ends({ state: { owedToUs: asBalance(-501n) } })[0])), ['I27'])
  })

  it('finds a kept sum that is not the sum of the locks [I1]', () => {
    assert.deepEqual(invariants(checkLimits(ends({ state: { localLocked: asUnits(1n) } })[0])), ['I1'])
    assert.deepEqual(invariants(checkLimits(ends({ locks: [lock('remote', 5n)], state: { remoteLocked: asUnits(4n) } })[0])), ['I1'])
  })

  it('counts live locks against the limits [I27]', () => {
    assert.deepEqual(checkLimits(ends({ locks: [lock('remote', 900n), lock('local', 600n)] })[0]), [])
    assert.deepEqual(invariants(checkLimits(ends({ locks: [lock('remote', 901n)] })[0])), ['I27'])
    assert.deepEqual(invariants(checkLimits(ends({ state: { owedToUs: ZERO_BALANCE }, locks: [lock('local', 300n), lock('local', 201n)] })[0])), ['I27'])
  })
})

describe('checker of payments', () => {
  const paid = { status: 'paid', proof: 'ab'.repeat(32) }
  const good: PaymentEnds = { name: 'payment', answers: [paid], lost: false, payerStatus: 'paid', payeeStatus: 'paid', received: 5n, amount: 5n, parts: 1, isPayerHonest: true, isPayeeHonest: true, areOthersHonest: true }
  const refused = refuse('no-route')

  it('accepts a payment that both ends know as paid, and one that neither does [I4]', () => {
    assert.deepEqual(checkPayment(good), [])
    assert.deepEqual(checkPayment({ ...good, answers: [refused], payerStatus: 'failed', payeeStatus: 'open', received: 0n }), [])
    assert.deepEqual(checkPayment({ ...good, answers: [refuse('payment-pending')] }), [])
    assert.deepEqual(checkPayment({ ...good, answers: [], lost: true }), [])
  })

  for (const [what, changes, invariant] of [
    ['a payee that was not paid', { payeeStatus: 'open', received: 0n }, 'I4'],
    ['a payer that was told it failed', { answers: [refused] }, 'I4'],
    ['a payer that did not pay what the payee got', { answers: [refused], payerStatus: 'failed' }, 'I4'],
    ['a payee that got less', { received: 4n }, 'I4'],
    ['a payee that got more than one part can bring by rounding', { received: 5n + roundedUnitsMax(1) + 1n }, 'I4'],
    ['a payer without a proof', { answers: [{ status: 'paid' }] }, 'I4'],
    ['a record that contradicts the answer', { payerStatus: 'failed' }, 'I4'],
    ['an end that is not reached', { payerStatus: 'locked' }, 'I18'],
    ['a payer that was never answered', { answers: [] }, 'I18']
  ] as const) {
    it(`finds ${what} [${invariant}]`, () => {
      assert.ok(invariants(checkPayment({ ...good, ...changes })).includes(invariant))
    })
  }

  it('leaves it to a forwarder that forgot its locks to pay and not to be paid, and never takes a payer who paid for nothing [I4]', () => {
    assert.deepEqual(checkPayment({ ...good, answers: [refused], payerStatus: 'failed', areOthersHonest: false }), [])
    assert.deepEqual(invariants(checkPayment({ ...good, payeeStatus: 'open', received: 0n, areOthersHonest: false })), ['I4'])
  })

  it('finds a request with two answers or none, unless its process crashed', () => {
    const asked = (answers: unknown[], lost = false) => ({ node: { name: 'n0' }, request: { type: 'meetingPoint.host' } as const, answers, lost })
    assert.deepEqual(checkAnswers([asked([1]), asked([], true)]), [])
    assert.deepEqual(invariants(checkAnswers([asked([1, 2]), asked([])])), ['one-answer', 'one-answer'])
  })
})

describe('checker of forgetting', () => {
  const stored = (keys: readonly string[], valueBytes: number) => ({ keys: new Set(keys), valueBytes })

  it('accepts a store as it was, give or take a digit [I31]', () => {
    assert.deepEqual(checkForgetting('n0', stored(['a'], 100), stored(['a'], 100 + VALUE_BYTES_TOLERANCE)), [])
    assert.deepEqual(checkLeftovers('n0', { locks: 0, routes: 0 }), [])
  })

  it('finds a key that stayed, one that is missing, values that grew, and what is left in memory [I31]', () => {
    assert.deepEqual(invariants(checkForgetting('n0', stored(['a'], 1), stored(['a', 'b'], 1))), ['I31'])
    assert.deepEqual(invariants(checkForgetting('n0', stored(['a'], 1), stored([], 0))), ['I31'])
    assert.deepEqual(invariants(checkForgetting('n0', stored(['a'], 1), stored(['a'], 2 + VALUE_BYTES_TOLERANCE))), ['I31'])
    assert.deepEqual(checkLeftovers('n0', { locks: 0, routes: 2 }), [{ invariant: 'I31', detail: 'n0 has 2 routes left' }])
  })
})

describe('checker of privacy', () => {
  const random = randomOf(1n)
  const secret = random.bytes(16)
  const frame = (from: string, to: string, ...parts: readonly Uint8Array[]): Frame =>
    ({ from: from as PeerId, to: to as PeerId, stream: 'route', bytes: Uint8Array.from(parts.flatMap((part) => [...part])) })

  it('finds sixteen equal bytes on two links, wherever they stand [I21]', () => {
    const frames = [frame('a', 'b', random.bytes(40), secret), frame('b', 'c', random.bytes(3), secret, random.bytes(9))]
    assert.deepEqual(invariants(checkPrivacy(frames, [])), ['I21'])
  })

  it('accepts them on one link, both ways, and when everybody may know them [I21]', () => {
    assert.deepEqual(checkPrivacy([frame('a', 'b', secret), frame('b', 'a', secret)], []), [])
    assert.deepEqual(checkPrivacy([frame('a', 'b', random.bytes(20), secret), frame('b', 'c', secret, random.bytes(20))], [secret]), [])
  })

  it('accepts shorter values and padding [I21]', () => {
    assert.deepEqual(checkPrivacy([frame('a', 'b', random.bytes(20), secret.subarray(0, 15)), frame('b', 'c', random.bytes(20), secret.subarray(0, 15))], []), [])
    assert.deepEqual(checkPrivacy([frame('a', 'b', new Uint8Array(64)), frame('b', 'c', new Uint8Array(64))], []), [])
  })
})

describe('checker of rows', () => {
  const stored = (number: number, phase: Round['phase']): Channel => ({ round: { ...IDLE, number, phase } }) as unknown as Channel
  const row = (type: 'propose' | 'agree' | 'commit' | 'ack', round: number, fill = 1) =>
    ({ type, channelId: 'aa'.repeat(32) as ChannelId, round, updates: [], evidence: { ...NO_EVIDENCE, signatures: [new Uint8Array(64).fill(fill)] } })

  it('accepts rows whose phase the medium holds, also when they are sent again [I13]', () => {
    for (const [type, phase] of [['propose', 'proposed'], ['agree', 'agreed'], ['commit', 'committed']] as const) assert.deepEqual(checkDurable('n0', row(type, 5), stored(5, phase)), [])
    assert.deepEqual(checkDurable('n0', row('ack', 5), stored(6, 'idle')), [])
    assert.deepEqual(checkDurable('n0', row('ack', 5), stored(6, 'proposed')), [])
  })

  it('accepts the last ACK of a channel that is deleted in the same batch, and no other row of it [I13]', () => {
    assert.deepEqual(checkDurable('n0', row('ack', 5), 'closed'), [])
    for (const type of ['propose', 'agree', 'commit'] as const) assert.deepEqual(invariants(checkDurable('n0', row(type, 5), 'closed')), ['I13'], type)
  })

  it('finds a row that leaves before its batch is durable [I13]', () => {
    for (const type of ['propose', 'agree', 'commit', 'ack'] as const) {
      assert.deepEqual(invariants(checkDurable('n0', row(type, 5), stored(5, 'idle'))), ['I13'], type)
      assert.deepEqual(invariants(checkDurable('n0', row(type, 5), undefined)), ['I13'], type)
    }
    assert.deepEqual(invariants(checkDurable('n0', row('commit', 5), stored(5, 'proposed'))), ['I13'])
  })

  it('finds two states signed under one number, and accepts one that is sent again [I11]', () => {
    const check = signatureChecker()
    assert.deepEqual([check('n0', row('agree', 5)), check('n0', row('agree', 5)), check('n1', row('commit', 5, 2)), check('n0', row('commit', 6, 2))].flat(), [])
    assert.deepEqual(invariants(check('n0', row('commit', 6, 3))), ['I11'])
  })
})

describe('checker of deadlines', () => {
  const hop = (from: string, to: string, expirySeconds: number) => ({ from, to, point: `${from}${to}`, amount: 1n, expirySeconds })

  it('accepts a way on which every hop keeps the delta, and a lock offered again [I6]', () => {
    assert.deepEqual(checkDeadlines([hop('a', 'b', 300), hop('b', 'c', 240), hop('b', 'c', 240), hop('c', 'd', 100)], 60), [])
  })

  it('finds a hop that keeps too little [I6]', () => {
    assert.deepEqual(invariants(checkDeadlines([hop('a', 'b', 300), hop('b', 'c', 241)], 60)), ['I6'])
    assert.deepEqual(invariants(checkDeadlines([hop('a', 'b', 300), hop('b', 'c', 400)], 60)), ['I6'])
  })
})
