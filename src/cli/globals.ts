import { AmikoError } from '../core/base/errors.js'
import { parseDuration } from '../api/client/client.js'
import { join, resolve } from 'node:path'
import type { Terminal } from './terminal.js'

/** The options every command understands, after the environment has filled in what was left out. */
export interface Globals {
  /** Data folder, absolute. */
  readonly dir: string
  /** Whether the caller named the folder. */
  readonly dirGiven: boolean
  readonly json: boolean
  readonly yes: boolean
  readonly timeoutMs: number | undefined
  /** As the caller wrote it: `http://127.0.0.1:PORT` or `127.0.0.1:PORT`. */
  readonly api: string | undefined
}

export function globalsOf (options: Readonly<Record<string, unknown>>, terminal: Terminal): Globals {
  const dir = textOr(options['dir'], terminal.env['AMIKO_DIR'])
  const timeout = options['timeout']
  return {
    dir: resolve(dir ?? join(terminal.homeDir, '.amiko')),
    dirGiven: dir !== undefined,
    json: options['json'] === true,
    yes: options['yes'] === true,
    timeoutMs: typeof timeout === 'string' ? timeoutOf(timeout) : undefined,
    api: textOr(options['api'], terminal.env['AMIKO_API'])
  }
}

/** `30s`, `500ms`, `2m`; a bare number counts seconds. */
function timeoutOf (text: string): number {
  const milliseconds = parseDuration(/^\d+$/.test(text) ? `${text}s` : text)
  if (milliseconds === undefined || milliseconds < 1 || milliseconds > 86_400_000) throw new AmikoError('bad-request', { reason: `--timeout ${text} is no time between 1ms and 1d; write 30s` })
  return milliseconds
}

const textOr = (first: unknown, second: string | undefined): string | undefined =>
  typeof first === 'string' && first !== '' ? first : second === '' ? undefined : second
