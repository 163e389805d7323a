import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '../core/base/bytes.js'
import { AmikoError } from '../core/base/errors.js'
import type { ChannelId } from '../core/base/ids.js'
import { workAhead } from '../core/channel/enforced/ahead.js'
import { curveName, useCurve } from '../core/crypto/curve.js'
import { createNodeCore } from '../core/node/node.js'
import { networkOf } from '../core/node/genesis.js'
import { VERSION } from '../core/base/version.js'
import type { Notice } from '../core/node/events.js'
import { defaultSettings } from '../core/node/settings.js'
import { isFault } from '../core/base/step.js'
import { LayoutError, NewerVersionError, UnknownKeyError } from '../core/base/struct.js'
import { readAnnouncement } from '../core/routing/announcement.js'
import { levelStore } from '../adapters/level/store.js'
import { libp2pMesh } from '../adapters/libp2p/host.js'
import { loadNativeCurve } from '../adapters/native-curve/native-curve.js'
import { systemClock } from '../adapters/system/clock.js'
import { systemEntropy } from '../adapters/system/entropy.js'
import { logFile } from '../adapters/system/log-file.js'
import { systemLogger } from '../adapters/system/logger.js'
import type { Logger } from '../ports/logger.js'
import { createAssets } from './assets.js'
import { keepBackup } from './automatic-backup.js'
import { createChainDriver } from './chain-driver.js'
import { createChains } from './chains.js'
import { readConfig, readSecrets } from './config.js'
import { nounsOf } from './nouns-of.js'
import type { AmikoNode, AmikoOptions, NodeConfig } from './nouns.js'
import { createRunner } from './runner.js'

/** Listeners of notices a node serves at once. */
export const LISTENERS_MAX = 256

/**
 * Builds the node of a data folder and starts it (unless `start` is false).
 *
 * @param options - `dir` was made by `initialise`
 * Throws not-initialised, passphrase-needed, wrong-passphrase, store-locked, store-corrupt, store-newer, unreachable (a listen address is taken).
 */
export async function createAmiko (options: AmikoOptions): Promise<AmikoNode> {
  chooseCurve(options.engine ?? 'auto')
  const config = await readConfig(options.dir)
  const { identity, ofPhrase } = await readSecrets(options.dir, options.passphrase)
  const networkKey = config.networkKey === undefined ? undefined : fromHex(config.networkKey)
  const network = networkOf(config.network, config.kind, networkKey, config.beacon)
  const lines = logFile(join(options.dir, 'log', 'amiko.log'))
  const logger = systemLogger({ level: options.logLevel ?? 'info', file: lines })
  const store = levelStore(options.dir)
  const mesh = libp2pMesh({
    identitySecret: identity.secret,
    networkName: network.name,
    networkKey,
    listen: config.listen,
    datastoreDir: join(options.dir, 'mesh'),
    bootstrap: config.bootstrap,
    logger: logger.child('mesh'),
    announcements: { id: announcedId, epoch: announcedTime }
  })
  const chains = createChains({ dir: options.dir, config, clock: systemClock(), logger: logger.child('chain') })
  const driver = createChainDriver({ chains: chains.opened, clock: systemClock(), logger: logger.child('chain') })
  const core = createNodeCore({
    identitySecret: identity.secret,
    network,
    settings: defaultSettings(config.pacing, config.payment, config.acceptLinks, config.duty),
    chains: chains.facts,
    ...(ofPhrase === undefined ? {} : { walletKeys: ofPhrase.wallet })
  })
  const listeners = new Set<(notice: Notice) => void>()
  const warnings: string[] = []
  const runner = createRunner({
    core,
    store,
    mesh,
    clock: systemClock(),
    entropy: systemEntropy(),
    chains: driver,
    workAhead,
    logger: logger.child('node'),
    onNotice: (notice) => {
      // Links, channels and meeting points change rarely; payments are told to listeners only.
      if (!/^(payment|forward|invoice):/.test(notice.type)) logger.info(notice.type, { ...notice, type: undefined })
      for (const listener of listeners) tell(listener, notice, logger)
      backups.noticed(notice.type)
    },
    onFreeze: (channelId, dump) => writeDump(options.dir, channelId, dump, warnings),
    onFatal: (error) => {
      const told = error instanceof AmikoError ? error : new AmikoError('store-failed', { dir: options.dir, reason: error.message }, { cause: error })
      warnings.push(told.message)
      logger.error(told.message)
      for (const listener of listeners) tell(listener, { type: 'node:failed', reason: told.message }, logger)
    }
  })
  const phrase = ofPhrase === undefined ? undefined : { owner: { key: ofPhrase.backup, networkId: network.id }, identity: ofPhrase.givesIdentity ? undefined : identity.secret }
  const backups = keepBackup({ phrase, dir: options.dir, view: core.view, clock: systemClock(), logger: logger.child('backup') })
  const node = nounsOf({
    self: identity.peerId,
    network: { name: network.name, id: toHex(network.id), kind: network.kind },
    version: VERSION,
    engine: curveName(),
    assets: createAssets(network.kind),
    runner,
    mesh,
    chains,
    phrase,
    dir: options.dir,
    clock: systemClock(),
    warnings,
    listen (listener) {
      if (listeners.size >= LISTENERS_MAX) throw new AmikoError('busy', { what: 'listeners', limit: LISTENERS_MAX })
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    stop: once(async () => {
      await runner.stop()
      await backups.stop()
      await chains.close()
      await lines.close()
    })
  })
  if (options.start !== false) {
    await chains.open()
    await runner.start().catch(async (error: unknown) => {
      await chains.close()
      throw asStoreError(options.dir, error)
    })
    backups.begin()
    if (ofPhrase === undefined && config.chains.length > 0) warnings.push('This folder is older than phrases: the node has no wallet and opens no enforced channels. `amiko init` makes a folder with a phrase.')
    logger.info('the node runs', { peer: identity.peerId, network: network.name, engine: curveName(), version: VERSION })
  }
  return node
}

/** The settings of a data folder, for those who need them beside the node: the API's address. */
export async function configOf (dir: string): Promise<NodeConfig> {
  return await readConfig(dir)
}

/** The role key an announcement speaks for. */
function announcedId (bytes: Uint8Array): string | undefined {
  const read = readAnnouncement(bytes)
  return isFault(read) ? undefined : read.announcement.id
}

function announcedTime (bytes: Uint8Array): number {
  const read = readAnnouncement(bytes)
  return isFault(read) ? 0 : read.announcement.timeMs
}

/** The bytes of the store are whole (the store checked them), but this program cannot read an entity. */
function asStoreError (dir: string, error: unknown): unknown {
  if (error instanceof NewerVersionError || error instanceof UnknownKeyError) return new AmikoError('store-newer', { dir, reason: error.message }, { cause: error })
  if (error instanceof LayoutError) return new AmikoError('store-corrupt', { dir, reason: error.message }, { cause: error })
  return error
}

function chooseCurve (engine: NonNullable<AmikoOptions['engine']>): void {
  if (engine === 'tiny-secp256k1') return
  let absent = ''
  const native = loadNativeCurve((reason) => { absent = reason })
  if (native !== undefined) useCurve(native)
  else if (engine === 'libsecp256k1') throw new AmikoError('bad-request', { reason: `libsecp256k1 was asked for but is not there (${absent})` })
}

function tell (listener: (notice: Notice) => void, notice: Notice, logger: Logger): void {
  try {
    listener(notice)
  } catch (error) {
    logger.warn('a listener failed', { notice: notice.type, error: String(error) })
  }
}

/** Keeps the state of a frozen channel for whoever looks into it; the path is named in every later refusal. */
function writeDump (dir: string, channelId: ChannelId, dump: object, warnings: string[]): string {
  const path = join(dir, 'frozen', `${channelId}.json`)
  mkdirSync(join(dir, 'frozen'), { recursive: true })
  writeFileSync(path, JSON.stringify(dump, plain, 2), { mode: 0o600 })
  warnings.push(`channel ${channelId} is frozen; its state is in ${path}`)
  return path
}

const plain = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value instanceof Uint8Array ? toHex(value) : value

function once (action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return async () => { await (running ??= action()) }
}
