import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../src/adapters/system/clock.js'
import { serveChain, type ServedChain } from '../../src/node/served-chain.js'
import type { Members, Reached } from './members.js'
import { withFolder } from './processes.js'

/** Channels on a chain that runs in the process of the benchmark, between nodes of their own processes. */

/** What an opener puts into its channel; the other end gets half of it at once. */
export const FUNDING_SAT = 100_000_000n
/** What a wallet has beside that: it pays fees. */
const MARGIN_SAT = 2_000_000n
/** Blocks after which the faucet gives coins away. */
const MATURITY_BLOCKS = 130
const LOOK_MS = 50

/** Where the chain is asked. */
export type ChainAt = Pick<ServedChain, 'url' | 'cookieFile'>

/** Runs `work` with an embedded chain that has coins to give. */
export async function withChain<T> (coins: number, work: (chain: ServedChain) => Promise<T>): Promise<T> {
  return await withFolder(async (dir) => {
    const served = await serveChain({ dir, clock: systemClock(), onFailure: (error) => { throw error } })
    try {
      served.chain.mine(MATURITY_BLOCKS + coins)
      return await work(served)
    } finally {
      await served.stop()
    }
  })
}

/** Gives every wallet its coins, opens a channel from each node to the one before it, and confirms them. */
export async function openEnforcedLine (members: Members, reached: readonly Reached[], { chain }: ServedChain): Promise<void> {
  for (const address of await members.all<string>('address')) chain.fund(address, MARGIN_SAT)
  for (const name of members.names.slice(1)) chain.fund(await members.ask<string>(name, 'address'), FUNDING_SAT + MARGIN_SAT)
  chain.mine(1)
  for (const name of members.names.slice(1)) {
    while (await members.ask<bigint>(name, 'spendable') < FUNDING_SAT) await wait(LOOK_MS)
  }
  for (let i = 1; i < reached.length; i++) await members.ask(members.names[i]!, 'enforced', reached[i - 1])
  // The chain mines by itself what waits.
}
