/** Why a node refused a transaction, as far as a caller can act on it. */
export type RejectReason =
  | 'malformed'             // not a transaction, or one that no block may hold
  | 'missing-inputs'        // an input is spent or was never there
  | 'invalid-script'        // a signature or a script does not hold
  | 'not-final'             // the lock time has not come
  | 'not-final-sequence'    // a relative lock has not come
  | 'immature-coinbase'
  | 'amounts'               // more out than in, or out of range
  | 'fee-too-low'
  | 'fee-too-high'
  | 'dust'                  // an output below dust, or dust in a transaction with a fee of its own
  | 'missing-ephemeral-spend' // a dust anchor that the package does not spend
  | 'replacement'           // it conflicts with a transaction that it does not pay enough to replace
  | 'truc'                  // beyond the topology or size of version 3
  | 'nonstandard'
  | 'mempool-limits'        // full, or too long a chain of unconfirmed transactions
  | 'already-confirmed'
  | 'package'               // not a child with its parents, or a member failed
  | 'other'

/** Texts of Bitcoin Core 0.21 to 29, Knots and litecoind, first match. Order matters: the special before the general. */
const TEXTS: ReadonlyArray<readonly [pattern: RegExp, reason: RejectReason]> = [
  [/already[- ](in utxo set|in block ?chain|known)|txn-already-known/i, 'already-confirmed'],
  [/missing-ephemeral-spends|unspent-dust/i, 'missing-ephemeral-spend'],
  [/script-verify-flag/i, 'invalid-script'],
  [/TRUC|v3-(rule|violation)|tx-size-truc/i, 'truc'],
  [/non-BIP68-final/i, 'not-final-sequence'],
  [/non-final/i, 'not-final'],
  [/premature-spend-of-coinbase/i, 'immature-coinbase'],
  [/missing-?inputs|inputs-missingorspent|Missing inputs/i, 'missing-inputs'],
  [/in-belowout|vout-(negative|toolarge)|txouttotal|inputvalues-outofrange|fee-outofrange/i, 'amounts'],
  [/max-fee-exceeded|maxfeerate|maximum configured|absurdly-high-fee/i, 'fee-too-high'],
  [/txn-mempool-conflict|replacement|package RBF failed|insufficient fee|too many potential|spends-conflicting/i, 'replacement'],
  [/fee not met|mempool min fee|package-fee-too-low|package fee/i, 'fee-too-low'],
  [/dust/i, 'dust'],
  [/mempool full|too-long-mempool-chain|package-mempool-limits/i, 'mempool-limits'],
  [/package/i, 'package'],
  [/TX decode failed|bad-txns-(vin|vout)-empty|inputs-duplicate|prevout-null|oversize|cb-length|^coinbase$|bad-tx/i, 'malformed'],
  [/^version|scriptpubkey|scriptsig|tx-size|nonstandard|bare-multisig|datacarrier|multi-op-return|witness-|sigops/i, 'nonstandard']
]

/** Sorts a node's words into the reasons. */
export const rejectReasonOf = (text: string): RejectReason => TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'other'
