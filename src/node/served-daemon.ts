import { execFile, spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { concatBytes, fromHex } from '../core/base/bytes.js'
import { AmikoError } from '../core/base/errors.js'
import { addressOfScript } from '../core/wallet/address.js'
import { isRecord, printable, rpc as createRpc, UnreachableError, type Rpc } from '../adapters/chain-bitcoind/rpc.js'
import { chainParameters, type ChainName } from '../ports/chain-parameters.js'
import type { Clock } from '../ports/clock.js'
import { forgetRunning, loopbackOf, readChainSettings, writeChainFiles } from './chain-folder.js'
import { CHAIN_OF_DAEMON, daemonProgram, type Daemon, type DaemonProgram } from './daemon-program.js'
import { MINE_IDLE_MS, MINE_LOOK_MS, MINE_WAITING_MS } from './served-chain.js'

/** Time a full node has to start, and to end. */
export const DAEMON_START_MS_MAX = 60_000
export const DAEMON_STOP_MS_MAX = 30_000
const LOOK_MS = 100
const OUTPUT_CHARACTERS_MAX = 500
/** Looks in a row at a node that may fail before it counts as gone. */
const FAILURES_MAX = 40

/** A key that nobody has the secret of: blocks that nobody asked for pay to it. @see BIP 341, the point H */
const NOBODY = '50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0'

export const nobodysScript = (): Uint8Array => concatBytes(Uint8Array.of(0x51, 0x20), fromHex(NOBODY))

/** The address that blocks pay to when nobody asks otherwise. */
export const nobodysAddress = (chain: ChainName): string => addressOfScript(chainParameters(chain, 'regtest')!, nobodysScript())

export interface ServedDaemonOptions {
  readonly dir: string
  readonly daemon: Daemon
  /** Loopback address and port of its JSON-RPC; as in the folder when left out. */
  readonly listen?: string | undefined
  readonly clock: Clock
  /** The node ended, or does not answer any more. Called once. */
  readonly onFailure: (error: AmikoError) => void
}

/** A full node on a private regtest chain, which is mined on at a gentle pace. */
export interface ServedDaemon {
  readonly chain: ChainName
  readonly url: string
  readonly cookieFile: string
  readonly height: number
  stop: () => Promise<void>
}

/**
 * Runs a full node on a regtest chain of its own in a folder, and mines: what waits after `MINE_WAITING_MS`, and a block
 * every `MINE_IDLE_MS`. A node that an earlier process left running in the folder is taken over.
 *
 * Throws bad-request (no such program, the port is taken, another chain lives there), chain-unreachable.
 */
export async function serveDaemon (options: ServedDaemonOptions): Promise<ServedDaemon> {
  const { dir, daemon, clock } = options
  const chain = CHAIN_OF_DAEMON[daemon]
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const kept = await readChainSettings(dir, { chain, daemon })
  const listen = options.listen ?? kept?.rpc
  if (listen === undefined) throw new AmikoError('bad-request', { reason: `--rpc HOST:PORT is needed to start ${daemon}` })
  const { host, port } = loopbackOf(listen)
  const url = `http://${listen}/`
  const cookieFile = join(dir, 'regtest', '.cookie')
  const rpc = createRpc({ url, cookieFile, clock })
  const { gone } = await answers(rpc) ? { gone: undefined } : await launch(await daemonProgram(daemon), { dir, host, port, chain, url, rpc })
  await writeChainFiles(dir, { chain, rpc: listen, daemon }, { url, cookieFile })
  const fail = (reason: string): void => { options.onFailure(new AmikoError('chain-unreachable', { rpc: url, reason })) }
  let isStopping = false
  void gone?.then((output) => { if (!isStopping) fail(`${daemon} has ended: ${output}`) })
  const stopMining = mineOn(rpc, chain, clock, (reason) => { if (!isStopping) fail(reason) })
  const height = Number(await call(rpc, 'getblockcount'))
  let stopped: Promise<void> | undefined
  return {
    chain,
    url,
    cookieFile,
    height,
    stop: async () => {
      stopped ??= (async () => {
        isStopping = true
        stopMining()
        await forgetRunning(dir)
        await rpc.batch([{ method: 'stop' }], { once: true }).catch(() => undefined) // It may have ended already.
        const limit = clock.now() + DAEMON_STOP_MS_MAX
        while (await answers(rpc) && clock.now() < limit) await pause(clock)
        await gone
      })()
      await stopped
    }
  }
}

interface Place { readonly dir: string, readonly host: string, readonly port: number, readonly chain: ChainName, readonly url: string, readonly rpc: Rpc }

/** Starts the node and waits until it answers; `gone` resolves with its last words when its process has ended. */
async function launch (program: DaemonProgram, { dir, host, port, chain, url, rpc }: Place): Promise<{ readonly gone: Promise<string> }> {
  const child = spawn(program.command, [
    ...program.args, '-regtest', `-datadir=${dir}`, `-rpcport=${port}`, `-rpcbind=${host}`, `-rpcallowip=${host}`, '-listen=0', '-server', '-printtoconsole=0', '-disablewallet', '-persistmempool=1', ...await policyOf(program, chain)
  ], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => { output = (output + part.toString()).slice(-OUTPUT_CHARACTERS_MAX) })
  let hasEnded = false
  const gone = new Promise<string>((resolve) => {
    const end = (reason: string): void => { hasEnded = true; resolve(printable(reason)) }
    child.once('error', (error) => { end(error.message) })
    child.once('exit', (code, signal) => { end(output.trim() === '' ? `exit ${signal ?? String(code)}` : output.trim()) })
  })
  const startedMs = performance.now()
  while (!await answers(rpc)) {
    if (hasEnded) throw new AmikoError('chain-unreachable', { rpc: url, reason: `the node did not start: ${await gone}` })
    if (performance.now() - startedMs > DAEMON_START_MS_MAX) {
      child.kill('SIGKILL')
      throw new AmikoError('chain-unreachable', { rpc: url, reason: `the node did not answer within ${DAEMON_START_MS_MAX / 1_000} s` })
    }
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MS) })
  }
  return { gone }
}

/** What lets zero-fee packages in, where it is a setting. */
async function policyOf ({ command, args }: DaemonProgram, chain: ChainName): Promise<readonly string[]> {
  // Without this date the extension blocks would begin at height 432, and a node alone could mine no further.
  if (chain === 'litecoin') return ['-vbparams=mweb:9999999990:9999999999']
  const { stdout } = await promisify(execFile)(command, [...args, '-version']).catch((error: Error) => {
    throw new AmikoError('bad-request', { reason: `${command} does not run: ${printable(error.message)}` }, { cause: error })
  })
  return /knots/i.test(stdout) ? ['-mempooltruc=enforce', '-permitephemeral=anchor,dust'] : []
}

async function answers (rpc: Rpc): Promise<boolean> {
  return await rpc.batch([{ method: 'getblockcount' }], { once: true }).then(([answer]) => answer?.ok === true, () => false)
}

async function call (rpc: Rpc, method: string, ...params: readonly unknown[]): Promise<unknown> {
  const [answer] = await rpc.batch([{ method, params }], { once: true })
  if (answer?.ok === true) return answer.result
  throw new UnreachableError(answer?.message ?? 'no answer')
}

const pause = async (clock: Clock): Promise<void> => { await new Promise<void>((resolve) => { clock.at(clock.now() + LOOK_MS, resolve) }) }

/** Gives a function that ends the mining. */
function mineOn (rpc: Rpc, chain: ChainName, clock: Clock, onGone: (reason: string) => void): () => void {
  const address = nobodysAddress(chain)
  let cancel: () => void = () => undefined
  let isRunning = true
  let [best, blockMs, failures]: [unknown, number, number] = [undefined, clock.now(), 0]
  let waitingMs: number | undefined
  const look = async (): Promise<void> => {
    const [hash, mempool] = [await call(rpc, 'getbestblockhash'), await call(rpc, 'getmempoolinfo')]
    const nowMs = clock.now()
    // Somebody else's block counts too.
    if (hash !== best) [best, blockMs, waitingMs] = [hash, nowMs, undefined]
    waitingMs = isRecord(mempool) && mempool['size'] !== 0 ? waitingMs ?? nowMs : undefined
    if (nowMs - blockMs < MINE_IDLE_MS && (waitingMs === undefined || nowMs - waitingMs < MINE_WAITING_MS)) return
    await call(rpc, 'generatetoaddress', 1, address)
    waitingMs = undefined
  }
  const later = (): void => {
    cancel = clock.at(clock.now() + MINE_LOOK_MS, () => {
      void look().then(() => { failures = 0 }, (error: unknown) => {
        if (++failures === FAILURES_MAX) onGone(error instanceof Error ? error.message : String(error))
      }).then(() => { if (isRunning && failures < FAILURES_MAX) later() })
    })
  }
  later()
  return () => {
    isRunning = false
    cancel()
  }
}
