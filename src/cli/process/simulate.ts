import type { Command } from 'commander'
import { Ended } from '../ended.js'
import { globalsOf } from '../globals.js'
import type { Terminal } from '../terminal.js'

/** `amiko sim …`: networks on virtual time, the same as `npm run sim -- …` in a copy of the source. */
export function addSimulations (program: Command, terminal: Terminal): void {
  const sim = program.command('sim').summary('Networks on virtual time').description('Simulations: whole networks on virtual time, exact from a seed.')

  /** Hands the words on; what the simulations answer is the exit code. */
  const hand = async (command: Command, words: readonly string[]): Promise<void> => {
    const { simulate } = await import('../../../simulations/command.js')
    const json = globalsOf(command.optsWithGlobals(), terminal).json ? ['--json'] : []
    const code = await simulate([command.name(), ...words, ...json], { out: terminal.out, err: terminal.err })
    if (code !== 0) throw new Ended(code)
  }

  const run = sim.command('run').summary('Run a scenario').description('Runs a scenario, once or with many seeds. Exit code 1 when it found something.')
    .argument('<scenario>', 'Such as p1 or random; `amiko sim list` shows all')
    .option('--seed <N>', 'The seed, or the first of several; 1 if it is not given')
    .option('--count <N>', 'Run so many seeds')
    .option('--jobs <N>', 'Threads that share the seeds')
    .option('--nodes <N>', 'Number of nodes, where the scenario leaves it open')
    .option('--curve <CURVE>', 'fake, which is fast, or real')
    .option('--trace <FILE>', 'Write the trace of the run, for replay')
    .option('--each', 'Write the report of every run, also when nothing was found')
    .option('--leave-out <PARTS>', 'What does not happen in a schedule: n2,p0,f1,l0')
    .option('--until <MS>', 'Nothing new begins in a schedule after so many virtual milliseconds')
    .option('--whole', 'Do not make a failing schedule smaller')
    .addHelpText('after', '\nExamples:\n  amiko sim run p1\n  amiko sim run random --seed 1 --count 500 --jobs 2\n  amiko sim run random --seed 42 --trace trace.txt')
  run.action(async (scenario: string) => {
    const options = run.opts<Record<string, string | boolean>>()
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, ...(value === true ? [] : [String(value)])])
    await hand(run, [scenario, ...words])
  })

  const replay = sim.command('replay').summary('Run a trace again and compare').description('Runs what a trace recorded again and compares line by line. Exit code 1 when a line differs.')
    .argument('<file>', 'What `amiko sim run --trace` wrote')
    .addHelpText('after', '\nExamples:\n  amiko sim replay trace.txt')
  replay.action(async (file: string) => { await hand(replay, [file]) })

  const list = sim.command('list').summary('List the scenarios').description('Lists all scenarios, and what each asks.')
  list.action(async () => { await hand(list, []) })

  const report = sim.command('report').summary('Sum up reports of runs').description('Sums up what `amiko sim run --json --each` wrote: runs, failures, least, mean and most of each figure.')
    .argument('<files...>', 'Files with one report a line')
    .addHelpText('after', '\nExamples:\n  amiko sim run random --count 100 --json --each > runs.jsonl\n  amiko sim report runs.jsonl')
  report.action(async (files: readonly string[]) => { await hand(report, files) })
}
