import assert from 'node:assert/strict'
import { toHex } from '../../../src/core/base/bytes.js'
import type { FeeWallet as AskedFor } from '../../../src/core/channel/enforced/spends.js'
import { SIGHASH_DEFAULT, signatureHash } from '../../../src/core/channel/enforced/sighash.js'
import { transactionBytes, txidOf, displayTxid, vsizeOf, type Transaction } from '../../../src/core/channel/enforced/transaction.js'
import { verifySchnorr } from '../../../src/core/crypto/schnorr.js'
import { doubtFeeCoins, feeWallet, giveFeeCoinsBack, keepReserve, reserveFor, send, sendViews, takeFeeCoins } from '../../../src/core/wallet/wallet.js'
import { done, refused, strangerScript, walletWorld, type WalletWorld } from './harness.js'

const pay = (valueSat: bigint, more: object = {}): Parameters<typeof send>[1] => ({ chain: 'bitcoin', kind: 'payment', outputs: [{ script: strangerScript(), valueSat }], satPerKvb: 2_000n, ...more })
const values = (coins: ReadonlyArray<{ readonly output: { readonly valueSat: bigint } }>): readonly bigint[] => coins.map(({ output }) => output.valueSat)
const kept = (world: WalletWorld): readonly bigint[] => world.coins().filter(({ reservedFor, spentBy }) => reservedFor === 'fees' && spentBy === undefined).map(({ valueSat }) => valueSat).sort((a, b) => a < b ? -1 : 1)

/** Spends coins of the fee wallet as a channel does: one output back, the rest is fee. */
function spendBy (world: WalletWorld, matter: string, feeSat: bigint, count = 1): { readonly raw: Uint8Array, readonly txid: string, readonly used: ReadonlyArray<{ readonly txid: string, readonly vout: number }> } {
  const wallet: AskedFor = feeWallet(world.host, 'bitcoin', matter)
  const coins = wallet.coins().slice(0, count)
  const sum = coins.reduce((total, { output }) => total + output.valueSat, 0n)
  const bare: Transaction = { version: 2, lockTime: 0, inputs: coins.map(({ txid, index }) => ({ txid, index, sequence: 0xfffffffd, witness: [] })), outputs: [{ valueSat: sum - feeSat, script: wallet.changeScript() }] }
  const prevouts = coins.map(({ output }) => output)
  const tx = { ...bare, inputs: bare.inputs.map((input, i) => ({ ...input, witness: wallet.sign(bare, i, prevouts) })) }
  coins.forEach(({ output, witnessBytes }, i) => {
    const [signature] = tx.inputs[i]!.witness
    assert.equal(tx.inputs[i]!.witness.reduce((bytes, item) => bytes + 1 + item.length, 1), witnessBytes)
    assert.ok(verifySchnorr(signature!, signatureHash(bare, i, prevouts, SIGHASH_DEFAULT), output.script.subarray(2)), 'the signature holds')
  })
  assert.ok(vsizeOf(tx) > 0)
  return { raw: transactionBytes(tx), txid: displayTxid(txidOf(tx)), used: coins.map(({ txid, index }) => ({ txid: displayTxid(txid), vout: index })) }
}

describe('wallet, coins kept aside', () => {
  it('are whole coins of a fitting size, and payments do not touch them', () => {
    const world = walletWorld()
    world.reserve = { coins: 2, coinSat: 50_000n }
    for (const value of [60_000n, 70_000n, 80_000n, 200_000n]) world.fund(value)
    world.mine()
    assert.deepEqual(kept(world), [60_000n, 70_000n])
    assert.deepEqual([world.balance().reservedSat, world.balance().spendableSat, world.balance().totalSat], [130_000n, 280_000n, 410_000n])
    assert.equal(refused(send(world.host, pay(300_000n))).detail['reserved'], 130_000n)
    done(send(world.host, pay(0n, { all: true })))
    world.mine()
    assert.deepEqual([kept(world), world.balance().totalSat], [[60_000n, 70_000n], 130_000n])
  })

  it('are divided off a large coin by a payment to ourselves', () => {
    const world = walletWorld()
    world.fund(1_000_000n)
    world.mine()
    world.reserve = { coins: 3, coinSat: 50_000n }
    keepReserve(world.host, 'bitcoin')
    const [divided] = sendViews(world.host, 'bitcoin')
    assert.deepEqual([divided!.kind, divided!.outputs.length, kept(world)], ['set-aside', 3, [50_000n, 50_000n, 50_000n]])
    // The rest is change of our own and can be spent at once.
    assert.equal(world.balance().spendableSat, 850_000n - divided!.feeSat)
    assert.deepEqual(feeWallet(world.host, 'bitcoin', 'x').coins(), [], 'unconfirmed coins pay no fees')
    world.mine()
    assert.deepEqual(values(feeWallet(world.host, 'bitcoin', 'x').coins()).slice(0, 3), [50_000n, 50_000n, 50_000n])
    world.mine(3)
    assert.equal(sendViews(world.host, 'bitcoin').length, 1, 'it is divided once')
  })

  it('are all there is when there is less, and grow when more arrives', () => {
    const world = walletWorld()
    world.reserve = { coins: 2, coinSat: 50_000n }
    world.fund(30_000n)
    world.mine()
    assert.deepEqual([kept(world), world.notices.some(({ type }) => type === 'wallet:reserve-short')], [[30_000n], true])
    assert.equal(refused(send(world.host, pay(10_000n))).refused, 'insufficient-coins')
    world.mine(3)
    assert.equal(world.notices.filter(({ type }) => type === 'wallet:reserve-short').length, 1, 'it is told once')
    world.fund(500_000n)
    world.mine(2)
    assert.deepEqual(kept(world), [50_000n, 50_000n])
  })

  it('are a coin for each channel and one more, up to a bound, and none without channels', () => {
    assert.deepEqual([0, 1, 3, 7, 100].map((channels) => reserveFor(channels).coins), [0, 2, 4, 8, 8])
  })

  it('are free again when no channel needs them', () => {
    const world = walletWorld()
    world.reserve = { coins: 1, coinSat: 50_000n }
    world.fund(60_000n)
    world.mine()
    assert.equal(world.balance().spendableSat, 0n)
    world.reserve = { coins: 0, coinSat: 0n }
    world.mine()
    assert.deepEqual([world.balance().spendableSat, kept(world)], [60_000n, []])
  })
})

describe('wallet, fees of channels', () => {
  function withReserve (): WalletWorld {
    const world = walletWorld()
    world.reserve = { coins: 2, coinSat: 50_000n }
    for (const value of [60_000n, 70_000n, 300_000n]) world.fund(value)
    world.mine()
    return world
  }

  it('are paid from what is kept aside first, then from all that is free', () => {
    assert.deepEqual(values(feeWallet(withReserve().host, 'bitcoin', 'x').coins()), [70_000n, 60_000n, 300_000n])
  })

  it('are signed so that the chain takes them, and the rest comes back', () => {
    const world = withReserve()
    const { raw, txid, used } = spendBy(world, 'channel 1', 5_000n)
    takeFeeCoins(world.host, 'bitcoin', 'channel 1', used)
    let status = ''
    world.view.broadcast(raw, (verdict) => { status = verdict.status })
    world.mine()
    assert.equal(status, 'accepted')
    assert.equal(world.balance().totalSat, 425_000n)
    assert.ok(world.coins().some((coin) => coin.txid === txid && coin.valueSat === 65_000n && coin.height !== undefined))
  })

  it('offer a matter its own coins again, spent by an unconfirmed transaction or not, and no other matter', () => {
    const world = withReserve()
    const { raw, used } = spendBy(world, 'channel 1', 5_000n)
    takeFeeCoins(world.host, 'bitcoin', 'channel 1', used)
    assert.deepEqual(values(feeWallet(world.host, 'bitcoin', 'channel 2').coins()), [60_000n, 300_000n])
    world.view.broadcast(raw, () => {})
    world.settle()
    assert.deepEqual(values(feeWallet(world.host, 'bitcoin', 'channel 1').coins()), [70_000n, 60_000n, 300_000n])
    const better = spendBy(world, 'channel 1', 20_000n)
    assert.deepEqual(better.used, used)
    world.view.broadcast(better.raw, () => {})
    world.mine()
    assert.equal(world.balance().totalSat, 410_000n)
    assert.deepEqual(values(feeWallet(world.host, 'bitcoin', 'channel 1').coins()).includes(70_000n), false)
  })

  it('give coins that were not spent back', () => {
    const world = withReserve()
    takeFeeCoins(world.host, 'bitcoin', 'channel 1', spendBy(world, 'channel 1', 5_000n).used)
    giveFeeCoinsBack(world.host, 'bitcoin', 'channel 1')
    assert.deepEqual(kept(world), [60_000n, 70_000n])
  })

  it('give coins back that only the child of a commitment which lost spends, and count that child should it confirm', () => {
    const world = withReserve()
    const before = world.balance().totalSat
    const { raw, used } = spendBy(world, 'channel 1', 5_000n)
    takeFeeCoins(world.host, 'bitcoin', 'channel 1', used)
    world.view.broadcast(raw, () => {})
    world.settle()
    assert.equal(world.balance().totalSat, before - 5_000n)
    giveFeeCoinsBack(world.host, 'bitcoin', 'channel 1')
    assert.equal(world.balance().totalSat, before)
    assert.equal(world.balance().waitingSat, 0n)
    assert.deepEqual(kept(world), [60_000n, 70_000n])
    world.mine()
    assert.equal(world.balance().totalSat, before - 5_000n)
  })

  it('are paid with another coin when one turns out to be spent [S28]', () => {
    const world = withReserve()
    const first = spendBy(world, 'channel 1', 5_000n)
    takeFeeCoins(world.host, 'bitcoin', 'channel 1', first.used)
    world.gone.add(`${first.used[0]!.txid}:${first.used[0]!.vout}`)
    doubtFeeCoins(world.host, 'bitcoin', first.used)
    const second = spendBy(world, 'channel 1', 5_000n)
    assert.notDeepEqual(second.used, first.used)
    world.settle()
    assert.notDeepEqual(spendBy(world, 'channel 1', 5_000n).used, first.used)
    assert.deepEqual([world.balance().doubtedSat, world.balance().totalSat], [70_000n, 360_000n])
    world.gone.clear()
    world.mine()
    assert.equal(world.balance().doubtedSat, 0n, 'it was asked about again')
  })

  it('sign nothing that is not ours', () => {
    const world = withReserve()
    const tx: Transaction = { version: 2, lockTime: 0, inputs: [{ txid: new Uint8Array(32), index: 0, sequence: 0, witness: [] }], outputs: [] }
    assert.deepEqual(feeWallet(world.host, 'bitcoin', 'x').sign(tx, 0, [{ valueSat: 1n, script: strangerScript() }]), [])
    assert.equal(toHex(feeWallet(world.host, 'bitcoin', 'x').changeScript()).slice(0, 4), '5120')
  })
})
