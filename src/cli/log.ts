import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AmikoError } from '../core/base/errors.js'
import { printable } from '../core/base/printable.js'
import { connectTo } from './connection.js'
import { isAbort } from './exit.js'
import type { Globals } from './globals.js'
import type { Terminal } from './terminal.js'

export interface LogOptions {
  /** Lines from the end of the file. */
  readonly count: number
  readonly follow: boolean
  /** Types of notices to follow; all when empty. */
  readonly types: readonly string[]
}

/** `amiko log`: the last lines of the node's log file, or with `--follow` its notices as they come. */
export async function showLog (options: LogOptions, globals: Globals, terminal: Terminal): Promise<void> {
  if (options.follow) await follow(options.types, globals, terminal)
  else await showEnd(options.count, globals, terminal)
}

async function follow (types: readonly string[], globals: Globals, terminal: Terminal): Promise<void> {
  const client = await connectTo({ dir: globals.dir, api: globals.api, signal: terminal.signal })
  const limit = globals.timeoutMs === undefined ? undefined : AbortSignal.timeout(globals.timeoutMs)
  try {
    for await (const notice of client.events({ ...(types.length === 0 ? {} : { types }), ...(limit === undefined ? {} : { signal: limit }) })) {
      const { type, ...fields } = notice
      terminal.out(globals.json ? JSON.stringify(notice) : [type, ...Object.entries(fields).map(([key, value]) => `${key}=${printable(typeof value === 'string' ? value : JSON.stringify(value))}`)].join(' '))
    }
  } catch (error) {
    if (!isAbort(error)) throw error // Ctrl-C and the time-out end the following, which is no failure.
  }
}

async function showEnd (count: number, globals: Globals, terminal: Terminal): Promise<void> {
  const path = join(globals.dir, 'log', 'amiko.log')
  const text = await readFile(path, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    // The file is made by the first line; a node that had nothing to say has none.
    await access(join(globals.dir, 'config.json')).catch(() => { throw new AmikoError('not-initialised', { dir: globals.dir }) })
    return ''
  })
  const lines = text.split('\n').filter((line) => line !== '').slice(-count)
  if (globals.json) terminal.out(JSON.stringify({ lines }))
  else if (lines.length === 0) terminal.err(`Nothing has been logged to ${path}.`)
  else terminal.out(lines.map((line) => printable(line, 4_000)).join('\n'))
}
