import { Command, CommanderError } from 'commander'
import { allMethods } from '../api/client/client.js'
import { AmikoError } from '../core/base/errors.js'
import { VERSION } from '../core/base/version.js'
import { connectTo } from './connection.js'
import { Ended } from './ended.js'
import { EXIT, exitCodeOf, isAbort } from './exit.js'
import { globalsOf } from './globals.js'
import { showLog } from './log.js'
import { addMethodCommand } from './method-command.js'
import { tableOf } from './output.js'
import { addProcessCommands } from './process/commands.js'
import { addSimulations } from './process/simulate.js'
import { stopNode } from './stop.js'
import type { Terminal } from './terminal.js'

/** Nouns in the order of the help text, and what each is. */
const NOUNS: ReadonlyMap<string, string> = new Map([
  ['mesh', 'Connections to peers'],
  ['link', 'Neighbours: durable agreements of two peers'],
  ['channel', 'Channels of a link: trust lines, and channels that a chain enforces'],
  ['invoice', 'Invoices of this node'],
  ['payment', 'Payments this node made'],
  ['meeting-point', 'Meeting points, where the two halves of a route meet'],
  ['waypoint', 'Entries, by which others send their payments through this node'],
  ['asset', 'Assets this node knows'],
  ['wallet', 'Coins of this node on its chains'],
  ['backup', 'Backups of what a restored node needs to get its money back']
])

/** Runs one command line and gives the exit code. */
export async function runCommandLine (words: readonly string[], terminal: Terminal): Promise<number> {
  const program = buildProgram(terminal)
  // Known before parsing, because a line that cannot be parsed is reported in the asked form too.
  const json = words.includes('--json')
  let movesMoney = false
  program.hook('preAction', (_program, command) => {
    movesMoney = (command.name() === 'pay' && command.parent === program) || (command.name() === 'rpc' && command.args[0] === 'payment.pay')
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return EXIT.done
  } catch (error) {
    if (error instanceof Ended) return error.exitCode
    if (error instanceof CommanderError) return usageExit(error, json, terminal)
    report(error, movesMoney, json, terminal)
    return exitCodeOf(error, movesMoney)
  }
}

function usageExit (error: CommanderError, json: boolean, terminal: Terminal): number {
  if (error.exitCode === 0) return EXIT.done
  // The sentence was written to stderr by the parser.
  if (json) terminal.out(JSON.stringify({ error: { name: 'bad-request', code: 100, message: error.message, detail: { reason: error.message } } }))
  return EXIT.usage
}

/** The sentence for people on stderr; for programs the whole error as one object on stdout. */
function report (error: unknown, movesMoney: boolean, json: boolean, terminal: Terminal): void {
  const known = error instanceof AmikoError
    ? error
    : isAbort(error) ? new AmikoError('interrupted', {}, { cause: error }) : new AmikoError('internal', { reason: error instanceof Error ? error.message : String(error) }, { cause: error })
  terminal.err(known.message)
  if (movesMoney && exitCodeOf(error, true) === EXIT.open && known.name !== 'payment-pending') {
    terminal.err('The payment may be under way: `amiko payment list` shows it, and paying the same invoice again never pays twice.')
  }
  if (known.name === 'internal' && error instanceof Error && terminal.env['AMIKO_TRACE'] === '1') terminal.err(error.stack ?? '')
  if (json) terminal.out(JSON.stringify({ error: { name: known.name, code: known.code, message: known.message, detail: known.detail } }, (_key, value: unknown) => typeof value === 'bigint' ? value.toString() : value))
}

/** The whole command line as a tree of commands. */
export function buildProgram (terminal: Terminal): Command {
  const program = new Command('amiko')
    .description('A node of a decentralised payment network: links, channels, meeting points.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showSuggestionAfterError()
    .option('--dir <DIR>', 'Data folder (AMIKO_DIR; by default ~/.amiko)')
    .option('--json', 'One JSON object on standard output instead of a table')
    .option('--yes', 'Do not ask before money moves')
    .option('--timeout <TIME>', 'Longest time to wait: 30s, 2m; a bare number counts seconds')
    .option('--api <URL>', 'Address of the node\'s API (AMIKO_API; by default the data folder says it)')
    .addHelpText('after', '\nAmounts carry a unit: 1500msat, 20sat, 0.001btc, 12.50eur@<issuer>.\nExit codes: 0 done, 1 refused, 2 node not reachable, 3 usage, 4 outcome still open.\n\nExamples:\n  amiko network up\n  amiko init --network village && amiko start\n  amiko pay amiko1…')

  addProcessCommands(program, terminal)
  addSimulations(program, terminal)
  addStop(program, terminal)
  addLog(program, terminal)
  addRpc(program, terminal)
  addCommands(program, terminal)
  const nouns = new Map<string, Command>()
  for (const method of allMethods()) {
    if (method.command === undefined) continue
    const words = method.command.command.split(' ')
    addMethodCommand(words.length === 1 ? program : nounOf(program, nouns, words[0]!), method, terminal)
  }
  return program
}

function nounOf (program: Command, nouns: Map<string, Command>, name: string): Command {
  const known = nouns.get(name)
  if (known !== undefined) return known
  const noun = program.command(name).description(NOUNS.get(name) ?? name)
  nouns.set(name, noun)
  return noun
}

function addStop (program: Command, terminal: Terminal): void {
  const command = program.command('stop').summary('Stop the node and wait until it has ended').description('Stops the node and waits until its process has ended.')
  command.action(async () => { await stopNode(globalsOf(command.optsWithGlobals(), terminal), terminal) })
}

function addLog (program: Command, terminal: Terminal): void {
  const command = program.command('log').summary('Show the end of the node\'s log, or follow what happens')
    .option('--count <N>', 'Lines from the end', '50')
    .option('--follow', 'Show notices of the running node as they come, until Ctrl-C')
    .option('--type <TYPE>', 'Follow only these: payment:paid, link:* (may be repeated)', (value: string, earlier: string[] | undefined) => [...(earlier ?? []), value])
    .addHelpText('after', '\nExamples:\n  amiko log --count 20\n  amiko log --follow --type \'payment:*\' --json')
  command.action(async () => {
    const { count, follow, type } = command.opts<{ count: string, follow?: boolean, type?: string[] }>()
    if (!/^\d{1,6}$/.test(count) || count === '0') throw new AmikoError('bad-request', { reason: `--count ${count} is no whole number above zero` })
    await showLog({ count: Number(count), follow: follow === true, types: type ?? [] }, globalsOf(command.optsWithGlobals(), terminal), terminal)
  })
}

function addRpc (program: Command, terminal: Terminal): void {
  const command = program.command('rpc').summary('Call a method of the API with JSON parameters')
    .argument('<method>', 'Such as link.list').argument('[json]', 'Parameters, an object')
    .addHelpText('after', '\nExamples:\n  amiko rpc node.status\n  amiko rpc invoice.create \'{"amount":"20sat"}\'')
  command.action(async (method: string, json: string | undefined) => {
    const globals = globalsOf(command.optsWithGlobals(), terminal)
    const params = json === undefined ? {} : jsonOf(json)
    const client = await connectTo({ dir: globals.dir, api: globals.api, signal: terminal.signal })
    const limit = globals.timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(globals.timeoutMs) }
    terminal.out(JSON.stringify(await client.callNamed(method, params, limit), undefined, globals.json ? undefined : 2))
  })
}

function jsonOf (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AmikoError('bad-request', { reason: `the parameters are not JSON (${(error as Error).message})` })
  }
}

function addCommands (program: Command, terminal: Terminal): void {
  const command = program.command('commands').summary('List all commands').description('Lists all commands, and the method of the API behind each.')
  command.action(() => {
    const methods = new Map(allMethods().flatMap((method) => method.command === undefined ? [] : [[method.command.command, method.name] as const]))
    const commands = leavesOf(program, '').map(({ words, summary }) => ({ command: `amiko ${words}`, summary, ...(methods.has(words) ? { method: methods.get(words)! } : {}) }))
    if (globalsOf(command.optsWithGlobals(), terminal).json) terminal.out(JSON.stringify({ commands }))
    else terminal.out(tableOf(['command', 'what it does', 'method'], commands.map((each) => [each.command, each.summary, each.method ?? '–']), terminal.framed))
  })
}

function leavesOf (command: Command, before: string): Array<{ words: string, summary: string }> {
  return command.commands.flatMap((each) => {
    const words = `${before}${each.name()}`
    return each.commands.length === 0 ? [{ words, summary: each.summary() }] : leavesOf(each, `${words} `)
  })
}
