import { readFile } from 'node:fs/promises'
import { AmikoError } from '../../core/base/errors.js'
import { isRefusal } from '../../core/base/step.js'
import type { Phrase } from '../../core/wallet/phrase.js'
import type { Terminal } from '../terminal.js'

/*
 * Where a command takes secrets from. Never from its words: those are in the list of processes and in the shell's
 * history. The environment first, then a question on the terminal.
 */

/** A phrase as long as it may be, with room for what people type around it. */
const PHRASE_FILE_BYTES_MAX = 4_096

/** The passphrase of an encrypted phrase; undefined when nobody can be asked. */
export async function passphraseOf (terminal: Terminal, question: string): Promise<string | undefined> {
  const given = terminal.env['AMIKO_PASSPHRASE']
  if (given !== undefined && given !== '') return given
  return terminal.canAsk ? await terminal.askHidden(question) : undefined
}

/** A passphrase that is to be set: asked twice. Throws bad-request. */
export async function newPassphrase (terminal: Terminal): Promise<string> {
  const first = await passphraseOf(terminal, 'Passphrase for the phrase: ')
  if (first === undefined || first === '') throw new AmikoError('bad-request', { reason: 'a passphrase is needed: set AMIKO_PASSPHRASE, or run this on a terminal' })
  if (terminal.env['AMIKO_PASSPHRASE'] !== first && await terminal.askHidden('The same again: ') !== first) throw new AmikoError('bad-request', { reason: 'the two passphrases are not the same' })
  return first
}

/** The words of a node that is restored: from a file, the environment, or a question. Throws bad-request, bad-phrase, not-found. */
export async function restoredPhrase (terminal: Terminal, file: string | undefined): Promise<Phrase> {
  const { readPhrase } = await import('../../core/wallet/phrase.js')
  const words = file === undefined ? terminal.env['AMIKO_PHRASE'] ?? (terminal.canAsk ? await terminal.askHidden('The words of the phrase: ') : undefined) : await wordsIn(file)
  if (words === undefined || words.trim() === '') throw new AmikoError('bad-request', { reason: 'the words of the phrase are needed: name a file with --phrase-file, set AMIKO_PHRASE, or run this on a terminal' })
  const phrase = readPhrase(words)
  if (isRefusal(phrase)) throw new AmikoError(phrase.refused, phrase.detail)
  return phrase
}

async function wordsIn (path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AmikoError('bad-request', { reason: `${path} cannot be read (${error.code ?? error.message})` }, { cause: error })
  })
  if (text.length > PHRASE_FILE_BYTES_MAX) throw new AmikoError('bad-request', { reason: `${path} is too long for a phrase` })
  // The phrase file of a data folder is taken as it is.
  const match = /"phrase":\s*"([^"]*)"/.exec(text)
  return match?.[1] ?? text
}
