import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChainName } from '../../src/ports/chain-parameters.js'
import { unpackedProgram } from '../../src/node/daemon-program.js'

/** A real node on regtest, in a folder of its own. */
export interface RealChain {
  readonly url: string
  readonly cookieFile: string
  /** Calls the node; throws its error. */
  call: <T = unknown>(method: string, ...params: readonly unknown[]) => Promise<T>
  /** Stops the node and starts it again on the same folder and port. */
  restart: (options?: { readonly args?: readonly string[] }) => Promise<void>
  /** Stops the node and leaves its folder. */
  halt: () => Promise<void>
  /** Stops the node and removes its folder. */
  stop: () => Promise<void>
}

const START_TRIES_MAX = 600
const TRY_PAUSE_MS = 50

const ARGS: Readonly<Record<ChainName, readonly string[]>> = {
  bitcoin: ['-mempooltruc=enforce', '-permitephemeral=anchor,dust'],
  // Without this date the extension blocks would begin at height 432 and the node could mine no further alone.
  litecoin: ['-vbparams=mweb:9999999990:9999999999']
}

/** @param policy - arguments instead of those that let zero-fee packages in */
export async function startRealChain (chain: ChainName, policy: readonly string[] = ARGS[chain]): Promise<RealChain> {
  const program = unpackedProgram(chain)
  assert.ok(program !== undefined, `real ${chain} is absent`)
  const dir = await mkdtemp(join(tmpdir(), `amiko-${chain}-`))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const cookieFile = join(dir, 'regtest', '.cookie')
  let child: ChildProcess | undefined
  let ended: Promise<unknown> = Promise.resolve()
  let output = ''

  const call = async <T>(method: string, ...params: readonly unknown[]): Promise<T> => {
    const cookie = await readFile(cookieFile, 'utf8')
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Basic ${Buffer.from(cookie).toString('base64')}` }, body: JSON.stringify({ id: 1, method, params }) })
    const answer = await response.json() as { readonly result: T, readonly error: { readonly message: string } | null }
    if (answer.error !== null) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result
  }
  const launch = async (more: readonly string[]): Promise<void> => {
    output = ''
    const started = spawn(program.command, [...program.args, '-regtest', `-datadir=${dir}`, `-rpcport=${port}`, '-rpcbind=127.0.0.1', '-rpcallowip=127.0.0.1', '-listen=0', '-server', '-printtoconsole=0', '-disablewallet', '-persistmempool=1', ...policy, ...more], { stdio: ['ignore', 'pipe', 'pipe'] })
    started.stdout.on('data', (part: Buffer) => { output = (output + part.toString()).slice(-2_000) })
    started.stderr.on('data', (part: Buffer) => { output = (output + part.toString()).slice(-2_000) })
    child = started
    let exited = false
    ended = new Promise((resolve) => { started.once('exit', () => { exited = true; resolve(undefined) }) })
    for (let tried = 0; ; tried++) {
      try {
        await call('getblockcount')
        return
      } catch (error) {
        if (exited || tried >= START_TRIES_MAX) throw new Error(`the node did not start: ${output}`, { cause: error })
        await new Promise((resolve) => setTimeout(resolve, TRY_PAUSE_MS))
      }
    }
  }
  const halt = async (): Promise<void> => {
    if (child === undefined) return
    await call('stop').catch(() => child?.kill('SIGTERM'))
    await ended
    child = undefined
  }
  await launch([])
  return {
    url,
    cookieFile,
    call,
    halt,
    restart: async ({ args = [] } = {}) => { await halt(); await launch(args) },
    stop: async () => { await halt(); await rm(dir, { recursive: true, force: true }) }
  }
}

export async function freePort (): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  await new Promise((resolve) => { server.close(resolve) })
  return typeof address === 'object' && address !== null ? address.port : 0
}

/**
 * A suite that needs a real node. Without one there is one test instead, whose title says so: it fails when
 * AMIKO_REQUIRE_CHAINS=1, and else prints that nothing was tried.
 */
export function describeRealChain (chain: ChainName, suite: () => void): void {
  if (unpackedProgram(chain) !== undefined) return suite()
  describe(`real ${chain}`, () => {
    it(`real ${chain} is absent: nothing was tried on it (node dist/test/chains/fetch-chain.js fetches it)`, () => {
      assert.notEqual(process.env['AMIKO_REQUIRE_CHAINS'], '1', 'AMIKO_REQUIRE_CHAINS=1 asks for it')
      process.stderr.write(`      NOTE: real ${chain} is absent, its suite was not run\n`)
    })
  })
}
