import type { Terminal } from '../../src/cli/terminal.js'

/** A terminal that remembers what was written, and answers questions from a list. */
export interface FakeTerminal extends Terminal {
  readonly written: { out: string, err: string }
  readonly questions: string[]
}

export function fakeTerminal ({ answers, env = {}, homeDir = '/nonexistent', signal = new AbortController().signal }: { answers?: string[], env?: Record<string, string>, homeDir?: string, signal?: AbortSignal } = {}): FakeTerminal {
  const written = { out: '', err: '' }
  const questions: string[] = []
  const ask = async (question: string): Promise<string> => {
    questions.push(question)
    return answers?.shift() ?? ''
  }
  return {
    written,
    questions,
    out: (text) => { written.out += text.endsWith('\n') ? text : `${text}\n` },
    err: (text) => { written.err += text.endsWith('\n') ? text : `${text}\n` },
    framed: false,
    canAsk: answers !== undefined,
    ask,
    askHidden: ask,
    env,
    homeDir,
    signal
  }
}
