import assert from 'node:assert/strict'
import fc from 'fast-check'
import { toHex } from '../../../../src/core/base/bytes.js'
import { capacity, dutiesFor, failLock, forceClose, fulfilLock, offerLock, startRounds } from '../../../../src/core/channel/channel.js'
import { CHAIN_NUMBERS } from '../../../../src/core/channel/enforced/limits.js'
import type { Transaction } from '../../../../src/core/channel/enforced/transaction.js'
import { mineAbove } from '../../../adversary/chain-troubles.js'
import { heightLock } from '../enforced/open-channel.js'
import { channelOf, locksOf, told, type End } from '../two-ends.js'
import { chainWorld, commitmentOf, isForgotten, reckon, type ChainWorld } from './chain-world.js'

/**
 * Lives of a channel on a chain, from random payments to its burial. Alice is honest. Bob is, or goes silent, or
 * publishes a state that he has revoked. The chain reorganises, fees rise, transactions are thrown out of the mempool,
 * ends lose their memory.
 */
const TALK = { offer: 9, show: 7, fail: 2, flow: 14, cut: 1, connect: 4, crash: 1, keep: 3 } as const
const TROUBLE = { block: 8, reorg: 2, evict: 2, spike: 1, crash: 1, blind: 1, show: 3 } as const
const wordsOf = <K extends string>(weights: Readonly<Record<K, number>>): readonly K[] => (Object.keys(weights) as K[]).flatMap((word) => Array.from({ length: weights[word] }, () => word))
const moves = <K extends string>(weights: Readonly<Record<K, number>>, least: number, most: number): fc.Arbitrary<ReadonlyArray<{ readonly op: K, readonly a: number, readonly b: number }>> =>
  fc.array(fc.record({ op: fc.constantFrom(...wordsOf(weights)), a: fc.nat(1_000), b: fc.nat(1_000) }), { minLength: least, maxLength: most, size: 'max' })

const PLACES = [['v3-zero-fee', 'bitcoin'], ['v2-fee', 'bitcoin'], ['v2-fee', 'litecoin']] as const
const ENDINGS = ['alice closes', 'bob closes', 'bob is silent', 'bob cheats'] as const
const RUNS = Number(process.env['AMIKO_CHAIN_LIVES'] ?? 8)

interface Life {
  readonly world: ChainWorld
  readonly scale: number
  readonly secrets: Map<string, Uint8Array>
  readonly kept: Transaction[]
  offers: number
  /** What was offered, by number. */
  readonly offered: Map<number, bigint>
}

const endOf = ({ world }: Life, a: number): End => a % 2 === 0 ? world.alice : world.bob

/** An end shows t of a lock that it received, while there is time. */
function show ({ world, secrets, scale }: Life, end: End, b: number): void {
  const received = locksOf(end, world.id).filter(({ offeredBy, irrevocable, secret, terms }) => offeredBy === 'remote' && irrevocable && secret === undefined && terms.expiry.value - 22 * scale > world.world.height)
  const lock = received[b % Math.max(1, received.length)]
  if (lock !== undefined) end.step((host) => { fulfilLock(host, world.id, lock.terms.id, secrets.get(toHex(lock.terms.point))!) })
}

function talk (life: Life, op: keyof typeof TALK, a: number, b: number): void {
  const { world, secrets, scale } = life
  const { id } = world
  const end = endOf(life, a)
  switch (op) {
    case 'offer': {
      const dust = CHAIN_NUMBERS[world.world.clock].dustSat * 1000n
      const { terms, origin, secret } = heightLock(life.offers++, dust + BigInt([-1_000, 0, 4_000_000, 4_000_000, 60_000_000][b % 5]!), world.world.height + (60 + a % 12) * scale, world.world.clock)
      secrets.set(toHex(terms.point), secret)
      life.offered.set(life.offers - 1, terms.amount)
      if (capacity(end.host, id).spendable > terms.amount) end.step((host) => offerLock(host, id, terms, origin))
      break
    }
    case 'show': show(life, end, b); break
    case 'fail': {
      const lock = locksOf(end, id).find(({ offeredBy, irrevocable, secret }) => offeredBy === 'remote' && irrevocable && secret === undefined)
      if (lock !== undefined) end.step((host) => { failLock(host, id, lock.terms.id, 'busy') })
      break
    }
    case 'flow':
      for (const one of [world.alice, world.bob]) {
        one.sync()
        world.world.deliver(one)
        one.step(startRounds)
      }
      break
    case 'cut': world.world.disconnect(); break
    case 'connect': world.world.connect(); break
    case 'crash': world.world.crash(end); break
    case 'keep': if (world.bob.unsynced.length === 0) life.kept.push(commitmentOf(world.bob, world)); break
  }
}

function trouble (life: Life, op: keyof typeof TROUBLE, a: number, b: number): void {
  const { world } = life
  switch (op) {
    case 'block': world.mine(1 + a % 3); break
    case 'reorg': world.reorg(1 + a % 4); break
    case 'evict': {
      const waiting = [...world.chain.mempool.pool.entries.keys()]
      if (waiting.length > 0) world.chain.forget(waiting[b % waiting.length]!)
      world.mine(1)
      break
    }
    case 'spike': {
      const before = world.rates
      world.rates = (blocks) => blocks < 18 * life.scale ? 42_000n : 2_000n
      for (let i = 0; i < 4; i++) mineAbove(world, 40_000n)
      world.rates = before
      break
    }
    case 'crash': world.world.crash(world.alice); break
    case 'blind': if (!world.blind.delete(world.alice)) world.blind.add(world.alice); break
    case 'show': show(life, endOf(life, a), b); break
  }
}

/** I3: what an end has at the end, its own fees aside, is what it had, less what it paid, and what it was paid. */
function assertWealth ({ world, offers, offered }: Life, end: End, startSat: bigint): void {
  const ended = [...told(end, 'offerSettled'), ...told(end, 'offerFailed').filter(({ sent }) => sent)].map(({ origin }) => origin)
  assert.equal(new Set(ended).size, ended.length, 'every offer ends once')
  const settled = new Set(told(end, 'offerSettled').map(({ origin }) => origin))
  let due = startSat * 1000n
  for (let n = 0; n < offers; n++) {
    const { origin } = heightLock(n, 0n, 0)
    if (settled.has(origin)) due -= offered.get(n)!
  }
  const amounts = new Map(told(end, 'lockReceived').map(({ lock }) => [lock.terms.id, lock.terms.amount]))
  for (const { id, how } of told(end, 'lockRemoved')) if (how === 'fulfilled') due += amounts.get(id) ?? 0n
  const { gained, cost } = reckon(world, end)
  // Not claimed on a chain: what is below dust; the opener pays for the commitment.
  const slack = 12_000n + BigInt(offers) * CHAIN_NUMBERS[world.world.clock].dustSat
  assert(gained + cost >= due / 1000n - slack, `${end.name} has ${gained} and spent ${cost}; ${due / 1000n} are due`)
}

describe('lives of a channel on a chain, with reorganisations, dear blocks, evictions and crashes', function () {
  this.timeout(180_000)
  it('leave the honest end all that is its own, and nothing undone [ENF-13] [ENF-20] [ENF-21] [ENF-22]', () => {
    const seen = new Map<string, number>()
    fc.assert(fc.property(fc.constantFrom(...PLACES), moves(TALK, 30, 70), fc.constantFrom(...ENDINGS), fc.nat(1_000), moves(TROUBLE, 5, 25), ([format, chain], talks, ending, pick, troubles) => {
      const world = chainWorld(format, 400_000n, chain)
      const run: Life = { world, scale: CHAIN_NUMBERS[chain].blocksPerTenMinutes, secrets: new Map(), kept: [], offers: 0, offered: new Map() }
      const { alice, bob, id } = world
      for (const { op, a, b } of talks) talk(run, op, a, b)
      for (const end of [alice, bob]) end.sync()
      world.world.disconnect()
      assert.equal(channelOf(alice, id).status, 'open')
      let cheats = false
      if (ending === 'alice closes') alice.step((host) => forceClose(host, id))
      else if (ending === 'bob closes') bob.step((host) => forceClose(host, id))
      else {
        world.active.delete(bob)
        const old = run.kept[pick % Math.max(1, run.kept.length)]
        if (ending === 'bob cheats' && old !== undefined) {
          world.cheat(bob, old)
          world.mine(1)
          cheats = dutiesFor(alice.host, id)?.closing?.type === 'revoked'
        } else alice.step((host) => forceClose(host, id))
      }
      world.tick()
      for (const { op, a, b } of troubles) trouble(run, op, a, b)
      world.blind.clear()
      world.rates = () => 5_000n
      const active = [...world.active]
      for (let blocks = 0; blocks < 250 * run.scale && !active.every((end) => isForgotten(end, id)); blocks += 10) world.mine(10)
      assert(isForgotten(alice, id), `alice keeps the channel: ${JSON.stringify(dutiesFor(alice.host, id)?.tasks.map(({ type }) => type))}`)
      if (cheats) {
        const { gained, cost } = reckon(world, alice)
        assert(gained + cost >= 1_000_000n - 12_000n - BigInt(run.offers) * CHAIN_NUMBERS[chain].dustSat, `alice has ${gained} of all`)
      } else assertWealth(run, alice, 600_000n)
      if (world.active.has(bob)) assertWealth(run, bob, 400_000n)
      assert(reckon(world, alice).gained + reckon(world, bob).gained <= 1_000_000n, 'I2')
      const name = cheats ? 'punished' : ending
      seen.set(name, (seen.get(name) ?? 0) + 1)
    }), { numRuns: RUNS })
    assert([...seen.values()].reduce((a, b) => a + b, 0) >= RUNS)
  })
})
