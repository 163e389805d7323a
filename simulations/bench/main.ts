import '../../src/polyfill.js'
import { cpus } from 'node:os'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadNativeCurve } from '../../src/adapters/native-curve/native-curve.js'
import { VERSION } from '../../src/core/base/version.js'
import { curveName, useCurve } from '../../src/core/crypto/curve.js'
import type { Benchmark, BenchmarkOptions, Figures } from './benchmark.js'
import { codec } from './codec.js'
import { benchCrypto } from './crypto.js'
import { channel, line } from './network.js'
import { startup } from './startup.js'

const crypto: Benchmark = {
  name: 'crypto',
  question: 'How many microseconds does each operation of the curve and of the locks take, on every engine of this machine?',
  run: async () => {
    const { engines, nativeAbsent } = await benchCrypto()
    return nativeAbsent === undefined ? engines : { ...engines, nativeAbsent }
  }
}

const BENCHMARKS: readonly Benchmark[] = [channel, codec, crypto, line, startup]

const ENGINES = ['auto', 'tiny-secp256k1', 'libsecp256k1'] as const

const USAGE = `Usage:
  npm run bench -- list [--json]
  npm run bench -- NAME [--quick] [--engine ${ENGINES.join('|')}] [--json] [--out FILE]

Each prints its figures, the engine of the curve, and the machine. --quick repeats less: to see that it works.
Exit: 0 done, 1 failed, 3 usage.`

const isEngine = (name: string): name is BenchmarkOptions['engine'] => (ENGINES as readonly string[]).includes(name)

async function main (): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, engine: { type: 'string' }, out: { type: 'string' } }
  })
  const [name, ...more] = positionals
  if (name === 'list') {
    const rows = BENCHMARKS.map(({ name, question }) => ({ name, question }))
    console.log(values.json === true ? JSON.stringify({ benchmarks: rows }) : rows.map((row) => `${row.name.padEnd(10)} ${row.question}`).join('\n'))
    return 0
  }
  const benchmark = BENCHMARKS.find((candidate) => candidate.name === name)
  const engine = values.engine ?? 'auto'
  if (benchmark === undefined || more.length > 0 || !isEngine(engine)) {
    console.error(benchmark === undefined && name !== undefined ? `There is no benchmark ${name}.\n${USAGE}` : USAGE)
    return 3
  }
  chooseCurve(engine)
  const began = performance.now()
  const figures = await benchmark.run({ quick: values.quick === true, engine })
  const report = {
    benchmark: benchmark.name,
    version: VERSION,
    engine: curveName(),
    quick: values.quick === true,
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, platform: `${process.platform}-${process.arch}` },
    seconds: Math.round((performance.now() - began) / 1000),
    figures
  }
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(report, undefined, 2)}\n`)
  if (values.json === true) console.log(JSON.stringify(report))
  else {
    console.log(`${benchmark.question}\n${report.engine}, ${report.machine.cpu} x ${report.machine.cores}, node ${report.machine.node}\n`)
    print(figures, '')
  }
  return 0
}

/** The choice a node makes by itself; it is made here too, so that the report can name it. */
function chooseCurve (engine: BenchmarkOptions['engine']): void {
  if (engine === 'tiny-secp256k1') return
  let absent = ''
  const native = loadNativeCurve((reason) => { absent = reason })
  if (native !== undefined) useCurve(native)
  else if (engine === 'libsecp256k1') throw new Error(`libsecp256k1 was asked for but is not there: ${absent}`)
}

function print (figures: Figures, indent: string): void {
  for (const [name, value] of Object.entries(figures)) {
    if (Array.isArray(value)) (value as readonly Figures[]).forEach((row, i) => { console.log(`${indent}${name} ${i + 1}`); print(row, `${indent}  `) })
    else if (typeof value !== 'object') console.log(`${indent}${name.padEnd(24)} ${value}`)
    else if (Object.values(value).every((inner) => typeof inner !== 'object')) console.log(`${indent}${name.padEnd(24)} ${Object.entries(value).map(([key, inner]) => `${key} ${inner as string | number | boolean}`).join(', ')}`)
    else { console.log(`${indent}${name}`); print(value as Figures, `${indent}  `) }
  }
}

main().then((code) => { process.exitCode = code }, (error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = error instanceof TypeError && 'code' in error ? 3 : 1
})
