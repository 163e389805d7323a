import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fromHex, toHex } from '../../../src/core/base/bytes.js'
import { isRefusal } from '../../../src/core/base/step.js'
import { parseTransaction } from '../../../src/adapters/chain-embedded/parsed-transaction.js'
import { bumpSend, send, sendViews } from '../../../src/core/wallet/wallet.js'
import { spend } from '../../compliance/chain-wallet.js'
import { strangerScript, walletWorld, type WalletWorld } from './harness.js'

type Move =
  | { readonly type: 'fund', readonly valueSat: number }
  | { readonly type: 'send', readonly valueSat: number, readonly rate: number, readonly all: boolean }
  | { readonly type: 'bump', readonly which: number, readonly rate: number }
  | { readonly type: 'mine' | 'reorg', readonly blocks: number }
  | { readonly type: 'withhold' | 'theft' | 'forget', readonly which: number }
  | { readonly type: 'reserve', readonly coins: number }
  | { readonly type: 'online', readonly online: boolean }
  | { readonly type: 'restart' }

const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('fund' as const), valueSat: fc.integer({ min: 1_000, max: 300_000 }) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('send' as const), valueSat: fc.integer({ min: 1_000, max: 250_000 }), rate: fc.integer({ min: 1_000, max: 20_000 }), all: fc.boolean().map((all) => all) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('bump' as const), which: fc.nat(20), rate: fc.integer({ min: 1_000, max: 60_000 }) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('mine' as const), blocks: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('reorg' as const), blocks: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('withhold' as const, 'theft' as const, 'forget' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reserve' as const), coins: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('online' as const), online: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) }
)

/** A payment out, told apart from others by its payee. */
interface Paid { readonly script: string, readonly valueSat: bigint }

function perform (world: WalletWorld, move: Move, paid: Map<string, Paid>): WalletWorld {
  const sends = sendViews(world.host, 'bitcoin')
  switch (move.type) {
    case 'fund': world.fund(BigInt(move.valueSat)); break
    case 'send': {
      const script = strangerScript(1_000 + paid.size)
      const sent = send(world.host, { chain: 'bitcoin', kind: 'payment', outputs: [{ script, valueSat: BigInt(move.valueSat) }], satPerKvb: BigInt(move.rate), all: move.all && move.valueSat % 5 === 0 })
      if (!isRefusal(sent)) paid.set(sent.id, { script: toHex(script), valueSat: world.tables.sends.get(sent.id)!.outputs[0]!.valueSat })
      break
    }
    case 'bump': {
      const chosen = sends[move.which % Math.max(1, sends.length)]
      if (chosen !== undefined) bumpSend(world.host, chosen.id, { satPerKvb: BigInt(move.rate) })
      break
    }
    case 'mine': world.mine(move.blocks); break
    case 'reorg': if (world.chain.ledger.tip.height > 200) world.reorg(move.blocks); break
    case 'withhold': {
      const own = sends.filter(({ status }) => status === 'pending')
      const chosen = own[move.which % Math.max(1, own.length)]
      if (chosen !== undefined) world.chain.withhold(chosen.txid)
      break
    }
    case 'forget': {
      world.settle()
      const own = sends.filter(({ status, txid }) => status === 'pending' && world.chain.mempool.pool.entries.has(txid))
      const chosen = own[move.which % Math.max(1, own.length)]
      if (chosen !== undefined) world.chain.forget(chosen.txid)
      break
    }
    case 'theft': {
      const coins = world.coins().filter(({ height, spentHeight }) => height !== undefined && spentHeight === undefined)
      const coin = coins[move.which % Math.max(1, coins.length)]
      if (coin === undefined || coin.valueSat < 30_000n) break
      const lock = { script: coin.script, secret: world.host.keys.account(1).secret(coin) }
      const raw = spend({ inputs: [{ coin: { txid: coin.txid, vout: coin.vout, valueSat: coin.valueSat, lock } }], outputs: [{ script: strangerScript(), valueSat: coin.valueSat - 20_000n }] }).toBuffer()
      world.chain.accept(parseTransaction(raw)!)
      break
    }
    case 'reserve': world.reserve = { coins: move.coins, coinSat: 20_000n }; break
    case 'online': world.online = move.online; break
    case 'restart': return world.restart()
  }
  world.settle()
  return world
}

/** What the chain itself says that the wallet's scripts hold: its coins, and the mempool's. */
function modelBalance (world: WalletWorld): bigint {
  const own = new Set([...world.tables.addresses.values()].map(({ script }) => toHex(script)))
  const { pool } = world.chain.mempool
  let sum = 0n
  for (const [key, { script, valueSat }] of world.chain.ledger.coins) if (own.has(toHex(script)) && pool.spenderOf(key) === undefined) sum += valueSat
  for (const { tx } of pool.entries.values()) {
    tx.outputs.forEach(({ script, valueSat }, vout) => { if (own.has(toHex(script)) && pool.spenderOf(`${tx.txid}:${vout}`) === undefined) sum += valueSat })
  }
  return sum
}

function check (world: WalletWorld, paid: ReadonlyMap<string, Paid>): void {
  const { totalSat, spendableSat, reservedSat, waitingSat, doubtedSat } = world.balance()
  assert.equal(totalSat, spendableSat + reservedSat + waitingSat)
  assert.ok(spendableSat >= 0n && reservedSat >= 0n && waitingSat >= 0n && doubtedSat >= 0n)
  const used = new Map<string, string>()
  for (const { id, status, inputs } of world.tables.sends.values()) {
    if (status !== 'pending' && status !== 'prepared') continue
    for (const { txid, vout } of inputs) {
      assert.equal(used.get(`${txid}:${vout}`), undefined, 'no coin is used by two payments')
      used.set(`${txid}:${vout}`, id)
    }
  }
  const outputs = new Map<string, bigint[]>()
  for (const { script, valueSat } of world.chain.ledger.coins.values()) outputs.set(toHex(script), [...outputs.get(toHex(script)) ?? [], valueSat])
  for (const [id, { script, valueSat }] of paid) {
    const got = outputs.get(script) ?? []
    assert.ok(got.length <= 1, 'no payee is paid twice')
    const status = world.tables.sends.get(id as never)!.status
    assert.deepEqual(got, status === 'confirmed' ? [valueSat] : [], `a payment that is ${status}`)
  }
}

describe('wallet, any sequence of payments, reorganisations, thefts and restarts', () => {
  it('holds what the chain says, uses no coin twice, pays nobody twice, and signs what the chain accepts [I16]', () => {
    let [compared, confirmed, remade] = [0, 0, 0]
    fc.assert(fc.property(fc.array(moves, { minLength: 5, maxLength: 30 }), (list) => {
      const paid = new Map<string, Paid>()
      let world = walletWorld()
      world.fund(500_000n)
      world.mine()
      for (const move of list) {
        world = perform(world, move, paid)
        check(world, paid)
        for (const { verdict } of world.verdicts) assert.ok(verdict.status !== 'rejected' || !['invalid-script', 'malformed', 'nonstandard', 'dust', 'amounts', 'not-final'].includes(verdict.reason), JSON.stringify(verdict))
      }
      world.online = true
      for (const { txid } of [...world.tables.sends.values()].flatMap(({ versions }) => versions)) world.chain.withhold(txid, false)
      for (let i = 0; i < 4; i++) world.mine(5)
      check(world, paid)
      for (const { status } of sendViews(world.host, 'bitcoin')) assert.ok(status === 'confirmed' || status === 'abandoned', status)
      assert.deepEqual([world.balance().totalSat, world.balance().doubtedSat, world.balance().waitingSat], [modelBalance(world), 0n, 0n])
      compared++
      confirmed += [...world.tables.sends.values()].filter(({ status }) => status === 'confirmed').length
      remade += [...world.tables.sends.values()].filter(({ versions }) => versions.length > 1).length
      for (const coin of world.coins()) assert.equal(fromHex(coin.txid).length, 32)
    }), { numRuns: 40 })
    assert.ok(compared >= 40 && confirmed > 40 && remade > 3, `${compared} compared, ${confirmed} confirmed, ${remade} remade`)
  })
})
