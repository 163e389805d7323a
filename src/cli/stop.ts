import { AmikoError } from '../core/base/errors.js'
import { connectTo } from './connection.js'
import type { Globals } from './globals.js'
import { ended } from './process-alive.js'
import type { Terminal } from './terminal.js'

/** How long a node may take to end when the caller names no time. */
const STOP_MS_DEFAULT = 30_000

/** `amiko stop`: asks the node to end and waits until its process has. */
export async function stopNode (globals: Globals, terminal: Terminal): Promise<void> {
  const client = await connectTo({ dir: globals.dir, api: globals.api, signal: terminal.signal })
  const { pid } = await client.call('node.stop')
  const limitMs = globals.timeoutMs ?? STOP_MS_DEFAULT
  if (!await ended(pid, limitMs)) throw new AmikoError('timed-out', { milliseconds: limitMs })
  if (globals.json) terminal.out(JSON.stringify({ status: 'stopped', pid }))
  else terminal.err(`The node (process ${pid}) has stopped.`)
}
