import assert from 'node:assert/strict'
import type { ChainName } from '../../src/ports/chain-parameters.js'
import { toHex } from '../../src/core/base/bytes.js'
import { dutiesFor, forceClose, fulfilLock } from '../../src/core/channel/channel.js'
import type { Format } from '../../src/core/channel/enforced/contract.js'
import { CHAIN_NUMBERS } from '../../src/core/channel/enforced/limits.js'
import { needsSecret } from '../../src/core/channel/enforced/pre-signed.js'
import { payFee, takePtlcs } from '../../src/core/channel/enforced/spends.js'
import type { Transaction } from '../../src/core/channel/enforced/transaction.js'
import { holdingsOf, type Holdings } from '../../src/core/channel/resolver/holdings.js'
import { adapt } from '../../src/core/crypto/adaptor.js'
import { offer } from '../core/channel/enforced/open-channel.js'
import { assertExactly, chainWorld, commitmentOf, isForgotten, type ChainWorld } from '../core/channel/resolver/chain-world.js'
import { channelOf, locksOf, told, type End } from '../core/channel/two-ends.js'

/** Where a scenario takes place. The same seed gives the same run. */
export interface Place {
  readonly format: Format
  readonly chain: ChainName
  readonly seed: number
}

/** Plays a story on an embedded chain, and asserts how it ends. What was done to the chain is on the world's tape. */
export type Scenario = (place: Place) => ChainWorld

/** Names the run in what fails, so that it can be done again. */
export function run (scenario: Scenario, place: Place): void {
  try {
    scenario(place)
  } catch (error) {
    if (error instanceof Error) error.message = `seed ${place.seed}: ${error.message}`
    throw error
  }
}

export const worldOf = ({ format, chain }: Place): ChainWorld => chainWorld(format, 400_000n, chain)
const scaleOf = ({ chain }: Place): number => CHAIN_NUMBERS[chain].blocksPerTenMinutes
/** Blocks of a delay of the default length. */
export const delayOf = (place: Place): number => 144 * scaleOf(place)
/** A height in so many blocks of ten minutes. */
export const heightIn = (world: ChainWorld, place: Place, blocks: number): number => world.world.height + blocks * scaleOf(place)

/** The first end pays the other, and no lock is left. */
export function pay (world: ChainWorld, place: Place, by: End, n: number, sat: bigint): void {
  const to = world.world.peerOf(by)
  const { secret } = offer(by, world.id, n, sat * 1000n, heightIn(world, place, 200))
  world.world.settle()
  const lock = locksOf(to, world.id).find(({ terms }) => terms.amount === sat * 1000n && terms.routeId !== undefined && toHex(terms.message.slice(0, 1)) === toHex(Uint8Array.of(n & 0xff)))!
  to.step((host) => { fulfilLock(host, world.id, lock.terms.id, secret) })
  world.world.settle()
}

/** What a cheater kept of a state. */
interface OldState {
  readonly commitment: Transaction
  readonly held: Holdings
}
const keep = (end: End, world: ChainWorld): OldState => ({ commitment: commitmentOf(end, world), held: holdingsOf(end.host, channelOf(end, world.id))! })

/** Publishes a commitment and has it mined, while nobody reacts. */
function cheat (world: ChainWorld, by: End, commitment: Transaction): void {
  world.active.clear()
  const said = world.cheat(by, commitment)
  assert(said.every((text) => text === 'accepted'), said.join())
  world.mine(1)
}

/** All of a transaction but its anchors. */
export const sumOf = (world: ChainWorld, { outputs }: Transaction): bigint =>
  outputs.reduce((sum, { valueSat, script }) => world.anchors.has(toHex(script)) ? sum : sum + valueSat, 0n)

/** The honest end, in time, takes all that the published commitment holds. */
function assertPunished (world: ChainWorld, place: Place, { commitment }: OldState, honest: End): void {
  assert.equal(dutiesFor(honest.host, world.id)?.closing?.type, 'revoked')
  world.active.add(honest)
  world.tick()
  world.mine(12)
  assertExactly(world, honest, sumOf(world, commitment))
  assert(isForgotten(honest, world.id))
}

/** S1: every revoked state, with no lock in it. The seed says which of the states it is, and who cheats. */
export const revokedState: Scenario = (place) => {
  const world = worldOf(place)
  const cheater = place.seed % 2 === 0 ? world.bob : world.alice
  const states: OldState[] = []
  for (let n = 0; n <= place.seed; n++) {
    states.push(keep(cheater, world))
    pay(world, place, n % 2 === 0 ? cheater : world.world.peerOf(cheater), n, BigInt(5_000 + 1_000 * n))
  }
  world.world.disconnect()
  const old = states[Math.floor(place.seed / 2)]!
  cheat(world, cheater, old.commitment)
  assertPunished(world, place, old, world.world.peerOf(cheater))
  return world
}

/** Publishes the second stages that an end could take of a state: with t what it received, after the expiry what it offered. */
function takeSecondStages (world: ChainWorld, by: End, { held }: OldState, secrets: ReadonlyMap<string, Uint8Array>, which: (place: number) => boolean): number {
  const { commitment, given } = held.own
  let [plain, short, taken] = [0, 0, 0]
  const spent = new Set<string>()
  commitment.ptlcs.forEach(({ lock }, place) => {
    const withSecret = needsSecret(lock, 'local')
    const signature = withSecret ? given.preSignatures[short++]! : given.signatures[plain++]!
    const secret = secrets.get(toHex(lock.terms.point))
    if (!which(place) || (withSecret ? secret === undefined : world.world.height < lock.terms.expiry.value)) return
    const wallet = world.wallet(by)
    const free = { ...wallet, coins: () => wallet.coins().filter((coin) => !spent.has(`${toHex(coin.txid)}:${coin.index}`)) }
    const tx = payFee({ ...takePtlcs(held.secrets, commitment, [{ place, signature: withSecret ? adapt(signature, secret!) : signature }]), wallet: free, feeRatePerKvb: 4_000n, leastSat: held.contract.dustSat, aux: new Uint8Array(32) })!
    for (const input of tx.inputs) spent.add(`${toHex(input.txid)}:${input.index}`)
    assert.deepEqual(world.offer([tx]), ['accepted'])
    taken++
  })
  return taken
}

/** S2: a revoked state with locks of both sides, of which the cheater confirms some second stages first. */
export const revokedWithLocks: Scenario = (place) => {
  const world = worldOf(place)
  const cheater = place.seed % 2 === 0 ? world.bob : world.alice
  const honest = world.world.peerOf(cheater)
  const secrets = new Map<string, Uint8Array>()
  for (let n = 0; n < 6; n++) {
    const { secret, terms } = offer(n % 2 === 0 ? cheater : honest, world.id, n, BigInt(20_000_000 + (n % 3) * 1_000_000), heightIn(world, place, n < 4 ? 20 : 60))
    if (n % 2 === 1) secrets.set(toHex(terms.point), secret)
  }
  world.world.settle()
  const old = keep(cheater, world)
  assert.equal(old.held.own.commitment.ptlcs.length, 6)
  pay(world, place, cheater, 10, 50_000n)
  world.world.disconnect()
  world.active.clear()
  // Its own locks expire while nobody looks.
  for (let i = heightIn(world, place, 21) - world.world.height; i > 0; i--) world.chain.mine(1)
  world.world.height = world.chain.ledger.tip.height
  cheat(world, cheater, old.commitment)
  const taken = takeSecondStages(world, cheater, old, secrets, (one) => (place.seed >> 1 & 1 << one) === 0)
  world.mine(1)
  if ((place.seed >> 1) % 64 === 0) assert(taken >= 4, `${taken}`)
  assertPunished(world, place, old, honest)
  return world
}

/** S3: the victim is away, with its memory, until six blocks before the end of the delay. */
export const revokedAway: Scenario = (place) => {
  const world = worldOf(place)
  const cheater = place.seed % 2 === 0 ? world.bob : world.alice
  const honest = world.world.peerOf(cheater)
  offer(honest, world.id, 1, 30_000_000n, heightIn(world, place, 300))
  offer(cheater, world.id, 2, 20_000_000n, heightIn(world, place, 300))
  world.world.settle()
  const old = keep(cheater, world)
  pay(world, place, cheater, 3, 40_000n)
  world.world.disconnect()
  world.active.clear()
  assert(world.cheat(cheater, old.commitment).every((text) => text === 'accepted'))
  world.chain.mine(1)
  world.chain.mine(delayOf(place) - 6 - 1)
  world.world.crash(honest)
  world.tick()
  assertPunished(world, place, old, honest)
  return world
}

/** Locks of every fate. */
interface Fate {
  readonly by: End
  readonly sat: bigint
  readonly claimed: boolean
  readonly lock: ReturnType<typeof offer>
}

/** Offers locks of both sides, some of which will be claimed, and some are below dust. */
function offerAll (world: ChainWorld, place: Place, count: number): readonly Fate[] {
  const { alice, bob, id } = world
  const dust = CHAIN_NUMBERS[place.chain].dustSat
  const fates = Array.from({ length: count }, (_, n): Fate => {
    const by = n % 2 === 0 ? alice : bob
    const sat = n % 8 >= 6 ? dust - 1n : dust + BigInt(4_000 + 10 * ((n + place.seed) % 7))
    // Claimed ones have time; the others expire, a few at a time.
    const claimed = (n + place.seed) % 4 < 2
    return { by, sat, claimed, lock: offer(by, id, n, sat * 1000n, heightIn(world, place, claimed ? 90 : 30 + (n >> 2) % 4)) }
  })
  world.world.settle()
  return fates
}

/** Satoshis that are due to an end when a commitment that holds these locks is resolved. */
function dueOf (world: ChainWorld, place: Place, commitment: Transaction, end: End, fates: readonly Fate[]): bigint {
  const state = channelOf(end, world.id).state
  assert(state.kind === 'chain')
  const dust = CHAIN_NUMBERS[place.chain].dustSat
  const outputs = fates.filter(({ sat }) => sat >= dust)
  const locked = outputs.reduce((sum, { sat }) => sum + sat, 0n)
  const ours = outputs.reduce((sum, { by, sat, claimed }) => (by === end) !== claimed ? sum + sat : sum, 0n)
  // What is in no lock and no anchor are the two balances; the opener's is less by the cost of the commitment.
  const others = state.opener === 'local' ? state.remoteBalance / 1000n : state.localBalance / 1000n
  const openers = sumOf(world, commitment) - locked - others
  return ours + (state.opener === 'local' ? openers : state.localBalance / 1000n)
}

/** A commitment in force is published, one side never speaks again; every lock ends as it must. */
function latest (place: Place, closer: 'mine' | 'theirs', count: number): ChainWorld {
  const world = worldOf(place)
  const { alice, bob, id } = world
  const fates = offerAll(world, place, count)
  const honest = place.seed % 2 === 0 ? alice : bob
  const silent = world.world.peerOf(honest)
  world.world.disconnect()
  const commitment = commitmentOf(closer === 'mine' ? honest : silent, world)
  const due = new Map([alice, bob].map((end) => [end, dueOf(world, place, commitment, end, fates)]))
  if (closer === 'mine') {
    honest.step((host) => forceClose(host, id))
    world.tick()
  } else {
    silent.step((host) => forceClose(host, id))
    world.tick()
  }
  // Both learn what they may claim when the chain has begun to decide; neither tells the other.
  for (const { by, claimed, lock } of fates) {
    if (!claimed) continue
    const to = world.world.peerOf(by)
    const { terms } = locksOf(to, id).find((one) => toHex(one.terms.point) === toHex(lock.terms.point))!
    to.step((host) => { fulfilLock(host, id, terms.id, lock.secret) })
  }
  world.mine(36 * scaleOf(place))
  world.mine(delayOf(place) + 12 + 60 * scaleOf(place))
  for (const end of [alice, bob]) {
    assert(isForgotten(end, id), `${end.name} is not done`)
    assertExactly(world, end, due.get(end)!)
    const dust = CHAIN_NUMBERS[place.chain].dustSat
    const settled = told(end, 'offerSettled').map(({ origin }) => origin).sort()
    const failed = told(end, 'offerFailed').map(({ origin }) => origin).sort()
    assert.deepEqual(settled, fates.filter(({ by, claimed, sat }) => by === end && claimed && sat >= dust).map(({ lock }) => lock.origin).sort())
    assert.deepEqual(failed, fates.filter(({ by, claimed, sat }) => by === end && (!claimed || sat < dust)).map(({ lock }) => lock.origin).sort())
  }
  return world
}

/** S4 and S5: our commitment, and the peer's, with locks of every kind. */
export const ourCommitment: Scenario = (place) => latest(place, 'mine', 16)
export const theirCommitment: Scenario = (place) => latest(place, 'theirs', 16)
/** Fifty live locks. */
export const fiftyLocks: Scenario = (place) => latest(place, place.seed % 2 === 0 ? 'mine' : 'theirs', 50)

/** S7: the peer claims on the chain and tells nobody. On odd seeds its victim's backend shows no mempool. */
export const claimedInSilence: Scenario = (place) => {
  const world = worldOf(place)
  const { alice, bob, id } = world
  const [payer, claimer] = place.seed % 4 < 2 ? [alice, bob] : [bob, alice]
  const { secret, origin } = offer(payer, id, 1, 60_000_000n, heightIn(world, place, 60))
  world.world.settle()
  world.world.disconnect()
  if (place.seed % 2 === 1) world.blind.add(payer)
  claimer.step((host) => { fulfilLock(host, id, 0, secret) })
  world.mine(42 * scaleOf(place))
  assert.equal(channelOf(claimer, id).failure?.slice(0, 6), 'ENF-20')
  world.mine(1)
  const before = told(payer, 'secretLearnt').length
  world.mine(2)
  assert.deepEqual(told(payer, 'secretLearnt').map(({ secret: found }) => toHex(found)), [toHex(secret)], `${before}`)
  assert.deepEqual(told(payer, 'offerSettled').map((one) => one.origin), [origin])
  assert.deepEqual(told(payer, 'offerFailed'), [])
  return world
}

/** S8: a claim in the last block before the expiry, and a take-back at the same time. */
export const lastBlock: Scenario = (place) => {
  const world = worldOf(place)
  const { alice, bob, id } = world
  const { secret, origin } = offer(alice, id, 1, 60_000_000n, heightIn(world, place, 30))
  world.world.settle()
  world.world.disconnect()
  const closer = place.seed % 2 === 0 ? alice : bob
  closer.step((host) => forceClose(host, id))
  world.tick()
  const claimFirst = place.seed % 4 < 2
  const until = heightIn(world, place, 30)
  if (!claimFirst) world.active.delete(bob)
  world.mine(until - 1 - world.world.height)
  bob.step((host) => { fulfilLock(host, id, 0, secret) })
  world.tick()
  world.mine(2)
  world.active.add(bob)
  world.mine(20 * scaleOf(place))
  const [settled, failed] = [told(alice, 'offerSettled'), told(alice, 'offerFailed')].map((rows) => rows.map((one) => one.origin))
  assert.deepEqual([settled, failed], claimFirst ? [[origin], []] : [[], [origin]])
  assert.deepEqual(told(bob, 'lockRemoved').map(({ how }) => how), [claimFirst ? 'fulfilled' : 'expired'])
  return world
}
