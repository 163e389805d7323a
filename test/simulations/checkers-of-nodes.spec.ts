import assert from 'node:assert/strict'
import { asUnits } from '../../src/core/base/money.js'
import { keyOf, peerIdOfPublicKey, type ChannelId, type OriginId, type PeerId } from '../../src/core/base/ids.js'
import { fault } from '../../src/core/base/step.js'
import type { Channel } from '../../src/core/channel/entity.js'
import { CHANNELS_PER_LINK_MAX, TRUST_LINE_LOCKS_MAX } from '../../src/core/channel/limits.js'
import { leafOf, lockLayout, lockKey, type Lock } from '../../src/core/channel/lock.js'
import { NO_EVIDENCE } from '../../src/core/channel/messages.js'
import { addScalars, mulG, scalarOf } from '../../src/core/crypto/curve.js'
import { hopLayout, type Hop } from '../../src/core/payment/tables.js'
import { checkBounds, ENTITY_BYTES_MAX, STORED_BYTES_PER_LINK_MAX, type Holdings } from '../../simulations/checkers/bounds.js'
import { checkDecoder, type Codec } from '../../simulations/checkers/decoders.js'
import { checkSecrecy, checkSecrecyOfText, watchSecrecy } from '../../simulations/checkers/secrecy.js'
import { checkEncodings, checkHop, hopChecker } from '../../simulations/checkers/stored.js'
import { checkUnreplaced } from '../../simulations/checkers/wire.js'
import { randomOf } from '../../simulations/harness/random.js'
import type { Frame } from '../../simulations/harness/virtual-network.js'
import type { Violation, World } from '../../simulations/harness/world.js'
import type { StoreWrite } from '../../src/ports/store.js'
import { encodeChannel } from '../../protocols/channel/codec.js'

const invariants = (violations: readonly Violation[]): readonly string[] => violations.map(({ invariant }) => invariant)
const bytes = (fill: number, length = 32): Uint8Array => new Uint8Array(length).fill(fill)

const [IN, OUT] = ['aa'.repeat(32) as ChannelId, 'bb'.repeat(32) as ChannelId]
const SECRET_OUT = scalarOf(bytes(1))
const SHIFT = scalarOf(bytes(2))
const SECRET_IN = addScalars(SECRET_OUT, SHIFT)
const ORIGIN = 'cc'.repeat(16) as OriginId

function lock (channelId: ChannelId, side: 'local' | 'remote', secret: Uint8Array, expiry: number, changes: Partial<Lock> = {}): Lock {
  const terms = { id: 0, amount: asUnits(10n), expiry: { clock: 'unix', value: expiry }, point: mulG(secret), routeId: '01'.repeat(16), message: bytes(0, 160), onion: new Uint8Array(0) } as Lock['terms']
  return { channelId, offeredBy: side, terms, leaf: leafOf(terms), origin: side === 'local' ? ORIGIN : undefined, secret: undefined, irrevocable: true, failing: undefined, ended: false, ...changes }
}
const incoming = (changes: Partial<Lock> = {}, expiry = 10_000): Lock => lock(IN, 'remote', SECRET_IN, expiry, changes)
const outgoing = (changes: Partial<Lock> = {}): Lock => lock(OUT, 'local', SECRET_OUT, 9_000, changes)
const hop = (changes: Partial<Hop> = {}): Hop => ({
  origin: ORIGIN, incoming: { channelId: IN, lockId: 0, amount: asUnits(10n) }, outgoing: { channelId: OUT, amount: asUnits(10n) }, point: mulG(SECRET_IN), shift: SHIFT, secret: undefined, incomingOver: false, outgoingOver: false, ...changes
})
const known = { secret: SECRET_IN }

describe('checker stored, hops', () => {
  it('accepts a hop before and after its secret is known [I5, I15]', () => {
    assert.deepEqual(checkHop('n1', hop(), incoming(), outgoing(), undefined), [])
    assert.deepEqual(checkHop('n1', hop(known), incoming(known), outgoing({ secret: SECRET_OUT }), SECRET_IN), [])
    assert.deepEqual(checkHop('n1', hop({ ...known, incomingOver: true }), undefined, outgoing({ secret: SECRET_OUT }), SECRET_IN), [])
  })
  it('finds an incoming lock that is gone, ends too early, or has another point [I5]', () => {
    assert.deepEqual(invariants(checkHop('n1', hop(), undefined, outgoing(), undefined)), ['I5'])
    assert.deepEqual(invariants(checkHop('n1', hop(), incoming({}, 9_059), outgoing(), undefined)), ['I5'])
    assert.deepEqual(checkHop('n1', hop(), incoming({}, 9_060), outgoing(), undefined), [])
    assert.deepEqual(invariants(checkHop('n1', hop(), lock(IN, 'remote', SECRET_OUT, 10_000), outgoing(), undefined)), ['I5'])
  })
  it('finds a secret that does not lead to the incoming lock [I5]', () => {
    assert(invariants(checkHop('n1', hop({ secret: SECRET_OUT }), incoming(known), outgoing(), undefined)).includes('I5'))
  })
  it('finds a secret that was forgotten, not handed on, or not used [I15]', () => {
    assert(invariants(checkHop('n1', hop(), incoming(), outgoing(), SECRET_IN)).includes('I15'))
    assert.deepEqual(invariants(checkHop('n1', hop(), incoming(), outgoing({ secret: SECRET_OUT }), undefined)), ['I15'])
    assert.deepEqual(invariants(checkHop('n1', hop(known), incoming(), outgoing({ secret: SECRET_OUT }), undefined)), ['I15'])
  })
  it('remembers from batch to batch what was learnt [I15]', () => {
    const check = hopChecker('n1')
    const entries = (which: Hop, first: Lock): Map<string, Uint8Array> => new Map([
      [`hop/${ORIGIN}`, hopLayout.encode(which)], [`lock/${lockKey(IN, 'remote', 0)}`, lockLayout.encode(first)], [`lock/${lockKey(OUT, 'local', 0)}`, lockLayout.encode(outgoing())]
    ])
    const batch = [{ key: `hop/${ORIGIN}`, value: undefined }]
    assert.deepEqual(check(entries(hop(known), incoming(known)), batch), [])
    assert.deepEqual(check(entries(hop(), incoming(known)), [{ key: 'channel/x', value: undefined }]), [], 'a batch without a hop or a lock is not looked at')
    assert.deepEqual(invariants(check(entries(hop(), incoming(known)), batch)), ['I15'])
  })
})

describe('checker wire, statements that are not replaced', () => {
  const stored = (sequence: number): Channel => ({ state: { kind: 'trust-line', sequence } }) as unknown as Channel
  const row = (type: 'agree' | 'commit' | 'propose', round: number): Parameters<typeof checkUnreplaced>[1] => ({ type, channelId: IN, round, evidence: NO_EVIDENCE, ...(type === 'propose' ? { updates: [] } : {}) }) as Parameters<typeof checkUnreplaced>[1]

  it('accepts a signature of the statement after the complete one, and of older ones [I8]', () => {
    for (const round of [1, 4, 5]) for (const type of ['agree', 'commit'] as const) assert.deepEqual(checkUnreplaced('n0', row(type, round), stored(4)), [])
    assert.deepEqual(checkUnreplaced('n0', row('propose', 9), stored(4)), [])
  })
  it('finds a third statement beside two that count [I8]', () => {
    assert.deepEqual(invariants(checkUnreplaced('n0', row('agree', 6), stored(4))), ['I8'])
    assert.deepEqual(invariants(checkUnreplaced('n0', row('commit', 6), stored(4))), ['I8'])
  })
})

describe('checker secrecy', () => {
  const hidden = [{ what: 'a secret', bytes: bytes(7) }]

  it('finds a secret in bytes and in text, and nothing where there is none [I22]', () => {
    assert.deepEqual(checkSecrecy('a frame', bytes(6, 64), hidden), [])
    assert.deepEqual(invariants(checkSecrecy('a frame', Uint8Array.from([1, ...bytes(7), 2]), hidden)), ['I22'])
    assert.deepEqual(checkSecrecyOfText('the log', 'nothing', hidden), [])
    assert.deepEqual(invariants(checkSecrecyOfText('the log', `{"secret":"${'07'.repeat(32)}"}`, hidden)), ['I22'])
  })
  for (const [what, curve, expected] of [['with the real curve', 'real', ['I22', 'I22', 'I22', 'I22', 'I22']], ['with the cheap one, whose points are their secrets', 'fake', ['I22']]] as const) {
    it(`finds a third node named to a neighbour, and secrets in messages, announcements and logs, ${what} [I22]`, () => {
      const nodes = [0, 1, 2].map((index) => ({ index, name: `n${index}`, peer: peerIdOfPublicKey(mulG(scalarOf(bytes(index + 10)))), identitySecret: scalarOf(bytes(index + 10)) }))
      const found: Violation[] = []
      const told: { frame?: (frame: Frame) => void, announced?: (node: unknown, bytes: Uint8Array) => void, log?: (node: unknown, text: string) => void, stored?: (node: unknown, batch: readonly StoreWrite[]) => void } = {}
      const world = {
        curve, nodes, nodeOf: (peer: string) => nodes.find((node) => node.peer === peer)!,
        listen: (listener: typeof told.frame) => { told.frame = listener }, onAnnounced: (listener: typeof told.announced) => { told.announced = listener }, onLog: (listener: typeof told.log) => { told.log = listener }, onStored: (listener: typeof told.stored) => { told.stored = listener }
      } as unknown as World
      watchSecrecy(world, (violations) => { found.push(...violations) })
      const send = (stream: Frame['stream'], content: Uint8Array): void => { told.frame!({ from: nodes[0]!.peer, to: nodes[1]!.peer, stream, bytes: Uint8Array.from([1, 2, ...content, 3]) }) }
      told.stored?.(nodes[0], [{ key: `lock/${lockKey(IN, 'remote', 0)}`, value: lockLayout.encode(incoming(known)) }])
      send('link', keyOf(nodes[1]!.peer))
      send('channel', SECRET_IN)
      assert.deepEqual(found, [], 'the two ends know each other, and a secret is shown on the channel')
      send('route', keyOf(nodes[2]!.peer))
      send('route', SECRET_IN)
      send('channel', nodes[0]!.identitySecret)
      told.announced!(nodes[0], SECRET_IN)
      told.log!(nodes[0], `shown ${Buffer.from(SECRET_IN).toString('hex')}`)
      assert.deepEqual(invariants(found), expected)
    })
  }
})

describe('checker bounds', () => {
  const channel = { peer: 'peer' as PeerId } as Channel
  const holdings = (changes: Partial<Holdings> = {}): Holdings => ({ name: 'n0', ends: [{ node: 'n0', channel, locks: [] }], links: 1, leftovers: {}, stored: new Map(), own: 0, ...changes })

  it('accepts what is within all bounds [I23, I24]', () => {
    assert.deepEqual(checkBounds(holdings({ ends: Array.from({ length: CHANNELS_PER_LINK_MAX }, () => ({ node: 'n0', channel, locks: [] })) })), [])
  })
  it('finds too many channels on a link, and too many locks of a side [I23]', () => {
    assert.deepEqual(invariants(checkBounds(holdings({ ends: Array.from({ length: CHANNELS_PER_LINK_MAX + 1 }, () => ({ node: 'n0', channel, locks: [] })) }))), ['I23'])
    const locks = Array.from({ length: TRUST_LINE_LOCKS_MAX + 1 }, () => ({ offeredBy: 'remote' }) as Lock)
    assert.deepEqual(invariants(checkBounds(holdings({ ends: [{ node: 'n0', channel, locks }] }))), ['I23'])
    assert.deepEqual(invariants(checkBounds(holdings({ links: 2, leftovers: { flights: 241 } }))), ['I23'])
  })
  it('finds a large entity, a large store, and too many reservations, locks and waits [I24]', () => {
    assert(invariants(checkBounds(holdings({ stored: new Map([['lock/a', new Uint8Array(ENTITY_BYTES_MAX + 1)]]) }))).includes('I24'))
    assert.deepEqual(invariants(checkBounds(holdings({ stored: new Map(Array.from({ length: 3 }, (_, index) => [`lock/${index}`, new Uint8Array(STORED_BYTES_PER_LINK_MAX - 1)])) }))), ['I24'])
    for (const what of ['reservations', 'locks', 'waits']) assert.deepEqual(invariants(checkBounds(holdings({ leftovers: { [what]: 5_000 } }))), ['I24'], what)
  })
})

describe('checker decoders', () => {
  const frame: Frame = { from: 'a' as PeerId, to: 'b' as PeerId, stream: 'channel', bytes: encodeChannel({ type: 'closed', channelId: IN }) }
  const codec = (decode: Codec['decode'], encode: Codec['encode'] = () => frame.bytes): Codec => ({ decode, encode })

  it('accepts the production decoder [I25]', () => {
    for (let seed = 0n; seed < 50n; seed++) assert.deepEqual(checkDecoder(frame, randomOf(seed)), [])
  })
  it('finds a decoder that throws, refuses what a node sends, or loses something [I25]', () => {
    assert.deepEqual(invariants(checkDecoder(frame, randomOf(1n), codec((input) => {
      if (input.length !== frame.bytes.length) throw new Error('short')
      return {}
    }))).at(-1), 'I25')
    assert.deepEqual(invariants(checkDecoder(frame, randomOf(1n), codec(() => fault('CHAN-1', 'no')))), ['I25'])
    assert.deepEqual(invariants(checkDecoder(frame, randomOf(1n), codec(() => ({}), () => new Uint8Array(1)))), ['I25'])
  })
})

describe('checker stored, encodings', () => {
  it('accepts entries as they are written [I26]', () => {
    assert.deepEqual(checkEncodings('n0', new Map([[`lock/${lockKey(IN, 'remote', 0)}`, lockLayout.encode(incoming())]])), [])
  })
  it('finds an entry of no table, and one that cannot be read [I26]', () => {
    assert.deepEqual(invariants(checkEncodings('n0', new Map([['nothing/x', bytes(1)]]))), ['I26'])
    assert.deepEqual(invariants(checkEncodings('n0', new Map([['lock/x', lockLayout.encode(incoming()).subarray(1)]]))), ['I26'])
    assert.deepEqual(invariants(checkEncodings('n0', new Map([['lock/x', Uint8Array.from([...lockLayout.encode(incoming()), 0])]]))), ['I26'])
  })
})
