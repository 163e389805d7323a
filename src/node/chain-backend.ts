import { AmikoError } from '../core/base/errors.js'
import { countIn, hashIn, listIn, recordIn } from '../adapters/chain-bitcoind/answers.js'
import { probe } from '../adapters/chain-bitcoind/probe.js'
import { rpc as createRpc, UnreachableError } from '../adapters/chain-bitcoind/rpc.js'
import { parametersOfGenesis } from '../ports/chain-parameters.js'
import type { ChainCapabilities } from '../ports/chain.js'
import type { Clock } from '../ports/clock.js'
import { nobodysAddress } from './served-daemon.js'

/** What an embedded chain calls itself. */
const EMBEDDED_SUBVERSION = '/Amiko embedded chain/'
const SAT_PER_COIN = 100_000_000

/** What a backend answers to a person who asks it by hand. */
export interface BackendView {
  readonly name: string
  readonly network: string
  /** Without password. */
  readonly rpc: string
  readonly height: number
  readonly hash: string
  readonly status: 'ok' | 'syncing'
  readonly detail: string
  /** Transactions that wait for a block. */
  readonly waiting: number
  readonly capabilities: ChainCapabilities
}

export interface BackendOptions {
  readonly url: string
  readonly cookieFile?: string | undefined
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

/** Asks a chain's JSON-RPC by hand, for the commands `chain status` and `chain mine`. */
export interface ChainBackend {
  /** Throws chain-unreachable, chain-refused. */
  status: () => Promise<BackendView>
  /** Mines, to an address of the chain; else to the faucet of an embedded chain, and to nobody on a full node. Throws chain-unreachable, chain-refused. */
  mine: (blocks: number, address: string | undefined) => Promise<{ readonly mined: number, readonly height: number, readonly hash: string }>
  /**
   * Gives a coin to an address: the faucet of an embedded chain pays it, a full node mines a block for it, which is worth
   * more and can be spent 100 blocks later. Throws chain-unreachable, chain-refused.
   */
  fund: (address: string, sat: bigint) => Promise<void>
}

export function chainBackend (options: BackendOptions): ChainBackend {
  const { url, cookieFile, clock, signal = new AbortController().signal } = options
  const shown = withoutPassword(url)
  const rpc = createRpc({ url, clock, ...(cookieFile === undefined ? {} : { cookieFile }) })

  const call = async (method: string, ...params: readonly unknown[]): Promise<unknown> => {
    const [answer] = await rpc.batch([{ method, params }], { signal, once: true })
    if (answer?.ok === true) return answer.result
    throw new AmikoError('chain-refused', { method, reason: answer?.message ?? 'no answer' })
  }
  const genesis = async (): Promise<string> => hashIn(await call('getblockhash', 0), 'a block hash')
  /** Only an embedded chain has a faucet. */
  const isEmbedded = async (): Promise<boolean> => {
    const info = recordIn(await call('getnetworkinfo'), 'network information')
    return info['subversion'] === EMBEDDED_SUBVERSION
  }
  const asking = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof UnreachableError) throw new AmikoError('chain-unreachable', { rpc: shown, reason: error.message }, { cause: error })
      throw error
    }
  }
  return {
    status: async () => await asking(async () => {
      const info = recordIn(await call('getblockchaininfo'), 'chain information')
      const first = await genesis()
      const parameters = parametersOfGenesis(first)
      const mempool = recordIn(await call('getmempoolinfo'), 'mempool information')
      const [height, headers] = [countIn(info['blocks'], 'the height'), countIn(info['headers'], 'the headers')]
      const isBehind = info['initialblockdownload'] === true && parameters?.network !== 'regtest'
      return {
        name: parameters?.chain ?? 'unknown',
        network: parameters?.network ?? first,
        rpc: shown,
        height,
        hash: hashIn(info['bestblockhash'], 'the best block'),
        status: isBehind ? 'syncing' : 'ok',
        detail: isBehind ? `${height} blocks of ${headers}` : '',
        waiting: countIn(mempool['size'], 'the size of the mempool'),
        capabilities: await probe(rpc, signal)
      }
    }),
    mine: async (blocks, address) => await asking(async () => {
      const isFaucets = address === undefined && await isEmbedded()
      const hashes = listIn(isFaucets ? await call('generate', blocks) : await call('generatetoaddress', blocks, address ?? nobodysAddress(parametersOfGenesis(await genesis())?.chain ?? 'bitcoin')), 'block hashes')
      return { mined: hashes.length, height: countIn(await call('getblockcount'), 'the height'), hash: hashIn(hashes.at(-1), 'a block hash') }
    }),
    fund: async (address, sat) => await asking(async () => {
      if (await isEmbedded()) await call('sendtoaddress', address, Number(sat) / SAT_PER_COIN)
      else await call('generatetoaddress', 1, address)
    })
  }
}

/** A URL as it may be shown and logged. */
export function withoutPassword (url: string): string {
  const shown = new URL(url)
  shown.username = shown.password = shown.search = ''
  return shown.href
}
