import assert from 'node:assert/strict'
import type { ChannelId } from '../../src/core/base/ids.js'
import type { EnforcedState } from '../../src/core/channel/entity.js'
import { equalBytes } from '../../src/core/base/bytes.js'
import { asUnits } from '../../src/core/base/money.js'
import { isFault, isRefusal } from '../../src/core/base/step.js'
import { closeChannel, failLock, forceClose, fulfilLock, fundingReady, offerLock, openEnforced } from '../../src/core/channel/channel.js'
import type { Format } from '../../src/core/channel/enforced/contract.js'
import type { ChannelMessage } from '../../src/core/channel/messages.js'
import { dutiesFor } from '../../src/core/channel/channel.js'
import { holdingsOf } from '../../src/core/channel/resolver/holdings.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { decodeChannel, encodeChannel } from '../../protocols/channel/codec.js'
import { checkHoldings, confirm, FUNDING, FUNDING_SAT, heightLock, offer, openedChannel, twoChainEnds } from '../core/channel/enforced/open-channel.js'
import { secretOf } from '../core/channel/enforced/two-sides.js'
import { ASSET, inject, intercept, told, type End, type TwoEnds } from '../core/channel/two-ends.js'

/** A value with one thing in it that is wrong, in every way there is; each still is what the codec lets through. */
function * alterations (value: unknown, path: string): Generator<readonly [path: string, value: unknown], undefined> {
  if (value instanceof Uint8Array) {
    if (value.length > 0) yield [path, alteredBytes(value)]
  } else if (typeof value === 'bigint') yield * [[`${path} + 1`, value + 1n], [`${path} of another size`, value > 2_000n ? value / 2n : value + 2_000_000n]] as const
  else if (typeof value === 'number') yield * [[`${path} + 1`, value + 1], ...value === 0 ? [] : [[`${path} - 1`, value - 1] as const]]
  else if (typeof value === 'boolean') yield [path, !value]
  else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) for (const [at, altered] of alterations(item, `${path}[${i}]`)) yield [at, value.with(i, altered)]
    if (value.length === 0) return
    yield [`${path} without the last`, value.slice(0, -1)]
    yield [`${path} with one twice`, [...value, value.at(-1)]]
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === 'type' || key === 'channelId' || key === 'kind') continue
      for (const [at, altered] of alterations(item, `${path}.${key}`)) yield [at, { ...value, [key]: altered }]
    }
  }
}

/** Other bytes of the same kind: a point stays a point, and a nonce two of them. */
function alteredBytes (bytes: Uint8Array): Uint8Array {
  const other = mulG(secretOf(4_242))
  if (bytes.length === 33) return other
  if (bytes.length === 66) return Uint8Array.of(...bytes.slice(33), ...other)
  return bytes.with(-1, bytes.at(-1)! ^ 1)
}

/** Brings two ends to where a message of a type is on its way, and takes it off the wire. */
interface Scene { readonly world: TwoEnds, readonly to: End, readonly message: ChannelMessage }
type Stage = (format: Format) => Scene

const SETUP = { fundingSat: FUNDING_SAT, push: asUnits(400_000_000n), feeRatePerKw: 300 }

const opening = (type: 'open' | 'accept' | 'funded' | 'signed'): Stage => (format) => {
  const world = twoChainEnds()
  const { alice, bob } = world
  const id = alice.step((host) => openEnforced(host, { peer: bob.self, asset: ASSET, ...SETUP, format }))
  assert(!isRefusal(id))
  if (type === 'open' || type === 'accept') {
    const from = type === 'open' ? alice : bob
    return { world, to: world.peerOf(from), message: intercept(world, from, type) }
  }
  world.settle()
  alice.step((host) => fundingReady(host, id, FUNDING.txid, FUNDING.index))
  const from = type === 'funded' ? alice : bob
  return { world, to: world.peerOf(from), message: intercept(world, from, type) }
}

/** A round of alice in which locks of both sides are live, one of bob's is taken, one given back, and one of alice's comes. */
const round = (type: 'propose' | 'agree' | 'commit' | 'ack'): Stage => (format) => {
  const { world, alice, bob, id } = openedChannel(format)
  offer(alice, id, 0, 10_000_000n)
  const mine = offer(bob, id, 1, 20_000_000n)
  offer(bob, id, 2, 30_000_000n)
  world.settle()
  // Bob hears nothing of t but what the proposal says.
  offer(alice, id, 3, 40_000_000n)
  alice.step((host) => {
    fulfilLock(host, id, 0, mine.secret)
    failLock(host, id, 1, 'busy')
  })
  const from = type === 'propose' || type === 'commit' ? alice : bob
  return { world, to: world.peerOf(from), message: intercept(world, from, type) }
}

const secretShown: Stage = (format) => {
  const { world, alice, bob, id } = openedChannel(format)
  const { secret } = offer(alice, id, 0, 10_000_000n)
  world.settle()
  world.disconnect()
  bob.step((host) => { fulfilLock(host, id, 0, secret) })
  world.connect()
  return { world, to: alice, message: intercept(world, bob, 'secret') }
}

const reestablished: Stage = (format) => {
  const { world, alice, id } = openedChannel(format)
  offer(alice, id, 0, 10_000_000n)
  world.settle()
  world.disconnect()
  world.connect()
  return { world, to: alice, message: intercept(world, world.bob, 'reestablish') }
}

const closing = (type: 'close-ready' | 'close-offer' | 'close-sign'): Stage => (format) => {
  const { world, alice, bob, id } = openedChannel(format)
  alice.step((host) => closeChannel(host, id))
  const from = type === 'close-offer' ? alice : bob
  return { world, to: world.peerOf(from), message: intercept(world, from, type) }
}

const STAGES: Readonly<Record<string, Stage>> = {
  open: opening('open'), accept: opening('accept'), funded: opening('funded'), signed: opening('signed'),
  propose: round('propose'), agree: round('agree'), commit: round('commit'), ack: round('ack'),
  secret: secretShown, reestablish: reestablished,
  'close-ready': closing('close-ready'), 'close-offer': closing('close-offer'), 'close-sign': closing('close-sign')
}
/** What may be wrong without stopping anything. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  // It counts as a second ACK of the round before; the right one comes again on the next connection.
  ack: ['ack.round - 1'],
  secret: ['secret.secrets with one twice'],
  // It serves the next offer only, which then does not hold.
  'close-sign': ['close-sign.nonce']
}

/** What the two would do next: fund the channel, and put a lock into it. */
function goOn (world: TwoEnds, id: ChannelId): void {
  const { alice, bob } = world
  const opened = (end: End): EnforcedState | undefined => {
    const state = end.host.channels.get(id)?.state
    return state?.kind === 'chain' ? state : undefined
  }
  if (opened(alice)?.stage === 'accepted') alice.step((host) => fundingReady(host, id, FUNDING.txid, FUNDING.index))
  world.settle()
  if ([alice, bob].some((end) => opened(end)?.stage !== 'signed')) return
  for (const end of [alice, bob]) confirm(end, id)
  const lock = heightLock(99, 5_000_000n, 1_100)
  alice.step((host) => offerLock(host, id, lock.terms, lock.origin))
  world.settle()
}

function isReadable (message: ChannelMessage): boolean {
  try {
    return !isFault(decodeChannel(encodeChannel(message)))
  } catch {
    return false
  }
}

/** What an end could publish and claim now is signed as it must be, and it would publish it. */
function assertEnforceable (end: End, name: string): void {
  for (const channel of [...end.host.channels.values()]) {
    if (holdingsOf(end.host, channel) === undefined) continue
    checkHoldings(end, channel.id)
    end.step((host) => forceClose(host, channel.id))
    assert(dutiesFor(end.host, channel.id)!.tasks.some(({ type }) => type === 'commitment'), name)
  }
}

for (const format of ['v3-zero-fee', 'v2-fee'] as const) {
  describe(`a peer of a ${format} channel that gets one field wrong (S13)`, function () {
    this.timeout(180_000)
    for (const [type, stage] of Object.entries(STAGES)) {
      it(`of ${type}: the channel stops or goes on unharmed, and what is held can be enforced`, () => {
        let tried = 0
        const passed: string[] = []
        for (const [path] of alterations(stage(format).message, type)) {
          const { world, to, message } = stage(format)
          const altered = [...alterations(message, type)].find(([at]) => at === path)![1] as ChannelMessage
          // What the codec refuses never comes to the channel.
          if (!isReadable(altered)) continue
          inject(world, to, altered)
          world.settle()
          goOn(world, message.channelId)
          // Where the two differ in what they cannot see of each other, a new connection shows it.
          world.disconnect()
          world.connect()
          world.settle()
          tried++
          const ended = [world.alice, world.bob].some((end) => end.seen.some(({ type: what }) => what === 'fault' || what === 'openRefused')) || world.sent.some(({ message: { type: what } }) => what === 'fault' || what === 'refuse')
          if (!ended) passed.push(path)
          for (const end of [world.alice, world.bob]) {
            // A lock that an end offered is paid for with its t only.
            for (const { lock, secret } of told(end, 'secretLearnt')) assert(equalBytes(mulG(secret), lock.terms.point), path)
          }
          assertEnforceable(to, path)
        }
        assert.deepEqual(passed, HARMLESS[type] ?? [])
        assert(tried > 0)
      })
    }
  })
}
