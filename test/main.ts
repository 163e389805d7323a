import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { join, relative, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { repositoryFile } from '../simulations/repository-file.js'

/*
 * `npm test`: all specs, in two lanes side by side. Processes, streams and real chains mostly wait for each other; what
 * only computes takes the processor meanwhile, at the lowest priority, so that it disturbs no clock. Words after
 * `npm test --` go to mocha; files among them run alone.
 */

/** What only computes: these specs have no socket and no clock but a simulated one. */
const COMPUTING = ['core/', 'protocols/', 'fuzz/', 'stored/', 'tidy', 'simulations/']
/** The exceptions: live nodes. */
const WAITING = ['simulations/live.spec.js']
/** Long enough for the lane that waits for the processor. */
const COMPUTING_MS_MAX = 600_000

const CLOSING_LINE = /^(\d+) passed, (\d+) failed$/

interface Outcome { readonly passed: number, readonly failed: number }

const specs = readdirSync(fileURLToPath(new URL('.', import.meta.url)), { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/')).filter((file) => file.endsWith('.spec.js')).sort()
const computes = (file: string): boolean => COMPUTING.some((start) => file.startsWith(start)) && !WAITING.includes(file)

/** Runs mocha on these files to its end; its closing line is counted and not printed. */
async function run (files: readonly string[], words: readonly string[], print: (line: string) => void, nice: number): Promise<Outcome> {
  const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', '--config', 'test/mocha.json', ...words, ...files], {
    cwd: repositoryFile(), stdio: ['inherit', 'pipe', 'pipe'], env: { ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}), ...process.env }
  })
  if (child.pid !== undefined) setPriority(child.pid, nice)
  let outcome: Outcome | undefined
  const onLine = (line: string): void => {
    const closing = CLOSING_LINE.exec(line)
    if (closing === null) print(line)
    else outcome = { passed: Number(closing[1]), failed: Number(closing[2]) }
  }
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine)
  const code = await new Promise<number>((resolve) => { child.once('close', (exit) => { resolve(exit ?? -1) }) })
  if (outcome === undefined) print(`a lane of the tests did not end: exit code ${code}`)
  const { passed, failed } = outcome ?? { passed: 0, failed: 0 }
  // A lane that failed otherwise than by a test, such as a leak or a crash after its last one, has failed.
  return { passed, failed: code === 0 ? failed : Math.max(1, failed) }
}

const words = process.argv.slice(2)
const print = (line: string): void => { process.stdout.write(`${line}\n`) }

async function all (): Promise<readonly Outcome[]> {
  if (words.some((word) => word.endsWith('.spec.js'))) return [await run([], words, print, constants.priority.PRIORITY_NORMAL)]
  const paths = (wanted: (file: string) => boolean): readonly string[] => specs.filter(wanted).map((file) => join(relative(repositoryFile(), fileURLToPath(new URL('.', import.meta.url))), file))
  const [waiting, computing] = [paths((file) => !computes(file)), paths(computes)]
  print(`${waiting.length} files of specs with processes, streams and chains; beside them ${computing.length} that compute, printed when they have ended`)
  const later: string[] = []
  const behind = run(computing, ['--timeout', String(COMPUTING_MS_MAX), ...words], (line) => { later.push(line) }, constants.priority.PRIORITY_LOW)
  const before = await run(waiting, words, print, constants.priority.PRIORITY_NORMAL)
  const after = await behind
  for (const line of later) print(line)
  return [before, after]
}

const outcomes = await all()
print(`${outcomes.reduce((sum, { passed }) => sum + passed, 0)} passed, ${outcomes.reduce((sum, { failed }) => sum + failed, 0)} failed`)
process.exitCode = outcomes.some(({ failed }) => failed > 0) ? 1 : 0
