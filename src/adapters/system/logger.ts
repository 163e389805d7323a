import type { Logger } from '../../ports/logger.js'
import { humanLine, jsonLine, LOG_LEVELS, type LogLevel, type LogRecord } from './log-line.js'
import type { LogFile } from './log-file.js'

export interface SystemLoggerOptions {
  /** The least important level that is written. */
  readonly level: LogLevel
  /** Lines for people; standard error when absent. */
  readonly write?: ((line: string) => void) | undefined
  /** Lines for programs, kept on disk. */
  readonly file?: LogFile | undefined
  /** Called with every record of level warn and error, for counters. */
  readonly onRecord?: ((record: LogRecord) => void) | undefined
}

/** The logger of a real node: namespaces `amiko:…`, one safe line each call. It never throws. */
export function systemLogger (options: SystemLoggerOptions): Logger {
  const write = options.write ?? ((line) => { process.stderr.write(line) })
  const least = LOG_LEVELS.indexOf(options.level)

  const named = (namespace: string): Logger => {
    const log = (level: LogLevel) => (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (LOG_LEVELS.indexOf(level) > least) return
      try {
        const record: LogRecord = { atMs: Date.now(), level, namespace, message, fields }
        write(humanLine(record))
        options.file?.append(jsonLine(record))
        if (level === 'error' || level === 'warn') options.onRecord?.(record)
      } catch {
        // A value whose getter throws, or a closed standard error, must not stop a node that moves money.
      }
    }
    return {
      error: log('error'),
      warn: log('warn'),
      info: log('info'),
      debug: log('debug'),
      child: (name) => named(`${namespace}:${name}`)
    }
  }
  return named('amiko')
}
