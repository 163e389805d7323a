import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AmikoError } from '../../../core/base/errors.js'
import { isNodeName } from './topology.js'

/** `network.json`: what `network up` made in its folder, so that the other commands find it and it can come up again. */
const networkFile = z.strictObject({
  version: z.literal(1),
  network: z.string(),
  /** `one`: a single channel is enforced, for a look at it. */
  kind: z.enum(['trust-line', 'chain', 'mixed', 'one']),
  nodes: z.array(z.strictObject({ name: z.string().refine(isNodeName), peerId: z.string() })),
  links: z.array(z.strictObject({ a: z.string(), b: z.string(), capacityAb: z.string().regex(/^\d+$/), capacityBa: z.string().regex(/^\d+$/), kind: z.enum(['trust-line', 'chain']).optional() })),
  meetingPoints: z.array(z.string()),
  /** Satoshis that the second end of each enforced channel puts in; absent: the first puts in all. */
  theirAmount: z.string().regex(/^\d+$/).optional(),
  /** The chain that runs beside the nodes, and its loopback address; absent in networks without one. */
  chain: z.strictObject({ backend: z.enum(['embedded', 'bitcoind', 'litecoind']), rpc: z.string().regex(/^127\.0\.0\.1:\d{1,5}$/) }).optional(),
  /** Set when links, channels and meeting points are all made. */
  complete: z.boolean()
})
export type NetworkFile = z.output<typeof networkFile>

/** Coin of a network's channels, and its hundred-millionth part as amounts are written. */
export const coinOf = ({ chain, kind }: Pick<NetworkFile, 'chain' | 'kind'>): { readonly asset: 'btc' | 'ltc', readonly unit: 'sat' | 'lit' } =>
  chain?.backend === 'litecoind' && kind !== 'trust-line' ? { asset: 'ltc', unit: 'lit' } : { asset: 'btc', unit: 'sat' }

const pathOf = (dir: string): string => join(dir, 'network.json')
/** The data folder of one node. */
export const nodeDir = (dir: string, name: string): string => join(dir, name)

/** The network of a folder; undefined when there is none. Throws bad-request when the file is damaged. */
export async function readNetwork (dir: string): Promise<NetworkFile | undefined> {
  const text = await readFile(pathOf(dir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return networkFile.parse(JSON.parse(text))
  } catch (error) {
    throw new AmikoError('bad-request', { reason: `${pathOf(dir)} is damaged` }, { cause: error })
  }
}

/** As {@link readNetwork}, for commands that need one. Throws not-found. */
export async function existingNetwork (dir: string): Promise<NetworkFile> {
  const network = await readNetwork(dir)
  if (network === undefined) throw new AmikoError('not-found', { what: 'network in', id: dir })
  return network
}

export async function writeNetwork (dir: string, network: NetworkFile): Promise<void> {
  await writeFile(pathOf(dir), JSON.stringify(network, undefined, 2) + '\n')
}

/** Makes the folder of a new network. Throws already-exists when something else lives there. */
export async function claimFolder (dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  if ((await readdir(dir)).length > 0) throw new AmikoError('already-exists', { what: 'Something else, and no network, in the folder', id: dir })
}
