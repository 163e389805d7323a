import { readFile } from 'node:fs/promises'
import { AmikoError } from '../../../core/base/errors.js'
import { connectTo, runningApi } from '../../connection.js'
import { ended, isAlive } from '../../process-alive.js'
import { STOP_MS_MAX } from './limits.js'
import type { NodeProcess } from './node-process.js'

/** Ends nodes that this process started: their input closes, and who does not end in time is killed. */
export async function stopProcesses (processes: ReadonlyArray<Pick<NodeProcess, 'pid' | 'child'>>): Promise<void> {
  await Promise.all(processes.map(async ({ pid, child }) => {
    if (child === undefined) kill(pid, 'SIGTERM')
    else child.stdin?.end()
    if (!await ended(pid, STOP_MS_MAX)) kill(pid, 'SIGKILL')
  }))
}

/** Ends the node of a data folder, whoever started it. `absent` when none ran. */
export async function stopNodeOf (dir: string): Promise<'stopped' | 'killed' | 'absent'> {
  const running = await runningApi(dir)
  if (running === undefined || !await isAlive(running.pid)) return 'absent'
  try {
    await (await connectTo({ dir, signal: AbortSignal.timeout(STOP_MS_MAX) })).call('node.stop')
  } catch (error) {
    if (!(error instanceof AmikoError) || error.name !== 'node-unreachable') {
      if (!await isNodeOf(running.pid, dir)) throw error
    } else if (!await isNodeOf(running.pid, dir)) return 'absent'
  }
  if (await ended(running.pid, STOP_MS_MAX)) return 'stopped'
  if (!await isNodeOf(running.pid, dir)) return 'stopped'
  kill(running.pid, 'SIGKILL')
  await ended(running.pid, STOP_MS_MAX)
  return 'killed'
}

/** Whether a process is the node of this folder: a number may long belong to another program. Only Linux can tell. */
async function isNodeOf (pid: number, dir: string): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') // No such file: not known to be ours.
  const words = line.split('\0')
  return words.includes('start') && words[words.indexOf('--dir') + 1] === dir
}

/** Sends a signal; nothing to do when the process has ended. */
export function kill (pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
