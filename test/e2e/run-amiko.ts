import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The program as it is installed; tests run compiled, so it lies beside them. */
export const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))

export interface Ended { readonly code: number, readonly out: string, readonly err: string }

/** Runs one command line to its end. */
export async function amiko (...words: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
  const code = await new Promise<number>((resolve) => { child.once('close', (exit) => resolve(exit ?? -1)) })
  return { code, out, err }
}

/** As {@link amiko}, for lines that must work: gives the JSON object. */
export async function amikoJson<T> (...words: string[]): Promise<T> {
  const { code, out, err } = await amiko(...words, '--json')
  assert.equal(code, 0, `amiko ${words.join(' ')}: ${err}${out}`)
  return JSON.parse(out) as T
}

/** The name of the error that a line must end with. */
export async function amikoError (...words: string[]): Promise<{ readonly code: number, readonly name: string, readonly message: string }> {
  const { code, out, err } = await amiko(...words, '--json')
  assert.notEqual(code, 0, `amiko ${words.join(' ')} was not refused: ${out}${err}`)
  return { ...(JSON.parse(out) as { error: { name: string, message: string } }).error, code }
}

export interface Staying<T> {
  readonly child: ChildProcess
  readonly ready: T
  readonly lines: readonly string[]
  readonly exit: Promise<number | null>
}

/** Starts a command that stays, and waits for its first line. */
export async function staying<T> (...words: string[]): Promise<Staying<T>> {
  const child = spawn(process.execPath, [MAIN, ...words, '--json'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  const exit = new Promise<number | null>((resolve) => { child.once('exit', resolve) })
  const first = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      resolve(line)
    })
    child.once('exit', (code) => reject(new Error(`amiko ${words.join(' ')} ended with ${code} before it was ready`)))
  })
  return { child, ready: JSON.parse(first) as T, lines, exit }
}

/** Asks until the answer is as wanted; the limit of the test ends a hopeless wait. */
export async function until<T> (ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
  }
}
