import assert from 'node:assert/strict'
import type { ParsedTransaction } from '../../../../src/adapters/chain-embedded/parsed-transaction.js'
import { embeddedChain, type ChainControl } from '../../../../src/adapters/chain-embedded/embedded-chain.js'
import { taped, type TapeStep } from '../../../chains/tape.js'
import type { ChainName } from '../../../../src/ports/chain-parameters.js'
import { virtualClock } from '../../../../src/adapters/memory/clock.js'
import { equalBytes, fromHex, toHex } from '../../../../src/core/base/bytes.js'
import { asUnits } from '../../../../src/core/base/money.js'
import type { ChannelId } from '../../../../src/core/base/ids.js'
import { isRefusal } from '../../../../src/core/base/step.js'
import { blockDisconnected, dutiesFor, fundingMissing, fundingReady, heightChanged, openEnforced, publicationsFor, reviewChain, transactionSeen } from '../../../../src/core/channel/channel.js'
import { fixedParts, type Format } from '../../../../src/core/channel/enforced/contract.js'
import { SHARED_ANCHOR_SCRIPT, taprootOutput } from '../../../../src/core/channel/enforced/scripts.js'
import { signatureHash } from '../../../../src/core/channel/enforced/sighash.js'
import { payFee, type FeeWallet } from '../../../../src/core/channel/enforced/spends.js'
import { contractOf } from '../../../../src/core/channel/enforced/state.js'
import { displayTxid, outpointText, transactionBytes, txidOf, vsizeOf, type Transaction } from '../../../../src/core/channel/enforced/transaction.js'
import { mulG } from '../../../../src/core/crypto/curve.js'
import { scalarOf } from '../../../../src/core/crypto/scalar.js'
import { signSchnorr } from '../../../../src/core/crypto/schnorr.js'
import { taprootSecret } from '../../../../src/core/crypto/taproot.js'
import { confirm, enforcedOf, FUNDING_SAT, payoutOf, twoChainEnds, type OpenedChannel } from '../enforced/open-channel.js'
import { hashOf } from '../enforced/two-sides.js'
import { signedCommitment } from '../../../../src/core/channel/enforced/commitment.js'
import { signCommitment } from '../../../../src/core/channel/enforced/evidence.js'
import { holdingsOf } from '../../../../src/core/channel/resolver/holdings.js'
import { ASSET, channelOf, told, type End } from '../two-ends.js'

/** Two ends with a channel on an embedded chain, which judges everything they publish. */
export interface ChainWorld extends OpenedChannel {
  readonly chain: ChainControl
  /** What was done to the chain, to be done again on a real node. */
  readonly tape: readonly TapeStep[]
  /** Satoshis for 1,000 virtual bytes that confirm within so many blocks. */
  rates: (targetBlocks: number) => bigint
  /** In the order of the wire. */
  readonly fundingTxid: Uint8Array
  /** Scripts of the anchors of either side. */
  readonly anchors: ReadonlySet<string>
  /** Ends that publish what is theirs to publish. */
  readonly active: Set<End>
  /** Ends whose backend shows blocks only. */
  readonly blind: Set<End>
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
  /** Hands transactions to the chain: one, or a parent and its child. Its words. */
  offer: (txs: readonly Transaction[]) => readonly string[]
  /** A wallet of an end's coins. */
  wallet: (end: End) => FeeWallet
  /** Satoshis of a side that nothing hangs on any more. */
  paidOut: (end: End) => bigint
}

const walletSecret = (end: End): Uint8Array => scalarOf(hashOf(`wallet of ${end.name}`))
const walletScripts = new Map<string, Uint8Array>()
function walletScript (end: End): Uint8Array {
  const known = walletScripts.get(end.name) ?? taprootOutput(mulG(walletSecret(end))).script
  walletScripts.set(end.name, known)
  return known
}

interface Spender {
  readonly tx: ParsedTransaction
  readonly height: number | undefined
}

/** Relative locks of Litecoin's regtest begin at height 432. */
const FIRST_HEIGHT = { bitcoin: 200, litecoin: 440 } as const
/** Coins of each end's wallet, and what each holds. */
const WALLET_COINS = 12
const WALLET_COIN_SAT = 100_000n

/** @param name - the chain; Litecoin takes `v2-fee` only */
export function chainWorld (format: Format = 'v3-zero-fee', pushSat = 400_000n, name: ChainName = 'bitcoin'): ChainWorld {
  const { chain, tape } = taped(embeddedChain({ chain: name, clock: virtualClock(1_767_225_600_000) }))
  const ends = twoChainEnds(name)
  const { alice, bob } = ends
  chain.mine(FIRST_HEIGHT[name])
  for (const end of [alice, bob]) for (let i = 0; i < WALLET_COINS; i++) chain.fund(walletScript(end), WALLET_COIN_SAT)
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

  const spendersOf = (watch: ReadonlySet<string>, seesMempool: boolean): Spender[] => {
    const found: Spender[] = []
    const spends = (tx: { readonly inputs: ReadonlyArray<{ readonly key: string }> }): boolean => tx.inputs.some(({ key }) => watch.has(key))
    for (let height = FIRST_HEIGHT[name]; height <= chain.ledger.tip.height; height++) {
      const { transactions } = chain.ledger.blockAt(height)!
      for (let i = 1; i < transactions.length; i++) if (spends(transactions[i]!)) found.push({ tx: transactions[i]!, height })
    }
    if (seesMempool) for (const { tx } of chain.mempool.pool.entries.values()) if (spends(tx)) found.push({ tx, height: undefined })
    return found
  }
  const tell = (end: End): void => {
    for (let turn = 0; turn < 10; turn++) {
      const watch = new Set((dutiesFor(end.host, id)?.watch ?? []).map(outpointText))
      const known = new Map((end.host.chainFacts.get(id)?.seen ?? []).map(({ txid, height }) => [toHex(txid), height]))
      const news = spendersOf(watch, !world.blind.has(end)).filter(({ tx, height }) => {
        const name = toHex(fromHex(tx.txid).reverse())
        return !known.has(name) || known.get(name) !== height
      })
      if (news.length === 0) break
      for (const { tx, height } of news) end.step((host) => { transactionSeen(host, id, tx.raw, height) })
    }
    tellFunding(end)
    end.step((host) => {
      heightChanged(host)
      reviewChain(host, name)
    })
    end.sync()
  }
  const fundingHeight = (): number | undefined => {
    for (let height = FIRST_HEIGHT[name]; height <= chain.ledger.tip.height; height++) if (chain.ledger.blockAt(height)!.transactions.some((tx) => tx.txid === txid)) return height
    return undefined
  }
  const tellFunding = (end: End): void => {
    if (!end.host.channels.has(id)) return
    const height = fundingHeight()
    if (height === undefined && !chain.mempool.pool.entries.has(txid)) end.step((host) => { fundingMissing(host, id) })
    else confirm(end, id, height === undefined ? 0 : chain.ledger.tip.height - height + 1)
  }
  const used = new Set<string>()
  const world: ChainWorld = {
    world: ends,
    alice,
    bob,
    id,
    chain,
    tape,
    rates: (blocks) => blocks < 10 ? 5_000n : 1_500n,
    fundingTxid: fromHex(txid).reverse(),
    anchors: new Set([SHARED_ANCHOR_SCRIPT, ...Object.values(fixedParts(contractOf(alice.host, enforcedOf(alice, id))).sides).map(({ anchor }) => anchor.script)].map(toHex)),
    active: new Set([alice, bob]),
    blind: new Set(),
    refused: [],
    published: [],
    tick () {
      ends.height = chain.ledger.tip.height
      for (const end of [alice, bob]) tell(end)
      ends.settle()
      for (const end of world.active) {
        used.clear()
        for (const publication of publicationsFor(end.host, id, { wallet: walletOf(chain, end, used), payoutScript: payoutOf(end.name), feeRatePerKvb: world.rates })) {
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
      for (const end of [alice, bob]) for (let height = top; height > top - depth; height--) end.step((host) => { blockDisconnected(host, name, height) })
      world.tick()
    },
    offer: (txs) => (txs.length === 1 ? [chain.accept(chain.parse(transactionBytes(txs[0]!))!)] : chain.acceptPackage(txs.map((tx) => chain.parse(transactionBytes(tx))!)))
      .map((verdict) => verdict.status === 'rejected' ? verdict.text : verdict.status),
    cheat (by, commitment) {
      if (format === 'v2-fee') return world.offer([commitment])
      const wallet = walletOf(chain, by, new Set())
      const index = commitment.outputs.findIndex(({ script: found }) => found.length === 4)
      const anchor = { txid: txidOf(commitment), index, output: commitment.outputs[index]!, sequence: 0xfffffffd, unlock: { by: 'anyone' as const } }
      const tx: Transaction = { version: 3, lockTime: 0, inputs: [{ ...anchor, witness: [] }], outputs: [] }
      const child = payFee({ tx, inputs: [anchor], wallet, feeRatePerKvb: 9_000n, parent: { vsize: vsizeOf(commitment), feeSat: 0n }, leastSat: 330n, aux: hashOf('cheat') })!
      return world.offer([commitment, child])
    },
    wallet: (end) => walletOf(chain, end, new Set()),
    paidOut: (end) => [...chain.ledger.coins.values()].reduce((sum, coin) => equalBytes(coin.script, payoutOf(end.name)) || equalBytes(coin.script, walletScript(end)) ? sum + coin.valueSat : sum, 0n)
  }
  return world
}

function walletOf (chain: ChainControl, end: End, used: Set<string>): FeeWallet {
  const [secret, script] = [walletSecret(end), walletScript(end)]
  return {
    coins: () => [...chain.ledger.coins.entries()].filter(([key, coin]) => equalBytes(coin.script, script) && !used.has(key)).map(([key, coin]) => ({
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
export const WALLET_SAT = BigInt(WALLET_COINS) * WALLET_COIN_SAT

/** Asserts that an end holds so many satoshis of the channel, less at most so much in fees. */
export function assertPaid (world: ChainWorld, end: End, sat: bigint, feesMax: bigint): void {
  const gained = world.paidOut(end) - WALLET_SAT
  assert(gained <= sat && gained >= sat - feesMax, `${end.name} has ${gained} of ${sat} sat`)
}

/**
 * Asserts, to the satoshi, that an end has what is due to it, less what its own transactions cost. What anchors hold is
 * the gain of whoever spends them.
 *
 * @param due - satoshis of the channel
 */
export function assertExactly (world: ChainWorld, end: End, due: bigint): void {
  const { gained, cost } = reckon(world, end)
  assert.equal(gained + cost, due, `${end.name} has ${gained} after a cost of ${cost}, of ${due} sat`)
}

/** What an end has of the channel, and what its transactions cost it. */
export function reckon (world: ChainWorld, end: End): { readonly gained: bigint, readonly cost: bigint } {
  const all = new Map<string, ParsedTransaction>()
  for (let height = 1; height <= world.chain.ledger.tip.height; height++) for (const tx of world.chain.ledger.blockAt(height)!.transactions) all.set(tx.txid, tx)
  const spendsFunding = (tx: ParsedTransaction): boolean => tx.inputs.some(({ txid }) => txid === displayTxid(world.fundingTxid))
  const closed = [...all.values()].find(spendsFunding)
  const names = new Set(world.published.filter(({ by }) => by === end).map(({ tx }) => displayTxid(txidOf(tx))))
  let cost = 0n
  for (const name of names) {
    const tx = all.get(name)
    if (tx === undefined || tx === closed) continue
    cost -= tx.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
    for (const { txid, vout } of tx.inputs) {
      const { valueSat, script } = all.get(txid)!.outputs[vout]!
      if (txid !== closed?.txid || !isAnchor(world, script)) cost += valueSat
    }
  }
  return { gained: world.paidOut(end) - WALLET_SAT, cost }
}

const isAnchor = (world: ChainWorld, script: Uint8Array): boolean => world.anchors.has(toHex(script))

/** I3: an honest end never has less than this of the channel. */
export function assertAtLeast (world: ChainWorld, end: End, sat: bigint): void {
  const gained = world.paidOut(end) - WALLET_SAT
  assert(gained >= sat, `${end.name} has ${gained} of at least ${sat} sat`)
}

/** The newest commitment of an end, signed by both. */
export function commitmentOf (end: End, world: ChainWorld): Transaction {
  const held = holdingsOf(end.host, channelOf(end, world.id))!
  return signedCommitment(held.own.commitment, { local: signCommitment(held.secrets, held.own.commitment), remote: held.own.signature })
}

export const isForgotten = (end: End, id: ChannelId): boolean => !end.host.channels.has(id) && [...end.store.keys()].every((key) => !key.includes(id))
