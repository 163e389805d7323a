import { outpointKey } from '../../ports/chain-watches.js'
import { chainParameters, type ChainName, type ChainNetwork, type ChainParameters } from '../../ports/chain-parameters.js'
import type { Answer, BlockId, Chain, ChainCapabilities, ChainEvents, ChainStatus, History, Outpoint, UnspentOutput } from '../../ports/chain.js'
import type { Clock } from '../../ports/clock.js'
import { countIn, hashIn, hexIn, recordIn, satIn } from './answers.js'
import { follower as createFollower } from './follower.js'
import { BACK_OFF_MAX_MS, HEADERS_AHEAD_MAX, POLL_MS, POLL_REGTEST_MS, STALE_INTERVALS } from './limits.js'
import type { PastQuestion } from './past.js'
import { probe } from './probe.js'
import { UnreachableError, isRecord, rpc as createRpc, type Rpc, type RpcOptions } from './rpc.js'
import { broadcast, feeEstimateIn, feeRate, submitPackage, testAccept, unavailable, type FeeBounds } from './verdicts.js'

export interface BitcoindOptions extends RpcOptions {
  readonly chain: ChainName
  readonly network: ChainNetwork
  readonly clock: Clock
  readonly pollMs?: number
  readonly feeBounds?: FeeBounds
  /** Blocks that one question about the past may read. */
  readonly historyBlocksMax?: number
}

/** What the backend said of itself at the last look. */
interface BackendState {
  readonly best: string
  readonly blocks: number
  readonly headers: number
  readonly initialDownload: boolean
}

/**
 * A chain behind Bitcoin Core, Knots, litecoind, or whatever speaks their JSON-RPC. It asks for the tip at intervals:
 * no notification is needed, so none can be missed, and a restart or a reorganisation is just another answer.
 */
export function bitcoindChain (options: BitcoindOptions): Chain {
  const parameters: ChainParameters | undefined = chainParameters(options.chain, options.network)
  if (parameters === undefined) throw new RangeError(`there is no ${options.network} of ${options.chain}`)
  const { clock } = options
  const rpc: Rpc = createRpc(options)
  const follower = createFollower(rpc, options.historyBlocksMax)
  const pollMs = options.pollMs ?? (options.network === 'regtest' ? POLL_REGTEST_MS : POLL_MS)

  let life = 0
  let events: ChainEvents | undefined
  let abort = new AbortController()
  let cancelTimer: (() => void) | undefined
  let status: ChainStatus = { state: 'unreachable', detail: 'not asked yet' }
  let capabilities: ChainCapabilities | undefined
  let failures = 0
  /** One thing at a time, so that answers and events keep the order of the chain. */
  let queue: Promise<void> = Promise.resolve()
  /** Questions about the past that wait; one reading of the blocks answers them all. */
  let pastAsked: Array<PastQuestion & { readonly to: Answer<History | undefined> }> = []

  const serially = (work: (mine: number) => Promise<void>): void => {
    const mine = life
    queue = queue.then(async () => { if (life === mine) await work(mine) }).catch((error: unknown) => {
      // The backend's faults were made a state before; what is left is a fault of this program, or of the callback.
      queueMicrotask(() => { throw error })
    })
  }
  const say = (now: ChainStatus): void => {
    if (now.state === status.state && now.detail === status.detail) return
    status = now
    events?.status(now)
  }

  /** Whether this is our chain; asked anew after every silence, because another node may have taken the place. */
  const meet = async (signal: AbortSignal): Promise<boolean> => {
    const [genesis] = await rpc.batch([{ method: 'getblockhash', params: [0] }], { signal })
    if (genesis?.ok !== true) throw new UnreachableError(genesis?.message ?? 'no answer')
    if (genesis.result !== parameters.genesisHash) {
      say({ state: 'wrong-chain', detail: `block 0 is ${hashIn(genesis.result, 'a block hash')}, of ${parameters.chain} ${parameters.network} it is ${parameters.genesisHash}` })
      return false
    }
    capabilities = await probe(rpc, signal)
    return true
  }
  const ask = async (signal: AbortSignal): Promise<BackendState> => {
    const [answer] = await rpc.batch([{ method: 'getblockchaininfo' }], { signal })
    if (answer?.ok !== true) throw new UnreachableError(answer?.message ?? 'no answer')
    const info = recordIn(answer.result, 'chain information')
    return {
      best: hashIn(info['bestblockhash'], 'the best block'),
      blocks: countIn(info['blocks'], 'the height'),
      headers: countIn(info['headers'], 'the headers'),
      initialDownload: info['initialblockdownload'] === true
    }
  }
  const statusOf = (backend: BackendState): ChainStatus => {
    const tip = follower.tip
    // A private chain may rest for days; nobody mines it.
    if (options.network === 'regtest' || tip === undefined) return { state: 'ok', detail: '' }
    if (backend.initialDownload || backend.headers - backend.blocks > HEADERS_AHEAD_MAX) return { state: 'syncing', detail: `${backend.blocks} blocks of ${backend.headers}` }
    const silentSeconds = Math.floor(clock.now() / 1_000) - tip.time
    if (silentSeconds > STALE_INTERVALS * parameters.blockIntervalSeconds) return { state: 'stale', detail: `no block for ${silentSeconds} s` }
    return { state: 'ok', detail: '' }
  }

  const look = async (mine: number): Promise<void> => {
    const { signal } = abort
    const stopped = (): boolean => life !== mine
    try {
      if (capabilities === undefined && !await meet(signal)) return
      const backend = await ask(signal)
      if (stopped()) return
      const standing = await follower.follow(backend.best, events!, stopped, signal)
      if (stopped()) return
      failures = 0
      if (standing.type === 'lost') return say({ state: 'wrong-chain', detail: standing.detail })
      if (standing.type === 'behind') return say({ state: 'syncing', detail: standing.detail })
      await follower.lookAtMempool(events!, stopped, signal)
      if (!stopped()) say(statusOf(backend))
    } catch (error) {
      if (stopped()) return
      if (!(error instanceof UnreachableError)) throw error
      failures++
      capabilities = undefined
      say({ state: 'unreachable', detail: error.message })
    }
  }
  const poll = (delayMs: number): void => {
    cancelTimer = clock.at(clock.now() + delayMs, () => {
      serially(async (mine) => {
        try {
          await look(mine)
        } finally {
          if (life === mine) poll(Math.min(pollMs * 2 ** Math.min(failures, 16), Math.max(pollMs, BACK_OFF_MAX_MS)))
        }
      })
    })
  }

  /** Works in turn and answers; what cannot be asked is answered with `otherwise`. */
  const answer = <T>(to: (value: T) => void, work: (signal: AbortSignal) => Promise<T>, otherwise: (error: unknown) => T): void => {
    if (events === undefined) return
    serially(async (mine) => {
      let value: T
      try {
        value = status.state === 'wrong-chain' ? otherwise(status.detail) : await work(abort.signal)
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error
        value = otherwise(error)
      }
      if (life === mine) to(value)
    })
  }

  const answerPast = async (mine: number): Promise<void> => {
    const all = pastAsked.splice(0)
    let found: ReadonlyArray<History | undefined> = []
    try {
      if (all.length > 0 && status.state !== 'wrong-chain') found = await follower.history(all, abort.signal)
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
    }
    for (const [i, { to }] of all.entries()) if (life === mine) to(found[i])
  }

  const unspent = async ({ txid, vout }: Outpoint, signal: AbortSignal): Promise<UnspentOutput | 'none' | undefined> => {
    const [found] = await rpc.batch([{ method: 'gettxout', params: [txid, vout, true] }], { signal })
    if (found?.ok !== true) return undefined
    if (found.result === null) return 'none'
    const row = recordIn(found.result, 'an output')
    const script = row['scriptPubKey']
    return {
      valueSat: satIn(row['value'], 'a value'),
      script: hexIn(isRecord(script) ? script['hex'] : undefined, `the script of ${outpointKey({ txid, vout })}`),
      confirmations: countIn(row['confirmations'], 'confirmations'),
      coinbase: row['coinbase'] === true
    }
  }

  return {
    parameters,
    start: async (to, resume: readonly BlockId[] = []) => {
      if (events !== undefined) throw new Error('the chain is started already')
      life++
      events = to
      abort = new AbortController()
      failures = 0
      pastAsked = []
      capabilities = undefined
      status = { state: 'unreachable', detail: 'not asked yet' }
      follower.begin(resume)
      poll(0)
    },
    stop: async () => {
      life++
      events = undefined
      cancelTimer?.()
      abort.abort()
      await queue
    },
    status: () => status,
    tip: () => follower.tip,
    capabilities: () => capabilities,
    watch: (watch) => { follower.watched.add(watch) },
    unwatch: (watch) => { follower.watched.remove(watch) },
    history: (watch, fromHeight, to) => {
      if (events === undefined) return
      pastAsked.push({ watch, fromHeight, to })
      serially(answerPast)
    },
    unspent: (outpoint, to) => { answer(to, async (signal) => await unspent(outpoint, signal), () => undefined) },
    broadcast: (raw, to) => { answer(to, async (signal) => await broadcast(rpc, raw, signal), unavailable) },
    testAccept: (raw, to) => { answer(to, async (signal) => await testAccept(rpc, raw, signal), unavailable) },
    submitPackage: (raws, to) => { answer(to, async (signal) => await submitPackage(rpc, raws, signal), (error) => raws.map(() => unavailable(error))) },
    feeRate: (targetBlocks, to) => { answer(to, async (signal) => await feeRate(rpc, targetBlocks, options.feeBounds ?? {}, signal), () => feeEstimateIn(undefined, 0n, options.feeBounds ?? {})) }
  }
}
