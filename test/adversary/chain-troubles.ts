import assert from 'node:assert/strict'
import { toHex } from '../../src/core/base/bytes.js'
import { capacity, closeChannel, dutiesFor, forceClose, fulfilLock, offerClose } from '../../src/core/channel/channel.js'
import { adapt } from '../../src/core/crypto/adaptor.js'
import { payFee, takePtlcs } from '../../src/core/channel/enforced/spends.js'
import { displayTxid, txidOf, vsizeOf, type Transaction } from '../../src/core/channel/enforced/transaction.js'
import { holdingsOf } from '../../src/core/channel/resolver/holdings.js'
import { enforcedOf, offer } from '../core/channel/enforced/open-channel.js'
import { assertExactly, commitmentOf, isForgotten, reckon, type ChainWorld } from '../core/channel/resolver/chain-world.js'
import { channelOf, faultOf, locksOf, told, type End } from '../core/channel/two-ends.js'
import { delayOf, heightIn, pay, sumOf, worldOf, type Scenario } from './chain-scenarios.js'

const REORG_STAGES = ['funding', 'commitment', 'claim', 'penalty'] as const

/** A reorganisation of one to six blocks; on odd seeds the other branch holds nothing of the channel's for some blocks. */
function reorganise (world: ChainWorld, depth: number, empty: boolean): void {
  const names = [displayTxid(world.fundingTxid), ...world.published.map(({ tx }) => displayTxid(txidOf(tx)))]
  if (empty) for (const name of names) world.chain.withhold(name)
  world.reorg(depth)
  if (empty) world.mine(1)
  for (const name of names) world.chain.withhold(name, false)
  world.mine(1)
}

/** S10: a reorganisation takes the funding, the commitment, a claim or the penalty back. The seed says which, and how deep. */
export const reorganised: Scenario = (place) => {
  const world = worldOf(place)
  const { alice, bob, id } = world
  const depth = 1 + place.seed % 6
  const stage = REORG_STAGES[Math.floor(place.seed / 6) % REORG_STAGES.length]!
  const empty = place.seed % 2 === 1
  if (stage === 'funding') {
    world.reorg(0)
    for (const name of empty ? [displayTxid(world.fundingTxid)] : []) world.chain.withhold(name)
    world.reorg(5)
    if (empty) {
      assert.deepEqual([alice, bob].map((end) => capacity(end.host, id).spendable), [0n, 0n])
      world.mine(20)
      assert.equal(capacity(alice.host, id).freeSlots, 0)
      world.chain.withhold(displayTxid(world.fundingTxid), false)
    }
    world.mine(3)
    pay(world, place, alice, 1, 50_000n)
    assert.equal(enforcedOf(bob, id).localBalance, 450_000_000n)
    return world
  }
  const { secret, origin } = offer(alice, id, 1, 60_000_000n, heightIn(world, place, 80))
  const back = offer(alice, id, 2, 50_000_000n, heightIn(world, place, 30))
  world.world.settle()
  const old = commitmentOf(bob, world)
  if (stage === 'penalty') pay(world, place, bob, 3, 20_000n)
  world.world.disconnect()
  if (stage === 'penalty') {
    world.active.delete(bob)
    assert(world.cheat(bob, old).every((text) => text === 'accepted'))
    world.mine(2 + depth)
    reorganise(world, depth, empty)
    reorganise(world, depth, !empty)
    world.mine(12)
    assertExactly(world, alice, sumOf(world, old))
    return world
  }
  const commitment = commitmentOf(alice, world)
  alice.step((host) => forceClose(host, id))
  world.tick()
  if (stage === 'commitment') {
    world.mine(depth)
    reorganise(world, depth, empty)
  }
  bob.step((host) => { fulfilLock(host, id, 0, secret) })
  world.mine(depth + 1)
  if (stage === 'claim') reorganise(world, depth, empty)
  world.mine(delayOf(place) + (heightIn(world, place, 50) - world.world.height))
  for (const end of [alice, bob]) assert(isForgotten(end, id), end.name)
  assert.deepEqual(told(alice, 'offerSettled').map((one) => one.origin), [origin])
  assert.deepEqual(told(alice, 'offerFailed').map((one) => one.origin), [back.origin])
  assertExactly(world, bob, 460_000n)
  assertExactly(world, alice, sumOf(world, commitment) - 460_000n)
  return world
}

/** S12: a node from an old backup: it publishes nothing, and both get what is theirs. */
export const stale: Scenario = (place) => {
  const world = worldOf(place)
  const { alice, bob, id } = world
  const [victim, other] = place.seed % 2 === 0 ? [alice, bob] : [bob, alice]
  pay(world, place, alice, 1, 30_000n)
  const backup = new Map(victim.store)
  for (let n = 2; n < 5 + place.seed % 3; n++) pay(world, place, n % 2 === 0 ? other : victim, n, BigInt(1_000 * n * n))
  victim.store.clear()
  for (const [key, value] of backup) victim.store.set(key, value)
  world.world.crash(victim)
  const commitment = commitmentOf(other, world)
  const { localBalance } = enforcedOf(other, id)
  world.world.connect()
  world.world.settle()
  world.tick()
  world.mine(1)
  assert.equal(dutiesFor(victim.host, id)?.closing?.type, 'unknown')
  world.mine(delayOf(place) + 12)
  assert(world.published.every(({ by, tx }) => by === other || tx.inputs.every(({ txid }) => displayTxid(txid) !== displayTxid(world.fundingTxid))))
  for (const end of [alice, bob]) assert(isForgotten(end, id), end.name)
  // The opener's balance pays for the commitment.
  const others = other === bob ? localBalance / 1000n : sumOf(world, commitment) - (1_000_000n - localBalance / 1000n)
  assertExactly(world, other, others)
  assertExactly(world, victim, sumOf(world, commitment) - others)
  return world
}

/** S23: a cooperative close with what can go wrong. Exactly one transaction confirms, and its sums are right. */
export const closedTogether: Scenario = (place) => {
  const trouble = (['both propose', 'higher fees', 'crash', 'cut off', 'fee above all'] as const)[place.seed % 5]!
  const world = worldOf(place)
  const { alice, bob, id } = world
  pay(world, place, alice, 1, 10_000n)
  alice.step((host) => closeChannel(host, id))
  if (trouble === 'both propose') bob.step((host) => closeChannel(host, id))
  world.world.settle()
  const first = enforcedOf(alice, id).closing
  assert(first.length > 0)
  switch (trouble) {
    case 'both propose':
      alice.step((host) => offerClose(host, id, 900n))
      bob.step((host) => offerClose(host, id, 1_100n))
      world.world.settle()
      break
    case 'higher fees':
      world.tick()
      for (const [end, fee] of [[alice, 2_000n], [bob, 3_000n], [alice, 9_000n]] as const) {
        end.step((host) => offerClose(host, id, fee))
        world.world.settle()
        world.tick()
      }
      break
    case 'crash':
      alice.step((host) => offerClose(host, id, 1_500n))
      world.world.crash(place.seed % 2 === 0 ? alice : bob)
      world.world.connect()
      world.world.settle()
      break
    case 'cut off':
      bob.step((host) => offerClose(host, id, 1_500n))
      bob.sync()
      world.world.disconnect()
      break
    case 'fee above all': {
      const refused = bob.step((host) => offerClose(host, id, 410_001n))
      assert.equal(refused?.refused, 'limit-exceeded')
      break
    }
  }
  world.tick()
  world.mine(1)
  const confirmed = world.chain.ledger.tip.transactions.slice(1).filter(({ inputs }) => inputs.some(({ txid }) => txid === displayTxid(world.fundingTxid)))
  assert.equal(confirmed.length, 1)
  world.mine(6)
  assert(isForgotten(alice, id) && isForgotten(bob, id))
  assert.equal(faultOf(alice) ?? faultOf(bob), undefined)
  const [paid] = confirmed
  const fee = 1_000_000n - paid!.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
  const gains = [alice, bob].map((end) => reckon(world, end).gained)
  assert.equal(gains[0]! + gains[1]! + fee, 1_000_000n)
  assert(gains[0]! === 590_000n || gains[1]! === 410_000n, 'one side pays the fee')
  return world
}

/** Waits for the next block, of which the miner takes nothing that pays less with its parents and children. */
export function mineAbove (world: ChainWorld, satPerKvb: bigint): void {
  const { entries, ancestorsOf, descendantsOf } = world.chain.mempool.pool
  const cheap: string[] = []
  for (const entry of entries.values()) {
    const rates = [entry, ...descendantsOf(entry.tx)].map((one) => {
      const all = [one, ...ancestorsOf(one.tx)]
      return all.reduce((sum, { feeSat }) => sum + feeSat, 0n) * 1_000n / BigInt(all.reduce((sum, { tx }) => sum + tx.vsize, 0))
    })
    if (rates.every((rate) => rate < satPerKvb)) cheap.push(entry.tx.txid)
  }
  for (const txid of cheap) world.chain.withhold(txid)
  world.mine(1)
  for (const txid of cheap) world.chain.withhold(txid, false)
}

/** S19: blocks are full at 200 satoshi a byte, and there is nothing but the coins kept aside: all is confirmed in time. */
export const feeSpike: Scenario = (place) => {
  const world = worldOf(place)
  const { alice, bob, id } = world
  const { secret } = offer(bob, id, 1, 150_000_000n, heightIn(world, place, 30))
  const own = offer(alice, id, 2, 200_000_000n, heightIn(world, place, 25))
  world.world.settle()
  alice.step((host) => { fulfilLock(host, id, 0, secret) })
  world.world.disconnect()
  world.active.delete(bob)
  // Nothing but what confirms at once is worth offering now.
  world.rates = (blocks) => blocks < 20 * (place.chain === 'bitcoin' ? 1 : 4) ? 205_000n : 2_000n
  const until = heightIn(world, place, 30)
  while (world.world.height < until) mineAbove(world, 200_000n)
  const spent = (of: End): boolean => dutiesFor(of.host, id)?.tasks.every(({ type }) => type !== 'locks' && type !== 'commitment') === true
  assert(spent(alice), `${dutiesFor(alice.host, id)?.tasks.map(({ type }) => type).join()}`)
  world.mine(6)
  assert.deepEqual(told(alice, 'offerFailed').map(({ origin }) => origin), [own.origin])
  assert.deepEqual(told(alice, 'lockRemoved').map(({ how }) => how), ['fulfilled'])
  return world
}

/** S20: somebody hangs a large and cheap child on our commitment, so that it is dear to replace and confirms never. */
export const pinned: Scenario = (place) => {
  const world = worldOf(place)
  const { alice, bob, id } = world
  offer(alice, id, 1, 60_000_000n, heightIn(world, place, 30))
  world.world.settle()
  world.world.disconnect()
  world.active.clear()
  const commitment = commitmentOf(alice, world)
  const index = commitment.outputs.findIndex(({ script }) => script.length === 4)
  const anchor = { txid: txidOf(commitment), index, output: commitment.outputs[index]!, sequence: 0xfffffffd, unlock: { by: 'anyone' as const } }
  const filling = Array.from({ length: 17 }, () => ({ valueSat: 1_000n, script: Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(7)) }))
  const tx: Transaction = { version: 3, lockTime: 0, inputs: [{ ...anchor, witness: [] }], outputs: filling }
  const child = payFee({ tx, inputs: [anchor], wallet: world.wallet(bob), feeRatePerKvb: 2_200n, parent: { vsize: vsizeOf(commitment), feeSat: 0n }, leastSat: 330n, aux: new Uint8Array(32) })!
  assert(vsizeOf(child) > 850 && vsizeOf(child) <= 1_000, `${vsizeOf(child)}`)
  assert.deepEqual(world.offer([commitment, child]), ['accepted', 'accepted'])
  world.rates = () => 3_000n
  world.active.add(alice)
  alice.step((host) => forceClose(host, id))
  world.tick()
  mineAbove(world, 2_900n)
  assert.equal(dutiesFor(alice.host, id)?.closing?.type, 'ours', 'the commitment is not held back')
  return world
}

/** A claim of an end with t, that pays a rate. */
function claimOf (world: ChainWorld, by: End, commitment: Transaction, secret: Uint8Array, feeRatePerKvb: bigint, which = 0): { readonly tx: Transaction, readonly coin: Transaction['inputs'][number] } {
  const held = holdingsOf(by.host, channelOf(by, world.id))!
  const holding = held.theirs.find((one) => toHex(one.commitment.txid) === toHex(txidOf(commitment)))!
  const { preSignatures } = holding.given
  const request = takePtlcs(held.secrets, holding.commitment, [{ place: which, signature: adapt(preSignatures[which]!, secret) }])
  const tx = payFee({ ...request, wallet: world.wallet(by), feeRatePerKvb, leastSat: 330n, aux: new Uint8Array(32) })!
  return { tx, coin: tx.inputs.at(-1)! }
}

/** V7: the peer replaces our take-back by its claim, and that by something else, at every block; it tires after forty. */
export const cycled: Scenario = (place) => {
  const world = worldOf(place)
  const { alice, bob, id } = world
  const { secret, origin } = offer(alice, id, 1, 60_000_000n, heightIn(world, place, 20))
  world.world.settle()
  world.world.disconnect()
  world.active.delete(bob)
  if (place.seed % 2 === 1) world.blind.add(alice)
  const commitment = commitmentOf(alice, world)
  alice.step((host) => forceClose(host, id))
  world.tick()
  world.mine(heightIn(world, place, 20) - world.world.height)
  for (let block = 0; block < 40; block++) {
    const { tx, coin } = claimOf(world, bob, commitment, secret, BigInt(20_000))
    assert.deepEqual(world.offer([tx]), ['accepted'], `block ${block}`)
    if (place.seed % 2 === 0) world.tick()
    // The coin that pays for the claim is spent elsewhere, for more.
    const wallet = world.wallet(bob)
    const only = { ...wallet, coins: () => wallet.coins().filter(({ txid, index }) => toHex(txid) === toHex(coin.txid) && index === coin.index) }
    const away = payFee({ tx: { version: 2, lockTime: 0, inputs: [], outputs: [] }, inputs: [], wallet: only, feeRatePerKvb: 90_000n, leastSat: 330n, aux: new Uint8Array(32) })
    if (away === undefined) break
    assert.deepEqual(world.offer([away]), ['accepted'])
    world.mine(1)
    if (told(alice, 'offerSettled').length > 0) break
  }
  if (place.seed % 2 === 0) {
    assert.deepEqual(told(alice, 'secretLearnt').map((one) => toHex(one.secret)), [toHex(secret)])
    return world
  }
  world.mine(8)
  assert.deepEqual(told(alice, 'offerFailed').map((one) => one.origin), [origin])
  return world
}

/** V8: forty locks expire together, and at every block the peer claims one of them, which throws out what shares a transaction with it. */
export const stalled: Scenario = (place) => {
  const world = worldOf(place)
  const { alice, bob, id } = world
  const secrets = Array.from({ length: 40 }, (_, n) => offer(alice, id, n, BigInt(10_000_000 + 10_000 * n), heightIn(world, place, 20)).secret)
  world.world.settle()
  world.world.disconnect()
  world.active.delete(bob)
  const commitment = commitmentOf(alice, world)
  alice.step((host) => forceClose(host, id))
  world.tick()
  world.mine(heightIn(world, place, 20) - world.world.height)
  const rates: bigint[] = []
  for (let n = 0; n < 8 && locksOf(alice, id).length > 0; n++) {
    const open = dutiesFor(alice.host, id)!.tasks.filter(({ type }) => type === 'locks').length
    if (open === 0) break
    const { tx } = claimOf(world, bob, commitment, secrets[n]!, 60_000n, n)
    if (world.offer([tx])[0] !== 'accepted') break
    world.tick()
    for (const { tx: one, feeSat } of world.chain.mempool.pool.entries.values()) if (one.inputs.some(({ txid }) => txid === displayTxid(txidOf(commitment)))) rates.push(feeSat * 1000n / BigInt(one.vsize))
    world.mine(1)
  }
  world.mine(12)
  assert(rates.every((rate) => rate >= 4_900n), 'no fee decreases')
  assert.equal(told(alice, 'offerSettled').length + told(alice, 'offerFailed').length, 40)
  assert(told(alice, 'offerFailed').length >= 30, `${told(alice, 'offerFailed').length}`)
  return world
}
