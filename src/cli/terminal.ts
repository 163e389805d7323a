import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** The world around a command: what it may read and write. Tests give their own. */
export interface Terminal {
  /** Data. Nothing else is written here. */
  readonly out: (text: string) => void
  /** Everything else: progress, questions, errors. */
  readonly err: (text: string) => void
  /** Whether data goes to a person: tables get frames. */
  readonly framed: boolean
  /** Whether somebody is there to answer a question. */
  readonly canAsk: boolean
  readonly ask: (question: string) => Promise<string>
  /** As `ask`; what is typed is not shown. */
  readonly askHidden: (question: string) => Promise<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly homeDir: string
  /** Ctrl-C. Commands that stay up (`start`, `network up`) handle signals themselves. */
  readonly signal: AbortSignal
}

/** The terminal of this process. */
export function processTerminal (homeDir: string, signal: AbortSignal): Terminal {
  // A reader of our output that goes away (`| head`) is no fault.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return {
    out: (text) => { process.stdout.write(text.endsWith('\n') ? text : text + '\n') },
    err: (text) => { process.stderr.write(text.endsWith('\n') ? text : text + '\n') },
    framed: process.stdout.isTTY === true,
    canAsk: process.stdin.isTTY === true,
    async ask (question) {
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await lines.question(question, { signal })
      } finally {
        lines.close()
      }
    },
    async askHidden (question) {
      process.stderr.write(question)
      const nowhere = new Writable({ write: (_chunk, _encoding, done) => { done() } })
      const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
      try {
        return await lines.question('', { signal })
      } finally {
        lines.close()
        process.stderr.write('\n')
      }
    },
    env: process.env,
    homeDir,
    signal
  }
}
