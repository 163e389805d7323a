import '../../src/polyfill.js'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { cookieFile } from '../../src/api/server/credentials.js'
import { startApi } from '../../src/api/server/server.js'
import { levelStore } from '../../src/adapters/level/store.js'
import { libp2pMesh } from '../../src/adapters/libp2p/host.js'
import { systemClock } from '../../src/adapters/system/clock.js'
import { systemEntropy } from '../../src/adapters/system/entropy.js'
import { systemLogger } from '../../src/adapters/system/logger.js'
import { coin } from '../../src/core/base/assets.js'
import type { AssetId, PeerId } from '../../src/core/base/ids.js'
import { asUnits } from '../../src/core/base/money.js'
import { isRefusal } from '../../src/core/base/step.js'
import { scalarOf } from '../../src/core/crypto/curve.js'
import { createAmiko } from '../../src/node/amiko.js'
import { initialise } from '../../src/node/config.js'
import type { AmikoNode, NodeConfig } from '../../src/node/nouns.js'
import { createRunner, type Runner } from '../../src/node/runner.js'
import type { Request } from '../../src/core/node/requests.js'
import type { ChannelKindName } from './benchmark.js'
import { chooseEngine, type EngineName } from './engine.js'
import { FUNDING_SAT, type ChainAt } from './enforced-line.js'
import { measureCosts } from './floor.js'
import { createLockCore, pointsOf, takeRounds, type LocksDone } from './lock-core.js'
import { createPost, type Answers, type Post, type Reached } from './members.js'
import { countBatches, countCurve, endProfile, readMeter, startMeter, startProfile } from './meter.js'

/** A process of a benchmark: a node, or only its channels. What it does is asked by the process that runs it. */

const NETWORK = 'bench'
const LIMIT = asUnits(10n ** 15n)
const self = process.argv[2] ?? ''
const folder = mkdtempSync(join(tmpdir(), `amiko-bench-${self}-`))
const asset: AssetId = coin('btc', 'regtest').id

let node: AmikoNode | undefined
let runner: Runner | undefined
let stop: () => Promise<void> = async () => {}

export interface NodeOrder { readonly engine: EngineName, readonly chain: ChainAt | undefined }

async function startNode ({ engine, chain }: NodeOrder): Promise<Reached> {
  const dir = join(folder, 'node')
  const chains = chain === undefined ? [] : [`bitcoind=${chain.url}?cookiefile=${chain.cookieFile}`]
  const config: NodeConfig = { version: 1, network: NETWORK, kind: 'regtest', listen: ['/ip4/127.0.0.1/tcp/0'], api: '127.0.0.1:0', chains, bootstrap: [], pacing: 'private' }
  await initialise(dir, config)
  const started = await createAmiko({ dir, engine, logLevel: 'error' })
  countCurve()
  node = started
  stop = started.stop
  return { peer: started.peerId, address: started.mesh.addresses()[0]! }
}

/** Where a process serves its API, and the token that it hears. */
export interface Served { readonly url: string, readonly cookie: string }

async function serve (): Promise<Served> {
  const dir = join(folder, 'node')
  const [api, stopNode] = [await startApi({ node: theNode(), dir, listen: '127.0.0.1:0' }), stop]
  stop = async () => {
    await api.stop()
    await stopNode()
  }
  return { url: api.url, cookie: readFileSync(cookieFile(dir, 'admin'), 'utf8') }
}

const theNode = (): AmikoNode => {
  if (node === undefined) throw new Error('the node was not started')
  return node
}

/** Opens a link and a trust line that carries all the benchmark pays, in both directions. */
async function openLine ({ peer, address }: Reached): Promise<void> {
  await theNode().links.open(address)
  await theNode().channels.open(peer, { kind: 'trust-line', asset, limit: LIMIT, amount: LIMIT })
}

/** Opens a link and a channel on the chain; half of it is the peer's. */
async function openEnforced ({ peer, address }: Reached): Promise<void> {
  await theNode().links.open(address)
  await theNode().channels.open(peer, { kind: 'chain', asset, amount: asUnits(FUNDING_SAT * 1_000n), push: asUnits(FUNDING_SAT * 500n) })
}

async function untilReady (lines: number): Promise<void> {
  const { channels, meetingPoints } = theNode()
  const ready = (): boolean => channels.list().filter(({ status, spendable }) => status === 'open' && spendable > 0n).length === lines &&
    meetingPoints.list().some(({ hops, hosted }) => hosted || hops !== undefined)
  while (!ready()) await wait(50)
}

async function makeInvoices ({ count, value, times = 1 }: { count: number, value: bigint, times?: number }): Promise<readonly string[]> {
  const amount = { asset, value: asUnits(value) }
  return await Promise.all(Array.from({ length: count }, async () => (await theNode().invoices.create({ amount, times })).invoice))
}

export interface PayOrder { readonly payee: string, readonly count: number, readonly inFlight: number, readonly value: bigint, readonly stream?: boolean }
export interface Paid {
  readonly seconds: number
  /** From asking for the invoice to the proof, and from having the invoice to the proof. */
  readonly invoiceToProofMs: readonly number[]
  readonly payToProofMs: readonly number[]
  readonly failures: readonly string[]
}

/** Pays invoices of the payee, or one of them again and again, so many at once; what is asked for in one turn of the event loop crosses in one message. */
async function payMany ({ payee, count, inFlight, value, stream = false }: PayOrder): Promise<Paid> {
  const invoiceToProofMs: number[] = []
  const payToProofMs: number[] = []
  const failures: string[] = []
  let [free, left] = [inFlight, count]
  let scheduled = false
  const [paidAgain] = stream ? await post.ask<readonly string[]>(payee, 'invoices', { count: 1, value, times: count }) : []
  const invoicesFor = async (wanted: number): Promise<readonly string[]> =>
    paidAgain === undefined ? await post.ask<readonly string[]>(payee, 'invoices', { count: wanted, value }) : new Array<string>(wanted).fill(paidAgain)
  const beganMs = performance.now()
  await new Promise<void>((resolve, reject) => {
    const ask = (): void => {
      scheduled = false
      const wanted = Math.min(free, left)
      if (wanted === 0) return
      free -= wanted
      left -= wanted
      const askedMs = performance.now()
      invoicesFor(wanted).then((invoices) => {
        for (const invoice of invoices) void one(invoice, askedMs)
      }, reject)
    }
    const one = async (invoice: string, askedMs: number): Promise<void> => {
      const startedMs = performance.now()
      try {
        await theNode().payments.pay(invoice)
        invoiceToProofMs.push(performance.now() - askedMs)
        payToProofMs.push(performance.now() - startedMs)
      } catch (error) {
        failures.push(String(error))
      }
      free++
      if (payToProofMs.length + failures.length === count) return resolve()
      if (scheduled) return
      scheduled = true
      setImmediate(ask)
    }
    ask()
  })
  return { seconds: (performance.now() - beganMs) / 1_000, invoiceToProofMs, payToProofMs, failures }
}

export interface LockOrder { readonly engine: EngineName, readonly seed: number, readonly keep: Reached | undefined, readonly points: number, readonly amount: bigint }

async function startLocks ({ engine, seed, keep, points, amount }: LockOrder): Promise<Reached> {
  chooseEngine(engine)
  const identitySecret = scalarOf(new Uint8Array(32).fill(seed))
  const made = pointsOf(points)
  const logger = systemLogger({ level: 'error' })
  const mesh = libp2pMesh({
    identitySecret, networkName: NETWORK, networkKey: undefined, listen: ['/ip4/127.0.0.1/tcp/0'], datastoreDir: join(folder, 'mesh'), bootstrap: [], logger,
    announcements: { id: () => undefined, epoch: () => 0 }
  })
  const core = createLockCore({ identitySecret, keep: keep === undefined ? undefined : { peer: keep.peer, addresses: [keep.address] }, points: made, amount })
  const onFatal = (error: Error): never => { throw error }
  runner = createRunner({ core, store: levelStore(join(folder, 'locks')), mesh, clock: systemClock(), entropy: systemEntropy(), logger, onNotice: () => {}, onFatal })
  await runner.start()
  countCurve()
  stop = runner.stop
  while (keep !== undefined && !mesh.isConnected(keep.peer)) await wait(20)
  return { peer: core.self, address: mesh.addresses()[0]! }
}

async function request<T> (what: Request): Promise<T> {
  return await new Promise((resolve, reject) => {
    runner?.request(what, (result) => {
      if (isRefusal(result)) reject(new Error(JSON.stringify(result)))
      else resolve(result as T)
    })
  })
}

const pay = async (count: number, inFlight: number): Promise<LocksDone & { readonly seconds: number }> => {
  const beganMs = performance.now()
  const done = await request<LocksDone>({ type: 'pay', invoice: `${count}/${inFlight}`, feeMax: undefined, via: [], timeoutMs: undefined })
  return { ...done, seconds: (performance.now() - beganMs) / 1_000 }
}

const answers: Answers = {
  node: startNode,
  api: serve,
  accept: async () => { await theNode().links.set('default', { accept: [{ kind: 'trust-line', asset, limit: LIMIT }, { kind: 'chain', asset, limit: LIMIT }] }) },
  line: openLine,
  address: async () => (await theNode().wallet.address('bitcoin')).address,
  spendable: () => theNode().wallet.balance().find(({ chain }) => chain === 'bitcoin')?.spendableSat ?? 0n,
  enforced: openEnforced,
  host: async () => { await theNode().meetingPoints.host() },
  ready: untilReady,
  invoices: makeInvoices,
  pay: payMany,
  locks: startLocks,
  openLocks: async ({ peer, kind }: { peer: PeerId, kind: ChannelKindName }) => {
    await request(kind === 'chain' ? { type: 'channel.open', peer, kind, asset, amount: LIMIT, push: asUnits(0n) } : { type: 'channel.open', peer, kind, asset, limit: LIMIT, amount: LIMIT })
  },
  payLocks: async ({ count, inFlight }: { count: number, inFlight: number }) => await pay(count, inFlight),
  costs: async (batch: { entries: number, bytes: number }) => await measureCosts(join(folder, 'costs'), batch),
  start: () => {
    startMeter()
    takeRounds()
  },
  read: () => readMeter(),
  rounds: takeRounds,
  rss: () => process.memoryUsage.rss(),
  profile: startProfile,
  profiled: async (path: string) => { await endProfile(`${path}-${self}.cpuprofile`) }
}

countBatches()
const post = createPost(self, (sent) => { process.send?.(sent) }, answers)
process.on('message', (received) => { post.take(received as Post) })
process.once('disconnect', () => {
  const end = (): void => {
    rmSync(folder, { recursive: true, force: true })
    process.exit(0)
  }
  stop().then(end, end)
})
