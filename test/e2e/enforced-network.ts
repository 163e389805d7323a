import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { systemClock } from '../../src/adapters/system/clock.js'
import { faucetScript } from '../../src/adapters/chain-embedded/faucet.js'
import { rpc as createRpc, type Rpc } from '../../src/adapters/chain-bitcoind/rpc.js'
import type { ApiClient, ResultOf } from '../../src/api/client/client.js'
import { connectTo } from '../../src/cli/connection.js'
import { toHex } from '../../src/core/base/bytes.js'
import { servedAt } from '../../src/node/chain-folder.js'
import { nobodysScript } from '../../src/node/served-daemon.js'
import { amiko, amikoJson } from './run-amiko.js'

export type ChannelRow = ResultOf<'channel.list'>['channels'][number]

export interface UpNode { readonly name: string, readonly peerId: string, readonly dir: string, readonly pid: number }

/** A network of processes with a chain beside them, and what tests ask of it. */
export interface EnforcedNetwork {
  readonly dir: string
  readonly nodes: readonly UpNode[]
  client: (at: number) => Promise<ApiClient>
  /** Channels that the chain enforces, of one node. */
  enforced: (at: number) => Promise<readonly ChannelRow[]>
  /** Satoshis of the wallet: all, and what is not confirmed. */
  wallet: (at: number) => Promise<{ readonly total: bigint, readonly waiting: bigint }>
  pay: (from: number, to: number, amount: string) => Promise<ResultOf<'payment.pay'>>
  mine: (blocks: number) => Promise<void>
  /** Sum of the unspent outputs that belong neither to a faucet nor to nobody. */
  outside: () => Promise<bigint>
  down: () => Promise<void>
}

const LOOK_MS = 100

/** Looks until it is so; the limit of the test ends a hopeless wait. */
export async function eventually<T> (ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    await delay(LOOK_MS)
  }
}

/** Brings a network up in a folder, or up again. */
export async function enforcedNetwork (dir: string, ...words: string[]): Promise<EnforcedNetwork> {
  const { nodes } = await amikoJson<{ nodes: UpNode[] }>('network', 'up', '--dir', dir, '--detach', ...words)
  const chainDir = join(dir, 'chain')
  const client = async (at: number): Promise<ApiClient> => await connectTo({ dir: nodes[at]!.dir })
  const rpc = async (): Promise<Rpc> => {
    const served = await servedAt(chainDir)
    assert.ok(served !== undefined)
    return createRpc({ ...served, clock: systemClock() })
  }
  return {
    dir,
    nodes,
    client,
    enforced: async (at) => (await (await client(at)).call('channel.list')).channels.filter(({ kind }) => kind === 'chain'),
    wallet: async (at) => {
      const { balances: [row] } = await (await client(at)).call('wallet.balance')
      assert.ok(row !== undefined)
      return { total: BigInt(row.total) / 1_000n, waiting: BigInt(row.waiting) / 1_000n }
    },
    pay: async (from, to, amount) => {
      const { invoice } = await (await client(to)).call('invoice.create', { amount })
      return await (await client(from)).call('payment.pay', { invoice })
    },
    mine: async (blocks) => { await amikoJson('chain', 'mine', String(blocks), '--dir', chainDir) },
    outside: async () => await unspentOutside(await rpc()),
    down: async () => { await amiko('network', 'down', '--dir', dir) }
  }
}

interface BlockTransaction {
  readonly txid: string
  readonly vin: ReadonlyArray<{ readonly txid?: string, readonly vout?: number }>
  readonly vout: ReadonlyArray<{ readonly value: number, readonly n: number, readonly scriptPubKey: { readonly hex: string } }>
}

/** What nobody of the network owns: coins of the faucet, of nobody, and what can never be spent. */
const OUTSIDE: ReadonlySet<string> = new Set([toHex(faucetScript()), toHex(nobodysScript())])
const isOutside = (script: string): boolean => script.startsWith('6a') || OUTSIDE.has(script)

/** Reads the whole chain, as somebody who trusts no node. */
async function unspentOutside (rpc: Rpc): Promise<bigint> {
  const all = async (calls: ReadonlyArray<{ method: string, params: readonly unknown[] }>): Promise<readonly unknown[]> =>
    (await rpc.batch(calls)).map((answer) => {
      assert.ok(answer.ok, JSON.stringify(answer))
      return answer.result
    })
  const [height] = await all([{ method: 'getblockcount', params: [] }])
  const heights = Array.from({ length: Number(height) }, (_one, at) => at + 1)
  const hashes = await all(heights.map((each) => ({ method: 'getblockhash', params: [each] })))
  const unspent = new Map<string, bigint>()
  for (let from = 0; from < hashes.length; from += 50) {
    const blocks = await all(hashes.slice(from, from + 50).map((hash) => ({ method: 'getblock', params: [hash, 2] }))) as ReadonlyArray<{ readonly tx: readonly BlockTransaction[] }>
    for (const { tx } of blocks) {
      for (const { txid, vin, vout } of tx) {
        for (const input of vin) unspent.delete(`${String(input.txid)}:${String(input.vout)}`)
        for (const { value, n, scriptPubKey } of vout) if (!isOutside(scriptPubKey.hex)) unspent.set(`${txid}:${n}`, BigInt(Math.round(value * 1e8)))
      }
    }
  }
  return [...unspent.values()].reduce((sum, value) => sum + value, 0n)
}
