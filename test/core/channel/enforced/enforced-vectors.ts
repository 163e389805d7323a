import { fromHex, toHex } from '../../../../src/core/base/bytes.js'
import { closingNonce, closingTransaction, completeClosing, signClosing } from '../../../../src/core/channel/enforced/closing-transaction.js'
import { signedCommitment, type Commitment } from '../../../../src/core/channel/enforced/commitment.js'
import { fixedParts, type Format } from '../../../../src/core/channel/enforced/contract.js'
import { givePreSigned, signCommitment } from '../../../../src/core/channel/enforced/evidence.js'
import { commitmentSecret } from '../../../../src/core/channel/enforced/keys.js'
import { needsSecret, preSignedHashes, spendOf } from '../../../../src/core/channel/enforced/pre-signed.js'
import { taprootOutput } from '../../../../src/core/channel/enforced/scripts.js'
import { signatureHash } from '../../../../src/core/channel/enforced/sighash.js'
import { bumpCommitment, claimedOutput, delayedOutput, payFee, punishedOutput, staticOutputOf, sweep, takePtlcs, type FeeWallet, type Takeable } from '../../../../src/core/channel/enforced/spends.js'
import { displayTxid, transactionBytes, txidOf, vsizeOf, weightOf, type Transaction } from '../../../../src/core/channel/enforced/transaction.js'
import type { Lock } from '../../../../src/core/channel/lock.js'
import { adapt } from '../../../../src/core/crypto/adaptor.js'
import { mulG } from '../../../../src/core/crypto/curve.js'
import { signSchnorr } from '../../../../src/core/crypto/schnorr.js'
import { taprootSecret } from '../../../../src/core/crypto/taproot.js'
import { firstBlocks } from './regtest-blocks.js'
import { bothViews, hashOf, lockOf, secretOf, twoSides, type Amounts, type OneSide, type TwoSides } from './two-sides.js'

/** What a replay does, in order. `expect`: `accepted`, or a node's word for what is wrong. */
export type ReplayStep =
  | { readonly do: 'mine', readonly blocks: number }
  | { readonly do: 'publish', readonly name: string, readonly package: boolean, readonly transactions: readonly string[], readonly expect: string }

const FUNDING_SAT = 200_000n
const DELAY = 10
const WALLET = secretOf(1_000)
const walletOutput = taprootOutput(mulG(WALLET))
const AUX = hashOf('vectors')
const FIRST_BLOCKS = 101
const FEE_COINS = 24
const FEE_COIN_SAT = 50_000n
const CASES = [['v3-zero-fee', 'published'], ['v3-zero-fee', 'punished'], ['v2-fee', 'published'], ['v2-fee', 'punished'], ['v3-zero-fee', 'closed together']] as const

/** A replay that is being written down. */
interface Script {
  readonly steps: ReplayStep[]
  height: number
  /** The output of the funding transaction that pays the next fee. */
  coin: number
  readonly fundingTxid: Uint8Array
}

const sidesAt = (format: Format, txid: Uint8Array, index: number, dustSat: bigint): TwoSides =>
  twoSides(format, { fundingSat: FUNDING_SAT, funding: { txid, index }, delayBlocks: DELAY, dustSat, feeRatePerKw: format === 'v3-zero-fee' ? 0 : 300 })

function mine (script: Script, blocks: number): void {
  script.steps.push({ do: 'mine', blocks })
  script.height += blocks
}

function publish (script: Script, name: string, transactions: readonly Transaction[], expect = 'accepted'): void {
  script.steps.push({ do: 'publish', name, package: transactions.length > 1, transactions: transactions.map((tx) => toHex(transactionBytes(tx))), expect })
}

/** One fresh coin of the funding transaction for each fee. */
function walletOf (script: Script): FeeWallet {
  const index = script.coin++
  return {
    coins: () => [{ txid: script.fundingTxid, index, output: { valueSat: FEE_COIN_SAT, script: walletOutput.script }, witnessBytes: 66 }],
    changeScript: () => walletOutput.script,
    sign: (tx, at, prevouts) => [signSchnorr(signatureHash(tx, at, prevouts, 0), taprootSecret(WALLET), AUX)]
  }
}

/** Locks of both sides: equal ones, one below dust. Secrets of alice's are 0 to 2, of bob's 10 and 11. */
const locksAt = (expiry: number): readonly Lock[] => [
  lockOf('local', 0, 20_000_000n, expiry, secretOf(0)), lockOf('local', 1, 20_000_000n, expiry, secretOf(1)), lockOf('local', 2, 200_000n, expiry, secretOf(2)),
  lockOf('remote', 0, 15_000_000n, expiry, secretOf(10)), lockOf('remote', 1, 12_000_500n, expiry, secretOf(11))
]
const secretFor = ({ offeredBy, terms }: Lock, byAlice: boolean): Uint8Array => secretOf(terms.id + ((offeredBy === 'local') === byAlice ? 0 : 10))

/** The spend of one lock by a side, its fee paid by a coin. */
function spendLock (script: Script, side: OneSide, other: OneSide, mine: Commitment, theirs: Commitment, byAlice: boolean, offeredByAlice: boolean, id: number): Transaction {
  const given = givePreSigned(other.secrets, theirs)
  let [plain, short] = [0, 0]
  const signatures = mine.ptlcs.map(({ lock }) => needsSecret(lock, 'local') ? adapt(given.preSignatures[short++]!, secretFor(lock, byAlice)) : given.signatures[plain++]!)
  const place = mine.ptlcs.findIndex(({ lock }) => lock.terms.id === id && (lock.offeredBy === 'local') === (byAlice === offeredByAlice))
  const request = takePtlcs(side.secrets, mine, [{ place, signature: signatures[place]! }])
  return payFee({ ...request, wallet: walletOf(script), feeRatePerKvb: 3_000n, leastSat: 330n, aux: AUX })!
}

function publishCommitment (script: Script, side: OneSide, own: Commitment, theirs: Commitment, other: OneSide): Transaction {
  const signed = signedCommitment(own, { local: signCommitment(side.secrets, own), remote: signCommitment(other.secrets, theirs) })
  const feeSat = FUNDING_SAT - signed.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
  const child = bumpCommitment(side.secrets, own, { vsize: vsizeOf(signed), feeSat }, walletOf(script), 4_000n, AUX)!
  if (own.contract.format === 'v3-zero-fee') {
    publish(script, 'a commitment alone, which pays nothing', [signed], 'fee not met')
    publish(script, 'the commitment and the child that pays for it', [signed, child])
  } else {
    publish(script, 'the commitment', [signed])
    publish(script, 'a child of its anchor', [child])
  }
  mine(script, 1)
  return signed
}

const payout = (name: string): Uint8Array => Uint8Array.of(0x51, 0x20, ...mulG(secretOf(name === 'alice' ? 2_000 : 2_001)).subarray(1))
const swept = (name: string, takeables: readonly Takeable[]): Transaction => sweep(takeables, payout(name), 3_000n, 330n, AUX)!
const outputOf = (tx: Transaction, index: number): { readonly at: { readonly txid: Uint8Array, readonly index: number }, readonly valueSat: bigint } => ({ at: { txid: txidOf(tx), index }, valueSat: tx.outputs[index]!.valueSat })

/** Alice's commitment is published: every kind of spend, and what comes too early. */
function published (script: Script, sides: TwoSides): object {
  const { alice, bob } = sides
  const expiry = script.height + 6
  const amounts: Amounts = { alice: 100_000_000n, bob: FUNDING_SAT * 1_000n - 100_000_000n - 67_200_500n, locks: locksAt(expiry) }
  const { mine: own, theirs } = bothViews(sides, 'alice', 3, amounts)
  publishCommitment(script, alice, own, theirs, bob)
  const success = spendLock(script, alice, bob, own, theirs, true, false, 0)
  const claim = spendLock(script, bob, alice, theirs, own, false, true, 0)
  const timeout = spendLock(script, alice, bob, own, theirs, true, true, 1)
  const claimTimeout = spendLock(script, bob, alice, theirs, own, false, false, 1)
  publish(script, 'success: alice takes a lock of bob with t', [success])
  publish(script, 'claim: bob takes a lock of alice with t', [claim])
  publish(script, 'timeout before the expiry', [timeout], 'non-final')
  publish(script, 'claim-timeout before the expiry', [claimTimeout], 'non-final')
  const toLocal = own.kinds.indexOf('to-local')
  const toRemote = own.kinds.indexOf('to-remote')
  const balance = outputOf(own.transaction, toLocal)
  const early = swept('alice', [delayedOutput(alice.secrets, own, balance.at, balance.valueSat)])
  publish(script, 'alice\'s balance before the delay is over', [early], 'non-BIP68-final')
  const remote = outputOf(theirs.transaction, toRemote)
  publish(script, 'bob\'s balance, at once', [swept('bob', [staticOutputOf(bob.secrets, bob.contract, remote.at, remote.valueSat)])])
  mine(script, expiry - script.height)
  publish(script, 'timeout: alice takes her lock back', [timeout])
  publish(script, 'claim-timeout: bob takes his lock back', [claimTimeout])
  mine(script, 1)
  publish(script, 'what bob\'s claims paid', [swept('bob', [claim, claimTimeout].map((tx) => claimedOutput(bob.secrets, bob.contract, outputOf(tx, 0).at, outputOf(tx, 0).valueSat)))])
  mine(script, DELAY - 1)
  publish(script, 'alice\'s balance and second stages, after the delay', [swept('alice', [delayedOutput(alice.secrets, own, balance.at, balance.valueSat), ...[success, timeout].map((tx) => delayedOutput(alice.secrets, own, outputOf(tx, 0).at, outputOf(tx, 0).valueSat))])])
  mine(script, 1)
  return describeState(sides, amounts, own, theirs)
}

/** Bob publishes a revoked commitment and hurries one lock to its second stage: alice takes all of it. */
function punished (script: Script, sides: TwoSides): object {
  const { alice, bob } = sides
  const amounts: Amounts = { alice: 80_000_000n, bob: FUNDING_SAT * 1_000n - 80_000_000n - 67_200_500n, locks: locksAt(script.height + 100) }
  const { mine: own, theirs } = bothViews(sides, 'bob', 5, amounts)
  publishCommitment(script, bob, own, theirs, alice)
  const stage = spendLock(script, bob, alice, own, theirs, false, true, 0)
  publish(script, 'bob\'s second stage of a revoked commitment', [stage])
  mine(script, 1)
  const secret = commitmentSecret(bob.secrets, 5)
  const taken = theirs.kinds.flatMap((kind, index): Takeable[] => {
    const { at, valueSat } = outputOf(theirs.transaction, index)
    if (kind === 'to-remote') return [staticOutputOf(alice.secrets, alice.contract, at, valueSat)]
    if (kind === 'to-local') return [punishedOutput(alice.secrets, secret, theirs.revocable, at, valueSat)]
    return kind === 'ptlc' && index !== stage.inputs[0]!.index ? [punishedOutput(alice.secrets, secret, theirs.ptlc, at, valueSat)] : []
  })
  const second = outputOf(stage, 0)
  publish(script, 'penalty: balances, locks and the second stage, by key path', [swept('alice', [...taken, punishedOutput(alice.secrets, secret, theirs.revocable, second.at, second.valueSat)])])
  mine(script, 1)
  return { ...describeState(sides, amounts, own, theirs), revokedBy: toHex(secret) }
}

function closedTogether (script: Script, sides: TwoSides): object {
  const { alice, bob } = sides
  const tx = closingTransaction(alice.contract, { balances: { local: 120_000n, remote: 80_000n }, scripts: { local: payout('alice'), remote: payout('bob') }, payer: 'local', feeSat: 700n })!
  const nonces = [closingNonce(alice.contract, alice.secrets.funding, hashOf('nonce of alice')), closingNonce(bob.contract, bob.secrets.funding, hashOf('nonce of bob'))] as const
  const publicNonces = nonces.map((nonce) => toHex(nonce.public))
  const byBob = signClosing(bob.contract, tx, bob.secrets.funding, nonces[1], nonces[0].public)!
  const byAlice = signClosing(alice.contract, tx, alice.secrets.funding, nonces[0], nonces[1].public)!
  publish(script, 'the close', [completeClosing(alice.contract, tx, { local: nonces[0].public, remote: nonces[1].public }, { local: byAlice, remote: byBob })!])
  mine(script, 1)
  return { balancesSat: { alice: 120_000, bob: 80_000 }, payer: 'alice', feeSat: 700, publicNonces, partials: [toHex(byAlice), toHex(byBob)] }
}

function describeState ({ alice, bob }: TwoSides, amounts: Amounts, own: Commitment, theirs: Commitment): object {
  const aliceOwns = own.contract === alice.contract
  const [owner, other] = aliceOwns ? [alice, bob] : [bob, alice]
  const evidence = (side: OneSide, commitment: Commitment): object => {
    const { signatures, preSignatures } = givePreSigned(side.secrets, commitment)
    return { hashes: preSignedHashes(commitment, 'remote').map(toHex), spends: commitment.ptlcs.map(({ lock }) => spendOf(lock, commitment.owner, 'remote')), signatures: signatures.map(toHex), preSignatures: preSignatures.map(toHex) }
  }
  return {
    owner: aliceOwns ? 'alice' : 'bob',
    number: own.number,
    balances: { alice: String(amounts.alice), bob: String(amounts.bob) },
    locks: amounts.locks.map((lock) => ({ offeredBy: lock.offeredBy === 'local' ? 'alice' : 'bob', id: lock.terms.id, amount: String(lock.terms.amount), expiry: lock.terms.expiry.value, point: toHex(lock.terms.point), secret: toHex(secretFor(lock, true)) })),
    commitment: {
      txid: displayTxid(own.txid),
      weight: weightOf(signedCommitment(own, { local: new Uint8Array(64), remote: new Uint8Array(64) })),
      signatureHash: toHex(own.signatureHash),
      signatures: { owner: toHex(signCommitment(owner.secrets, own)), other: toHex(signCommitment(other.secrets, theirs)) },
      outputs: own.transaction.outputs.map(({ valueSat, script }, i) => ({ kind: own.kinds[i], valueSat: String(valueSat), script: toHex(script) })),
      // Each side signs what the other publishes.
      signedInAdvance: { byOther: evidence(other, theirs), byOwner: evidence(owner, own) }
    }
  }
}

const keysOf = ({ secrets, contract }: OneSide): object => ({
  secrets: Object.fromEntries(Object.entries(secrets).map(([name, secret]: [string, Uint8Array]) => [name, toHex(secret)])),
  publicKeys: Object.fromEntries(Object.entries(contract.keys.local).map(([name, key]: [string, Uint8Array]) => [name, toHex(key)]))
})

/** What a replay is made for. */
export interface ReplayOf {
  /** A mature coinbase that pays to {@link walletScript}, in the order of the wire. */
  readonly coin: { readonly txid: Uint8Array, readonly valueSat: bigint }
  /** Best height when the steps begin. */
  readonly height: number
  readonly cases: ReadonlyArray<readonly [Format, 'published' | 'punished' | 'closed together']>
  readonly dustSat: bigint
}

export const walletScript = walletOutput.script

/** The steps of a replay, and what the channels in it are. */
export function replayOf ({ coin, height, cases, dustSat }: ReplayOf): { readonly steps: readonly ReplayStep[], readonly fundingTxid: Uint8Array, readonly channels: readonly object[] } {
  const { script: fundingScript } = fixedParts(twoSides('v3-zero-fee').alice.contract).funding
  const outputs = [...cases.map(() => ({ valueSat: FUNDING_SAT, script: fundingScript })), ...Array.from({ length: FEE_COINS }, () => ({ valueSat: FEE_COIN_SAT, script: walletScript }))]
  const change = coin.valueSat - outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n) - 10_000n
  const bare: Transaction = { version: 2, lockTime: 0, inputs: [{ txid: coin.txid, index: 0, sequence: 0xfffffffd, witness: [] }], outputs: [...outputs, { valueSat: change, script: walletScript }] }
  const prevout = { valueSat: coin.valueSat, script: walletScript }
  const funding: Transaction = { ...bare, inputs: [{ ...bare.inputs[0]!, witness: [signSchnorr(signatureHash(bare, 0, [prevout], 0), taprootSecret(WALLET), AUX)] }] }
  const script: Script = { steps: [], height, coin: cases.length, fundingTxid: txidOf(funding) }
  publish(script, 'the funding outputs, and coins for fees', [funding])
  mine(script, 1)
  const channels = cases.map(([format, name], index) => {
    const at = sidesAt(format, script.fundingTxid, index, dustSat)
    const state = name === 'published' ? published(script, at) : name === 'punished' ? punished(script, at) : closedTogether(script, at)
    return { format, name, fundingIndex: index, fundingSat: Number(FUNDING_SAT), delayBlocks: DELAY, dustSat: Number(dustSat), feeRatePerKw: at.alice.contract.feeRatePerKw, opener: 'alice', ...state }
  })
  return { steps: script.steps, fundingTxid: script.fundingTxid, channels }
}

/** Everything, as it stands in `protocols/channel/vectors/enforced.json`. */
export function enforcedVectors (): { readonly blocks: readonly string[], readonly steps: readonly ReplayStep[] } & Record<string, unknown> {
  const blocks = firstBlocks(FIRST_BLOCKS, walletScript)
  const sides = twoSides('v3-zero-fee')
  const { steps, fundingTxid, channels } = replayOf({ coin: { txid: fromHex(blocks[0]!.coinbase.txid).reverse(), valueSat: 5_000_000_000n }, height: FIRST_BLOCKS, cases: CASES, dustSat: 330n })
  return {
    note: 'Made by test/core/channel/enforced/write-vectors.ts from fixed labels. To replay on regtest: submit the blocks, then do the steps in order; a package needs a node that takes packages with an anchor below dust.',
    keys: { alice: keysOf(sides.alice), bob: keysOf(sides.bob) },
    fundingTxid: displayTxid(fundingTxid),
    channels,
    steps,
    blocks: blocks.map(({ raw }) => toHex(raw))
  }
}
