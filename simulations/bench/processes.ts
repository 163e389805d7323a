import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { repositoryFile } from '../repository-file.js'

/** What a call of the command line may take before it counts as hung. */
const CALL_MS_MAX = 180_000

const program = (): string => repositoryFile('dist', 'src', 'cli', 'main.js')

/** Runs `amiko …args --json` to its end and gives what it printed. Throws when it fails. */
export async function amiko (...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const child = spawn(process.execPath, [program(), ...args, '--json', '--yes'], { stdio: ['ignore', 'pipe', 'pipe'], timeout: CALL_MS_MAX })
  const [output, errors, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended(child)])
  if (code !== 0) throw new Error(`amiko ${args.join(' ')} ended with ${code}\n${errors}${output}`)
  const line = output.trim().split('\n').at(-1) ?? ''
  return JSON.parse(line) as Record<string, unknown>
}

/** A node of its own process that has said it is ready. */
export interface StartedNode {
  readonly pid: number
  /** From starting the process to its line that says ready. */
  readonly readyMs: number
  /** Ends it as Ctrl-C does; gives how long that took. */
  readonly stop: () => Promise<number>
}

/** Starts the node of a data folder. */
export async function startNode (dir: string): Promise<StartedNode> {
  const began = performance.now()
  const child = spawn(process.execPath, [program(), 'start', '--dir', dir, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors = textOf(child.stderr)
  const end = ended(child)
  for await (const line of createInterface(child.stdout)) {
    if ((JSON.parse(line) as { event?: string }).event !== 'ready') continue
    const readyMs = performance.now() - began
    child.stdout.resume()
    return {
      pid: child.pid!,
      readyMs,
      stop: async () => {
        const stopped = performance.now()
        child.kill('SIGTERM')
        await end
        return performance.now() - stopped
      }
    }
  }
  throw new Error(`amiko start ended with ${await end} before it was ready\n${await errors}`)
}

/** Memory that a process holds now, in MB; undefined where the system does not tell. */
export async function residentMb (pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}

/** Runs `work` with an empty folder that is gone afterwards. */
export async function withFolder<T> (work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'amiko-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs `work` in a network of real processes that is stopped afterwards. */
export async function withNetwork<T> (nodes: number, work: (dir: string, names: readonly string[], pids: readonly number[]) => Promise<T>): Promise<T> {
  return await withFolder(async (folder) => {
    const dir = join(folder, 'network')
    const up = await amiko('network', 'up', '--dir', dir, '--nodes', String(nodes), '--topology', 'line', '--kind', 'trust-line', '--capacity', '1000000sat', '--chain', 'none', '--detach')
    try {
      const members = up['nodes'] as ReadonlyArray<{ readonly name: string, readonly pid: number }>
      return await work(dir, members.map(({ name }) => name), members.map(({ pid }) => pid))
    } finally {
      await amiko('network', 'down', '--dir', dir)
    }
  })
}

async function textOf (stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

const ended = async (child: ChildProcess): Promise<number | null> => await new Promise((resolve, reject) => {
  child.once('error', reject)
  child.once('close', resolve)
})
