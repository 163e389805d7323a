import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AmikoError } from '../core/base/errors.js'
import { fromHex } from '../core/base/bytes.js'
import { peerIdOfPublicKey, type PeerId } from '../core/base/ids.js'
import { isScalar, mulG } from '../core/crypto/curve.js'
import { PAYMENT_SETTING_NAMES } from '../core/node/settings.js'
import { isNetworkName } from '../core/node/genesis.js'
import { nodeSecrets } from '../core/wallet/keys.js'
import type { Phrase } from '../core/wallet/phrase.js'
import { readBackends } from './backends.js'
import type { NodeConfig } from './nouns.js'
import { freshPhrase, PHRASE_FILE, readPhraseOf, seedOf, writePhrase, type PhraseOptions } from './phrase-file.js'

const CONFIG_FILE = 'config.json'
/**
 * 32-byte secret of the identity key, hex, mode 0600, of folders that are older than phrases. It goes before the phrase:
 * such a folder may be given one for its wallet, and stays the same peer.
 */
const IDENTITY_FILE = 'identity.key'

const configSchema = z.strictObject({
  version: z.literal(1),
  network: z.string().refine(isNetworkName, 'a network name is 1 to 32 of a-z, 0-9 and -'),
  kind: z.enum(['mainnet', 'testnet', 'regtest']),
  networkKey: z.string().regex(/^[0-9a-f]{64}$/, 'a network key is 64 hexadecimal digits').optional(),
  listen: z.array(z.string().startsWith('/')).max(16),
  api: z.string().regex(/^(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/, 'the API listens on a loopback address and port'),
  chains: z.array(z.string().max(512)).max(8),
  allowMainnet: z.boolean().optional(),
  bootstrap: z.array(z.string().startsWith('/')).max(64),
  pacing: z.enum(['private', 'world']),
  acceptLinks: z.enum(['all', 'ask']).optional(),
  payment: z.partialRecord(z.enum(PAYMENT_SETTING_NAMES), z.number().int().nonnegative()).optional()
})

export interface Identity { readonly secret: Uint8Array, readonly peerId: PeerId }

/**
 * Makes a data folder: settings, and a phrase from which the identity key follows.
 *
 * @param options - a phrase to restore a node from, and a passphrase that encrypts its file
 * Throws already-initialised, bad-request.
 */
export async function initialise (dir: string, config: NodeConfig, options: PhraseOptions & { readonly phrase?: Phrase } = {}): Promise<Identity> {
  const valid = validConfig(config)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  for (const name of [CONFIG_FILE, IDENTITY_FILE, PHRASE_FILE]) if (await exists(join(dir, name))) throw new AmikoError('already-initialised', { dir })
  const phrase = options.phrase ?? freshPhrase()
  // The phrase first: a folder with settings but without it would look like a node that lost its key.
  await writePhrase(dir, phrase, options)
  await writeFile(join(dir, CONFIG_FILE), JSON.stringify(valid, undefined, 2) + '\n', { mode: 0o600, flag: 'wx' })
  return identityOf(nodeSecrets(seedOf(phrase)).identity)
}

/** Reads the settings of a data folder. Throws not-initialised, bad-request. */
export async function readConfig (dir: string): Promise<NodeConfig> {
  const path = join(dir, CONFIG_FILE)
  const text = await readOrUndefined(path)
  if (text === undefined) throw new AmikoError('not-initialised', { dir })
  return parseConfig(text, path)
}

/** Settings as text. Throws bad-request, which names the file. */
export function parseConfig (text: string, path: string): NodeConfig {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new AmikoError('bad-request', { reason: `${path} is not JSON (${String(error)})` })
  }
  return validConfig(json)
}

/**
 * Reads the identity of a data folder.
 *
 * @param passphrase - of an encrypted phrase
 * Throws not-initialised, store-corrupt, passphrase-needed, wrong-passphrase.
 */
export async function readIdentity (dir: string, passphrase?: string): Promise<Identity> {
  const text = await readOrUndefined(join(dir, IDENTITY_FILE))
  if (text === undefined) {
    const phrase = await readPhraseOf(dir, passphrase)
    if (phrase === undefined) throw new AmikoError('not-initialised', { dir })
    return identityOf(nodeSecrets(seedOf(phrase)).identity)
  }
  const digits = text.trim()
  if (!/^[0-9a-f]{64}$/.test(digits) || !isScalar(fromHex(digits))) throw new AmikoError('store-corrupt', { dir, reason: `${IDENTITY_FILE} holds no key` })
  return identityOf(fromHex(digits))
}

const identityOf = (secret: Uint8Array): Identity => ({ secret, peerId: peerIdOfPublicKey(mulG(secret)) })

function validConfig (json: unknown): NodeConfig {
  const result = configSchema.safeParse(json)
  if (result.success) {
    readBackends(result.data) // Settings that name no chain we could ask are refused before anything runs.
    return result.data
  }
  const issue = result.error.issues[0]
  throw new AmikoError('bad-request', { reason: `${CONFIG_FILE}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}`.trim() })
}

async function exists (path: string): Promise<boolean> {
  return await stat(path).then(() => true, (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return false
    throw error
  })
}

async function readOrUndefined (path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
