import { setTimeout as delay } from 'node:timers/promises'
import { AmikoError } from '../../../core/base/errors.js'
import { CONTRIBUTION_SAT_MIN, CONTRIBUTIONS_MAX } from '../../../core/channel/enforced/limits.js'
import { backendIn } from './chain-process.js'
import { CHAIN_MS_MAX, FAUCET_MATURITY_BLOCKS, HINTS_LOOK_MS, LINKS_AT_ONCE, MATURITY_BLOCKS, OPEN_MS_MAX, WALLET_MARGIN_SAT } from './limits.js'
import { coinOf, type NetworkFile } from './network-file.js'
import type { RunningNode } from './node-process.js'
import { inParallel, type Progress } from './parallel.js'
import type { TopologyLink } from './topology.js'

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

/**
 * Whether the second end of each of these links can put so many satoshis into its channel: a contribution is at least
 * so large, at most what that end begins with and at most what the opener puts in, and a node makes only so many before
 * the chain has confirmed them. Throws bad-request.
 *
 * @see ENF-25
 * @see ENF-29
 */
export function judgeTheirAmount (theirSat: bigint, enforced: ReadonlyArray<Pick<TopologyLink, 'a' | 'b' | 'capacityAb' | 'capacityBa'>>): void {
  const bad = (reason: string): AmikoError => new AmikoError('bad-request', { reason })
  if (enforced.length === 0) throw bad('--their-amount belongs to channels that a chain enforces, and this network has none: give --kind chain or mixed')
  if (theirSat < CONTRIBUTION_SAT_MIN) throw bad(`--their-amount is at least ${CONTRIBUTION_SAT_MIN}sat, not ${theirSat}sat`)
  const made = new Map<string, number>()
  for (const { a, b, capacityAb, capacityBa } of enforced) {
    const halfSat = (capacityAb + capacityBa) / 2n
    const most = capacityBa < halfSat ? capacityBa : halfSat
    if (theirSat > most) throw bad(`${b} can put at most ${most}sat into its channel with ${a}, of what it begins with there and of half the channel; --their-amount asks for ${theirSat}sat`)
    made.set(b, (made.get(b) ?? 0) + 1)
    if (made.get(b)! > CONTRIBUTIONS_MAX) throw bad(`--their-amount would let ${b} put coins into more than ${CONTRIBUTIONS_MAX} channels at once, and a node does so into no more before they are confirmed`)
  }
}

/** What each end of a channel puts into it: the opener both directions, but for what the other is asked to add. */
function putIn ({ theirAmount }: NetworkFile, { capacityAb, capacityBa }: Pick<NetworkFile['links'][number], 'capacityAb' | 'capacityBa'>): { readonly openerSat: bigint, readonly otherSat: bigint } {
  const otherSat = BigInt(theirAmount ?? '0')
  return { openerSat: BigInt(capacityAb) + BigInt(capacityBa) - otherSat, otherSat }
}

/** Mines what the faucet of an embedded chain will give away, before there is a node that would have to read it block by block. */
export async function prepareFaucet (dir: string, file: NetworkFile): Promise<void> {
  const enforced = file.links.filter(({ kind }) => kind === 'chain')
  if (file.chain?.backend !== 'embedded' || enforced.length === 0) return
  const coins = (file.theirAmount === undefined ? 1 : 2) * enforced.length + new Set(enforced.flatMap(({ a, b }) => [a, b])).size
  await (await backendIn(dir)).mine(FAUCET_MATURITY_BLOCKS + coins, undefined)
}

/** Gives the wallets coins, opens the channels that the chain enforces, and waits until they are confirmed. */
export async function openEnforced (parts: EnforcedParts): Promise<void> {
  const { file, links, nodes, progress, givingUp } = parts
  const { unit } = coinOf(file)
  const missing: NetworkFile['links'] = []
  for (const link of links) if (await enforcedBetween(nodes.get(link.a)!, nodes.get(link.b)!) === undefined) missing.push(link)
  if (missing.length > 0) await fillWallets(parts, missing)
  await inParallel(missing, LINKS_AT_ONCE, async (link) => {
    const { a, b, capacityAb, capacityBa } = link
    const { openerSat, otherSat } = putIn(file, link)
    const signal = AbortSignal.any([givingUp, AbortSignal.timeout(OPEN_MS_MAX)])
    // What the other begins with beyond what it puts in, the opener gives it at once.
    await nodes.get(a)!.client.call('channel.open', { peer: nodes.get(b)!.peerId, kind: 'chain', amount: `${openerSat}${unit}`, push: `${BigInt(capacityBa) - otherSat}${unit}`, ...(otherSat === 0n ? {} : { theirAmount: `${otherSat}${unit}` }) }, { signal })
    progress(`  ${a} – ${b}: a channel on the chain, ${capacityAb}${unit} there, ${capacityBa}${unit} back${otherSat === 0n ? '' : `, ${otherSat}${unit} of it put in by ${b}`}`)
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

/**
 * A coin for each channel that a node puts coins into, and one more for each node that has such channels: it pays fees.
 * Where both ends put coins in, all of a node are as large as its largest: a wallet adds the largest coin that it has,
 * whatever is asked for, and its change waits for a block.
 */
async function fillWallets ({ dir, file, nodes, progress, givingUp }: EnforcedParts, links: NetworkFile['links']): Promise<void> {
  const chain = file.chain?.backend === 'litecoind' ? 'litecoin' : 'bitcoin'
  const backend = await backendIn(dir)
  const isJoint = file.theirAmount !== undefined
  const puts = links.flatMap((link) => {
    const { openerSat, otherSat } = putIn(file, link)
    return [{ name: link.a, sat: openerSat }, ...(isJoint ? [{ name: link.b, sat: otherSat }] : [])]
  })
  const largestOf = (of: string): bigint => puts.reduce((most, { name, sat }) => name === of && sat > most ? sat : most, 0n)
  const coins: Array<{ readonly node: RunningNode, readonly sat: bigint }> = [
    ...puts.map(({ name, sat }) => ({ node: nodes.get(name)!, sat: (isJoint ? largestOf(name) : sat) + COIN_MARGIN_SAT })),
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
