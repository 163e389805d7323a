import { z } from 'zod'
import type { ChainView } from '../../node/nouns.js'
import { count } from './fields.js'
import { method } from './method.js'

/** How a chain of the node stands, as answers give it. */
export const chainRow = z.object({
  name: z.enum(['bitcoin', 'litecoin']),
  network: z.enum(['mainnet', 'testnet', 'testnet4', 'signet', 'regtest']),
  backend: z.enum(['embedded', 'bitcoind', 'litecoind']),
  height: count.optional(),
  hash: z.string().optional(),
  status: z.enum(['ok', 'syncing', 'stale', 'unreachable', 'wrong-chain']),
  detail: z.string(),
  capabilities: z.object({ truc: z.boolean(), packages: z.boolean(), ephemeralAnchors: z.boolean() }).optional()
})

export const EXAMPLE_CHAIN: z.output<typeof chainRow> = {
  name: 'bitcoin', network: 'regtest', backend: 'bitcoind', height: 7, hash: '00'.repeat(32), status: 'ok', detail: '',
  capabilities: { truc: true, packages: true, ephemeralAnchors: true }
}

export function rowOfChain ({ name, network, backend, height, hash, status, detail, capabilities }: ChainView): z.output<typeof chainRow> {
  return {
    name, network, backend, status, detail,
    ...(height === undefined ? {} : { height }),
    ...(hash === undefined ? {} : { hash }),
    ...(capabilities === undefined ? {} : { capabilities: { truc: capabilities.truc, packages: capabilities.packages, ephemeralAnchors: capabilities.ephemeralAnchors } })
  }
}

export const chainStatus = method({
  name: 'chain.status',
  summary: 'Show how the chains of this node stand',
  scope: 'read',
  params: z.strictObject({}),
  result: z.object({ chains: z.array(chainRow) }),
  errors: [],
  example: { params: {}, result: { chains: [EXAMPLE_CHAIN] } },
  // The command `amiko chain status` asks a node, or the chain itself; it is written by hand in src/cli/process/chain.
  handler: (node) => ({ chains: node.chains.list().map(rowOfChain) })
})
