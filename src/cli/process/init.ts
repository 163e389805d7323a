import { fromHex } from '../../core/base/bytes.js'
import { AmikoError } from '../../core/base/errors.js'
import type { Phrase } from '../../core/wallet/phrase.js'
import type { NodeConfig } from '../../node/nouns.js'
import type { Globals } from '../globals.js'
import { fieldsAsTable } from '../output.js'
import type { Terminal } from '../terminal.js'
import { newPassphrase, restoredPhrase } from './secrets.js'

/** Where a node listens when nothing is said: all addresses, its well-known port. */
export const LISTEN_DEFAULT = '/ip4/0.0.0.0/tcp/9735'
/** Where its API listens. */
export const API_DEFAULT = '127.0.0.1:9736'

export interface InitOptions {
  readonly network: string
  readonly kind: NodeConfig['kind']
  readonly networkKey?: string | undefined
  readonly listen: readonly string[]
  readonly api: string | undefined
  readonly chains: readonly string[]
  readonly allowMainnet?: boolean | undefined
  readonly bootstrap: readonly string[]
  readonly pacing: NodeConfig['pacing']
  readonly beacon?: NodeConfig['beacon'] | undefined
}

/** Where the node's secrets come from: fresh ones when nothing is said. */
export interface InitSecrets {
  /** Make the node of words that are asked for. */
  readonly restore: boolean
  readonly phraseFile: string | undefined
  /** A backup of the node, which tells what identity a folder had that was older than its phrase. */
  readonly backup: string | undefined
  /** Encrypt the phrase with a passphrase that is asked for. */
  readonly encrypt: boolean
}

/** Makes a data folder with settings and a phrase, and gives the peer id. */
export async function initNode (dir: string, options: InitOptions, secrets: { readonly phrase?: Phrase, readonly passphrase?: string, readonly identity?: Uint8Array | undefined } = {}): Promise<{ readonly peerId: string, readonly config: NodeConfig }> {
  const config: NodeConfig = {
    version: 1,
    network: options.network,
    kind: options.kind,
    ...(options.networkKey === undefined ? {} : { networkKey: options.networkKey }),
    listen: options.listen.length === 0 ? [LISTEN_DEFAULT] : options.listen,
    api: hostAndPort(options.api ?? API_DEFAULT),
    chains: options.chains,
    ...(options.allowMainnet === true ? { allowMainnet: true } : {}),
    bootstrap: options.bootstrap,
    pacing: options.pacing,
    ...(options.beacon === undefined ? {} : { beacon: options.beacon })
  }
  // Loaded here, so that commands that only ask a node do not load a node.
  const { initialise } = await import('../../node/config.js')
  const { peerId } = await initialise(dir, config, secrets)
  return { peerId, config }
}

/** `amiko init`. */
export async function init (options: InitOptions, secrets: InitSecrets, globals: Globals, terminal: Terminal): Promise<void> {
  if (!secrets.restore && (secrets.phraseFile !== undefined || secrets.backup !== undefined)) throw new AmikoError('bad-request', { reason: '--phrase-file and --backup belong to --restore' })
  const { freshPhrase } = await import('../../node/phrase-file.js')
  const phrase = secrets.restore ? await restoredPhrase(terminal, secrets.phraseFile) : freshPhrase()
  const isEncrypted = secrets.encrypt || (terminal.env['AMIKO_PASSPHRASE'] ?? '') !== ''
  const identity = secrets.backup === undefined ? undefined : await identityIn(secrets.backup, phrase, options)
  const { peerId, config } = await initNode(globals.dir, options, { phrase, identity, ...(isEncrypted ? { passphrase: await newPassphrase(terminal) } : {}) })
  const answer = { dir: globals.dir, peerId, network: config.network, kind: config.kind, listen: config.listen, api: config.api, ...(config.beacon === undefined ? {} : { beacon: config.beacon }), phrase: isEncrypted ? 'encrypted' : 'plain' }
  if (globals.json) return terminal.out(JSON.stringify(answer))
  terminal.out(fieldsAsTable(answer, terminal.framed))
  if (!secrets.restore) terminal.err(`Write these words down and keep them apart from this machine; whoever has them has the money:\n  ${phrase}\n${isEncrypted ? 'They are in phrase.json, encrypted with your passphrase.' : 'They are in phrase.json; --passphrase encrypts it.'}`)
  terminal.err(`Next: amiko start --dir ${globals.dir}`)
  if (secrets.backup !== undefined) terminal.err(`Then: amiko backup restore ${secrets.backup} --dir ${globals.dir}`)
  else if (secrets.restore) terminal.err(`Then: amiko wallet rescan --dir ${globals.dir} (coins of the wallet: the words are enough), amiko backup restore FILE --dir ${globals.dir} (money in channels: it needs the backup file)`)
}

/** The identity that a backup holds; undefined when it follows from the phrase. Throws as the backup's reading does. */
async function identityIn (path: string, phrase: Phrase, { network, kind, networkKey, beacon }: InitOptions): Promise<Uint8Array | undefined> {
  const [{ verifyBackup }, { seedOf }, { nodeSecrets }, { networkOf }] = await Promise.all([import('../../node/backup-file.js'), import('../../node/phrase-file.js'), import('../../core/wallet/keys.js'), import('../../core/node/genesis.js')])
  const owner = { key: nodeSecrets(seedOf(phrase)).backup, networkId: networkOf(network, kind, networkKey === undefined ? undefined : fromHex(networkKey), beacon).id }
  return (await verifyBackup(path, owner)).content.identity
}

/** The address of `--api`, which clients may write as a URL. */
function hostAndPort (api: string): string {
  const match = /^(?:http:\/\/)?((?:127\.0\.0\.1|localhost|\[::1\]):\d{1,5})\/?$/.exec(api)
  if (match === null) throw new AmikoError('bad-request', { reason: `the API listens on a loopback address and port such as ${API_DEFAULT}, not on ${api}` })
  return match[1]!
}
