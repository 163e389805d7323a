import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { apiClient, methodNamed, readParams, type ApiClient } from '../../src/api/client/client.js'
import { AmikoError } from '../../src/core/base/errors.js'
import type { PeerId } from '../../src/core/base/ids.js'
import { createAmiko } from '../../src/node/amiko.js'
import { repositoryFile } from '../repository-file.js'
import { START_MS_MAX } from './limits.js'

/** A running node of a data folder, in this process or in one of its own. It is asked by the methods of the local API. */
export interface LiveNode {
  readonly name: string
  readonly peer: PeerId
  readonly address: string
  readonly ask: ApiClient['call']
  /** Ends it without a farewell to its neighbours: a process is killed. */
  readonly vanish: () => Promise<void>
  /** Ends it as Ctrl-C does. */
  readonly stop: () => Promise<void>
}

/** How a node is started: `here` in this process, `process` in one of its own. */
export const HOMES = ['here', 'process'] as const
export type Home = typeof HOMES[number]

export async function startLiveNode (home: Home, name: string, dir: string): Promise<LiveNode> {
  return home === 'here' ? await startHere(name, dir) : await startProcess(name, dir)
}

/** The methods are called as the API's server calls them, without HTTP between. */
async function startHere (name: string, dir: string): Promise<LiveNode> {
  const node = await createAmiko({ dir, logLevel: 'error' })
  const usage = (): { readonly pid: number, readonly cpuMs: number } => {
    const { user, system } = process.cpuUsage()
    return { pid: process.pid, cpuMs: (user + system) / 1_000 }
  }
  const ask = async (name: string, params: unknown = {}, { signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {}): Promise<unknown> => {
    const method = methodNamed(name)
    if (method === undefined) throw new AmikoError('unknown-method', { method: name })
    return await method.handler(node, readParams(method, params) as never, { usage, signal, requestStop: () => {} })
  }
  return { name, peer: node.peerId, address: node.mesh.addresses()[0]!, ask: ask as ApiClient['call'], vanish: node.stop, stop: node.stop }
}

/** `amiko start` in a process of its own, which ends with this one. */
async function startProcess (name: string, dir: string): Promise<LiveNode> {
  const child = spawn(process.execPath, [repositoryFile('dist', 'src', 'cli', 'main.js'), 'start', '--dir', dir, '--json', '--with-parent', '--log-level', 'error'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => undefined) // It has ended already.
  const ended = new Promise<void>((resolve) => { child.once('exit', () => { resolve() }) })
  const { peerId, addresses, api } = await readyLine(child, name)
  const client = apiClient({ url: api, cookie: (await readFile(join(dir, '.cookie'), 'utf8')).trim() })
  const end = (how: () => void) => async (): Promise<void> => {
    how()
    await ended
  }
  return { name, peer: peerId, address: addresses[0]!, ask: client.call, vanish: end(() => { child.kill('SIGKILL') }), stop: end(() => { child.stdin.end() }) }
}

interface Ready { readonly event: string, readonly peerId: PeerId, readonly addresses: readonly string[], readonly api: string }

async function readyLine (child: ChildProcess, name: string): Promise<Ready> {
  const timer = setTimeout(() => { child.kill('SIGKILL') }, START_MS_MAX)
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      const said = JSON.parse(line) as Ready
      if (said.event !== 'ready') throw new Error(`${name} did not start: ${line}`)
      child.stdout!.resume()
      return said
    }
    throw new Error(`${name} ended before it was ready`)
  } finally {
    clearTimeout(timer)
  }
}
