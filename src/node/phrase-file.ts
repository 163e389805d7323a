import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fromHex, toHex, utf8Bytes, utf8Text } from '../core/base/bytes.js'
import { AmikoError } from '../core/base/errors.js'
import { isRefusal } from '../core/base/step.js'
import { isBearableCost, keyOfPassphrase, PASSPHRASE_COST, seal, SEAL_NONCE_BYTES, unseal, type PassphraseCost } from '../core/crypto/sealed-box.js'
import { phraseOfEntropy, readPhrase, type Phrase } from '../core/wallet/phrase.js'

/** The words of a node, mode 0600: as they are, or encrypted with a passphrase. */
export const PHRASE_FILE = 'phrase.json'

const SALT_BYTES = 16
/** Longer than any phrase; no file of a passphrase is read beyond. */
const FILE_BYTES_MAX = 4_096
/** Authenticated with an encrypted phrase, so that it opens as nothing else. */
const ASSOCIATED = utf8Bytes('amiko/phrase-file/1')

const hex = z.string().regex(/^([0-9a-f]{2})+$/)
const fileSchema = z.discriminatedUnion('form', [
  z.strictObject({ version: z.literal(1), form: z.literal('plain'), phrase: z.string().max(512) }),
  z.strictObject({ version: z.literal(1), form: z.literal('encrypted'), n: z.number(), r: z.number(), p: z.number(), salt: hex, nonce: hex, sealed: hex })
])
type PhraseFile = z.infer<typeof fileSchema>

export interface PhraseOptions {
  /** Encrypts the file; without it whoever reads the file has the money. */
  readonly passphrase?: string | undefined
  /** For tests: less work than is safe. */
  readonly cost?: PassphraseCost
}

/** A fresh phrase of 24 words. */
export const freshPhrase = (): Phrase => phraseOfEntropy(new Uint8Array(randomBytes(32)))

/** What `seedOfPhrase` of the wallet gives, by Node's own implementation: a hundred times faster, at every start. */
export const seedOf = (phrase: Phrase): Uint8Array => new Uint8Array(pbkdf2Sync(phrase, 'mnemonic', 2_048, 64, 'sha512'))

/** Writes the phrase of a data folder. Throws already-exists: a phrase is never written over. */
export async function writePhrase (dir: string, phrase: Phrase, options: PhraseOptions = {}): Promise<void> {
  const path = join(dir, PHRASE_FILE)
  const file = contentOf(phrase, options)
  try {
    await writeFile(path, JSON.stringify(file, undefined, 2) + '\n', { mode: 0o600, flag: 'wx', flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new AmikoError('already-exists', { what: 'A phrase file', id: path }, { cause: error })
    throw error
  }
  // The process's mask may have taken rights away from the owner, never from others: say what is meant.
  await chmod(path, 0o600)
}

function contentOf (phrase: Phrase, { passphrase, cost = PASSPHRASE_COST }: PhraseOptions): PhraseFile {
  if (passphrase === undefined) return { version: 1, form: 'plain', phrase }
  if (passphrase.length === 0) throw new AmikoError('bad-request', { reason: 'a passphrase has at least one character' })
  const salt = new Uint8Array(randomBytes(SALT_BYTES))
  const nonce = new Uint8Array(randomBytes(SEAL_NONCE_BYTES))
  const sealed = seal(keyOfPassphrase(passphrase, salt, cost), nonce, utf8Bytes(phrase), ASSOCIATED)
  return { version: 1, form: 'encrypted', n: cost.n, r: cost.r, p: cost.p, salt: toHex(salt), nonce: toHex(nonce), sealed: toHex(sealed) }
}

/** Whether a data folder has a phrase, and whether it needs a passphrase. Throws store-corrupt. */
export async function phraseForm (dir: string): Promise<'none' | 'plain' | 'encrypted'> {
  return (await readFileOf(dir))?.form ?? 'none'
}

/**
 * The phrase of a data folder; undefined when it has none, as folders of the first versions.
 *
 * Throws passphrase-needed, wrong-passphrase, store-corrupt.
 */
export async function readPhraseOf (dir: string, passphrase?: string): Promise<Phrase | undefined> {
  const file = await readFileOf(dir)
  if (file === undefined) return undefined
  const path = join(dir, PHRASE_FILE)
  const phrase = readPhrase(file.form === 'plain' ? file.phrase : open(file, path, passphrase))
  if (isRefusal(phrase)) throw new AmikoError('store-corrupt', { dir, reason: `${PHRASE_FILE}: ${String(phrase.detail['reason'])}` })
  return phrase
}

function open (file: Extract<PhraseFile, { form: 'encrypted' }>, path: string, passphrase: string | undefined): string {
  if (passphrase === undefined) throw new AmikoError('passphrase-needed', { file: path })
  if (!isBearableCost(file)) throw new AmikoError('store-corrupt', { dir: path, reason: 'the cost of its passphrase is out of range' })
  const plain = unseal(keyOfPassphrase(passphrase, fromHex(file.salt), file), fromHex(file.nonce), fromHex(file.sealed), ASSOCIATED)
  const words = plain === undefined ? undefined : utf8Text(plain)
  if (words === undefined) throw new AmikoError('wrong-passphrase', { file: path })
  return words
}

async function readFileOf (dir: string): Promise<PhraseFile | undefined> {
  const path = join(dir, PHRASE_FILE)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const parsed = text.length > FILE_BYTES_MAX ? undefined : fileSchema.safeParse(jsonOf(text))
  if (parsed?.success !== true) throw new AmikoError('store-corrupt', { dir, reason: `${PHRASE_FILE} is no phrase file of this version` })
  return parsed.data
}

function jsonOf (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not JSON is as wrong as any other content; the schema refuses it
  }
}
