import { type Command, InvalidArgumentError, Option } from 'commander'
import { tmpdir } from 'node:os'
import { mkdtemp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AmikoError } from '../../core/base/errors.js'
import { parseAmount, coin } from '../../core/base/assets.js'
import { globalsOf } from '../globals.js'
import type { Terminal } from '../terminal.js'
import { addChain } from './chain/commands.js'
import type { PayOptions } from './network/pay.js'

/** The commands that make and run processes. Their code is loaded when one is called, so that others start fast. */
export function addProcessCommands (program: Command, terminal: Terminal): void {
  addInit(program, terminal)
  addStart(program, terminal)
  addNetwork(program, terminal)
  addChain(program, terminal)
}

const repeated = (value: string, earlier: string[] | undefined): string[] => [...(earlier ?? []), value]

function whole (written: string): number {
  if (!/^\d{1,9}$/.test(written)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(written)
}

const kindOption = (): Option => new Option('--kind <KIND>', 'Which money the network is for').choices(['mainnet', 'testnet', 'regtest']).default('regtest')
const listenOption = (): Option => new Option('--listen <MULTIADDR>', 'Where to listen for peers (may be repeated)').argParser(repeated)

const chainOption = (): Option => new Option('--chain <CHAIN>', 'Chain backend: embedded, bitcoind=URL or litecoind=URL; a URL may name the cookie file, http://127.0.0.1:8332/?cookiefile=PATH (may be repeated)').argParser(repeated)

function addInit (program: Command, terminal: Terminal): void {
  const command = program.command('init').summary('Make a node: settings and a fresh phrase in the data folder')
    .description('Makes a node: settings and a phrase of 24 words in the data folder, from which its identity and its wallet follow. `--api HOST:PORT` sets where its API will listen.\n--restore makes the node of a phrase that you kept; it is asked for, or read from AMIKO_PHRASE or --phrase-file.')
    .requiredOption('--network <NAME>', 'Name of the network, [a-z0-9-]{1,32}')
    .addOption(kindOption())
    .option('--network-key <HEX>', 'Key of a private network, 64 hexadecimal digits; `amiko network join` sets it from one string')
    .addOption(chainOption())
    .option('--allow-mainnet', 'Let a node of the kind mainnet use chains: real money, with a program that is young')
    .addOption(listenOption())
    .addOption(new Option('--bootstrap <ADDRESS>', 'Peer to connect to at start (may be repeated)').argParser(repeated))
    .addOption(new Option('--pacing <PROFILE>', 'How often hints are sent').choices(['private', 'world']).default('world'))
    .addOption(new Option('--beacon <CHAIN>', 'Chain whose blocks elect meeting points, the same for all nodes of the network; without it its genesis does').choices(['bitcoin', 'litecoin']))
    .option('--passphrase', 'Encrypt the phrase with a passphrase that is asked for (AMIKO_PASSPHRASE); every start needs it')
    .option('--restore', 'Make the node of a phrase that exists')
    .option('--phrase-file <FILE>', 'With --restore: file that holds the words')
    .option('--backup <FILE>', 'With --restore: a backup of the node, for nodes that are older than their phrase')
    .addHelpText('after', '\nExamples:\n  amiko init --dir ./alice --network village --listen /ip4/0.0.0.0/tcp/9735\n  amiko init --dir ./bob --network village --api 127.0.0.1:9800 --json')
  command.action(async () => {
    const options = command.opts<{ network: string, kind: 'regtest', networkKey?: string, chain?: string[], allowMainnet?: boolean, listen?: string[], bootstrap?: string[], pacing: 'world', beacon?: 'bitcoin', passphrase?: boolean, restore?: boolean, phraseFile?: string, backup?: string }>()
    const globals = globalsOf(command.optsWithGlobals(), terminal)
    const { init } = await import('./init.js')
    await init({
      network: options.network, kind: options.kind, networkKey: options.networkKey, listen: options.listen ?? [], api: globals.api,
      chains: options.chain ?? [], allowMainnet: options.allowMainnet, bootstrap: options.bootstrap ?? [], pacing: options.pacing, beacon: options.beacon
    }, {
      restore: options.restore === true, phraseFile: options.phraseFile, encrypt: options.passphrase === true, backup: options.backup === undefined ? undefined : resolve(options.backup)
    }, globals, terminal)
  })
}

function addStart (program: Command, terminal: Terminal): void {
  const command = program.command('start').summary('Run the node of the data folder until it is stopped')
    .description('Runs the node of the data folder until SIGTERM, Ctrl-C or `amiko stop`. With --json one line is printed when it is ready.')
    .addOption(new Option('--engine <ENGINE>', 'Curve engine').choices(['auto', 'tiny-secp256k1', 'libsecp256k1']))
    .addOption(new Option('--log-level <LEVEL>', 'What the log holds').choices(['error', 'warn', 'info', 'debug']))
    .addOption(new Option('--with-parent', 'End when standard input ends').hideHelp())
    .addHelpText('after', '\nExamples:\n  amiko start --dir ./alice\n  amiko start --dir ./alice --json')
  command.action(async () => {
    const options = command.opts<{ engine?: 'auto', logLevel?: 'info', withParent?: boolean }>()
    const { start } = await import('./start.js')
    await start({ withParent: options.withParent === true, engine: options.engine, logLevel: options.logLevel }, globalsOf(command.optsWithGlobals(), terminal), terminal)
  })
}

function addNetwork (program: Command, terminal: Terminal): void {
  const network = program.command('network').summary('Private networks').description('Private networks: many nodes on this machine, or one string by which others join.')

  const up = network.command('up').summary('Bring up a private network of nodes on this machine')
    .description('Brings up a private network: each node is a process; a chain, links and channels as the topology says, a meeting point, first payments.\nStays until Ctrl-C and stops all nodes; with --detach it leaves them running. In a folder that holds a network already, that network comes up again.')
    .option('--nodes <N>', 'Number of nodes of a shape', whole, 5)
    .option('--topology <SHAPE|FILE>', 'line, ring, star, small-world, or a CSV file node_a,node_b,capacity_ab,capacity_ba in sat', 'line')
    .addOption(new Option('--kind <KIND>', 'Kind of channels: chain (enforced), trust-line, or mixed (every second one enforced); by default one is enforced').choices(['chain', 'trust-line', 'mixed']))
    .addOption(new Option('--chain <BACKEND>', 'Chain beside the nodes: embedded needs nothing; bitcoind and litecoind are found on the PATH, or by AMIKO_BITCOIND and AMIKO_LITECOIND').choices(['embedded', 'none', 'bitcoind', 'litecoind']).default('embedded'))
    .option('--capacity <AMOUNT>', 'What each link of a shape can carry each way', '1000000sat')
    .option('--their-amount <AMOUNT>', 'What the second node of every enforced channel puts into it, of what it begins with there; by default the first puts in all')
    .addOption(new Option('--meeting-point <NODE>', 'Node that hosts a meeting point; by default the most central one (may be repeated)').argParser(repeated))
    .option('--seed <N>', 'Seed of the small-world shape', whole, 1)
    .option('--detach', 'Leave the nodes running and return')
    .addHelpText('after', '\nExamples:\n  amiko network up\n  amiko network up --dir ./net --nodes 8 --topology ring --detach --json\n  amiko network up --dir ./net --topology village.csv\n  amiko network up --dir ./net --kind chain --capacity 200000sat --their-amount 100000sat')
  up.action(async () => {
    const options = up.opts<{ nodes: number, topology: string, kind?: string, chain: string, capacity: string, theirAmount?: string, meetingPoint?: string[], seed: number, detach?: boolean }>()
    const globals = globalsOf(up.optsWithGlobals(), terminal)
    const capacity = satOf('the capacity', options.capacity)
    const theirSat = options.theirAmount === undefined ? undefined : satOf('--their-amount', options.theirAmount)
    // Without a folder the network is for a look: it leaves nothing behind. One that stays needs a folder to be found in.
    const isTemporary = !globals.dirGiven && options.detach !== true
    const dir = globals.dirGiven ? globals.dir : isTemporary ? await mkdtemp(join(tmpdir(), 'amiko-network-')) : join(globals.dir, 'network')
    const { networkUp } = await import('./network/network.js')
    await networkUp({ ...options, capacity, theirSat, meetingPoints: options.meetingPoint ?? [], detach: options.detach === true }, dir, isTemporary, globals, terminal)
  })

  const down = network.command('down').summary('Stop all nodes of a network; the folder stays').description('Stops all nodes of the network in --dir. The folder stays; `amiko network up` brings it up again.')
  down.action(async () => {
    const { networkDown } = await import('./network/network.js')
    await networkDown(networkGlobals(down, terminal), terminal)
  })

  const status = network.command('status').summary('Show how each node of a network stands').description('Shows how each node of the network in --dir stands.')
  status.action(async () => {
    const { networkStatus } = await import('./network/network.js')
    await networkStatus(networkGlobals(status, terminal), terminal)
  })

  const pay = network.command('pay').summary('Make payments between two nodes of a network and measure them').description('Makes payments between two nodes of the network in --dir and measures them.')
    .requiredOption('--from <NODE>', 'Node that pays').requiredOption('--to <NODE>', 'Node that is paid').option('--amount <AMOUNT>', 'What each payment pays', '1sat')
    .option('--count <N>', 'Number of payments', whole, 1).option('--concurrency <C>', 'Payments at once', whole, 1)
    .addHelpText('after', '\nExamples:\n  amiko network pay --dir ./net --from n0 --to n4 --amount 20sat --count 100 --concurrency 4 --json')
  pay.action(async () => {
    const { networkPay } = await import('./network/network.js')
    await networkPay(pay.opts<PayOptions>(), networkGlobals(pay, terminal), terminal)
  })

  const create = network.command('create').summary('Make a private network with its first node, and the string by which others join')
    .description('Makes a private network (name, genesis and key) with its first node in --dir, and prints the one string by which others join.')
    .argument('<name>', 'Name of the network, [a-z0-9-]{1,32}').addOption(kindOption()).addOption(listenOption()).addOption(chainOption())
    .addOption(new Option('--address <MULTIADDR>', 'Address under which others reach this node (may be repeated)').argParser(repeated))
    .addHelpText('after', '\nExamples:\n  amiko network create village --dir ./alice --listen /ip4/0.0.0.0/tcp/9735 --address /ip4/192.0.2.7/tcp/9735')
  create.action(async (name: string) => {
    const options = create.opts<{ kind: 'regtest', listen?: string[], address?: string[], chain?: string[] }>()
    const { networkCreate } = await import('./network/network.js')
    await networkCreate({ name, kind: options.kind, listen: options.listen ?? [], addresses: options.address ?? [], chains: options.chain ?? [] }, globalsOf(create.optsWithGlobals(), terminal), terminal)
  })

  const joining = network.command('join').summary('Make a node of the network that a string describes').description('Makes a node in --dir of the network that a string of `amiko network create` describes.')
    .argument('<string>', 'What `amiko network create` printed').addOption(listenOption()).addOption(chainOption())
    .addHelpText('after', '\nExamples:\n  amiko network join amikonet1… --dir ./bob')
  joining.action(async (written: string) => {
    const { networkJoin } = await import('./network/network.js')
    const { listen = [], chain: chains = [] } = joining.opts<{ listen?: string[], chain?: string[] }>()
    await networkJoin(written, { listen, chains }, globalsOf(joining.optsWithGlobals(), terminal), terminal)
  })
}

/** Without `--dir`, the network is where `network up --detach` puts it. */
function networkGlobals (command: Command, terminal: Terminal): ReturnType<typeof globalsOf> {
  const globals = globalsOf(command.optsWithGlobals(), terminal)
  return globals.dirGiven ? globals : { ...globals, dir: join(globals.dir, 'network') }
}

/** Whole satoshis of an amount in bitcoin. */
function satOf (what: string, written: string): bigint {
  const parsed = parseAmount(written, [coin('btc', 'regtest')])
  if (parsed === undefined) throw new AmikoError('bad-amount', { text: written.slice(0, 64) })
  if (parsed.value % 1_000n !== 0n || parsed.value === 0n) throw new AmikoError('bad-request', { reason: `${what} ${written.slice(0, 64)} is not a whole number of sat above zero` })
  return parsed.value / 1_000n
}
