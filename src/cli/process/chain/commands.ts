import { type Command, InvalidArgumentError, Option } from 'commander'
import { globalsOf } from '../../globals.js'
import type { Terminal } from '../../terminal.js'
import type { ServeOptions, TargetOptions } from './chain.js'

/** Blocks that one call mines. */
const BLOCKS_MAX = 10_000

/** `chain serve | mine | fund | status`. */
export function addChain (program: Command, terminal: Terminal): void {
  const chain = program.command('chain').summary('Blockchains: serve one for a private network, mine, see how they stand').description('Blockchains: an embedded one for private networks, and how backends stand.')

  const serve = chain.command('serve').summary('Run an embedded chain in the data folder until it is stopped')
    .description('Runs an embedded regtest chain in --dir and serves it over the JSON-RPC of Bitcoin Core, on loopback, until SIGTERM or Ctrl-C.\nIt mines what waits after a second, and a block every 30 s. Its money is play money: everybody knows the secret of its faucet.\nNodes use it with the backend bitcoind=URL?cookiefile=DIR/.cookie (litecoind=… for litecoin).')
    .option('--rpc <HOST:PORT>', 'Loopback address to listen on; by default that of the last time, and a free port in a new folder')
    .addOption(new Option('--chain <CHAIN>', 'Which chain it plays; by default that of the folder, and bitcoin in a new one').choices(['bitcoin', 'litecoin']))
    .addOption(new Option('--daemon <PROGRAM>', 'Run this full node on a private regtest chain instead; found on the PATH, or named by AMIKO_BITCOIND or AMIKO_LITECOIND').choices(['bitcoind', 'litecoind']))
    .addOption(new Option('--with-parent', 'End when standard input ends').hideHelp())
    .addHelpText('after', '\nExamples:\n  amiko chain serve --dir ./chain --rpc 127.0.0.1:18443\n  amiko chain serve --dir ./ltc --chain litecoin --json')
  serve.action(async () => {
    const { serveCommand } = await import('./chain.js')
    await serveCommand(serve.opts<ServeOptions>(), globalsOf(serve.optsWithGlobals(), terminal), terminal)
  })

  const mine = withTarget(chain.command('mine').summary('Mine blocks on a private chain')
    .description('Mines blocks on the chain that is served from --dir, or on the regtest node at --rpc.')
    .argument('<n>', 'How many blocks', blockCount)
    .option('--address <ADDRESS>', 'Who gets the new coins; by default the faucet of an embedded chain'))
    .addHelpText('after', '\nExamples:\n  amiko chain mine 1 --dir ./chain\n  amiko chain mine 101 --address bcrt1q… --rpc http://127.0.0.1:18443 --cookie ~/.bitcoin/regtest/.cookie')
  mine.action(async (blocks: number) => {
    const { mineCommand } = await import('./chain.js')
    await mineCommand(blocks, mine.opts<TargetOptions & { address?: string }>(), globalsOf(mine.optsWithGlobals(), terminal), terminal)
  })

  const fund = withTarget(chain.command('fund').summary('Give a coin of a private chain to an address, and mine a block')
    .description('Gives a coin of the chain that is served from --dir, or of the regtest node at --rpc, to an address such as one of `amiko wallet address`, and mines a block.\nThe faucet of an embedded chain pays the amount. A full node mines a block for the address instead: it is worth more, and can be spent 100 blocks later.')
    .argument('<address>', 'Address that is paid')
    .requiredOption('--amount <AMOUNT>', 'How much, such as 0.1btc'))
    .addHelpText('after', '\nExamples:\n  amiko chain fund bcrt1p… --amount 0.1btc --dir ./chain')
  fund.action(async (address: string) => {
    const { fundCommand } = await import('./chain.js')
    const { amount, ...target } = fund.opts<TargetOptions & { amount: string }>()
    await fundCommand(address, amount, target, globalsOf(fund.optsWithGlobals(), terminal), terminal)
  })

  const status = withTarget(chain.command('status').summary('Show how chains stand: height, state, what their mempool takes')
    .description('Shows the chain that is served from --dir, the chains of the node that runs in --dir, or the full node at --rpc.'))
    .addHelpText('after', '\nExamples:\n  amiko chain status --dir ./chain --json\n  amiko chain status --rpc http://127.0.0.1:18443 --cookie ~/.bitcoin/regtest/.cookie')
  status.action(async () => {
    const { statusCommand } = await import('./chain.js')
    await statusCommand(status.opts<TargetOptions>(), globalsOf(status.optsWithGlobals(), terminal), terminal)
  })
}

const withTarget = (command: Command): Command => command
  .option('--rpc <URL>', 'JSON-RPC of a node instead of the folder; a user and password in it are used')
  .option('--cookie <FILE>', 'Cookie file of that node')

function blockCount (written: string): number {
  if (!/^\d{1,5}$/.test(written) || Number(written) < 1 || Number(written) > BLOCKS_MAX) throw new InvalidArgumentError(`It must be a whole number from 1 to ${BLOCKS_MAX}.`)
  return Number(written)
}
