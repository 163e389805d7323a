import assert from 'node:assert/strict'
import { embeddedChain, type ChainControl } from '../../../../src/adapters/chain-embedded/embedded-chain.js'
import { virtualClock } from '../../../../src/adapters/memory/clock.js'
import { fromHex, toHex } from '../../../../src/core/base/bytes.js'
import { asUnits } from '../../../../src/core/base/money.js'
import type { ChannelId } from '../../../../src/core/base/ids.js'
import { isRefusal } from '../../../../src/core/base/step.js'
import { blockDisconnected, dutiesFor, fundingReady, heightChanged, openEnforced, publicationsFor, reviewChain, transactionSeen } from '../../../../src/core/channel/channel.js'
import type { Format } from '../../../../src/core/channel/enforced/contract.js'
import { taprootOutput } from '../../../../src/core/channel/enforced/scripts.js'
import { signatureHash } from '../../../../src/core/channel/enforced/sighash.js'
import { payFee, type FeeWallet } from '../../../../src/core/channel/enforced/spends.js'
import { outpointText, transactionBytes, txidOf, vsizeOf, type Transaction } from '../../../../src/core/channel/enforced/transaction.js'
import { mulG } from '../../../../src/core/crypto/curve.js'
import { scalarOf } from '../../../../src/core/crypto/scalar.js'
import { signSchnorr } from '../../../../src/core/crypto/schnorr.js'
import { taprootSecret } from '../../../../src/core/crypto/taproot.js'
import { confirm, FUNDING_SAT, payoutOf, twoChainEnds, type OpenedChannel } from '../enforced/open-channel.js'
import { hashOf } from '../enforced/two-sides.js'
import { ASSET, told, type End } from '../two-ends.js'

/** Two ends with a channel on an embedded chain, which judges everything they publish. */
export interface ChainWorld extends OpenedChannel {
  readonly chain: ChainControl
  /** In the order of the wire. */
  readonly fundingTxid: Uint8Array
  /** Ends that publish what is theirs to publish. */
  readonly active: Set<End>
  /** What the chain refused, in its words. */
  readonly refused: string[]
  /** Every transaction that an end published and the chain took. */
  readonly published: Array<{ readonly by: End, readonly tx: Transaction }>
  /** Tells the ends what the chain holds, and publishes what they want. */
  tick: () => void
  /** Mines block by block, with a tick after each. */
  mine: (blocks: number) => void
  reorg: (depth: number) => void
  /** Publishes a commitment with a child of the anchor, whatever the end itself would do. */
  cheat: (by: End, commitment: Transaction) => readonly string[]
  /** A wallet of an end's coins. */
  wallet: (end: End) => FeeWallet
  /** Satoshis of a side that nothing hangs on any more. */
  paidOut: (end: End) => bigint
}

const walletSecret = (end: End): Uint8Array => scalarOf(hashOf(`wallet of ${end.name}`))
const walletScript = (end: End): Uint8Array => taprootOutput(mulG(walletSecret(end))).script

export function chainWorld (format: Format = 'v3-zero-fee', pushSat = 400_000n): ChainWorld {
  const chain = embeddedChain({ clock: virtualClock(1_767_225_600_000) })
  const ends = twoChainEnds()
  const { alice, bob } = ends
  chain.mine(200)
  for (const end of [alice, bob]) for (let i = 0; i < 12; i++) chain.fund(walletScript(end), 100_000n)
  chain.mine(1)
  ends.height = chain.ledger.tip.height
  const id = alice.step((host) => openEnforced(host, { peer: bob.self, asset: ASSET, fundingSat: FUNDING_SAT, push: asUnits(pushSat * 1000n), format, feeRatePerKw: 300 }))
  if (isRefusal(id)) throw new Error(JSON.stringify(id))
  ends.settle()
  const { script, valueSat } = told(alice, 'fundingWanted')[0]!
  const { txid, vout } = chain.fund(script, valueSat)
  alice.step((host) => fundingReady(host, id, fromHex(txid).reverse(), vout))
  ends.settle()
  chain.mine(3)
  ends.height = chain.ledger.tip.height
  for (const end of [alice, bob]) confirm(end, id)
  ends.settle()

  const spendersOf = (watch: ReadonlySet<string>): Array<{ readonly raw: Uint8Array, readonly height: number | undefined }> => {
    const found: Array<{ readonly raw: Uint8Array, readonly height: number | undefined }> = []
    const spends = (tx: { readonly inputs: ReadonlyArray<{ readonly key: string }> }): boolean => tx.inputs.some(({ key }) => watch.has(key))
    for (let height = 200; height <= chain.ledger.tip.height; height++) for (const tx of chain.ledger.blockAt(height)!.transactions) if (spends(tx)) found.push({ raw: tx.raw, height })
    for (const { tx } of chain.mempool.pool.entries.values()) if (spends(tx)) found.push({ raw: tx.raw, height: undefined })
    return found
  }
  const tell = (end: End): void => {
    for (let turn = 0; turn < 10; turn++) {
      const watch = new Set((dutiesFor(end.host, id)?.watch ?? []).map(outpointText))
      const known = new Map((end.host.chainFacts.get(id)?.seen ?? []).map(({ txid, height }) => [toHex(txid), height]))
      const news = spendersOf(watch).filter(({ raw, height }) => {
        const name = toHex(fromHex(chain.parse(raw)!.txid).reverse())
        return !known.has(name) || known.get(name) !== height
      })
      if (news.length === 0) break
      for (const { raw, height } of news) end.step((host) => { transactionSeen(host, id, raw, height) })
    }
    end.step((host) => {
      heightChanged(host)
      reviewChain(host, 'bitcoin')
    })
    end.sync()
  }
  const used = new Set<string>()
  const world: ChainWorld = {
    world: ends,
    alice,
    bob,
    id,
    chain,
    fundingTxid: fromHex(txid).reverse(),
    active: new Set([alice, bob]),
    refused: [],
    published: [],
    tick () {
      ends.height = chain.ledger.tip.height
      for (const end of [alice, bob]) tell(end)
      ends.settle()
      for (const end of world.active) {
        used.clear()
        for (const publication of publicationsFor(end.host, id, { wallet: walletOf(chain, end, used), payoutScript: payoutOf(end.name), feeRatePerKvb: (blocks) => blocks < 10 ? 5_000n : 1_500n })) {
          const raws = publication.map((tx) => chain.parse(transactionBytes(tx))!)
          const verdicts = raws.length === 1 || format === 'v2-fee' ? raws.map((raw) => chain.accept(raw)) : chain.acceptPackage(raws)
          verdicts.forEach((verdict, i) => {
            if (verdict.status === 'rejected') world.refused.push(`${end.name}: ${verdict.text}`)
            else if (verdict.status === 'accepted') world.published.push({ by: end, tx: publication[i]! })
          })
        }
      }
      for (const end of [alice, bob]) tell(end)
      ends.settle()
    },
    mine (blocks) {
      for (let i = 0; i < blocks; i++) {
        chain.mine(1)
        world.tick()
      }
    },
    reorg (depth) {
      const top = chain.ledger.tip.height
      chain.reorg(depth)
      for (const end of [alice, bob]) for (let height = top; height > top - depth; height--) end.step((host) => { blockDisconnected(host, 'bitcoin', height) })
      world.tick()
    },
    cheat (by, commitment) {
      if (format === 'v2-fee') return [chain.accept(chain.parse(transactionBytes(commitment))!)].map((verdict) => verdict.status === 'rejected' ? verdict.text : verdict.status)
      const wallet = walletOf(chain, by, new Set())
      const index = commitment.outputs.findIndex(({ script: found }) => found.length === 4)
      const anchor = { txid: txidOf(commitment), index, output: commitment.outputs[index]!, sequence: 0xfffffffd, unlock: { by: 'anyone' as const } }
      const tx: Transaction = { version: 3, lockTime: 0, inputs: [{ ...anchor, witness: [] }], outputs: [] }
      const child = payFee({ tx, inputs: [anchor], wallet, feeRatePerKvb: 9_000n, parent: { vsize: vsizeOf(commitment), feeSat: 0n }, leastSat: 330n, aux: hashOf('cheat') })!
      return chain.acceptPackage([commitment, child].map((one) => chain.parse(transactionBytes(one))!)).map((verdict) => verdict.status === 'rejected' ? verdict.text : verdict.status)
    },
    wallet: (end) => walletOf(chain, end, new Set()),
    paidOut: (end) => [...chain.ledger.coins.values()].reduce((sum, coin) => toHex(coin.script) === toHex(payoutOf(end.name)) || toHex(coin.script) === toHex(walletScript(end)) ? sum + coin.valueSat : sum, 0n)
  }
  return world
}

function walletOf (chain: ChainControl, end: End, used: Set<string>): FeeWallet {
  const [secret, script] = [walletSecret(end), walletScript(end)]
  return {
    coins: () => [...chain.ledger.coins.entries()].filter(([key, coin]) => toHex(coin.script) === toHex(script) && !used.has(key)).map(([key, coin]) => ({
      txid: fromHex(key.slice(0, 64)).reverse(), index: Number(key.slice(65)), output: { valueSat: coin.valueSat, script: coin.script }, witnessBytes: 66
    })),
    changeScript: () => script,
    sign: (tx, index, prevouts) => {
      used.add(outpointText(tx.inputs[index]!))
      return [signSchnorr(signatureHash(tx, index, prevouts, 0), taprootSecret(secret))]
    }
  }
}

/** What the wallets held before anything was paid. */
export const WALLET_SAT = 1_200_000n

/** Asserts that an end holds so many satoshis of the channel, less at most so much in fees. */
export function assertPaid (world: ChainWorld, end: End, sat: bigint, feesMax: bigint): void {
  const gained = world.paidOut(end) - WALLET_SAT
  assert(gained <= sat && gained >= sat - feesMax, `${end.name} has ${gained} of ${sat} sat`)
}

/** I3: an honest end never has less than this of the channel. */
export function assertAtLeast (world: ChainWorld, end: End, sat: bigint): void {
  const gained = world.paidOut(end) - WALLET_SAT
  assert(gained >= sat, `${end.name} has ${gained} of at least ${sat} sat`)
}

export const isForgotten = (end: End, id: ChannelId): boolean => !end.host.channels.has(id) && [...end.store.keys()].every((key) => !key.includes(id))
