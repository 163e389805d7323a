import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { AmikoError } from '../../../core/base/errors.js'
import { daemonProgram } from '../../../node/daemon-program.js'
import { connectTo, runningApi } from '../../connection.js'
import { isAlive } from '../../process-alive.js'
import { initNode } from '../init.js'
import { backendOf, CHAIN_FOLDER, CHAIN_WORDS, runningOrStartedChain, type ChainOfNetwork, type ChainProcess } from './chain-process.js'
import { judgeTheirAmount, openEnforced, prepareFaucet } from './enforced.js'
import { HINTS_LOOK_MS, HINTS_MS_MAX, LINKS_AT_ONCE, OPEN_MS_MAX, STARTS_AT_ONCE, TOPOLOGY_BYTES_MAX } from './limits.js'
import { claimFolder, coinOf, nodeDir, readNetwork, writeNetwork, type NetworkFile } from './network-file.js'
import { freePorts, startNodeProcess, type NodeProcess, type RunningNode } from './node-process.js'
import { inParallel, type Progress } from './parallel.js'
import { stopProcesses } from './stop-processes.js'
import { centralNodes, distancesFrom, isShape, parseTopology, shaped, SHAPES, type Topology } from './topology.js'

export interface NetworkPlan {
  readonly topology: Topology
  readonly meetingPoints: readonly string[]
  readonly kind: NetworkFile['kind']
  /** Undefined: no chain runs beside the nodes. */
  readonly backend: ChainOfNetwork['backend'] | undefined
  readonly theirSat?: bigint | undefined
}

export interface PlanOptions {
  readonly nodes: number
  /** A shape, or the path of a CSV file. */
  readonly topology: string
  /** `trust-line`, `chain` (enforced channels), `mixed` (every second one). Left out: one enforced channel when there is a chain. */
  readonly kind?: string
  /** What keeps the chain beside the nodes: `embedded`, `bitcoind`, `litecoind`. `none`, or left out: no chain. */
  readonly chain?: string
  /** Each way of every link of a shape, in sat. */
  readonly capacity: bigint
  /** What the second end of every enforced channel puts in, in sat. Left out: the first puts in all. */
  readonly theirSat?: bigint | undefined
  /** Names of nodes that host one; chosen by place when empty. */
  readonly meetingPoints: readonly string[]
  readonly seed: number
}

const BACKENDS = ['embedded', 'bitcoind', 'litecoind'] as const
const KINDS = ['trust-line', 'chain', 'mixed'] as const

/** Reads the options into a network. Throws bad-topology, bad-request, not-found. */
export async function planNetwork (options: PlanOptions): Promise<NetworkPlan> {
  const { chain = 'none' } = options
  const backend = BACKENDS.find((each) => each === chain)
  if (backend === undefined && chain !== 'none') throw new AmikoError('bad-request', { reason: `--chain is one of ${BACKENDS.join(', ')}, none; not ${chain}` })
  const kind = options.kind === undefined ? backend === undefined ? 'trust-line' : 'one' : KINDS.find((each) => each === options.kind)
  if (kind === undefined) throw new AmikoError('bad-request', { reason: `--kind is one of ${KINDS.join(', ')}; not ${String(options.kind)}` })
  if (backend === undefined && kind !== 'trust-line') throw new AmikoError('bad-request', { reason: `channels that a chain enforces need one: give --chain ${BACKENDS.join(', ')}` })
  // Said before anything is made.
  if (backend !== undefined && backend !== 'embedded') await daemonProgram(backend)
  const topology = isShape(options.topology) ? shaped(options.topology, options.nodes, options.capacity, options.seed) : parseTopology(await topologyText(options.topology), options.topology)
  for (const name of options.meetingPoints) if (!topology.nodes.includes(name)) throw new AmikoError('not-found', { what: 'node', id: name })
  if (backend !== undefined && topology.nodes.includes(CHAIN_FOLDER)) throw new AmikoError('bad-request', { reason: `no node can be called ${CHAIN_FOLDER}, because its folder is that of the chain; name it otherwise, or give --chain none` })
  const { theirSat } = options
  if (theirSat !== undefined) judgeTheirAmount(theirSat, topology.links.filter((_link, at) => kindOfLink(kind, at) === 'chain'))
  return { kind, backend, topology, theirSat, meetingPoints: options.meetingPoints.length > 0 ? [...new Set(options.meetingPoints)] : centralNodes(topology) }
}

async function topologyText (path: string): Promise<string> {
  const size = await stat(path).then((file) => file.size, (error: NodeJS.ErrnoException) => {
    throw new AmikoError('bad-request', { reason: `the topology is one of ${SHAPES.join(', ')}, or a CSV file; ${path} cannot be read (${error.code ?? error.message})` }, { cause: error })
  })
  if (size > TOPOLOGY_BYTES_MAX) throw new AmikoError('too-large', { what: `The file ${path}`, limit: `${TOPOLOGY_BYTES_MAX} bytes` })
  return await readFile(path, 'utf8')
}

/**
 * Brings the network of a folder up: makes it when the folder is empty, else starts the nodes that do not run.
 *
 * @param plan - asked for only when the network must be made
 * @param attached - the nodes end when this process ends
 * @param signal - gives up: the nodes started so far are stopped
 */
export async function bringUp (dir: string, plan: () => Promise<NetworkPlan>, attached: boolean, progress: Progress, signal: AbortSignal): Promise<{ readonly file: NetworkFile, readonly nodes: readonly RunningNode[], readonly chain: ChainProcess | undefined }> {
  const file = await readNetwork(dir) ?? await makeNetwork(dir, await plan(), progress)
  const started: Array<Pick<NodeProcess, 'pid' | 'child'>> = []
  try {
    const running = file.chain === undefined ? undefined : await runningOrStartedChain(dir, file.chain, attached)
    const chain = running?.chain
    if (running?.isNew === true) started.push(running.chain)
    if (chain !== undefined) progress(`The ${CHAIN_WORDS[file.chain!.backend]} runs (process ${chain.pid}, ${chain.rpc})`)
    if (!file.complete) await prepareFaucet(dir, file)
    progress(`Starting ${file.nodes.length} nodes of the network ${file.network} …`)
    const nodes = await inParallel(file.nodes, STARTS_AT_ONCE, async ({ name }) => {
      signal.throwIfAborted()
      const own = nodeDir(dir, name)
      const { process, isNew } = await runningOrStarted(own, attached)
      if (isNew) started.push(process)
      progress(`  ${name} runs (process ${process.pid}, ${process.addresses[0] ?? 'no address'})`)
      return { ...process, name, dir: own, client: await connectTo({ dir: own }) }
    })
    if (!file.complete) {
      await makeLinks(dir, file, nodes, progress, signal)
      await writeNetwork(dir, { ...file, complete: true })
    }
    await hintsEverywhere(file, nodes, progress, signal)
    return { file, nodes, chain }
  } catch (error) {
    await stopProcesses(started)
    throw error
  }
}

/** Settings and identities of all nodes: a fresh name, key and genesis, so that two networks on one machine never meet. */
async function makeNetwork (dir: string, { topology, meetingPoints, kind, backend, theirSat }: NetworkPlan, progress: Progress): Promise<NetworkFile> {
  await claimFolder(dir)
  const network = `net-${randomBytes(4).toString('hex')}`
  const networkKey = randomBytes(32).toString('hex')
  const ports = await freePorts(2 * topology.nodes.length + (backend === undefined ? 0 : 1))
  const chain = backend === undefined ? undefined : { backend, rpc: `127.0.0.1:${ports.at(-1)!}` }
  progress(`Making the private network ${network} in ${dir}: ${topology.nodes.length} nodes, ${topology.links.length} links …`)
  const nodes = await inParallel(topology.nodes, STARTS_AT_ONCE, async (name, at) => {
    const { peerId } = await initNode(nodeDir(dir, name), {
      network,
      kind: 'regtest',
      networkKey,
      listen: [`/ip4/127.0.0.1/tcp/${ports[2 * at]!}`],
      api: `127.0.0.1:${ports[2 * at + 1]!}`,
      chains: chain === undefined ? [] : [backendOf(chain)],
      bootstrap: [],
      pacing: 'private'
    })
    return { name, peerId }
  })
  const file: NetworkFile = {
    version: 1,
    network,
    kind,
    nodes,
    links: topology.links.map(({ a, b, capacityAb, capacityBa }, at) => ({ a, b, capacityAb: String(capacityAb), capacityBa: String(capacityBa), kind: kindOfLink(kind, at) })),
    meetingPoints: [...meetingPoints],
    ...(theirSat === undefined ? {} : { theirAmount: String(theirSat) }),
    ...(chain === undefined ? {} : { chain }),
    complete: false
  }
  await writeNetwork(dir, file)
  return file
}

async function runningOrStarted (dir: string, attached: boolean): Promise<{ process: NodeProcess, isNew: boolean }> {
  const running = await runningApi(dir)
  if (running !== undefined && await isAlive(running.pid)) {
    const answer = await (await connectTo({ dir })).call('node.status').catch((error: unknown) => {
      // The process id of a killed node may belong to another program by now.
      if (error instanceof AmikoError && (error.name === 'node-unreachable' || error.name === 'no-credential')) return undefined
      throw error
    })
    if (answer !== undefined) return { process: { pid: running.pid, peerId: answer.peerId, addresses: answer.addresses, api: running.url, child: undefined }, isNew: false }
  }
  return { process: await startNodeProcess(dir, attached), isNew: true }
}

/** Which channel a link gets. */
const kindOfLink = (kind: NetworkFile['kind'], at: number): 'trust-line' | 'chain' =>
  kind === 'chain' || (kind === 'mixed' && at % 2 === 0) || (kind === 'one' && at === 0) ? 'chain' : 'trust-line'

/** Rules, links, channels and meeting points, as the file says. What an interrupted run has made already stays. */
async function makeLinks (dir: string, file: NetworkFile, nodes: readonly RunningNode[], progress: Progress, givingUp: AbortSignal): Promise<void> {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const { asset, unit } = coinOf(file)
  const most = file.links.reduce((max, { capacityAb, capacityBa }) => BigInt(capacityAb) + BigInt(capacityBa) > max ? BigInt(capacityAb) + BigInt(capacityBa) : max, 0n)
  const enforced = file.links.filter(({ kind }) => kind === 'chain')
  const accept = [`trust-line:${asset}:${most}${unit}`, ...(enforced.length > 0 ? [`chain:${asset}:${most}${unit}${file.theirAmount === undefined ? '' : `:${file.theirAmount}${unit}`}`] : [])]
  await inParallel(nodes, LINKS_AT_ONCE, async ({ client }) => { await client.call('link.set', { peer: 'default', accept }) })
  progress(`Opening ${file.links.length} links …`)
  await inParallel(file.links, LINKS_AT_ONCE, async ({ a, b }) => {
    const [from, to] = [byName.get(a)!, byName.get(b)!]
    const signal = AbortSignal.any([givingUp, AbortSignal.timeout(OPEN_MS_MAX)])
    const { links } = await from.client.call('link.list', {}, { signal })
    if (!links.some(({ peer, status }) => peer === to.peerId && status === 'open')) await from.client.call('link.open', { target: to.addresses[0]! }, { signal })
  })
  await inParallel(file.links.filter(({ kind }) => kind !== 'chain'), LINKS_AT_ONCE, async ({ a, b, capacityAb, capacityBa }) => {
    const [from, to] = [byName.get(a)!, byName.get(b)!]
    const signal = AbortSignal.any([givingUp, AbortSignal.timeout(OPEN_MS_MAX)])
    // What we may owe is what we can send: `amount` is the way there, `limit` the way back.
    const { channels } = await from.client.call('channel.list', {}, { signal })
    if (!channels.some(({ peer }) => peer === to.peerId)) {
      await from.client.call('channel.open', { peer: to.peerId, kind: 'trust-line', limit: `${capacityBa}${unit}`, amount: `${capacityAb}${unit}` }, { signal })
    }
    progress(`  ${a} – ${b}: a trust line, ${capacityAb}${unit} there, ${capacityBa}${unit} back`)
  })
  if (enforced.length > 0) await openEnforced({ dir, file, links: enforced, nodes: byName, progress, givingUp })
  for (const name of file.meetingPoints) {
    await byName.get(name)!.client.call('meetingPoint.host')
    progress(`${name} hosts a meeting point.`)
  }
}

/** Waits until every node that links connect with a meeting point knows the way to one. */
async function hintsEverywhere (file: NetworkFile, nodes: readonly RunningNode[], progress: Progress, givingUp: AbortSignal): Promise<void> {
  const topology: Topology = { nodes: file.nodes.map(({ name }) => name), links: file.links.map((link) => ({ ...link, capacityAb: BigInt(link.capacityAb), capacityBa: BigInt(link.capacityBa) })) }
  const reachable = new Set(file.meetingPoints.flatMap((name) => [...distancesFrom(topology, name).keys()]))
  const waiting = nodes.filter(({ name }) => reachable.has(name))
  if (waiting.length < nodes.length) progress(`${nodes.length - waiting.length} nodes have no way to a meeting point in this topology.`)
  progress('Waiting until hints have reached every node …')
  const limit = AbortSignal.timeout(HINTS_MS_MAX)
  await inParallel(waiting, LINKS_AT_ONCE, async ({ name, client }) => {
    for (;;) {
      givingUp.throwIfAborted()
      const { meetingPoints } = await client.call('meetingPoint.list')
      if (meetingPoints.some(({ hosted, hops }) => hosted || hops !== undefined)) return
      if (limit.aborted) throw new AmikoError('no-meeting-point', { node: name })
      await delay(HINTS_LOOK_MS)
    }
  })
}
