import '../../src/polyfill.js'
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { repositoryFile } from '../../simulations/repository-file.js'

/*
 * `npm run test:mutants [-- NN …]`: plants each fault of `NN-name.patch` into a copy of the tree, and sees whether the
 * tests that the patch names fail. A fault that nothing notices, a patch that does not apply, and a test that fails
 * without any fault are failures of this run.
 */

/** Longest time the tests of one fault take; a fault that makes them hang is caught. */
const RUN_MS_MAX = 300_000
const COPIED = ['src', 'protocols', 'simulations', 'test', 'package.json', 'tsconfig.json']
const MUTANTS = repositoryFile('test', 'mutants')

/** A fault: what it is, and what must notice it. */
interface Mutant {
  readonly name: string
  readonly path: string
  readonly fault: string
  /** Spec files, such as `test/core/link/link.spec.ts`. */
  readonly specs: readonly string[]
  /** Words of a simulation, such as `random --count 40`. */
  readonly sims: readonly string[]
  /** Files the patch changes. */
  readonly files: readonly string[]
}

function readMutant (name: string): Mutant {
  const path = join(MUTANTS, name)
  const text = readFileSync(path, 'utf8')
  const head = text.slice(0, text.indexOf('\n--- '))
  const all = (field: string): string[] => head.split('\n').flatMap((line) => line.startsWith(`${field}: `) ? [line.slice(field.length + 2).trim()] : [])
  const mutant = { name, path, fault: all('Fault')[0] ?? '', specs: all('Spec'), sims: all('Sim'), files: [...text.matchAll(/^\+\+\+ b\/(\S+)/gm)].map(([, file]) => file!) }
  if (mutant.fault === '' || mutant.specs.length + mutant.sims.length === 0 || mutant.files.length === 0) throw new Error(`${name}: a patch begins with Fault:, and Spec: or Sim: lines`)
  return mutant
}

/** Every TypeScript file below a folder of the copy. */
function * sourcesIn (folder: string): Generator<string, undefined> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'dashboard') yield * sourcesIn(path)
    else if (/\.ts$/.test(entry.name) && !entry.name.endsWith('.d.ts')) yield path
  }
}

/** Makes one compiled file, without looking at types: a fault need not be well typed. */
function transpile (tree: string, path: string): void {
  const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true }
  })
  const out = join(tree, 'dist', path.slice(tree.length + 1)).replace(/\.ts$/, '.js')
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, outputText)
}

function copyTree (): string {
  const tree = mkdtempSync(join(tmpdir(), 'amiko-mutants-'))
  for (const name of COPIED) cpSync(repositoryFile(name), join(tree, name), { recursive: true })
  symlinkSync(repositoryFile('node_modules'), join(tree, 'node_modules'))
  for (const folder of COPIED.slice(0, 4)) for (const path of sourcesIn(join(tree, folder))) transpile(tree, path)
  return tree
}

/** Applies a patch, or takes it back; what git says when it cannot. */
function patch (tree: string, mutant: Mutant, ...options: string[]): string | undefined {
  const { status, stderr } = spawnSync('git', ['apply', '-C1', ...options, mutant.path], { cwd: tree, encoding: 'utf8', env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(tree) } })
  if (status !== 0) return stderr.trim()
  for (const file of mutant.files) transpile(tree, join(tree, file))
  return undefined
}

/** Runs a program of the copy; true when it ended well. */
async function runs (tree: string, ...args: string[]): Promise<boolean> {
  const child = spawn(process.execPath, args, { cwd: tree, stdio: 'ignore', detached: true, env: { ...process.env, AMIKO_FUZZ_RUNS: '4000', AMIKO_POWER_CUTS: '12' } })
  const limit = setTimeout(() => { if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL') }, RUN_MS_MAX)
  const code = await new Promise<number | undefined>((resolve) => { child.once('exit', (exit) => { resolve(exit ?? undefined) }) })
  clearTimeout(limit)
  return code === 0
}

const compiled = (spec: string): string => join('dist', spec).replace(/\.ts$/, '.js')
const specsPass = async (tree: string, specs: readonly string[]): Promise<boolean> => await runs(tree, 'node_modules/mocha/bin/mocha.js', '--config', 'test/mocha.json', '--bail', '--exit', ...specs.map(compiled))
const simPasses = async (tree: string, words: string): Promise<boolean> => await runs(tree, 'dist/simulations/main.js', ...words.split(' '))

/** What noticed a fault; undefined when nothing did. */
async function catcher (tree: string, { specs, sims }: Mutant): Promise<string | undefined> {
  for (const spec of specs) if (!await specsPass(tree, [spec])) return spec
  for (const words of sims) if (!await simPasses(tree, words)) return `sim ${words}`
  return undefined
}

const wanted = process.argv.slice(2)
const mutants = readdirSync(MUTANTS).filter((name) => name.endsWith('.patch') && (wanted.length === 0 || wanted.some((number) => name.startsWith(`${number}-`)))).sort().map(readMutant)
const failures: string[] = []
const tree = copyTree()
try {
  const specs = [...new Set(mutants.flatMap((mutant) => mutant.specs))]
  const sims = [...new Set(mutants.flatMap((mutant) => mutant.sims))]
  for (const spec of specs) {
    if (!existsSync(join(tree, compiled(spec)))) failures.push(`${spec} does not exist`)
    else if (!await specsPass(tree, [spec])) failures.push(`${spec} fails without any fault`)
  }
  for (const words of sims) if (!await simPasses(tree, words)) failures.push(`sim ${words} fails without any fault`)
  for (const failure of failures) console.log(failure)
  for (const mutant of mutants) {
    const wrong = patch(tree, mutant)
    const caughtBy = wrong === undefined ? await catcher(tree, mutant) : undefined
    const told = wrong !== undefined ? `does not apply: ${wrong}` : caughtBy === undefined ? 'NOT CAUGHT' : `caught by ${caughtBy}`
    console.log(`${mutant.name.replace('.patch', '')}: ${mutant.fault}: ${told}`)
    if (caughtBy === undefined) failures.push(mutant.name)
    if (wrong === undefined) patch(tree, mutant, '--reverse')
  }
} finally {
  rmSync(tree, { recursive: true, force: true })
}
console.log(`${mutants.length} faults, ${failures.length} failures`)
process.exitCode = failures.length === 0 ? 0 : 1
