import assert from 'node:assert/strict'
import { toHex } from '../../../src/core/base/bytes.js'
import { parseTransaction } from '../../../src/adapters/chain-embedded/parsed-transaction.js'
import type { ChainName } from '../../../src/ports/chain-parameters.js'
import { freshScript } from '../../../src/core/wallet/addresses.js'
import { FEE_SAT_PER_KVB_MAX } from '../../../src/core/wallet/limits.js'
import type { SendRequest } from '../../../src/core/wallet/sends.js'
import { abandonSend, bumpSend, prepareSend, publishSend, send, sendViews } from '../../../src/core/wallet/wallet.js'
import { done, refused, strangerScript, walletWorld, type WalletWorld } from './harness.js'

const pay = (world: WalletWorld, valueSat: bigint, more: Partial<SendRequest> = {}): SendRequest =>
  ({ chain: world.name, kind: 'payment', outputs: [{ script: strangerScript(), valueSat }], satPerKvb: 2_000n, ...more })
const paidToStranger = (world: WalletWorld, n = 1): bigint => [...world.chain.ledger.coins.values()].filter(({ script }) => toHex(script) === toHex(strangerScript(n))).reduce((sum, { valueSat }) => sum + valueSat, 0n)
const sizeOf = (world: WalletWorld, txid: string): number => world.chain.mempool.pool.entries.get(txid)!.tx.vsize
const statuses = (world: WalletWorld): readonly string[] => sendViews(world.host, world.name).map(({ status }) => status)

for (const name of ['bitcoin', 'litecoin'] as const satisfies readonly ChainName[]) {
  describe(`wallet, coins on ${name}`, () => {
    it('counts what strangers pay at once, and spends it when it is confirmed', () => {
      const world = walletWorld({ name })
      world.fund(100_000n)
      assert.deepEqual([world.balance().totalSat, world.balance().waitingSat, world.balance().spendableSat], [100_000n, 100_000n, 0n])
      assert.equal(refused(send(world.host, pay(world, 50_000n))).refused, 'insufficient-coins')
      world.mine()
      assert.deepEqual([world.balance().totalSat, world.balance().waitingSat, world.balance().spendableSat], [100_000n, 0n, 100_000n])
    })

    it('pays to the satoshi, and the chain takes its signatures [I16]', () => {
      const world = walletWorld({ name })
      for (const value of [70_000n, 80_000n, 90_000n]) world.fund(value)
      world.mine()
      const sent = done(send(world.host, pay(world, 120_000n, { satPerKvb: 3_210n })))
      world.settle()
      assert.deepEqual(world.verdicts.at(-1)?.verdict.status, 'accepted')
      assert.equal(sent.vsize, sizeOf(world, sent.txid))
      assert.equal(world.balance().totalSat, 240_000n - 120_000n - sent.feeSat)
      const least = (3_210n * BigInt(sent.vsize) + 999n) / 1_000n
      assert.ok(sent.feeSat >= least, `${sent.feeSat} is below ${least}`)
      world.mine()
      assert.equal(paidToStranger(world), 120_000n)
      assert.deepEqual(statuses(world), ['confirmed'])
      assert.equal(world.balance().totalSat, 240_000n - 120_000n - sent.feeSat)
    })

    it('gives a rest that is dust to the miner', () => {
      const world = walletWorld({ name })
      const dust = name === 'bitcoin' ? 330n : 3_300n
      world.fund(100_000n)
      world.mine()
      // With change it has 142 virtual bytes, at 2 sat; what would come back is just below dust.
      const sent = done(send(world.host, pay(world, 100_000n - 284n - dust + 1n)))
      world.settle()
      assert.equal(world.verdicts.at(-1)?.verdict.status, 'accepted')
      assert.equal(world.balance().totalSat, 0n)
      assert.equal(sent.feeSat, 284n + dust - 1n)
    })

    it('sends all that is free, leaving nothing', () => {
      const world = walletWorld({ name })
      for (const value of [70_000n, 80_000n]) world.fund(value)
      world.mine()
      const sent = done(send(world.host, pay(world, 0n, { all: true })))
      world.mine()
      assert.equal(paidToStranger(world), 150_000n - sent.feeSat)
      assert.deepEqual([world.balance().totalSat, sent.feeSat], [0n, (2_000n * BigInt(sent.vsize) + 999n) / 1_000n])
    })
  })
}

describe('wallet, payment refused', () => {
  it('says the numbers when the coins do not suffice, and changes nothing', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    world.fund(7_000n)
    const { refused: name, detail } = refused(send(world.host, pay(world, 100_000n)))
    assert.equal(name, 'insufficient-coins')
    assert.deepEqual([detail['spendable'], detail['reserved'], detail['waiting']], [100_000n, 0n, 7_000n])
    assert.ok((detail['wanted'] as bigint) > 100_000n)
    assert.deepEqual([world.tables.sends.size, world.balance().spendableSat], [0, 100_000n])
  })

  it('names outputs below dust, no outputs, too many, and more than there is', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    const stranger = strangerScript()
    assert.deepEqual(refused(send(world.host, pay(world, 293n))), { refused: 'dust-output', detail: { chain: 'bitcoin', amount: 293n, min: 294n } })
    assert.equal(refused(send(world.host, pay(world, 0n, { outputs: [] }))).refused, 'bad-request')
    assert.equal(refused(send(world.host, pay(world, 0n, { outputs: Array.from({ length: 101 }, () => ({ script: stranger, valueSat: 1_000n })) }))).refused, 'bad-request')
    assert.equal(refused(send(world.host, pay(world, 2_100_000_000_000_001n))).refused, 'amount-out-of-range')
    assert.equal(refused(send(world.host, pay(world, 1_000n, { chain: 'litecoin' }))).refused, 'no-chain')
  })

  it('names a fee rate below what nodes pass on and above what we ever pay [V30]', () => {
    const world = walletWorld()
    world.fund(10_000_000n)
    world.mine()
    for (const satPerKvb of [0n, 999n, FEE_SAT_PER_KVB_MAX + 1n, 1_000_000_000n, -1n]) assert.equal(refused(send(world.host, pay(world, 50_000n, { satPerKvb }))).refused, 'fee-rate-out-of-range', `${satPerKvb}`)
  })

  it('asks for a named rate when the estimated fee is out of proportion', () => {
    const world = walletWorld()
    world.fund(10_000_000n)
    world.mine()
    world.host.tables.feeQuotes.set('bitcoin:6', { satPerKvb: FEE_SAT_PER_KVB_MAX, atMs: world.host.env.nowMs })
    assert.equal(refused(send(world.host, pay(world, 1_000n, { satPerKvb: undefined }))).refused, 'fee-share')
    done(send(world.host, pay(world, 1_000n, { satPerKvb: FEE_SAT_PER_KVB_MAX })))
  })
})

describe('wallet, unconfirmed change', () => {
  it('is spent by the next payments, up to the bound of ancestors', () => {
    const world = walletWorld()
    world.fund(1_000_000n)
    world.mine()
    const results = Array.from({ length: 14 }, () => send(world.host, pay(world, 1_000n)))
    world.settle()
    assert.equal(results.filter((each) => !('refused' in each)).length, 10)
    assert.equal(results.findIndex((each) => 'refused' in each), 10)
    assert.deepEqual(new Set(world.verdicts.map(({ verdict }) => verdict.status)), new Set(['accepted']))
    world.mine()
    assert.equal(paidToStranger(world), 10_000n)
    done(send(world.host, pay(world, 1_000n)))
  })
})

describe('wallet, payment prepared', () => {
  it('keeps its coins from others until it is published or abandoned', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    const prepared = done(prepareSend(world.host, pay(world, 60_000n, { kind: 'fixed' })))
    world.settle()
    assert.deepEqual([world.verdicts.length, world.balance().reservedSat], [0, 100_000n])
    assert.equal(refused(send(world.host, pay(world, 10_000n))).refused, 'insufficient-coins')
    assert.equal(abandonSend(world.host, prepared.id), undefined)
    assert.equal(world.balance().spendableSat, 100_000n)
    const again = done(prepareSend(world.host, pay(world, 60_000n, { kind: 'fixed' })))
    assert.equal(publishSend(world.host, again.id), undefined)
    assert.equal(publishSend(world.host, again.id), undefined)
    world.mine()
    assert.equal(paidToStranger(world), 60_000n)
    assert.equal(refused(abandonSend(world.host, again.id)).refused, 'not-replaceable')
  })

  it('is never replaced when others rely on its txid', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    const sent = done(send(world.host, pay(world, 60_000n, { kind: 'fixed' })))
    assert.equal(refused(bumpSend(world.host, sent.id, { satPerKvb: 20_000n })).refused, 'not-replaceable')
  })
})

describe('wallet, replacement', () => {
  it('takes the higher fee from the change', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    const first = done(send(world.host, pay(world, 60_000n)))
    world.settle()
    const second = done(bumpSend(world.host, first.id, { satPerKvb: 10_000n }))
    world.settle()
    assert.equal(world.verdicts.at(-1)?.verdict.status, 'accepted')
    assert.notEqual(second.txid, first.txid)
    assert.deepEqual([...world.chain.mempool.pool.entries.keys()], [second.txid])
    assert.equal(world.balance().totalSat, 40_000n - second.feeSat)
    world.mine()
    assert.deepEqual([paidToStranger(world), world.balance().totalSat, statuses(world)], [60_000n, 40_000n - second.feeSat, ['confirmed']])
  })

  it('pays for itself even when the rate asked for is hardly higher', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    const first = done(send(world.host, pay(world, 60_000n)))
    world.settle()
    const second = done(bumpSend(world.host, first.id, { satPerKvb: 2_001n }))
    world.settle()
    assert.equal(world.verdicts.at(-1)?.verdict.status, 'accepted')
    assert.equal(second.feeSat, first.feeSat + BigInt(second.vsize))
  })

  it('adds confirmed coins when the change does not suffice, and drops change that is dust', () => {
    const world = walletWorld()
    world.fund(61_000n)
    world.mine()
    const first = done(send(world.host, pay(world, 60_000n)))
    world.fund(50_000n)
    assert.equal(refused(bumpSend(world.host, first.id, { satPerKvb: 50_000n })).refused, 'not-replaceable')
    world.mine(0)
    world.chain.withhold(first.txid)
    world.mine()
    const second = done(bumpSend(world.host, first.id, { satPerKvb: 50_000n }))
    world.settle()
    assert.equal(world.verdicts.at(-1)?.verdict.status, 'accepted')
    world.mine()
    assert.deepEqual([paidToStranger(world), world.balance().totalSat], [60_000n, 51_000n - second.feeSat])
  })

  it('refuses when a later payment spends the change, and bumps that one', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    const first = done(send(world.host, pay(world, 10_000n)))
    const second = done(send(world.host, pay(world, 10_000n)))
    assert.match(String(refused(bumpSend(world.host, first.id, { satPerKvb: 9_000n })).detail['reason']), /later payment/)
    done(bumpSend(world.host, second.id, { satPerKvb: 9_000n }))
    world.mine()
    assert.deepEqual([paidToStranger(world), statuses(world)], [20_000n, ['confirmed', 'confirmed']])
  })

  it('counts the version that confirms, be it the older one', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    const first = done(send(world.host, pay(world, 60_000n)))
    world.settle()
    const raw = world.chain.mempool.pool.entries.get(first.txid)!.tx.raw
    const second = done(bumpSend(world.host, first.id, { satPerKvb: 10_000n }))
    world.settle()
    // A miner that has not heard of the second version.
    world.chain.forget(second.txid)
    world.chain.accept(parseTransaction(raw)!)
    world.mine()
    assert.deepEqual([paidToStranger(world), world.balance().totalSat], [60_000n, 40_000n - first.feeSat])
    assert.deepEqual(sendViews(world.host, 'bitcoin').map(({ status, txid, versions }) => [status, txid, versions]), [['confirmed', first.txid, 2]])
    assert.equal(refused(bumpSend(world.host, first.id, { satPerKvb: 20_000n })).refused, 'not-replaceable')
  })
})

describe('wallet, addresses handed out', () => {
  it('are new until the gap is full, and then the first unused is given again', () => {
    const world = walletWorld()
    const scripts = Array.from({ length: 25 }, () => toHex(freshScript(world.host, 'bitcoin', 'receive')))
    assert.equal(new Set(scripts).size, 20)
    assert.deepEqual(scripts.slice(20), Array.from({ length: 5 }, () => scripts[0]))
    world.chain.fund(Uint8Array.from(Buffer.from(scripts[19]!, 'hex')), 1_000n)
    world.mine()
    assert.equal(world.balance().totalSat, 1_000n)
    const more = Array.from({ length: 25 }, () => toHex(freshScript(world.host, 'bitcoin', 'receive')))
    assert.equal(new Set(more).size, 20)
    assert.ok(more.every((each) => !scripts.includes(each)))
  })

  it('are never the same twice for change of different payments', () => {
    const world = walletWorld()
    for (let i = 0; i < 5; i++) world.fund(20_000n)
    world.mine()
    for (let i = 0; i < 5; i++) done(send(world.host, pay(world, 5_000n)))
    const change = world.coins().filter(({ branch }) => branch === 'change').map(({ index }) => index)
    assert.equal(new Set(change).size, change.length)
  })
})
