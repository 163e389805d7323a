import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ApiClient } from '../../../api/client/client.js'
import { AmikoError } from '../../../core/base/errors.js'
import { printable } from '../../../core/base/printable.js'
import { START_MS_MAX } from './limits.js'

/** The program this process runs; nodes are started with it. */
export const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url))

/** A node that runs as a process of its own. */
export interface NodeProcess {
  readonly pid: number
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly api: string
  /** Only of nodes that end with this process. */
  readonly child: ChildProcess | undefined
}

/** One node of a network that is up. */
export interface RunningNode extends NodeProcess {
  readonly name: string
  readonly dir: string
  readonly client: ApiClient
}

interface Ready { readonly event: 'ready', readonly peerId: string, readonly addresses: readonly string[], readonly api: string }

/**
 * Starts the node of a data folder and waits until it is ready. Its errors go to `process.log` in the folder.
 *
 * @param attached - it ends when this process ends, however that happens; else it stays
 */
export async function startNodeProcess (dir: string, attached: boolean): Promise<NodeProcess> {
  const { ready, child } = await startReady<Ready>(['start'], dir, attached)
  return { pid: child.pid!, peerId: ready.peerId, addresses: ready.addresses, api: ready.api, child: attached ? child : undefined }
}

/**
 * Starts a command that stays on a folder, and waits for the line by which it says that it is ready.
 *
 * @param words - of the command, without those every command has
 */
export async function startReady<T extends { readonly event: 'ready' }> (words: readonly string[], dir: string, attached: boolean): Promise<{ readonly ready: T, readonly child: ChildProcess }> {
  await mkdir(dir, { recursive: true })
  const logPath = join(dir, 'process.log')
  const log = openSync(logPath, 'a', 0o600)
  // A session of its own: Ctrl-C reaches only us, and we end the nodes in order.
  const child = spawn(process.execPath, [MAIN, ...words, '--dir', dir, '--json', ...(attached ? ['--with-parent'] : [])], {
    detached: true,
    stdio: [attached ? 'pipe' : 'ignore', 'pipe', log]
  })
  closeSync(log)
  child.stdin?.on('error', () => undefined) // It has ended already, which is what closing the pipe asks for.
  const ready = await readyLine<T>(child, dir, logPath)
  child.stdout!.destroy()
  if (!attached) child.unref()
  return { ready, child }
}

async function readyLine<T extends { readonly event: 'ready' }> (child: ChildProcess, dir: string, logPath: string): Promise<T> {
  const lines = createInterface({ input: child.stdout! })
  const limit = AbortSignal.timeout(START_MS_MAX)
  try {
    return await new Promise<T>((resolve, reject) => {
      child.once('error', reject)
      limit.addEventListener('abort', () => reject(new AmikoError('timed-out', { milliseconds: START_MS_MAX })))
      child.once('exit', () => {
        void lastLine(logPath).then((said) => reject(new AmikoError('internal', { reason: `the node in ${dir} ended before it was ready: ${said}` })))
      })
      lines.once('line', (line) => {
        try {
          const { error, ...said } = JSON.parse(line) as T & { error?: { message: string } }
          if (said.event === 'ready') resolve(said as unknown as T)
          else reject(new AmikoError('internal', { reason: `the node in ${dir} did not start: ${printable(error?.message ?? line, 300)}` }))
        } catch {
          reject(new AmikoError('internal', { reason: `the node in ${dir} said ${printable(line, 100)} where it should say that it is ready` }))
        }
      })
    })
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    lines.close()
    child.removeAllListeners('exit')
  }
}

async function lastLine (path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '') // The file only helps to explain.
  return printable(text.trimEnd().split('\n').at(-1) ?? '', 300) || `see ${path}`
}

// Below the range from which systems take ports of outgoing connections, so that a node finds its port free again.
const PORTS_FROM = 20_000
const PORTS_TO = 32_000

/** Free ports on loopback, for nodes that keep their port over restarts. */
export async function freePorts (count: number): Promise<number[]> {
  const found: number[] = []
  let port = PORTS_FROM + Math.floor(Math.random() * (PORTS_TO - PORTS_FROM))
  for (let tried = 0; found.length < count; tried++) {
    if (tried > PORTS_TO - PORTS_FROM) throw new AmikoError('busy', { what: 'ports in use', limit: PORTS_TO - PORTS_FROM })
    port = port + 1 >= PORTS_TO ? PORTS_FROM : port + 1
    if (await isFree(port)) found.push(port)
  }
  return found
}

async function isFree (port: number): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
