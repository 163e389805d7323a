/**
 * MuSig2: several keys sign as one. Thin, typed functions over `@scure/btc-signer`, whose exceptions become values.
 * About forty times slower than a plain signature: for cooperative closes, not for rounds. @see BIP 327
 */
import * as scure from '@scure/btc-signer/musig2.js'

/** Whose contribution is wrong, and which. */
export interface MusigFailure {
  /** What is not valid: a contribution by its name in BIP 327, or another argument. */
  readonly failed: 'pubkey' | 'pubnonce' | 'aggnonce' | 'psig' | 'value'
  /** Position of the signer at fault, when it is known. */
  readonly signer?: number
}

export const isMusigFailure = (value: unknown): value is MusigFailure =>
  typeof value === 'object' && value !== null && 'failed' in value

/** A tweak of the aggregate key, applied in the order of the list. */
export interface MusigTweak {
  /** 32 bytes, below n. */
  readonly tweak: Uint8Array
  /** Whether it is added to the key as its 32-byte form, as taproot does. */
  readonly isXOnly: boolean
}

/** Both forms of a nonce. */
export interface MusigNonce {
  /** 66 bytes. */
  readonly public: Uint8Array
  /** 97 bytes, for one signature: {@link partialSign} wipes it. Never stored, or a restart could use it twice. */
  readonly secret: Uint8Array
}

/** What all signers of one message agree on. */
export interface MusigContext {
  /** Nonces of all, by {@link aggregateNonces}. */
  readonly aggregateNonce: Uint8Array
  /** 33 bytes each, in the order that was agreed upon. */
  readonly publicKeys: readonly Uint8Array[]
  readonly message: Uint8Array
  readonly tweaks?: readonly MusigTweak[]
}

/** The keys in the order of their bytes. @see BIP 327, KeySort */
export const sortKeys = (publicKeys: readonly Uint8Array[]): Uint8Array[] => scure.sortKeys([...publicKeys])

/**
 * The key that all of them make together, 33 bytes with its parity.
 *
 * @param publicKeys - 33 bytes each; the order matters
 * @see BIP 327, KeyAgg and ApplyTweak
 */
export const aggregateKeys = (publicKeys: readonly Uint8Array[], tweaks: readonly MusigTweak[] = []): Uint8Array | MusigFailure =>
  attempt('value', () => scure.keyAggregate([...publicKeys], ...listsOf(tweaks)).aggPublicKey.toBytes(true))

/** What a nonce is made of; all but `publicKey` and `random` only make it safer. */
export interface NonceSources {
  readonly publicKey: Uint8Array
  /** 32 fresh random bytes. */
  readonly random: Uint8Array
  readonly secret?: Uint8Array
  /** 32 bytes. */
  readonly aggregateKey?: Uint8Array
  readonly message?: Uint8Array
  readonly extra?: Uint8Array
}

/** @see BIP 327, NonceGen */
export const makeNonce = (from: NonceSources): MusigNonce =>
  scure.nonceGen(from.publicKey, from.secret, from.aggregateKey, from.message, from.extra, from.random)

/** @see BIP 327, NonceAgg */
export const aggregateNonces = (publicNonces: readonly Uint8Array[]): Uint8Array | MusigFailure =>
  attempt('pubnonce', () => scure.nonceAggregate([...publicNonces]))

/**
 * Signs our part, and verifies it before it is given away. **Wipes the secret nonce**, also when it fails.
 *
 * @returns 32 bytes
 * @see BIP 327, Sign
 */
export function partialSign (context: MusigContext, secretNonce: Uint8Array, secret: Uint8Array): Uint8Array | MusigFailure {
  const session = open(context)
  if (!isMusigFailure(session)) return attempt('value', () => session.sign(secretNonce, secret))
  secretNonce.fill(0)
  return session
}

/**
 * Whether a signer's part is right.
 *
 * @param publicNonces - of all signers, in their order; their sum must be the nonce of the context
 * @param signer - position of the signer
 * @see BIP 327, PartialSigVerify
 */
export function partialVerify (context: MusigContext, partial: Uint8Array, publicNonces: readonly Uint8Array[], signer: number): boolean | MusigFailure {
  const session = open(context)
  return isMusigFailure(session) ? session : attempt('value', () => session.partialSigVerify(partial, [...publicNonces], signer))
}

/** The BIP 340 signature of all, 64 bytes. @see BIP 327, PartialSigAgg */
export function aggregateSignatures (context: MusigContext, partials: readonly Uint8Array[]): Uint8Array | MusigFailure {
  const session = open(context)
  return isMusigFailure(session) ? session : attempt('value', () => session.partialSigAgg([...partials]))
}

function open ({ aggregateNonce, publicKeys, message, tweaks = [] }: MusigContext): scure.Session | MusigFailure {
  // The library does not say which argument it could not read; keys and tweaks are tried first to tell.
  const key = aggregateKeys(publicKeys, tweaks)
  if (isMusigFailure(key)) return key
  return attempt('aggnonce', () => new scure.Session(aggregateNonce, [...publicKeys], message, ...listsOf(tweaks)))
}

const listsOf = (tweaks: readonly MusigTweak[]): [Uint8Array[], boolean[]] =>
  [tweaks.map(({ tweak }) => tweak), tweaks.map(({ isXOnly }) => isXOnly)]

const CONTRIBUTIONS = ['pubkey', 'pubnonce', 'psig'] as const

/** Runs the library; what it throws becomes a failure, named `otherwise` when it does not blame a signer. */
function attempt<T> (otherwise: MusigFailure['failed'], run: () => T): T | MusigFailure {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof scure.InvalidContributionErr)) return { failed: otherwise }
    return { failed: CONTRIBUTIONS.find((name) => name === error.message) ?? otherwise, signer: error.idx }
  }
}
