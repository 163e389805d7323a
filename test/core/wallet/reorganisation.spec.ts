import assert from 'node:assert/strict'
import { spend, keyLock } from '../../compliance/chain-wallet.js'
import { parseTransaction } from '../../../src/adapters/chain-embedded/parsed-transaction.js'
import { freshAddress, freshScript } from '../../../src/core/wallet/addresses.js'
import { onFeeRate, onTransactionSeen, onUnspent, onVerdict, scanChain, send, sendViews, bumpSend, restart } from '../../../src/core/wallet/wallet.js'
import { done, phraseOf, refused, strangerScript, walletWorld, type WalletWorld } from './harness.js'

const SECOND_PHRASE = phraseOf('legal winner thank year wave sausage worth useful legal winner thank yellow')
const MINE = keyLock(1)
const pay = (valueSat: bigint, satPerKvb = 2_000n): Parameters<typeof send>[1] => ({ chain: 'bitcoin', kind: 'payment', outputs: [{ script: strangerScript(), valueSat }], satPerKvb })
const status = (world: WalletWorld): unknown => sendViews(world.host, 'bitcoin').map((each) => each.status)

/** A stranger's coin, and two transactions that spend it: one pays the wallet. */
function doubleSpend (world: WalletWorld): { readonly payment: Uint8Array, readonly otherwise: Uint8Array } {
  const { txid } = world.chain.fund(MINE.script, 100_000n)
  world.mine()
  const coin = { txid, vout: 0, valueSat: 100_000n, lock: MINE }
  const script = freshScript(world.host, 'bitcoin', 'receive')
  return {
    payment: spend({ inputs: [{ coin }], outputs: [{ script, valueSat: 90_000n }] }).toBuffer(),
    otherwise: spend({ inputs: [{ coin }], outputs: [{ script: strangerScript(), valueSat: 50_000n }] }).toBuffer()
  }
}
const accept = (world: WalletWorld, raw: Uint8Array): void => {
  assert.equal(world.chain.accept(parseTransaction(raw)!).status, 'accepted')
  world.settle()
}

describe('wallet, reorganisation', () => {
  it('takes the confirmation back, and counts the coin as waiting until it confirms again', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine(2)
    world.chain.invalidate(2)
    world.settle()
    assert.deepEqual([world.balance().waitingSat, world.balance().spendableSat], [100_000n, 0n])
    world.mine(3)
    assert.deepEqual([world.balance().waitingSat, world.balance().spendableSat], [0n, 100_000n])
  })

  it('brings a payment of ours back to pending, and confirms it again', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine(3)
    const sent = done(send(world.host, pay(40_000n)))
    world.mine()
    assert.deepEqual(status(world), ['confirmed'])
    world.chain.withhold(sent.txid)
    world.reorg(1)
    assert.deepEqual([status(world), world.balance().totalSat], [['pending'], 60_000n - sent.feeSat])
    world.chain.withhold(sent.txid, false)
    world.mine()
    assert.deepEqual([status(world), world.balance().totalSat], [['confirmed'], 60_000n - sent.feeSat])
  })

  it('forgets what a coinbase of a lost block paid, and never spends a young one [V2]', () => {
    const world = walletWorld()
    world.chain.mine(1, freshAddress(world.host, 'bitcoin'))
    world.settle()
    assert.deepEqual([world.balance().waitingSat, world.balance().spendableSat], [5_000_000_000n, 0n])
    world.mine(98)
    assert.equal(world.balance().spendableSat, 0n)
    world.mine()
    assert.equal(world.balance().spendableSat, 5_000_000_000n)
    done(send(world.host, pay(40_000n)))
    world.settle()
    assert.equal(world.verdicts.at(-1)?.verdict.status, 'accepted')
    const young = walletWorld()
    young.chain.mine(1, freshAddress(young.host, 'bitcoin'))
    young.settle()
    young.reorg(1)
    assert.equal(young.balance().totalSat, 0n)
  })

  it('loses a payment of a stranger that is spent otherwise on the other branch', () => {
    const world = walletWorld()
    const { payment, otherwise } = doubleSpend(world)
    accept(world, payment)
    world.mine()
    assert.equal(world.balance().spendableSat, 90_000n)
    world.chain.invalidate(1)
    world.chain.forget(parseTransaction(payment)!.txid)
    accept(world, otherwise)
    world.mine(2)
    assert.equal(world.balance().totalSat, 0n)
    assert.ok(world.notices.some(({ type }) => type === 'wallet:lost'))
  })
})

describe('wallet, double spend of a stranger', () => {
  it('is noticed while both are unconfirmed, though the other one pays nothing here', () => {
    const world = walletWorld()
    const { payment, otherwise } = doubleSpend(world)
    accept(world, payment)
    assert.equal(world.balance().waitingSat, 90_000n)
    accept(world, otherwise)
    assert.equal(world.balance().totalSat, 0n)
    assert.deepEqual(world.notices.map(({ type }) => type), ['wallet:received', 'wallet:lost'])
  })

  it('is noticed after a restart too', () => {
    const world = walletWorld()
    const { payment, otherwise } = doubleSpend(world)
    accept(world, payment)
    const again = world.restart()
    assert.equal(again.balance().waitingSat, 90_000n)
    accept(again, otherwise)
    assert.equal(again.balance().totalSat, 0n)
  })
})

describe('wallet, coin of ours taken by another program with the same phrase', () => {
  it('makes the payment anew with the coin that is left, so that only one version can confirm [S28]', () => {
    const first = walletWorld()
    for (const value of [100_000n, 80_000n]) first.fund(value)
    first.mine()
    first.online = false
    const sent = done(send(first.host, pay(150_000n)))
    // The first version never reached the chain; another program spends one of its coins.
    const taken = first.coins().find(({ valueSat, spentBy }) => valueSat === 80_000n && spentBy === sent.txid)!
    const thief = spentElsewhere(first, taken)
    first.fund(70_000n)
    first.mine()
    first.online = true
    accept(first, thief)
    assert.deepEqual(status(first), ['pending'])
    const [view] = sendViews(first.host, 'bitcoin')
    assert.equal(view!.versions, 2)
    first.mine()
    assert.deepEqual(status(first), ['confirmed'])
    assert.equal(first.balance().totalSat, 170_000n - 150_000n - view!.feeSat)
  })

  it('waits until a conflict is buried before it pays with other coins only, and is abandoned when there are none', () => {
    const first = walletWorld()
    first.fund(100_000n)
    first.mine()
    first.online = false
    const sent = done(send(first.host, pay(90_000n)))
    accept(first, spentElsewhere(first, first.coins()[0]!))
    first.fund(100_000n)
    first.mine()
    assert.deepEqual(status(first), ['conflicted'])
    first.mine(4)
    assert.deepEqual([status(first), sendViews(first.host, 'bitcoin')[0]!.txid], [['conflicted'], sent.txid])
    first.online = true
    first.mine()
    assert.deepEqual(status(first), ['pending'])
    first.mine()
    assert.deepEqual(status(first), ['confirmed'])
    const poor = walletWorld()
    poor.fund(100_000n)
    poor.mine()
    poor.online = false
    done(send(poor.host, pay(90_000n)))
    accept(poor, spentElsewhere(poor, poor.coins()[0]!))
    poor.mine(6)
    assert.deepEqual([status(poor), poor.balance().totalSat], [['abandoned'], 0n])
  })

  it('does not pay a second time when a conflict vanishes and the first version confirms', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine(2)
    world.online = false
    const sent = done(send(world.host, pay(90_000n)))
    const coin = world.coins()[0]!
    accept(world, spentElsewhere(world, coin))
    world.fund(100_000n)
    world.mine(3)
    assert.deepEqual(status(world), ['conflicted'])
    // The other branch has nothing of the conflict.
    world.chain.invalidate(3)
    for (const txid of [...world.chain.mempool.pool.entries.keys()]) world.chain.forget(txid)
    world.online = true
    const raw = [...world.tables.sends.values()][0]!.raw
    accept(world, raw)
    world.mine(4)
    assert.deepEqual([status(world), sendViews(world.host, 'bitcoin').map(({ txid }) => txid)], [['confirmed'], [sent.txid]])
  })

  /** A transaction of another program that spends a coin of this wallet to a stranger. */
  function spentElsewhere (world: WalletWorld, coin: { readonly txid: string, readonly vout: number, readonly valueSat: bigint, readonly branch: 'receive' | 'change', readonly index: number, readonly script: Uint8Array }): Uint8Array {
    const account = world.host.keys.account(1)
    return spend({ inputs: [{ coin: { txid: coin.txid, vout: coin.vout, valueSat: coin.valueSat, lock: { script: coin.script, secret: account.secret(coin) } } }], outputs: [{ script: strangerScript(9), valueSat: coin.valueSat - 20_000n }] }).toBuffer()
  }
})

describe('wallet, refused broadcast', () => {
  it('asks the chain about the coins, and makes the payment anew without the one that is not there [S28]', () => {
    const world = walletWorld()
    for (const value of [100_000n, 90_000n, 80_000n]) world.fund(value)
    world.mine()
    world.online = false
    const sent = done(send(world.host, pay(150_000n)))
    const [gone] = world.coins().filter(({ spentBy }) => spentBy === sent.txid)
    onVerdict(world.host, 'bitcoin', sent.txid, { status: 'rejected', reason: 'missing-inputs', text: 'bad-txns-inputs-missingorspent' })
    assert.ok(world.notices.some(({ type }) => type === 'wallet:refused'))
    world.gone.add(`${gone!.txid}:${gone!.vout}`)
    world.online = true
    world.settle()
    const [view] = sendViews(world.host, 'bitcoin')
    assert.deepEqual([view!.status, view!.versions], ['pending', 2])
    const used = [...world.tables.sends.values()][0]!.inputs
    assert.ok(!used.some(({ txid, vout }) => txid === gone!.txid && vout === gone!.vout))
    assert.ok([...world.tables.sends.values()][0]!.versions[0]!.inputs.some((at) => used.some(({ txid, vout }) => txid === at.txid && vout === at.vout)), 'one input is shared')
  })

  it('keeps the payment when the coins are there, and publishes it at the next block', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    world.online = false
    const sent = done(send(world.host, pay(50_000n)))
    onVerdict(world.host, 'bitcoin', sent.txid, { status: 'rejected', reason: 'missing-inputs', text: '' })
    world.settle()
    assert.deepEqual(status(world), ['pending'])
    for (const reason of ['mempool-limits', 'fee-too-low', 'other', 'nonstandard']) onVerdict(world.host, 'bitcoin', sent.txid, { status: 'rejected', reason, text: '' })
    onVerdict(world.host, 'bitcoin', sent.txid, { status: 'unavailable', text: 'away' })
    world.online = true
    world.mine()
    world.mine()
    assert.deepEqual([status(world), world.balance().doubtedSat], [['confirmed'], 0n])
    assert.equal(world.notices.filter(({ type }) => type === 'wallet:refused').length, 1)
  })
})

describe('wallet, what a backend says', () => {
  it('is not believed: bytes that are no transaction, answers to nothing, absurd rates [V30]', () => {
    const world = walletWorld()
    world.fund(1_000_000n)
    world.mine()
    const before = world.balance()
    for (const raw of [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(400).fill(0xff)]) onTransactionSeen(world.host, 'bitcoin', { txid: 'ab'.repeat(32), raw })
    onUnspent(world.host, 'bitcoin', { txid: 'ab'.repeat(32), vout: 0 }, false)
    onUnspent(world.host, 'bitcoin', world.coins()[0]!, false)
    onVerdict(world.host, 'bitcoin', 'ab'.repeat(32), { status: 'rejected', reason: 'missing-inputs', text: '' })
    assert.deepEqual(world.balance(), before)
    for (const [said, used] of [[0n, 1_000n], [-5n, 1_000n], [10n ** 9n, 500_000n], [7_777n, 7_777n]] as const) {
      world.host.tables.feeQuotes.set('bitcoin:6', { satPerKvb: 1n, atMs: 0 })
      // The first after a long silence is news for what was published at a guess; the next is not.
      assert.equal(onFeeRate(world.host, 'bitcoin', 6, said), true)
      assert.equal(onFeeRate(world.host, 'bitcoin', 6, said), false)
      assert.equal(world.host.tables.feeQuotes.get('bitcoin:6')?.satPerKvb, used, `${said}`)
    }
    world.host.tables.feeQuotes.set('bitcoin:6', { satPerKvb: 77_777n, atMs: world.host.env.nowMs - 3 * 3_600_000 - 1 })
    assert.equal(done(send(world.host, { ...pay(500_000n), satPerKvb: undefined })).satPerKvb, 10_000n, 'an old estimate is not used')
  })
})

describe('wallet, restart and restore', () => {
  it('goes on where it stood, and publishes again what is pending', () => {
    const world = walletWorld()
    world.fund(100_000n)
    world.mine()
    world.online = false
    const sent = done(send(world.host, pay(40_000n)))
    const again = world.restart()
    assert.deepEqual(again.verdicts.map(({ txid, verdict }) => [txid, verdict.status]), [[sent.txid, 'accepted']])
    const bumped = done(bumpSend(again.host, sent.id, { satPerKvb: 20_000n }))
    again.mine()
    assert.deepEqual([status(again), again.balance().totalSat], [['confirmed'], 60_000n - bumped.feeSat])
    restart(again.host)
    again.settle()
    assert.equal(again.balance().totalSat, 60_000n - bumped.feeSat)
  })

  it('finds from the phrase alone what it was paid and what it spent, through the gap', () => {
    const world = walletWorld({ phrase: SECOND_PHRASE })
    for (let i = 0; i < 45; i++) {
      world.fund(10_000n + BigInt(i))
      if (i % 4 === 0) world.mine()
    }
    world.mine()
    done(send(world.host, pay(120_000n)))
    world.mine(150)
    const restored = walletWorld({ phrase: SECOND_PHRASE, chain: world.chain, clock: world.clock })
    assert.equal(restored.balance().totalSat, 0n)
    scanChain(restored.host, 'bitcoin', 0)
    restored.settle()
    assert.deepEqual(restored.balance(), world.balance())
    assert.equal(restored.tables.accounts.get('bitcoin')?.scanFrom, undefined)
    const next = freshAddress(restored.host, 'bitcoin')
    assert.equal(next, freshAddress(world.host, 'bitcoin'), 'no address is given twice')
    assert.equal(refused(send(restored.host, pay(10_000_000n))).refused, 'insufficient-coins')
  })

  it('finds what lies behind more unused addresses than the gap, when it is told to look further', () => {
    const world = walletWorld({ phrase: SECOND_PHRASE })
    const { chain, clock } = world
    const far = world.host.keys.account(1).script({ branch: 'change', index: 60 })
    chain.fund(far, 70_000n)
    world.mine()
    const restored = walletWorld({ phrase: SECOND_PHRASE, chain, clock })
    scanChain(restored.host, 'bitcoin', 0)
    restored.settle()
    assert.deepEqual([restored.balance().totalSat, restored.balance().scanning], [0n, 0])
    scanChain(restored.host, 'bitcoin', 0, 61)
    assert.equal(restored.balance().scanning, 2 * 61)
    restored.settle()
    assert.deepEqual([restored.balance().totalSat, restored.balance().scanning], [70_000n, 0])
    // The next one is looked for from there, and what was known stays known.
    chain.fund(restored.host.keys.account(1).script({ branch: 'change', index: 80 }), 1_000n)
    restored.settle()
    restored.mine()
    assert.equal(restored.balance().totalSat, 71_000n)
  })
})
