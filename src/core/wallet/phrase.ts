import { entropyToMnemonic, mnemonicToSeedSync, validateMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { invariant } from '../base/invariant.js'
import { refuse, type Refusal } from '../base/step.js'

/** The words from which all keys follow: 12 to 24 of the English list, in lower case, one space between. @see BIP 39 */
export type Phrase = string & { readonly __phrase: true }

/** A fresh phrase of 24 words. @param entropy - 32 random bytes */
export function phraseOfEntropy (entropy: Uint8Array): Phrase {
  invariant(entropy.length === 32, 'a phrase is made of 32 random bytes')
  return entropyToMnemonic(entropy, wordlist) as Phrase
}

/** Reads a phrase as people type it: any case, any white space. Refuses words that are not in the list and a wrong checksum. */
export function readPhrase (text: string): Phrase | Refusal {
  const words = text.normalize('NFKD').trim().toLowerCase().split(/\s+/)
  if (words.length > 24) return refuse('bad-phrase', { reason: `it has ${words.length} words; 12, 15, 18, 21 or 24 are possible` })
  const unknown = words.findIndex((word) => !wordlist.includes(word))
  // The place only: a word that is nearly right is nearly a secret.
  if (unknown >= 0) return refuse('bad-phrase', { reason: `word ${unknown + 1} is not in the English word list of BIP 39` })
  const joined = words.join(' ')
  if (![12, 15, 18, 21, 24].includes(words.length)) return refuse('bad-phrase', { reason: `it has ${words.length} words; 12, 15, 18, 21 or 24 are possible` })
  if (!validateMnemonic(joined, wordlist)) return refuse('bad-phrase', { reason: 'its checksum does not hold: a word is wrong, or in the wrong place' })
  return joined as Phrase
}

/** The 64-byte seed of BIP 32. About 2,000 rounds of SHA-512: once for a process. @param extra - the "passphrase" of BIP 39; not used by this node */
export const seedOfPhrase = (phrase: Phrase, extra = ''): Uint8Array => mnemonicToSeedSync(phrase, extra)
