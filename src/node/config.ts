import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AmikoError } from '../core/base/errors.js'
import { fromHex, toHex } from '../core/base/bytes.js'
import { peerIdOfPublicKey, type PeerId } from '../core/base/ids.js'
import { isScalar, mulG } from '../core/crypto/curve.js'
import { PAYMENT_SETTING_NAMES } from '../core/node/settings.js'
import { isNetworkName } from '../core/node/genesis.js'
import { nodeSecrets, walletKeys, type WalletKeys } from '../core/wallet/keys.js'
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
  duty: z.enum(['volunteer', 'forwarder', 'light']).optional(),
  beacon: z.enum(['bitcoin', 'litecoin']).optional(),
  payment: z.partialRecord(z.enum(PAYMENT_SETTING_NAMES), z.number().int().nonnegative()).optional()
})

export interface Identity { readonly secret: Uint8Array, readonly peerId: PeerId }

/** All that follows from the secrets of a data folder. */
export interface Secrets {
  readonly identity: Identity
  /** Undefined in folders that are older than phrases: they have no wallet, and make no backups. */
  readonly ofPhrase: PhraseSecrets | undefined
}

export interface PhraseSecrets {
  readonly wallet: WalletKeys
  /** 32 bytes: encrypts backups. */
  readonly backup: Uint8Array
  /** Whether the identity key follows from the phrase too. */
  readonly givesIdentity: boolean
}

/**
 * Makes a data folder: settings, and a phrase from which the identity key follows.
 *
 * @param options - a phrase to restore a node from, a passphrase that encrypts its file, and the identity secret of a
 *   node that was older than its phrase
 * Throws already-initialised, bad-request.
 */
export async function initialise (dir: string, config: NodeConfig, options: PhraseOptions & { readonly phrase?: Phrase, readonly identity?: Uint8Array | undefined } = {}): Promise<Identity> {
  const valid = validConfig(config)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  for (const name of [CONFIG_FILE, IDENTITY_FILE, PHRASE_FILE]) if (await exists(join(dir, name))) throw new AmikoError('already-initialised', { dir })
  const phrase = options.phrase ?? freshPhrase()
  // The phrase first: a folder with settings but without it would look like a node that lost its key.
  await writePhrase(dir, phrase, options)
  if (options.identity !== undefined) await writeFile(join(dir, IDENTITY_FILE), toHex(options.identity) + '\n', { mode: 0o600, flag: 'wx' })
  await writeFile(join(dir, CONFIG_FILE), JSON.stringify(valid, undefined, 2) + '\n', { mode: 0o600, flag: 'wx' })
  return identityOf(options.identity ?? nodeSecrets(seedOf(phrase)).identity)
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
 * Reads the secrets of a data folder.
 *
 * @param passphrase - of an encrypted phrase
 * Throws not-initialised, store-corrupt, passphrase-needed, wrong-passphrase.
 */
export async function readSecrets (dir: string, passphrase?: string): Promise<Secrets> {
  const [text, phrase] = [await readOrUndefined(join(dir, IDENTITY_FILE)), await readPhraseOf(dir, passphrase)]
  if (phrase === undefined) {
    if (text === undefined) throw new AmikoError('not-initialised', { dir })
    return { identity: identityOf(identitySecretIn(text, dir)), ofPhrase: undefined }
  }
  const seed = seedOf(phrase)
  const { identity, backup } = nodeSecrets(seed)
  return {
    identity: identityOf(text === undefined ? identity : identitySecretIn(text, dir)),
    ofPhrase: { wallet: walletKeys(seed), backup, givesIdentity: text === undefined }
  }
}

function identitySecretIn (text: string, dir: string): Uint8Array {
  const digits = text.trim()
  if (!/^[0-9a-f]{64}$/.test(digits) || !isScalar(fromHex(digits))) throw new AmikoError('store-corrupt', { dir, reason: `${IDENTITY_FILE} holds no key` })
  return fromHex(digits)
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
