import '../../src/polyfill.js'
import { cpus } from 'node:os'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { VERSION } from '../../src/core/base/version.js'
import { curveName } from '../../src/core/crypto/curve.js'
import { CHANNEL_KINDS, type Benchmark, type ChannelKindName, type Figures } from './benchmark.js'
import { channel } from './channel.js'
import { codec } from './codec.js'
import { commitment } from './commitment.js'
import { benchCrypto } from './crypto.js'
import { chooseEngine, ENGINES, isEngine } from './engine.js'
import { line } from './line.js'
import { network } from './network.js'
import { sequential } from './sequential.js'
import { startup } from './startup.js'

const crypto: Benchmark = {
  name: 'crypto',
  question: 'How many microseconds does each operation of the curve and of the locks take, on every engine of this machine?',
  run: async () => {
    const { engines, nativeAbsent } = await benchCrypto()
    return nativeAbsent === undefined ? engines : { ...engines, nativeAbsent }
  }
}

const BENCHMARKS: readonly Benchmark[] = [channel, codec, commitment, crypto, line, network, sequential, startup]

const MODES = ['lock', 'payment', 'stream'] as const
const kindOf = (name: string): ChannelKindName | undefined => CHANNEL_KINDS.find((kind) => kind === name)
const modeOf = (name: string | undefined): typeof MODES[number] | undefined => MODES.find((mode) => mode === name)

const USAGE = `Usage:
  npm run bench -- list [--json]
  npm run bench -- NAME [--quick] [--engine ${ENGINES.join('|')}] [--mode ${MODES.join('|')}] [--kind ${CHANNEL_KINDS.join('|')}] [--dust]
                      [--profile FOLDER] [--json] [--out FILE]

Each prints its figures, the engine of the curve, and the machine. --quick repeats less: to see that it works.
--mode is for the benchmarks channel (lock or payment: one of its modes alone) and line (stream: one invoice paid many times, over one route). --kind is for channel, line and sequential: whether neighbours' trust or a
chain enforces their channels; --dust is for a chain: amounts too small for outputs of their own. --profile writes a processor profile of each process of channel, line and sequential.
Exit: 0 done, 1 failed, 3 usage.`

async function main (): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, engine: { type: 'string' }, mode: { type: 'string' }, kind: { type: 'string' }, dust: { type: 'boolean' }, profile: { type: 'string' }, out: { type: 'string' } }
  })
  const [name, ...more] = positionals
  if (name === 'list') {
    const rows = BENCHMARKS.map(({ name, question }) => ({ name, question }))
    console.log(values.json === true ? JSON.stringify({ benchmarks: rows }) : rows.map((row) => `${row.name.padEnd(10)} ${row.question}`).join('\n'))
    return 0
  }
  const benchmark = BENCHMARKS.find((candidate) => candidate.name === name)
  const engine = values.engine ?? 'auto'
  const kind = kindOf(values.kind ?? 'trust-line')
  if (benchmark === undefined || kind === undefined || more.length > 0 || !isEngine(engine) || modeOf(values.mode) !== values.mode) {
    console.error(benchmark === undefined && name !== undefined ? `There is no benchmark ${name}.\n${USAGE}` : USAGE)
    return 3
  }
  chooseEngine(engine)
  if (values.profile !== undefined) mkdirSync(values.profile, { recursive: true })
  const began = performance.now()
  const figures = await benchmark.run({ quick: values.quick === true, engine, only: modeOf(values.mode), kind, dust: values.dust === true, profile: values.profile })
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
