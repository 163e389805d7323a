import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** Time between two looks at a process that is ending. */
const LOOK_MS = 50

/** Whether a process runs. One that has ended but was not collected by its parent does not. */
export async function isAlive (pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined) // Only Linux has it.
  return stat === undefined || !/^\d+ \(.*\) [ZX] /s.test(stat)
}

/** Waits until a process has ended; false when it still runs after `limitMs`. */
export async function ended (pid: number, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += LOOK_MS) {
    if (!await isAlive(pid)) return true
    await delay(LOOK_MS)
  }
  return !await isAlive(pid)
}
