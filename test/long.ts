import '../src/polyfill.js'
import { spawn } from 'node:child_process'
import { repositoryFile } from '../simulations/repository-file.js'

/*
 * `npm run test:long`: what is too long for every change, in two lanes side by side, under 80 minutes on two cores.
 * `npm run test:long -- storm` runs the parts whose name begins so.
 *
 * The random schedules are 20,000: a schedule of the whole node takes a tenth of a second, so 200,000 take a night
 * (`npm run sim -- random --count 200000`).
 */

interface Part { readonly name: string, readonly env: Readonly<Record<string, string>>, readonly words: readonly string[] }

const mocha = (spec: string): readonly string[] => ['node_modules/mocha/bin/mocha.js', '--config', 'test/mocha.json', `dist/test/${spec}`]
const sim = (...words: readonly string[]): readonly string[] => ['--enable-source-maps', 'dist/simulations/main.js', ...words]

/** A seed nobody has seen, so that every long run looks somewhere else; it is printed. */
const SEED = process.env['AMIKO_LONG_SEED'] ?? String(Date.now())

const LANES: ReadonlyArray<readonly Part[]> = [
  [
    { name: 'storm', env: { AMIKO_KILLS: '1000', AMIKO_STORM_SEED: SEED }, words: mocha('e2e/kill-storm.spec.js') },
    { name: 'live-processes', env: {}, words: sim('live', '--nodes', '40', '--processes', '--payments', '1000') },
    { name: 'live', env: {}, words: sim('live', '--nodes', '200', '--payments', '1000') }
  ],
  [
    { name: 'mutants', env: {}, words: ['--enable-source-maps', 'dist/test/mutants/main.js'] },
    { name: 'fuzz', env: { AMIKO_FUZZ_RUNS: '1000000', AMIKO_FUZZ_SEED: SEED }, words: mocha('fuzz/fuzz.spec.js') },
    { name: 'properties', env: { AMIKO_PROPERTY_SEED: String(Number(SEED) % 2 ** 31), AMIKO_CHAIN_LIVES: '200' }, words: mocha('core') },
    { name: 'small-worlds', env: { AMIKO_SMALL_WORLDS: 'long', NODE_OPTIONS: '--max-old-space-size=6144' }, words: mocha('simulations/small-worlds.spec.js') },
    { name: 'many-payments', env: { AMIKO_PAYMENTS: '100000' }, words: mocha('simulations/many-payments.spec.js') },
    { name: 'many-enforced-payments', env: { AMIKO_PAYMENTS: '100000' }, words: mocha('core/channel/enforced/many-payments.spec.js') },
    { name: 'power-cut', env: { AMIKO_POWER_CUTS: '500', AMIKO_STORM_SEED: SEED }, words: mocha('disk/power-cut.spec.js') },
    { name: 'shape', env: { AMIKO_SHAPES: '12' }, words: mocha('adversary/shape') },
    { name: 'crash-points', env: {}, words: sim('crash-points', '--count', '2000') },
    { name: 'disk-failure', env: {}, words: sim('disk-failure', '--count', '500') },
    { name: 'random-real', env: {}, words: sim('random', '--curve', 'real', '--count', '1000', '--seed', SEED) },
    { name: 'chain-random', env: {}, words: sim('chain-random', '--count', '300', '--seed', SEED) },
    { name: 'random', env: {}, words: sim('random', '--count', '20000', '--seed', SEED) }
  ]
]

async function perform ({ name, env, words }: Part): Promise<boolean> {
  console.log(`\n== ${name}: ${Object.entries(env).map(([key, value]) => `${key}=${value} `).join('')}node ${words.join(' ')}`)
  const began = performance.now()
  const child = spawn(process.execPath, [...words], { cwd: repositoryFile(), env: { ...process.env, ...env }, stdio: 'inherit' })
  const code = await new Promise<number | undefined>((resolve) => { child.once('exit', (exit) => { resolve(exit ?? undefined) }) })
  console.log(`== ${name}: ${code === 0 ? 'passed' : 'FAILED'} after ${((performance.now() - began) / 60_000).toFixed(1)} minutes`)
  return code === 0
}

const [wanted = ''] = process.argv.slice(2)
const outcomes = await Promise.all(LANES.map(async (lane) => {
  const passed: boolean[] = []
  for (const part of lane) if (part.name.startsWith(wanted)) passed.push(await perform(part))
  return passed
}))
process.exitCode = outcomes.flat().length > 0 && outcomes.flat().every((passed) => passed) ? 0 : 1
