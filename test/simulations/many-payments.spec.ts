import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { toHex, utf8Bytes } from '../../src/core/base/bytes.js'
import { sha256 } from '../../src/core/base/hash.js'
import type { AssetId, OriginId, PeerId, RouteId } from '../../src/core/base/ids.js'
import { asUnits } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import { fulfilLock, offerLock, onChannelMessage, openTrustLine, startRounds } from '../../src/core/channel/channel.js'
import type { Channel } from '../../src/core/channel/entity.js'
import { channelLayout } from '../../src/core/channel/layout.js'
import { addScalars, curve, mulG, useCurve, type CurveEngine } from '../../src/core/crypto/curve.js'
import { scalarOf } from '../../src/core/crypto/scalar.js'
import type { ChannelMessage } from '../../src/core/channel/messages.js'
import { fakeCurve } from '../../simulations/harness/fake-curve.js'
import { onForwarderOutcome, placeRoute } from '../../simulations/small-worlds/forwarding.js'
import { createStepper, identityOf, NEW_MEMBER, sync, valuesOf, type Member, type Tools } from '../../simulations/small-worlds/member.js'

/** Payments over one forwarder; the long run makes 100,000. */
const PAYMENTS = Number(process.env['AMIKO_PAYMENTS'] ?? 1_000)
/** What the store of the forwarder holds is looked at after so many, and at the end. */
const EARLY = 100
/** The heap is looked at after a tenth of all, and at the end. */
const WARM = PAYMENTS / 10
const HEAP_GROWTH_MAX = 5 * 1_048_576

const ASSET = '11'.repeat(32) as AssetId
const [LIMIT, AMOUNT, FEE] = [1_000_000n, 100n, 3n]
const START_SECONDS = 1_767_225_600

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Three nodes in a row: the channel and payment machines of production, and a medium in memory. */
function line (): { readonly pay: (number: number) => void, readonly members: readonly Member[] } {
  const identities = [0, 1, 2].map(identityOf)
  const peers: ReadonlySet<PeerId> = new Set(identities.map(({ peer }) => peer))
  const members: Member[] = identities.map(() => NEW_MEMBER)
  const wires: Array<{ readonly from: number, readonly to: number, readonly message: ChannelMessage }> = []
  let seconds = START_SECONDS
  let secret: Uint8Array = new Uint8Array(32)
  let settled = 0

  const steppers = identities.map((identity, index) => createStepper(identity, (tools, outcome) => {
    if (index === 1) onForwarderOutcome(tools, outcome)
    else if (outcome.type === 'lockReceived') fulfilLock(tools.channel, outcome.channelId, outcome.lock.terms.id, secret)
    else if (outcome.type === 'offerSettled') settled++
    else assert.notEqual(outcome.type, 'offerFailed')
  }))
  const step = (index: number, action: (tools: Tools) => void): void => {
    members[index] = steppers[index]!(members[index]!, seconds * 1_000, peers, action)
  }
  const settle = (): void => {
    for (let moved = true; moved;) {
      moved = false
      for (const [index] of identities.entries()) {
        step(index, ({ channel }) => { startRounds(channel) })
        const { member, sends } = sync(members[index]!)
        members[index] = member
        for (const { to, message } of sends) wires.push({ from: index, to: identities.findIndex(({ peer }) => peer === to), message })
      }
      for (const { from, to, message } of wires.splice(0)) {
        moved = true
        step(to, ({ channel }) => { onChannelMessage(channel, identities[from]!.peer, message) })
      }
    }
  }
  for (const index of [0, 1]) {
    step(index, ({ channel }) => {
      assert(!isRefusal(openTrustLine(channel, { peer: identities[index + 1]!.peer, asset: ASSET, limit: asUnits(LIMIT), amount: asUnits(LIMIT) })))
    })
    settle()
  }
  const channelOf = (index: number, other: number): Channel => valuesOf<Channel>(members[index]!, 'channel').find(({ peer }) => peer === identities[other]!.peer)!

  return {
    members,
    pay (number) {
      const [payer, payee] = number % 2 === 0 ? [0, 2] : [2, 0]
      const mark = toHex(sha256(utf8Bytes(`payment ${number}`)))
      const tweak = scalarOf(sha256(utf8Bytes(`tweak ${number}`)))
      secret = scalarOf(sha256(utf8Bytes(`secret ${number}`)))
      seconds++
      step(1, (tools) => {
        placeRoute(tools, {
          from: identities[payer]!, to: identities[payee]!, channelId: channelOf(1, payee).id, asset: ASSET, routeIn: mark.slice(0, 32) as RouteId, routeOut: mark.slice(32) as RouteId, tweak, feeBase: FEE, deltaSeconds: 660, nextDeltaSeconds: 900, validUntil: seconds + 60
        })
      })
      step(payer, ({ channel }) => {
        const refused = offerLock(channel, channelOf(payer, 1).id, {
          amount: asUnits(AMOUNT + FEE), expiry: { clock: 'unix', value: seconds + 2_400 }, point: mulG(addScalars(secret, tweak)), routeId: mark.slice(0, 32) as RouteId, message: new Uint8Array(160), onion: new Uint8Array(0)
        }, mark.slice(0, 32) as OriginId)
        assert.equal(refused, undefined)
      })
      settle()
      assert.equal(settled, number + 1, `payment ${number} was not paid`)
    }
  }
}

/** Keys and bytes that a member's medium holds. */
function storedOf (member: Member): { readonly keys: readonly string[], readonly bytes: number } {
  const keys = [...member.store.keys()].sort()
  return { keys, bytes: keys.reduce((sum, key) => sum + (key.startsWith('channel/') ? channelLayout.encode(member.store.get(key) as Channel).length : Number.NaN), 0) }
}

describe('a forwarder, after many payments', () => {
  let before: CurveEngine
  beforeEach(() => {
    before = curve()
    useCurve(fakeCurve)
  })
  afterEach(() => { useCurve(before) })

  it(`holds what it held, in its store and in memory, after ${PAYMENTS} payments (I31, K4)`, function () {
    this.timeout(3_600_000)
    const { pay, members } = line()
    let early = storedOf(members[1]!)
    let warm = 0
    for (let number = 0; number < PAYMENTS; number++) {
      if (number === EARLY) early = storedOf(members[1]!)
      if (number === WARM) {
        collect()
        warm = process.memoryUsage().heapUsed
      }
      pay(number)
    }
    collect()
    const grown = process.memoryUsage().heapUsed - warm
    const late = storedOf(members[1]!)
    assert.equal(early.keys.length, 2)
    assert.deepEqual(late, early)
    const worth = valuesOf<Channel>(members[1]!, 'channel').reduce((sum, { state }) => sum + (state.kind === 'trust-line' ? state.owedToUs : 0n), 0n)
    assert.equal(worth, FEE * BigInt(PAYMENTS))
    assert(grown < HEAP_GROWTH_MAX, `the heap grew by ${grown} bytes`)
    console.log(`        ${late.keys.length} keys, ${late.bytes} bytes; the heap grew by ${Math.round(grown / 1024)} KB from ${WARM} to ${PAYMENTS}`)
  })
})
