import { setTimeout as delay } from 'node:timers/promises'
import { AmikoError } from '../../../core/base/errors.js'
import { backendIn } from './chain-process.js'
import { CHAIN_MS_MAX, FAUCET_MATURITY_BLOCKS, HINTS_LOOK_MS, LINKS_AT_ONCE, MATURITY_BLOCKS, OPEN_MS_MAX, WALLET_MARGIN_SAT } from './limits.js'
import { coinOf, type NetworkFile } from './network-file.js'
import type { RunningNode } from './node-process.js'
import { inParallel, type Progress } from './parallel.js'

export interface EnforcedParts {
  readonly dir: string
  readonly file: NetworkFile
  /** Those whose channel is enforced by the chain. */
  readonly links: NetworkFile['links']
  readonly nodes: ReadonlyMap<string, RunningNode>
  readonly progress: Progress
  readonly givingUp: AbortSignal
}

const SAT_UNITS = 1_000n
/** A wallet may not spend all it has at once: each channel has a coin of its own, and what goes beyond pays fees. */
const COIN_MARGIN_SAT = 50_000n

/** Mines what the faucet of an embedded chain will give away, before there is a node that would have to read it block by block. */
export async function prepareFaucet (dir: string, file: NetworkFile): Promise<void> {
  const enforced = file.links.filter(({ kind }) => kind === 'chain')
  if (file.chain?.backend !== 'embedded' || enforced.length === 0) return
  const coins = enforced.length + new Set(enforced.flatMap(({ a, b }) => [a, b])).size
  await (await backendIn(dir)).mine(FAUCET_MATURITY_BLOCKS + coins, undefined)
}

/** Gives the wallets coins, opens the channels that the chain enforces, and waits until they are confirmed. */
export async function openEnforced (parts: EnforcedParts): Promise<void> {
  const { file, links, nodes, progress, givingUp } = parts
  const { unit } = coinOf(file)
  const missing: NetworkFile['links'] = []
  for (const link of links) if (await enforcedBetween(nodes.get(link.a)!, nodes.get(link.b)!) === undefined) missing.push(link)
  if (missing.length > 0) await fillWallets(parts, missing)
  await inParallel(missing, LINKS_AT_ONCE, async ({ a, b, capacityAb, capacityBa }) => {
    const signal = AbortSignal.any([givingUp, AbortSignal.timeout(OPEN_MS_MAX)])
    // The opener puts in both directions, and gives the other its part at once.
    await nodes.get(a)!.client.call('channel.open', { peer: nodes.get(b)!.peerId, kind: 'chain', amount: `${BigInt(capacityAb) + BigInt(capacityBa)}${unit}`, push: `${capacityBa}${unit}` }, { signal })
    progress(`  ${a} – ${b}: a channel on the chain, ${capacityAb}${unit} there, ${capacityBa}${unit} back`)
  })
  if (missing.length > 0) await (await backendIn(parts.dir)).mine(1, undefined)
  progress('Waiting until the chain has confirmed the channels …')
  await inParallel(links, LINKS_AT_ONCE, async ({ a, b }) => {
    for (const [from, to] of [[a, b], [b, a]] as const) {
      await eventually(givingUp, async () => (await enforcedBetween(nodes.get(from)!, nodes.get(to)!))?.status === 'open', `the channel of ${from} with ${to}`)
    }
  })
}

async function enforcedBetween (from: RunningNode, to: RunningNode): Promise<{ readonly status: string } | undefined> {
  const { channels } = await from.client.call('channel.list')
  return channels.find(({ peer, kind, status }) => peer === to.peerId && kind === 'chain' && status !== 'closed' && status !== 'failed')
}

/** A coin for each channel that a node opens, and one more for each node that has such channels: it pays fees. */
async function fillWallets ({ dir, file, nodes, progress, givingUp }: EnforcedParts, links: NetworkFile['links']): Promise<void> {
  const chain = file.chain?.backend === 'litecoind' ? 'litecoin' : 'bitcoin'
  const backend = await backendIn(dir)
  const coins: Array<{ readonly node: RunningNode, readonly sat: bigint }> = [
    ...links.map(({ a, capacityAb, capacityBa }) => ({ node: nodes.get(a)!, sat: BigInt(capacityAb) + BigInt(capacityBa) + COIN_MARGIN_SAT })),
    ...[...new Set(links.flatMap(({ a, b }) => [a, b]))].map((name) => ({ node: nodes.get(name)!, sat: WALLET_MARGIN_SAT }))
  ]
  progress(`Mining, and giving the wallets ${coins.length} coins …`)
  const wanted = new Map<RunningNode, bigint>()
  for (const { node, sat } of coins) {
    givingUp.throwIfAborted()
    const { address } = await node.client.call('wallet.address', { chain })
    await backend.fund(address, sat)
    wanted.set(node, (wanted.get(node) ?? 0n) + sat)
  }
  await backend.mine(file.chain?.backend === 'embedded' ? 1 : MATURITY_BLOCKS, undefined)
  await inParallel([...wanted], LINKS_AT_ONCE, async ([node, sat]) => {
    await eventually(givingUp, async () => {
      const { balances } = await node.client.call('wallet.balance')
      return balances.some((row) => row.chain === chain && BigInt(row.spendable) >= sat * SAT_UNITS)
    }, `the coins of ${node.name}`)
  })
}

async function eventually (givingUp: AbortSignal, isSo: () => Promise<boolean>, what: string): Promise<void> {
  const limit = AbortSignal.timeout(CHAIN_MS_MAX)
  while (!await isSo()) {
    givingUp.throwIfAborted()
    if (limit.aborted) throw new AmikoError('internal', { reason: `${what} did not come within ${CHAIN_MS_MAX / 1_000} s` })
    await delay(HINTS_LOOK_MS)
  }
}
