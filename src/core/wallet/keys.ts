import { HARDENED_OFFSET, HDKey } from '@scure/bip32'
import { concatBytes } from '../base/bytes.js'
import { invariant } from '../base/invariant.js'
import { publicKeyOf } from '../crypto/schnorr.js'
import { taprootKey, taprootSecret } from '../crypto/taproot.js'

/** `receive`: addresses that are given to others. `change`: what comes back to us. @see BIP 44, Change */
export type Branch = 'receive' | 'change'
export const BRANCHES = ['receive', 'change'] as const

/** The place of a key under an account. */
export interface KeyPath {
  readonly branch: Branch
  readonly index: number
}

/** Keys of one chain: `m/86'/<coin type>'/0'`. */
export interface Account {
  /** The output script of an address: 34 bytes. */
  readonly script: (path: KeyPath) => Uint8Array
  /** The secret of the output key, for a spend by key path. @see BIP 341 */
  readonly secret: (path: KeyPath) => Uint8Array
  /** For a second program that only looks; a secret of privacy, not of money. */
  readonly extendedPublicKey: () => string
}

/** All keys of a phrase that the on-chain wallet uses. Never in state, changes, effects or traces. */
export interface WalletKeys {
  readonly account: (coinType: number) => Account
}

/**
 * What else a node derives from its phrase, by hardened paths of its own, so that none of them tells anything about the
 * others or about the wallet.
 */
export interface NodeSecrets {
  /** 32 bytes: the identity key of a node whose folder was made with a phrase. */
  readonly identity: Uint8Array
  /** 32 bytes: encrypts backups. */
  readonly backup: Uint8Array
}

/** Purposes of BIP 43: taproot accounts, and a number that nobody has registered for what is only ours. */
const PURPOSE_TAPROOT = 86
const PURPOSE_AMIKO = 20_111_212
/** Last step under the second purpose. Only append. */
const PLACES = { identity: 0, backup: 1 } as const

const KEYS_KEPT_MAX = 1_024
const hardened = (index: number): number => HARDENED_OFFSET + index

/** Opens the wallet's keys. @param seed - 64 bytes, see {@link seedOfPhrase} */
export function walletKeys (seed: Uint8Array): WalletKeys {
  const root = HDKey.fromMasterSeed(seed)
  const accounts = new Map<number, Account>()
  return {
    account (coinType) {
      const known = accounts.get(coinType)
      if (known !== undefined) return known
      const opened = openAccount(child(child(child(root, hardened(PURPOSE_TAPROOT)), hardened(coinType)), hardened(0)))
      accounts.set(coinType, opened)
      return opened
    }
  }
}

function openAccount (account: HDKey): Account {
  const branches = { receive: child(account, 0), change: child(account, 1) }
  const kept = new Map<string, Uint8Array>()
  // Derivation costs a multiplication on the curve each time; the newest keys are those that are asked for.
  const keyOf = ({ branch, index }: KeyPath): Uint8Array => {
    const name = `${branch}/${index}`
    const known = kept.get(name)
    if (known !== undefined) return known
    const secret = secretOf(child(branches[branch], index))
    if (kept.size >= KEYS_KEPT_MAX) kept.clear()
    kept.set(name, secret)
    return secret
  }
  return {
    script: (path) => scriptOf(publicKeyOf(keyOf(path))),
    secret: (path) => taprootSecret(keyOf(path)),
    extendedPublicKey: () => account.publicExtendedKey
  }
}

/** The output script of an internal key without scripts. @see BIP 86 */
export const scriptOf = (internalKey: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(0x51, 0x20), taprootKey(internalKey).subarray(1))

/** The node's own secrets. @param seed - 64 bytes, see {@link seedOfPhrase} */
export function nodeSecrets (seed: Uint8Array): NodeSecrets {
  const own = child(HDKey.fromMasterSeed(seed), hardened(PURPOSE_AMIKO))
  return { identity: secretOf(child(own, hardened(PLACES.identity))), backup: secretOf(child(own, hardened(PLACES.backup))) }
}

// One in 2^127 children does not exist, and the package throws; nobody will see that.
const child = (parent: HDKey, index: number): HDKey => parent.deriveChild(index)

function secretOf (key: HDKey): Uint8Array {
  const { privateKey } = key
  invariant(privateKey instanceof Uint8Array, 'a key derived from a seed has its secret')
  return privateKey
}
