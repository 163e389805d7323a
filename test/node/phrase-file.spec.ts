import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex } from '../../src/core/base/bytes.js'
import { AmikoError } from '../../src/core/base/errors.js'
import { peerIdOfPublicKey } from '../../src/core/base/ids.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { nodeSecrets } from '../../src/core/wallet/keys.js'
import { seedOfPhrase } from '../../src/core/wallet/phrase.js'
import { initialise, readSecrets } from '../../src/node/config.js'
import type { NodeConfig } from '../../src/node/nouns.js'
import { freshPhrase, phraseForm, PHRASE_FILE, readPhraseOf, seedOf, writePhrase } from '../../src/node/phrase-file.js'
import { KNOWN_PHRASE } from '../core/wallet/harness.js'

const named = (name: string) => (error: unknown): boolean => error instanceof AmikoError && error.name === name
const CHEAP = { n: 16, r: 1, p: 1 }
const config: NodeConfig = { version: 1, network: 'shop', kind: 'regtest', listen: [], api: '127.0.0.1:9736', chains: [], bootstrap: [], pacing: 'private' }

describe('phrase of a data folder', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'amiko-phrase-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('is kept for its owner only, and read back', async () => {
    const phrase = freshPhrase()
    await writePhrase(dir, phrase)
    assert.equal((await stat(join(dir, PHRASE_FILE))).mode & 0o777, 0o600)
    assert.deepEqual([await readPhraseOf(dir), await phraseForm(dir)], [phrase, 'plain'])
    assert.notEqual(freshPhrase(), phrase)
  })

  it('is never written over', async () => {
    await writePhrase(dir, KNOWN_PHRASE)
    await assert.rejects(writePhrase(dir, freshPhrase()), named('already-exists'))
    assert.equal(await readPhraseOf(dir), KNOWN_PHRASE)
  })

  it('opens with its passphrase only, and shows no word without it', async () => {
    await writePhrase(dir, KNOWN_PHRASE, { passphrase: 'correct horse', cost: CHEAP })
    assert.equal((await stat(join(dir, PHRASE_FILE))).mode & 0o777, 0o600)
    assert.ok(!(await readFile(join(dir, PHRASE_FILE), 'utf8')).includes('abandon'))
    assert.deepEqual([await readPhraseOf(dir, 'correct horse'), await phraseForm(dir)], [KNOWN_PHRASE, 'encrypted'])
    await assert.rejects(readPhraseOf(dir), named('passphrase-needed'))
    await assert.rejects(readPhraseOf(dir, 'correct horse '), named('wrong-passphrase'))
    await assert.rejects(writePhrase(join(dir, 'x'), KNOWN_PHRASE, { passphrase: '' }), named('bad-request'))
  })

  it('is refused when the file is damaged, altered, or asks for unbearable work', async () => {
    const path = join(dir, PHRASE_FILE)
    await writePhrase(dir, KNOWN_PHRASE, { passphrase: 'x', cost: CHEAP })
    const good = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    const sealed = String(good['sealed'])
    await writeFile(path, JSON.stringify({ ...good, sealed: (sealed.startsWith('0') ? '1' : '0') + sealed.slice(1) }))
    await assert.rejects(readPhraseOf(dir, 'x'), named('wrong-passphrase'))
    for (const text of ['', '{', '[]', JSON.stringify({ ...good, n: 2 ** 30 }), JSON.stringify({ ...good, more: 1 }), JSON.stringify({ ...good, version: 2 }), ' '.repeat(5_000), JSON.stringify({ version: 1, form: 'plain', phrase: 'abandon abandon' })]) {
      await writeFile(path, text)
      await assert.rejects(readPhraseOf(dir, 'x'), named('store-corrupt'), text.slice(0, 60))
    }
  })

  it('gives the seed that the wallet\'s own function gives', () => {
    assert.equal(toHex(seedOf(KNOWN_PHRASE)), toHex(seedOfPhrase(KNOWN_PHRASE)))
  })

  describe('and its identity', () => {
    it('follows from the phrase in a new folder', async () => {
      const made = await initialise(dir, config, { phrase: KNOWN_PHRASE })
      assert.equal(made.peerId, peerIdOfPublicKey(mulG(nodeSecrets(seedOfPhrase(KNOWN_PHRASE)).identity)))
      assert.equal((await readSecrets(dir)).identity.peerId, made.peerId)
      await assert.rejects(initialise(dir, config), named('already-initialised'))
    })

    it('needs the passphrase of an encrypted phrase', async () => {
      const made = await initialise(dir, config, { passphrase: 'x', cost: CHEAP })
      await assert.rejects(readSecrets(dir), named('passphrase-needed'))
      assert.equal((await readSecrets(dir, 'x')).identity.peerId, made.peerId)
    })

    it('is that of the key file in a folder of an older version, with a phrase or without', async () => {
      const secret = nodeSecrets(seedOfPhrase(KNOWN_PHRASE)).backup
      await writeFile(join(dir, 'identity.key'), `${toHex(secret)}\n`)
      const peerId = peerIdOfPublicKey(mulG(secret))
      assert.deepEqual([(await readSecrets(dir)).identity.peerId, await phraseForm(dir), await readPhraseOf(dir)], [peerId, 'none', undefined])
      await writePhrase(dir, freshPhrase())
      assert.equal((await readSecrets(dir)).identity.peerId, peerId)
      await assert.rejects(initialise(dir, config), named('already-initialised'))
    })

    it('is missed by name in a folder that has neither', async () => {
      await assert.rejects(readSecrets(dir), named('not-initialised'))
    })
  })
})
