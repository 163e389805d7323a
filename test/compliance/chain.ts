import assert from 'node:assert/strict'
import { Transaction } from 'bitcoinjs-lib'
import { toHex } from '../../src/core/base/bytes.js'
import type { BlockId, BroadcastVerdict, Chain, ChainEvents, ChainStatus, ChainTip, ConfirmedTransaction, History, Outpoint, TouchingTransaction, UnspentOutput, Watch } from '../../src/ports/chain.js'
import { FEE, MINE, VALUE, casesForAll, saidOf, simple, type CaseWorld, type ChainCase } from './chain-cases.js'
import { packageCases } from './chain-package-cases.js'
import { coinOf, keyLock, paidTo, spend, type Coin, type Lock } from './chain-wallet.js'

/** A chain under test, and what is done to it from behind. */
export interface ChainHarness {
  /** Another client, not started. */
  readonly chain: () => Chain
  readonly mine: (blocks: number, script: Uint8Array) => Promise<void>
  /** Replaces the last blocks by one more; their transactions are mined again. */
  readonly reorg: (depth: number, script: Uint8Array) => Promise<void>
  /** Stops what is behind the clients and starts it again. */
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
  /** Blocks to begin with, so that every rule is active and coins are mature. */
  readonly firstBlocks: number
}

/** What a client was told, as lines: `+12 txid`, `-12`, `~txid`. */
export interface Told {
  readonly lines: string[]
  readonly statuses: ChainStatus[]
  readonly events: ChainEvents
  /** The tip as the calls make it; asserts that every call follows from the last. */
  tip: BlockId | undefined
}

const short = (txid: string): string => txid.slice(0, 8)

export function listener (tip?: BlockId): Told {
  const told: Told = {
    lines: [],
    statuses: [],
    tip,
    events: {
      status: (status) => { told.statuses.push(status) },
      blockConnected: (next: ChainTip, transactions: readonly ConfirmedTransaction[]) => {
        assert.ok(told.tip === undefined || next.height === told.tip.height + 1, `block ${next.height} after ${told.tip?.height}`)
        told.tip = next
        told.lines.push([`+${next.height}`, ...transactions.map(({ txid }) => short(txid))].join(' '))
      },
      blockDisconnected: (block: BlockId, transactions: readonly ConfirmedTransaction[]) => {
        assert.ok(told.tip === undefined || block.height === told.tip.height, `block ${block.height} leaves, ${told.tip?.height} is the tip`)
        told.tip = { height: block.height - 1, hash: '' }
        told.lines.push([`-${block.height}`, ...transactions.map(({ txid }) => short(txid))].join(' '))
      },
      transactionSeen: ({ txid }: TouchingTransaction) => { told.lines.push(`~${short(txid)}`) }
    }
  }
  return told
}

const TRIES_MAX = 4_000
const LOOK_MS = 5

/** Waits for something that a process beside us does. */
export async function until (holds: () => boolean, what: string): Promise<void> {
  for (let tried = 0; tried < TRIES_MAX; tried++) {
    if (holds()) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  assert.fail(`never came: ${what}`)
}

const asked = async <T>(ask: (answer: (value: T) => void) => void): Promise<T> => await new Promise<T>(ask)
export const broadcast = async (chain: Chain, tx: Transaction | Uint8Array): Promise<BroadcastVerdict> => await asked((answer) => { chain.broadcast(tx instanceof Transaction ? tx.toBuffer() : tx, answer) })
export const testAccept = async (chain: Chain, tx: Transaction): Promise<BroadcastVerdict> => await asked((answer) => { chain.testAccept(tx.toBuffer(), answer) })
export const historyOf = async (chain: Chain, watch: Watch, from: number): Promise<History | undefined> => await asked((answer) => { chain.history(watch, from, answer) })
export const unspent = async (chain: Chain, outpoint: Outpoint): Promise<UnspentOutput | 'none' | undefined> => await asked((answer) => { chain.unspent(outpoint, answer) })

const COINS_TO_BEGIN = 3
/** Another branch pays somewhere else: the same block twice would be the one that was taken out. */
const OTHER = keyLock(7)

/**
 * What every {@link Chain} keeps: the same verdicts on the same transactions, and events in the order of the chain.
 *
 * @param packages - whether it has version 3, packages and small anchors
 */
export function chainCompliance (name: string, create: () => Promise<ChainHarness>, { packages }: { readonly packages: boolean }): void {
  describe(`${name}, as a chain`, function () {
    this.timeout(120_000)
    let harness: ChainHarness
    let chain: Chain
    let told: Told
    let purse: Coin[]
    let world: CaseWorld

    const mine = async (blocks: number): Promise<void> => {
      const target = chain.tip()!.height + blocks
      await harness.mine(blocks, MINE.script)
      await until(() => (chain.tip()?.height ?? 0) >= target, `height ${target}`)
    }
    const fund = async (lock: Lock = MINE, valueSat = VALUE): Promise<Coin> => {
      const coin = purse.pop()
      assert.ok(coin !== undefined, 'the purse is empty')
      const tx = spend({ inputs: [{ coin }], outputs: [{ script: lock.script, valueSat }, { script: MINE.script, valueSat: coin.valueSat - valueSat - FEE }] })
      assert.equal(saidOf(await broadcast(chain, tx)), 'accepted')
      purse.push(coinOf(tx, 1, MINE))
      await mine(1)
      return coinOf(tx, 0, lock)
    }

    before(async () => {
      harness = await create()
      chain = harness.chain()
      told = listener()
      await chain.start(told.events)
      await until(() => chain.tip() !== undefined, 'a tip')
      await mine(harness.firstBlocks)
      const found = await historyOf(chain, { type: 'script', script: MINE.script }, 1)
      assert.ok(found !== undefined)
      purse = found.confirmed.slice(0, COINS_TO_BEGIN).flatMap(({ raw }) => paidTo(raw, MINE))
      world = {
        bitcoin: chain.parameters.chain === 'bitcoin',
        height: () => chain.tip()!.height,
        medianTime: () => chain.tip()!.medianTime,
        coin: fund,
        mine,
        immature: async () => {
          const last = await historyOf(chain, { type: 'script', script: MINE.script }, chain.tip()!.height)
          return paidTo(last!.confirmed.find(({ position }) => position === 0)!.raw, MINE)[0]!
        },
        send: async (tx) => {
          const tried = tx instanceof Transaction ? saidOf(await testAccept(chain, tx)) : undefined
          const verdict = await broadcast(chain, tx)
          const said = saidOf(verdict)
          if (tried !== undefined) assert.equal(tried, said, `the test said ${tried}, the node ${JSON.stringify(verdict)}`)
          return said
        },
        sendPackage: async (...txs) => {
          const verdicts = await asked<readonly BroadcastVerdict[]>((answer) => { chain.submitPackage(txs.map((tx) => tx.toBuffer()), answer) })
          return verdicts.map(saidOf).join(' ')
        }
      }
    })
    after(async () => {
      await chain?.stop()
      await harness?.close()
    })
    // What a case left in the mempool must not meet the next one.
    afterEach(async () => { await mine(1) })

    const judge = ({ title, expect, litecoin, run }: ChainCase): void => {
      it(title, async () => {
        const wanted = (world.bitcoin ? expect : litecoin ?? expect).split('|')
        const said = await run(world)
        assert.ok(wanted.includes(said), `it said ${said}, not ${wanted.join(' or ')}`)
      })
    }
    describe('on broadcast, judges', () => { casesForAll.forEach(judge) })
    describe('on submitPackage and version 3', () => {
      if (packages) packageCases.forEach(judge)
      it(packages ? 'says that it has them' : 'says that it has none of them', () => {
        assert.deepEqual(chain.capabilities(), { truc: packages, packages, ephemeralAnchors: packages })
      })
    })

    describe('on events', () => {
      it('tells of a watched script in the mempool, then in its block, and of its spending', async () => {
        const lock = keyLock(21)
        chain.watch({ type: 'script', script: lock.script })
        told.lines.length = 0
        const coin = purse.pop()!
        const tx = spend({ inputs: [{ coin }], outputs: [{ script: lock.script, valueSat: VALUE }, { script: MINE.script, valueSat: coin.valueSat - VALUE - FEE }] })
        purse.push(coinOf(tx, 1, MINE))
        await broadcast(chain, tx)
        await until(() => told.lines.length > 0, 'the mempool')
        await mine(1)
        const paid = coinOf(tx, 0, lock)
        const next = simple(paid)
        await broadcast(chain, next)
        await until(() => told.lines.length > 2, 'the spending')
        await mine(1)
        const height = chain.tip()!.height
        assert.deepEqual(told.lines, [`~${short(tx.getId())}`, `+${height - 1} ${short(tx.getId())}`, `~${short(next.getId())}`, `+${height} ${short(next.getId())}`])
      })

      it('tells of a watched outpoint when it is spent, and nothing after unwatch', async () => {
        const [a, b] = [await fund(), await fund()]
        chain.watch({ type: 'outpoint', outpoint: a })
        chain.watch({ type: 'outpoint', outpoint: b })
        chain.unwatch({ type: 'outpoint', outpoint: b })
        told.lines.length = 0
        const [tx, other] = [simple(a), simple(b)]
        await broadcast(chain, other)
        await broadcast(chain, tx)
        await until(() => told.lines.length > 0, 'the mempool')
        await mine(1)
        assert.deepEqual(told.lines, [`~${short(tx.getId())}`, `+${chain.tip()!.height} ${short(tx.getId())}`])
      })

      it('tells the history of what is watched too late, from a height', async () => {
        const coin = await fund(keyLock(22))
        const height = chain.tip()!.height
        const tx = simple(coin)
        await broadcast(chain, tx)
        await mine(1)
        const found = await historyOf(chain, { type: 'outpoint', outpoint: coin }, height)
        assert.deepEqual(found?.confirmed.map(({ txid, block }) => [txid, block.height]), [[coin.txid, height], [tx.getId(), height + 1]])
        assert.equal(found.upTo.hash, chain.tip()!.hash)
        assert.equal(toHex(found.confirmed[1]!.raw), tx.toHex())
        const later = await historyOf(chain, { type: 'script', script: keyLock(22).script }, height + 1)
        assert.deepEqual(later?.confirmed, [], 'what paid to the script lies before the height')
      })

      it('says what is unspent, with its confirmations', async () => {
        const coin = await fund(keyLock(23))
        const seen = await unspent(chain, coin)
        assert.ok(seen !== undefined && seen !== 'none')
        assert.deepEqual([seen.valueSat, toHex(seen.script), seen.confirmations, seen.coinbase], [VALUE, toHex(keyLock(23).script), 1, false])
        await broadcast(chain, simple(coin))
        assert.equal(await unspent(chain, coin), 'none')
        assert.equal(await unspent(chain, { ...coin, vout: 9 }), 'none')
      })

      it('disconnects and connects block by block on a reorganisation, with what touched', async () => {
        const coin = await fund(keyLock(24))
        chain.watch({ type: 'outpoint', outpoint: coin })
        const tx = simple(coin)
        await broadcast(chain, tx)
        await mine(2)
        const height = chain.tip()!.height
        told.lines.length = 0
        await harness.reorg(2, OTHER.script)
        await until(() => chain.tip()!.height === height + 1, 'the other branch')
        const id = short(tx.getId())
        assert.deepEqual(told.lines.filter((line) => !line.startsWith('~')), [`-${height}`, `-${height - 1} ${id}`, `+${height - 1} ${id}`, `+${height}`, `+${height + 1}`])
      })

      it('takes another life up where the last one ended, on another branch too', async () => {
        const second = harness.chain()
        const first = listener()
        await second.start(first.events)
        await until(() => second.tip()?.height === chain.tip()!.height, 'the tip')
        const before = [second.tip()!]
        await mine(1)
        await until(() => first.lines.length === 1, 'one block')
        before.unshift(second.tip()!)
        await second.stop()
        const quiet = first.lines.length
        await harness.reorg(1, OTHER.script)
        await until(() => chain.tip()!.height === before[0]!.height + 1, 'the other branch')
        const third = harness.chain()
        const again = listener(before[0])
        await third.start(again.events, before)
        await until(() => third.tip()?.hash === chain.tip()!.hash, 'the tip of the other branch')
        await third.stop()
        assert.equal(first.lines.length, quiet, 'nothing is told after stop')
        const height = before[0]!.height
        assert.deepEqual(again.lines, [`-${height}`, `+${height}`, `+${height + 1}`])
      })

      it('calls a chain wrong that holds none of the blocks that were applied', async () => {
        const lost = harness.chain()
        const heard = listener()
        await lost.start(heard.events, [{ height: 1, hash: 'ab'.repeat(32) }])
        await until(() => heard.statuses.some(({ state }) => state === 'wrong-chain'), 'wrong-chain')
        assert.equal(lost.status().state, 'wrong-chain')
        await lost.stop()
        assert.deepEqual(heard.lines.filter((line) => line.startsWith('+')), [])
      })

      it('gives a fee rate within its bounds', async () => {
        const { satPerKvb } = await asked<{ readonly satPerKvb: bigint }>((answer) => { chain.feeRate(6, answer) })
        assert.ok(satPerKvb >= 1_000n && satPerKvb <= 1_000_000n, `${satPerKvb}`)
      })

      it('goes on after what is behind it was restarted', async () => {
        const height = chain.tip()!.height
        told.lines.length = 0
        await harness.restart()
        await until(() => chain.status().state === 'ok', 'ok')
        await mine(1)
        assert.deepEqual(told.lines, [`+${height + 1}`])
      })
    })
  })
}
