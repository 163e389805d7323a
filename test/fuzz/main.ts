import '../../src/polyfill.js'
import { mkdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Session, type Profiler } from 'node:inspector'
import { parseArgs } from 'node:util'
import { randomOf } from '../../simulations/harness/random.js'
import { findingOf, inputsOf, type FuzzTarget } from './target.js'
import { corpusFile, TARGETS } from './targets.js'

/*
 * `npm run fuzz -- <target> --minutes N [--seed S]`: fuzzes one decoder, led by coverage. After every batch it asks V8 which blocks of
 * our own code ran; an input that reached a new one is kept in `test/fuzz/corpus/<target>.txt`, from where every later run
 * starts. (libFuzzer by way of @jazzer.js/core needs a newer C library than the systems we build on have.)
 */

const BATCH = 500
const GROUP = 25
/** Longest input worth keeping, and most of them: a corpus is small, or nobody looks at it. */
const KEPT_BYTES_MAX = 1_024
const KEPT_MAX = 32

const { values, positionals: [wanted] } = parseArgs({ allowPositionals: true, options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: String(Date.now()) } } })
const target = TARGETS.find((one) => one.name === wanted)
if (target === undefined) {
  console.error(`Usage: npm run fuzz -- TARGET --minutes N [--seed S]\nTargets: ${TARGETS.map((one) => one.name).join(', ')}`)
  process.exit(3)
}
process.exitCode = await guided(target, Number(values.minutes), BigInt(values.seed))

/** Tells which blocks of our own code have run since it was asked last, and were not known before. */
interface Coverage {
  readonly newBlocks: () => readonly string[]
  /** Takes blocks for unknown again. */
  readonly forget: (blocks: readonly string[]) => void
  readonly stop: () => void
}

function coverage (): Coverage {
  const session = new Session()
  session.connect()
  const seen = new Set<string>()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return {
    newBlocks () {
      const blocks: string[] = []
      // In this process a post is answered before it returns.
      session.post('Profiler.takePreciseCoverage', (_error: Error | null, taken: Profiler.TakePreciseCoverageReturnType) => {
        for (const { url, functions } of taken.result) {
          if (!/\/dist\/(src|protocols)\//.test(url)) continue
          for (const { ranges } of functions) {
            for (const { count, startOffset } of ranges) {
              const block = `${url}:${startOffset}`
              if (count === 0 || seen.has(block)) continue
              seen.add(block)
              blocks.push(block)
            }
          }
        }
      })
      return blocks
    },
    forget (blocks) { for (const block of blocks) seen.delete(block) },
    stop () { session.disconnect() }
  }
}

async function guided (one: FuzzTarget, minutes: number, seed: bigint): Promise<number> {
  const random = randomOf(seed, `/guided/${one.name}`)
  const corpus = [...one.seeds()]
  const found: Uint8Array[] = []
  const blocks = coverage()
  const endMs = performance.now() + minutes * 60_000
  let executions = 0
  const attempt = async (input: Uint8Array): Promise<boolean> => {
    executions++
    const finding = await findingOf(one, input, () => {})
    if (finding === undefined) return true
    console.error(`${one.name}: after ${executions} executions, seed ${seed}, on\n${Buffer.from(input).toString('hex')}\n${finding.thrown instanceof Error ? finding.thrown.stack : String(finding.thrown)}`)
    return false
  }
  for (const input of corpus) if (!await attempt(input)) return 1
  console.log(`${one.name}: ${corpus.length} inputs reach ${blocks.newBlocks().length} blocks; seed ${seed}`)
  let inputs = inputsOf(one, random, corpus)
  while (performance.now() < endMs) {
    const batch: Uint8Array[] = []
    for (let i = 0; i < BATCH / (one.oneOf ?? 1); i++) {
      batch.push(inputs.next(undefined).value!)
      if (!await attempt(batch.at(-1)!)) return 1
    }
    const news = blocks.newBlocks()
    if (news.length === 0) continue
    blocks.forget(news)
    const reached = await reaching(one, batch, blocks)
    corpus.push(...reached)
    found.push(...reached.filter(({ length }) => length > 0 && length <= KEPT_BYTES_MAX))
    inputs = inputsOf(one, random, corpus)
    console.log(`${executions} executions: ${news.length} new blocks by ${reached.length} inputs`)
  }
  blocks.stop()
  if (found.length > 0) keep(one.name, found)
  console.log(`${one.name}: ${executions} executions, nothing found, ${found.length} inputs kept`)
  return 0
}

/** The inputs of a batch that reach what is new: in groups first, because asking costs more than running. */
async function reaching (one: FuzzTarget, batch: readonly Uint8Array[], blocks: Coverage): Promise<readonly Uint8Array[]> {
  const reached: Uint8Array[] = []
  for (let at = 0; at < batch.length; at += GROUP) {
    const group = batch.slice(at, at + GROUP)
    for (const input of group) await findingOf(one, input, () => {})
    const news = blocks.newBlocks()
    if (news.length === 0) continue
    blocks.forget(news)
    for (const input of group) {
      await findingOf(one, input, () => {})
      if (blocks.newBlocks().length > 0) reached.push(input)
    }
  }
  return reached
}

function keep (name: string, found: readonly Uint8Array[]): void {
  const file = corpusFile(name)
  mkdirSync(dirname(file), { recursive: true })
  const before = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') : []
  const lines = [...new Set([...before, ...found.map((input) => Buffer.from(input).toString('hex'))])].slice(0, KEPT_MAX)
  writeFileSync(file, `${lines.join('\n')}\n`)
}
