/**
 * Private networks: many nodes on one machine for a first look, tests and measurements, and the string by which nodes of
 * other machines join. Reading order:
 * - `network.ts` (here): the commands `network up | down | status | pay | create | join`
 * - `topology.ts`: which nodes, which links
 * - `up.ts`: makes and starts them; `enforced.ts`: coins and channels on a chain; `node-process.ts`: one process; `chain-process.ts`: the chain beside them; `stop-processes.ts`: ends them
 * - `pay.ts`: payments and their figures
 * - `join-string.ts`: the invitation
 * - `network-file.ts`, `parallel.ts`, `limits.ts`
 */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { relative } from 'node:path'
import { connectTo, runningApi } from '../../connection.js'
import { AmikoError } from '../../../core/base/errors.js'
import type { Globals } from '../../globals.js'
import { amountInWords, fieldsAsTable, tableOf } from '../../output.js'
import { isAlive } from '../../process-alive.js'
import type { Terminal } from '../../terminal.js'
import { initNode } from '../init.js'
import { stopRequests } from '../start.js'
import { CHAIN_WORDS, stopChainOf, viewOf } from './chain-process.js'
import { FIRST_PAYMENTS } from './limits.js'
import { formatInvitation, parseInvitation } from './join-string.js'
import { coinOf, existingNetwork, nodeDir, type NetworkFile } from './network-file.js'
import { MAIN, type RunningNode } from './node-process.js'
import { payInNetwork, type PayOptions } from './pay.js'
import { stopNodeOf, stopProcesses } from './stop-processes.js'
import { distancesFrom, type Topology } from './topology.js'
import { bringUp, planNetwork, type PlanOptions } from './up.js'

export interface UpOptions extends PlanOptions {
  readonly detach: boolean
}

/** `network up`: a private network of processes. Stays until Ctrl-C and stops them all, or with `--detach` leaves them. */
export async function networkUp (options: UpOptions, dir: string, isTemporary: boolean, globals: Globals, terminal: Terminal): Promise<void> {
  const plan = async (): Promise<Awaited<ReturnType<typeof planNetwork>>> => await planNetwork(options)
  const stopping = stopRequests(false, terminal)
  const givingUp = new AbortController()
  void stopping.requested.then(() => givingUp.abort())
  const startedMs = performance.now()
  try {
    const { file, nodes, chain } = await bringUp(dir, plan, !options.detach, terminal.err, givingUp.signal)
    try {
      terminal.err(`The network is up after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s.`)
      if (globals.json) terminal.out(JSON.stringify({ nodes: nodes.map(({ name, peerId, addresses, api, dir, pid }) => ({ name, peerId, addresses, api, dir, pid })), chain: chain === undefined ? null : { name: chain.name, network: chain.network, rpc: chain.rpc, dir: chain.dir, pid: chain.pid } }))
      else {
        await showNodes(nodes, terminal)
        if (chain !== undefined) terminal.out(`The ${CHAIN_WORDS[file.chain!.backend]} (${chain.name}, ${chain.network}) is at height ${(await viewOf(dir))?.height ?? 'unknown'}; JSON-RPC ${chain.rpc}`)
        await firstPayments(dir, file, terminal)
        showNext(dir, file, terminal)
      }
      if (options.detach) return
      for (const { name, child } of nodes) child?.once('exit', (code, signal) => terminal.err(`${name} has ended (${signal ?? code ?? 'unknown'}).`))
      terminal.err('Ctrl-C stops the network.')
      await stopping.requested
      terminal.err('Stopping all nodes …')
    } finally {
      if (!options.detach) {
        for (const { child } of nodes) child?.removeAllListeners('exit')
        await stopProcesses(nodes.filter(({ child }) => child !== undefined))
        if (chain?.child !== undefined) await stopProcesses([chain])
      }
    }
  } finally {
    if (isTemporary) await rm(dir, { recursive: true, force: true })
    stopping.dispose()
  }
}

async function showNodes (nodes: readonly RunningNode[], terminal: Terminal): Promise<void> {
  const rows = []
  const names = new Map(nodes.map(({ name, peerId }) => [peerId, name]))
  for (const { name, peerId, api, pid, client } of nodes) {
    const [status, { channels }] = [await client.call('node.status'), await client.call('channel.list')]
    const enforced = channels.filter(({ kind }) => kind === 'chain').map(({ peer }) => names.get(peer) ?? peer)
    rows.push([name, peerId, String(pid), api, String(status.links), enforced.length === 0 ? '–' : `with ${enforced.join(', ')}`, capacityInWords(status.capacity, 'canSend'), capacityInWords(status.capacity, 'canReceive')])
  }
  terminal.out(tableOf(['node', 'peer', 'process', 'API', 'links', 'enforced', 'can send', 'can receive'], rows, terminal.framed))
}

const capacityInWords = (capacity: ReadonlyArray<{ asset: string, canSend: string, canReceive: string }>, side: 'canSend' | 'canReceive'): string =>
  capacity.map((each) => amountInWords(each.asset, each[side])).join(', ') || '–'

/** A few payments across the network, from the first node to the farthest one. */
async function firstPayments (dir: string, file: NetworkFile, terminal: Terminal): Promise<void> {
  const topology: Topology = { nodes: file.nodes.map(({ name }) => name), links: file.links.map(({ a, b }) => ({ a, b, capacityAb: 0n, capacityBa: 0n })) }
  const from = topology.nodes[0]!
  const [to, hops] = [...distancesFrom(topology, from)].reduce((far, each) => each[1] > far[1] ? each : far)
  const [payer, payee] = [await connectTo({ dir: nodeDir(dir, from) }), await connectTo({ dir: nodeDir(dir, to) })]
  terminal.err(`First payments, from ${from} to ${to} over ${hops} links:`)
  for (let at = 0; at < FIRST_PAYMENTS; at++) {
    const amount = `${20 * (at + 1)}${coinOf(file).unit}`
    try {
      const { invoice } = await payee.call('invoice.create', { amount, description: `payment ${at + 1}` })
      const { durationMs, fee, asset, proof } = await payer.call('payment.pay', { invoice })
      terminal.out(`paid ${amount} in ${Math.round(durationMs)} ms, fee ${amountInWords(asset, fee)}, proof ${proof.slice(0, 16)}…`)
    } catch (error) {
      if (!(error instanceof AmikoError)) throw error
      terminal.err(`  ${amount}: ${error.message}`) // The network is up all the same, for whoever wants to look into it.
    }
  }
}

function showNext (dir: string, file: NetworkFile, terminal: Terminal): void {
  const amiko = `node ${relative(process.cwd(), MAIN)}`
  const names = file.nodes.map(({ name }) => name)
  const [first, last] = [names[0]!, names.at(-1)!]
  const enforced = file.links.find(({ kind }) => kind === 'chain')
  const peer = file.nodes.find(({ name }) => name === enforced?.b)?.peerId
  terminal.out([
    'Try next, in another terminal:',
    `  ${amiko} ${enforced === undefined ? 'status' : 'channel list'} --dir ${nodeDir(dir, enforced?.a ?? first)}`,
    `  ${amiko} network pay --dir ${dir} --from ${first} --to ${last} --amount 20${coinOf(file).unit} --count 100 --concurrency 4`,
    enforced === undefined || peer === undefined
      ? `  ${amiko} invoice create --dir ${nodeDir(dir, last)} --amount 20sat --description tea`
      : `  ${amiko} channel close ${peer} --dir ${nodeDir(dir, enforced.a)}    (the enforced channel: its money comes back to both wallets, on the chain)`
  ].join('\n'))
}

/** `network down`: stops all nodes of a network, whoever started them. The folder stays. */
export async function networkDown (globals: Globals, terminal: Terminal): Promise<void> {
  const network = await existingNetwork(globals.dir)
  const nodes = await Promise.all(network.nodes.map(async ({ name }) => ({ name, status: await stopNodeOf(nodeDir(globals.dir, name)) })))
  const chain = network.chain === undefined ? null : await stopChainOf(globals.dir)
  if (globals.json) terminal.out(JSON.stringify({ nodes, chain }))
  else terminal.out(tableOf(['node', 'status'], [...nodes.map(({ name, status }) => [name, status]), ...(chain === null ? [] : [['the chain', chain]])], terminal.framed))
}

/** `network status`: how each node of a network stands. */
export async function networkStatus (globals: Globals, terminal: Terminal): Promise<void> {
  const network = await existingNetwork(globals.dir)
  const nodes = await Promise.all(network.nodes.map(async ({ name, peerId }) => {
    const dir = nodeDir(globals.dir, name)
    const running = await runningApi(dir)
    const status = running === undefined || !await isAlive(running.pid)
      ? undefined
      : await (await connectTo({ dir, signal: terminal.signal })).call('node.status').catch((error: unknown) => {
        if (error instanceof AmikoError) return undefined // It does not answer: shown as not running.
        throw error
      })
    return status === undefined
      ? { name, peerId, dir, running: false }
      : {
          name, peerId, dir, running: true, pid: running!.pid, api: running!.url, links: status.links, channels: status.channels,
          capacity: status.capacity, locks: status.locks, meetingPointsKnown: status.meetingPointsKnown, rssBytes: status.rssBytes, cpuMs: status.cpuMs, warnings: status.warnings
        }
  }))
  const chain = network.chain === undefined ? undefined : await viewOf(globals.dir)
  if (globals.json) {
    terminal.out(JSON.stringify({ network: network.network, nodes, chain: chain ?? null }))
    return
  }
  const rows = nodes.map((node) => [
    node.name, node.running ? `running (${node.pid})` : 'stopped', String(node.links ?? '–'), capacityInWords(node.capacity ?? [], 'canSend'), capacityInWords(node.capacity ?? [], 'canReceive'),
    String(node.locks ?? '–'), String(node.meetingPointsKnown ?? '–'), (node.warnings ?? []).join('\n')
  ])
  terminal.out(tableOf(['node', 'status', 'links', 'can send', 'can receive', 'locks', 'meeting points', 'warnings'], rows, terminal.framed))
  if (network.chain !== undefined) terminal.out(`The ${CHAIN_WORDS[network.chain.backend]} ${chain === undefined ? 'does not run' : `is at height ${chain.height}`}.`)
}

/** `network pay`: payments between two nodes, measured. */
export async function networkPay (options: PayOptions, globals: Globals, terminal: Terminal): Promise<void> {
  const reasons = new Map<string, number>()
  const figures = await payInNetwork(globals.dir, options, (reason) => {
    // A few sentences explain thousands of failures; their number is bounded by the errors there are, cut here for safety.
    if (reasons.size < 20 || reasons.has(reason)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }, terminal.signal)
  for (const [reason, times] of reasons) terminal.err(`${times} × ${reason}`)
  if (globals.json) terminal.out(JSON.stringify(figures))
  else terminal.out(fieldsAsTable({ ...figures }, terminal.framed))
}

export interface CreateOptions {
  readonly name: string
  readonly kind: 'mainnet' | 'testnet' | 'regtest'
  readonly listen: readonly string[]
  /** Addresses under which others reach this node; its `/p2p/` part is added when it is left out. */
  readonly addresses: readonly string[]
  readonly chains: readonly string[]
}

/** `network create`: makes a private network with its first node, and the one string by which others join. */
export async function networkCreate (options: CreateOptions, globals: Globals, terminal: Terminal): Promise<void> {
  const networkKey = randomBytes(32).toString('hex')
  const { peerId, config } = await initNode(globals.dir, {
    network: options.name, kind: options.kind, networkKey, listen: options.listen, api: globals.api, chains: options.chains, bootstrap: [], pacing: 'private'
  })
  const named = options.addresses.length > 0 ? options.addresses : config.listen.filter((address) => !/\/(0\.0\.0\.0|::)\/|\/tcp\/0(\/|$)/.test(address))
  const bootstrap = named.map((address) => address.includes('/p2p/') ? address : `${address}/p2p/${peerId}`)
  const join = formatInvitation({ network: options.name, kind: options.kind, networkKey, bootstrap })
  if (globals.json) terminal.out(JSON.stringify({ network: options.name, peerId, dir: globals.dir, bootstrap, join }))
  else terminal.out(join)
  if (bootstrap.length === 0) terminal.err('The string names no address: give --address /ip4/…/tcp/PORT so that others find this node.')
  terminal.err('Whoever has the string can join. Next: amiko start, and on other machines: amiko network join STRING')
}

/** `network join`: makes a node of the network that a string describes. */
export async function networkJoin (written: string, { listen, chains }: { readonly listen: readonly string[], readonly chains: readonly string[] }, globals: Globals, terminal: Terminal): Promise<void> {
  const { network, kind, networkKey, bootstrap } = parseInvitation(written)
  const { peerId } = await initNode(globals.dir, { network, kind, networkKey, listen, api: globals.api, chains, bootstrap, pacing: 'private' })
  const answer = { network, kind, peerId, dir: globals.dir, bootstrap }
  if (globals.json) terminal.out(JSON.stringify(answer))
  else terminal.out(fieldsAsTable(answer, terminal.framed))
  terminal.err('Next: amiko start')
}
