import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommandLine } from '../../../src/cli/program.js'
import { networkOf } from '../../../src/core/node/genesis.js'
import { nodeSecrets } from '../../../src/core/wallet/keys.js'
import { exportBackup } from '../../../src/node/backup-file.js'
import { readConfig, readSecrets } from '../../../src/node/config.js'
import { phraseForm, readPhraseOf, seedOf } from '../../../src/node/phrase-file.js'
import { peerNumber } from '../../core/link/harness.js'
import { KNOWN_PHRASE } from '../../core/wallet/harness.js'
import { fakeTerminal, type FakeTerminal } from '../fake-terminal.js'

describe('amiko init', () => {
  let root: string
  let dir: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'amiko-init-'))
    dir = join(root, 'alice')
  })
  afterEach(async () => { await rm(root, { recursive: true, force: true }) })
  const init = async (terminal: FakeTerminal, ...words: string[]): Promise<number> => await runCommandLine(['init', '--network', 'village', '--dir', dir, ...words], terminal)
  const errorOf = ({ written }: FakeTerminal): string => (JSON.parse(written.out) as { error: { name: string } }).error.name

  it('tells a person the words once, and a program never', async () => {
    const terminal = fakeTerminal()
    assert.equal(await init(terminal), 0)
    const phrase = await readPhraseOf(dir)
    assert.ok(phrase !== undefined && terminal.written.err.includes(phrase) && !terminal.written.out.includes(phrase))
    dir = join(root, 'bob')
    const machine = fakeTerminal()
    await init(machine, '--json')
    assert.equal(machine.written.err, '')
    assert.ok(!machine.written.out.includes((await readPhraseOf(dir))!))
  })

  it('--passphrase encrypts the words with what is typed twice', async () => {
    const terminal = fakeTerminal({ answers: ['open sesame', 'open sesame'] })
    assert.equal(await init(terminal, '--passphrase'), 0, terminal.written.err)
    assert.deepEqual([await phraseForm(dir), terminal.questions.length], ['encrypted', 2])
    assert.ok(terminal.written.err.includes((await readPhraseOf(dir, 'open sesame'))!))
  })

  it('two passphrases that differ make nothing, nor does none at all', async () => {
    const terminal = fakeTerminal({ answers: ['open sesame', 'open sesam'] })
    assert.equal(await init(terminal, '--passphrase', '--json'), 3)
    assert.equal(errorOf(terminal), 'bad-request')
    assert.equal(await init(fakeTerminal(), '--passphrase'), 3)
    await assert.rejects(readFile(join(dir, 'config.json')))
  })

  it('the environment gives a passphrase without a question', async () => {
    const terminal = fakeTerminal({ env: { AMIKO_PASSPHRASE: 'open sesame' } })
    assert.equal(await init(terminal), 0, terminal.written.err)
    assert.deepEqual([await phraseForm(dir), terminal.questions], ['encrypted', []])
  })

  for (const [from, terminalOf, words] of [
    ['a question', () => fakeTerminal({ answers: [` ${KNOWN_PHRASE.toUpperCase()} `] }), async () => []],
    ['the environment', () => fakeTerminal({ env: { AMIKO_PHRASE: KNOWN_PHRASE } }), async () => []],
    ['a file of words', () => fakeTerminal(), async (path: string) => { await writeFile(path, `${KNOWN_PHRASE}\n`); return ['--phrase-file', path] }],
    ['the phrase file of another folder', () => fakeTerminal(), async (path: string) => { await writeFile(path, JSON.stringify({ version: 1, form: 'plain', phrase: KNOWN_PHRASE })); return ['--phrase-file', path] }]
  ] as const) {
    it(`--restore takes the words from ${from}`, async () => {
      const terminal = terminalOf()
      assert.equal(await init(terminal, '--restore', ...await words(join(root, 'words'))), 0, terminal.written.err)
      assert.equal(await readPhraseOf(dir), KNOWN_PHRASE)
      assert.ok(!terminal.written.err.includes(KNOWN_PHRASE), 'who restores has the words')
    })
  }

  it('--beacon names the chain that elects, and a backup of such a network is read with it [HINT-18]', async () => {
    const path = join(root, 'node.backup')
    const identity = new Uint8Array(32).fill(5)
    const owner = { key: nodeSecrets(seedOf(KNOWN_PHRASE)).backup, networkId: networkOf('village', 'regtest', undefined, 'bitcoin').id }
    await exportBackup(path, { network: 'village', peerId: peerNumber(1), identity, peers: [], chains: [], channels: [], createdMs: 1 }, owner)
    const restore = async (terminal: FakeTerminal, ...words: string[]): Promise<number> => await init(terminal, '--restore', '--backup', path, '--json', ...words)
    const without = fakeTerminal({ env: { AMIKO_PHRASE: KNOWN_PHRASE } })
    assert.notEqual(await restore(without), 0)
    assert.deepEqual([errorOf(without), await phraseForm(dir)], ['backup-network', 'none'])
    assert.equal(await restore(fakeTerminal({ env: { AMIKO_PHRASE: KNOWN_PHRASE } }), '--beacon', 'bitcoin'), 0)
    assert.deepEqual([(await readConfig(dir)).beacon, (await readSecrets(dir)).identity.secret], ['bitcoin', identity])
  })

  it('tells with --json which chain elects, and of none when none was named [HINT-18]', async () => {
    const named = fakeTerminal()
    assert.equal(await init(named, '--beacon', 'litecoin', '--json'), 0)
    assert.equal((JSON.parse(named.written.out) as { beacon?: string }).beacon, 'litecoin')
    dir = join(root, 'bob')
    const unnamed = fakeTerminal()
    assert.equal(await init(unnamed, '--json'), 0)
    assert.equal('beacon' in (JSON.parse(unnamed.written.out) as object), false)
  })

  it('words that are none, or that nobody gave, make nothing', async () => {
    const wrong = fakeTerminal({ env: { AMIKO_PHRASE: 'abandon abandon' } })
    assert.notEqual(await init(wrong, '--restore', '--json'), 0)
    assert.equal(errorOf(wrong), 'bad-phrase')
    assert.equal(await init(fakeTerminal(), '--restore'), 3)
    assert.equal(await init(fakeTerminal(), '--phrase-file', 'x'), 3)
    assert.equal(await phraseForm(dir), 'none')
  })
})
