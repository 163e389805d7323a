import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AmikoError } from '../../src/core/base/errors.js'
import { buildProgram, runCommandLine } from '../../src/cli/program.js'
import { ADDRESS, CHAIN_ADDRESS, CHANNEL_ID, INVOICE_ID, MEETING_POINT_ID, PAYMENT_ID, PEER, SEND_ID } from '../api/fake-node.js'
import { servedNode, type ServedNode } from '../api/served-node.js'
import { fakeTerminal, type FakeTerminal } from './fake-terminal.js'

describe('command line', () => {
  let served: ServedNode
  beforeEach(async () => { served = await servedNode() })
  afterEach(async () => { await served.end() })

  /** Runs a line against the served node. */
  async function run (line: string, terminal: FakeTerminal = fakeTerminal()): Promise<{ code: number, out: string, err: string }> {
    const code = await runCommandLine([...line.split(' '), '--dir', served.dir], terminal)
    return { code, ...terminal.written }
  }

  describe('on a line that works', () => {
    const LINES: ReadonlyArray<readonly [string, string]> = [
      ['status', 'peerId'], ['mesh peers', 'peers'], ['mesh roster', 'epoch'], [`mesh connect ${ADDRESS}`, 'peer'], [`mesh disconnect ${PEER}`, 'peer'], ['mesh addresses', 'addresses'],
      [`link open ${ADDRESS} --accept trust-line:btc:1000sat --accept trust-line:ltc:5lit`, 'linkId'], ['link list', 'links'], ['link list --requests', 'links'], [`link show ${PEER}`, 'linkId'],
      ['link set default --accept trust-line:btc:1000sat', 'peer'], ['link set default --accept chain:btc:1000sat:500sat', 'peer'], [`link set ${PEER} --fee-base 1msat --fee-ppm 100`, 'peer'], [`link close ${PEER}`, 'peer'],
      [`channel open ${PEER} --kind trust-line --limit 1000sat --amount 500sat`, 'channelId'], ['channel list', 'channels'], [`channel show ${CHANNEL_ID}`, 'id'], [`channel set ${PEER} --limit 2000sat`, 'limit'], [`channel close ${CHANNEL_ID} --force`, 'status'],
      ['invoice create --amount 20sat --description tea --expiry 1h', 'invoice'], ['invoice list', 'invoices'], [`invoice show ${INVOICE_ID}`, 'id'], ['invoice decode amiko1fake', 'amount'], [`invoice cancel ${INVOICE_ID}`, 'status'],
      ['pay amiko1fake --max-fee 1sat', 'proof'], ['payment stream amiko1fake --every 1s', 'payments'], ['payment list', 'payments'], [`payment show ${PAYMENT_ID}`, 'id'], [`payment wait ${PAYMENT_ID} --timeout 5s`, 'status'],
      [`channel open ${PEER} --kind chain --amount 1000sat --push 10sat`, 'push'], [`channel open ${PEER} --kind chain --amount 1000sat --their-amount 10sat`, 'theirAmount'], ['wallet balance', 'balances'], ['wallet address', 'address'], [`wallet send ${CHAIN_ADDRESS} --amount all --fee-rate 2.5`, 'txid'], [`wallet bump ${SEND_ID} --fee-rate 5`, 'fee'], ['wallet list', 'sends'], ['wallet rescan --from-height 7', 'chain'],
      ['backup export', 'bytes'], ['backup verify', 'peerId'], ['backup restore', 'channels'],
      ['meeting-point host', 'id'], ['meeting-point list', 'meetingPoints'], ['meeting-point stop', 'status'], ['waypoint publish --expiry 7d', 'entry'], ['waypoint list', 'waypoints'], [`waypoint withdraw ${MEETING_POINT_ID}`, 'status'], ['asset list', 'assets'], ['commands', 'commands'], ['sim list', 'scenarios'], ['sim run p9 --seed 5', 'traceHash'], ['sim run p9 --count 2 --jobs 2', 'perSecond'], ['rpc node.status', 'peerId']
    ]
    for (const [line, field] of LINES) {
      it(`${line.slice(0, 60)}: one JSON object on standard output with --json, words without, and exit 0`, async () => {
        const asJson = await run(`${line} --json`)
        assert.equal(asJson.code, 0, asJson.err)
        assert.equal(asJson.out.trimEnd().split('\n').length, 1)
        assert.ok(field in (JSON.parse(asJson.out) as object), asJson.out)
        const inWords = await run(line)
        assert.equal(inWords.code, 0, inWords.err)
        assert.ok(inWords.out.length > 0)
      })
    }

    it('pay answers with the fields that scripts read', async () => {
      const { out } = await run('pay amiko1fake --json')
      const { status, amount, fee, proof, parts, attempts, durationMs } = JSON.parse(out) as Record<string, unknown>
      assert.deepEqual([status, amount, fee, proof, parts, attempts, durationMs], ['paid', '20000', '3', '77'.repeat(32), 1, 1, 48])
    })

    it('invoice create answers with the invoice and its id', async () => {
      const { invoice, id } = JSON.parse((await run('invoice create --amount 20sat --json')).out) as Record<string, unknown>
      assert.deepEqual([invoice, id], ['amiko1fake', INVOICE_ID])
    })

    it('the table of channels shows amounts with their unit', async () => {
      const { out } = await run('channel list')
      assert.match(out, /can send\s+can receive/)
      assert.match(out, /995sat\s+1005sat\s+-5sat/)
    })

    it('options reach the node as they were written', async () => {
      await run(`link open ${ADDRESS} --accept none`)
      await run(`channel close ${CHANNEL_ID} --force`)
      await run(`pay amiko1fake --via ${PEER} --timeout 7`)
      assert.deepEqual(served.node.asked.map(({ what, with: args }) => [what, (args as unknown[]).at(-1)]), [
        ['links.open', { accept: [] }], ['channels.close', { force: true }], ['payments.pay', { via: [PEER], timeoutMs: 7_000 }]
      ])
    })

    it('the environment stands in for --dir and --api', async () => {
      const byDir = fakeTerminal({ env: { AMIKO_DIR: served.dir } })
      assert.equal(await runCommandLine(['status', '--json'], byDir), 0, byDir.written.err)
      const byApi = fakeTerminal({ env: { AMIKO_API: served.api.url.slice('http://'.length), AMIKO_DIR: served.dir } })
      assert.equal(await runCommandLine(['status', '--json'], byApi), 0, byApi.written.err)
    })

    it('text of strangers cannot command the terminal', async () => {
      const invoices = served.node.invoices.list() as unknown as Array<{ description: string }>
      invoices[0]!.description = '\u001b[2Jgone\nfake line \u202e'
      const { out } = await run('invoice list')
      assert.doesNotMatch(out, /[\u001b\u202e]|^fake line/m)
      assert.match(out, /\\u\{1b\}\[2Jgone/)
    })
  })

  describe('on a failure', () => {
    it('usage is exit 3: the sentence on standard error, nothing is asked of the node', async () => {
      const lines = [
        'nothing', 'link', 'link nothing', 'link open', 'link open nonsense', 'channel open', `channel open ${PEER} --kind barter --limit 5sat`, `channel open ${PEER} --limit 5`, `channel open ${PEER} --limit -5sat`, `channel open ${PEER} --limit`,
        'invoice create', 'invoice create --amount 20', 'invoice create --amount 20sat --expiry never', 'invoice create --amount 20sat --extra', 'invoice list --count many', 'pay', 'pay a b', 'pay i --timeout never', 'pay i --max-fee 1',
        'rpc', 'rpc no.such', 'rpc node.status {', 'network', 'network up --nodes many', 'network up --their-amount 5', 'network pay --from n0', 'init', 'log --count none', 'sim run no-such', 'sim run p9 --leave-out n0', 'sim replay', `link set ${PEER} --fee-ppm 1e9`
      ]
      for (const line of lines) {
        const { code, out, err } = await run(line)
        assert.equal(code, 3, `${line}: ${err}`)
        assert.equal(out, '', line)
        assert.ok(err.length > 0, line)
      }
      assert.deepEqual(served.node.asked, [])
    })

    it('with --json the error is one object on standard output, the sentence stays on standard error', async () => {
      for (const [line, name] of [['invoice create --amount 20', 'bad-amount'], ['nothing', 'bad-request'], [`payment show ${'0'.repeat(32)}`, 'not-found']] as const) {
        const { out, err } = await run(`${line} --json`)
        const { error } = JSON.parse(out) as { error: { name: string, code: number, message: string, detail: object } }
        assert.equal(error.name, name)
        assert.equal(typeof error.code, 'number')
        assert.ok(err.includes(error.message.split('\n')[0]!), err)
      }
    })

    it('a refusal of the node is exit 1', async () => {
      for (const line of [`payment show ${'0'.repeat(32)}`, `channel show ${'0'.repeat(64)}`, 'invoice create --amount 0sat', 'invoice create --amount 2100000000000001sat', `channel open ${PEER} --limit 5doge`]) {
        const { code, err } = await run(line)
        // An unknown unit is no amount at all, which is usage.
        assert.equal(code, line.endsWith('doge') ? 3 : 1, `${line}: ${err}`)
      }
    })

    it('no node is exit 2: never started, killed, or another address', async () => {
      const empty = await mkdtemp(join(tmpdir(), 'amiko-cli-'))
      assert.equal(await runCommandLine(['status', '--dir', empty], fakeTerminal()), 2)
      await writeFile(join(empty, '.api'), JSON.stringify({ url: 'http://127.0.0.1:1', pid: 1 }))
      assert.equal(await runCommandLine(['status', '--dir', empty], fakeTerminal()), 2)
      await writeFile(join(empty, '.api'), 'damaged')
      assert.equal(await runCommandLine(['status', '--dir', empty], fakeTerminal()), 2)
      assert.equal(await runCommandLine(['pay', 'i', '--dir', empty, '--api', '127.0.0.1:1'], fakeTerminal()), 2)
      assert.equal(await runCommandLine(['status', '--dir', join(empty, 'none', 'here')], fakeTerminal()), 2)
      await rm(empty, { recursive: true })
    })

    it('an address without the cookie is a refusal that says what is missing', async () => {
      const empty = await mkdtemp(join(tmpdir(), 'amiko-cli-'))
      const terminal = fakeTerminal()
      assert.equal(await runCommandLine(['status', '--dir', empty, '--api', served.api.url], terminal), 1)
      assert.match(terminal.written.err, /credential/)
      await rm(empty, { recursive: true })
    })

    it('an open outcome is exit 4 and prints the payment id', async () => {
      served.node.payment = async () => { throw new AmikoError('payment-pending', { id: PAYMENT_ID }) }
      const { code, err } = await run('pay amiko1fake')
      assert.equal(code, 4)
      assert.ok(err.includes(PAYMENT_ID))
      assert.equal((JSON.parse((await run('pay amiko1fake --json')).out) as { error: { detail: { id: string } } }).error.detail.id, PAYMENT_ID)
    })

    it('Ctrl-C while paying is exit 4, while asking anything else exit 1', async () => {
      const interrupt = new AbortController()
      served.node.payment = async (signal) => await new Promise((_resolve, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason as Error))
        interrupt.abort()
      })
      const { code, err } = await run('pay amiko1fake', fakeTerminal({ signal: interrupt.signal }))
      assert.equal(code, 4)
      assert.match(err, /payment list/)
      assert.equal((await run('status', fakeTerminal({ signal: interrupt.signal }))).code, 1)
    })

    it('a node that dies while paying is exit 4: the payment may be under way', async () => {
      served.node.payment = async () => await new Promise(() => { void served.api.stop() })
      const { code } = await run('pay amiko1fake')
      assert.equal(code, 4)
    })
  })

  describe('on a command that moves money', () => {
    const LINES = ['pay amiko1fake', `channel open ${PEER} --limit 1000sat`, `channel set ${PEER} --limit 5sat`, `channel close ${CHANNEL_ID}`, `link close ${PEER}`]
    for (const line of LINES) {
      it(`${line.slice(0, 30)}: shows a summary and asks; anything but yes changes nothing`, async () => {
        for (const [answer, code] of [['', 1], ['n', 1], ['maybe', 1], ['y', 0], ['YES', 0]] as const) {
          served.node.asked.length = 0
          const terminal = fakeTerminal({ answers: [answer] })
          assert.equal((await run(line, terminal)).code, code, terminal.written.err)
          assert.equal(terminal.questions.length, 1)
          assert.equal(served.node.asked.some(({ what }) => what !== 'channels.find'), code === 0, answer)
        }
      })

      it(`${line.slice(0, 30)}: does not ask with --yes, nor when nobody is there`, async () => {
        const terminal = fakeTerminal({ answers: [] })
        assert.equal((await run(`${line} --yes`, terminal)).code, 0)
        assert.equal(terminal.questions.length, 0)
        assert.equal((await run(line)).code, 0)
      })
    }
  })

  describe('on help', () => {
    it('every command explains itself, and every method command shows an example', async () => {
      const commands = JSON.parse((await run('commands --json')).out) as { commands: Array<{ command: string, summary: string, method?: string }> }
      assert.ok(commands.commands.length > 35)
      for (const { command, summary, method } of commands.commands) {
        const { code, out, err } = await run(`${command.slice('amiko '.length)} --help`)
        assert.equal(code, 0, err)
        assert.match(out, new RegExp(`Usage: ${command}`))
        assert.ok(summary.length > 0, command)
        if (method !== undefined) assert.match(out, /Examples:\n {2}amiko /, command)
      }
    })

    it('the nouns are those of the published list', () => {
      const names = buildProgram(fakeTerminal()).commands.map((command) => command.name()).sort()
      assert.deepEqual(names, ['asset', 'backup', 'chain', 'channel', 'commands', 'init', 'invoice', 'link', 'log', 'meeting-point', 'mesh', 'network', 'pay', 'payment', 'rpc', 'sim', 'start', 'status', 'stop', 'wallet', 'waypoint'])
    })

    it('the version is printed alone', async () => {
      assert.match((await run('--version')).out, /^\d+\.\d+\.\d+\n$/)
    })
  })

  describe('on log', () => {
    it('shows the last lines of the file, or says that there is none', async () => {
      assert.equal((await run('log')).code, 1) // No node lives in the folder.
      await writeFile(join(served.dir, 'config.json'), '{}')
      assert.deepEqual(JSON.parse((await run('log --json')).out), { lines: [] })
      await mkdir(join(served.dir, 'log'))
      await writeFile(join(served.dir, 'log', 'amiko.log'), 'one\ntwo\nthree\n')
      assert.equal((await run('log --count 2')).out, 'two\nthree\n')
      assert.deepEqual(JSON.parse((await run('log --count 1 --json')).out), { lines: ['three'] })
    })

    it('follows notices until it is interrupted, which is no failure', async () => {
      const interrupt = new AbortController()
      const terminal = fakeTerminal({ signal: interrupt.signal })
      const running = run('log --follow --type payment:* --json', terminal)
      while (served.node.listening() === 0) await new Promise((resolve) => setImmediate(resolve))
      served.node.notify({ type: 'link:opened' })
      served.node.notify({ type: 'payment:paid', amount: 5n })
      while (terminal.written.out === '') await new Promise((resolve) => setImmediate(resolve))
      interrupt.abort()
      const { code, out } = await running
      assert.deepEqual([code, out], [0, '{"type":"payment:paid","amount":"5"}\n'])
    })
  })
})
