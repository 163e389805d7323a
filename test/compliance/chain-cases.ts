import type { Transaction } from 'bitcoinjs-lib'
import { concatBytes } from '../../src/core/base/bytes.js'
import type { BroadcastVerdict } from '../../src/ports/chain.js'
import type { RejectReason } from '../../src/ports/chain-rejection.js'
import { SEQUENCE, coinOf, flip, keyLock, leafLock, op, script, secretOf, spend, xOnly, type Coin, type Lock, type SpendInput } from './chain-wallet.js'

/** A verdict in one word. */
export type Said = 'accepted' | 'known' | 'unavailable' | RejectReason

export interface CaseWorld {
  readonly bitcoin: boolean
  height: () => number
  medianTime: () => number
  /** A coin with one confirmation. */
  coin: (lock?: Lock, valueSat?: bigint) => Promise<Coin>
  /** The newest coinbase. */
  immature: () => Promise<Coin>
  mine: (blocks: number) => Promise<void>
  send: (tx: Transaction | Uint8Array) => Promise<Said>
  sendPackage: (...txs: readonly Transaction[]) => Promise<string>
}

export interface ChainCase {
  readonly title: string
  /** What every chain must say; `litecoin` where its policy is another. */
  readonly expect: string
  readonly litecoin?: string
  readonly run: (world: CaseWorld) => Promise<string>
}

export const saidOf = (verdict: BroadcastVerdict): Said => verdict.status === 'rejected' ? verdict.reason : verdict.status

export const VALUE = 100_000n
export const FEE = 2_000n
export const MINE = keyLock(1)
const THEIRS = keyLock(2)
const FINAL = 0xffffffff
const SINGLE_ANYONE = 0x83

/** One input, one output less a fee. */
export const simple = (coin: Coin, change: Partial<SpendInput> & { version?: number, lockTime?: number, feeSat?: bigint, to?: Lock } = {}): Transaction =>
  spend({ inputs: [{ coin, ...change }], outputs: [{ script: (change.to ?? THEIRS).script, valueSat: coin.valueSat - (change.feeSat ?? FEE) }], version: change.version, lockTime: change.lockTime })

const both = leafLock(script(xOnly(secretOf(3)), op.checkSigVerify, xOnly(secretOf(4)), op.checkSig), [secretOf(3), secretOf(4)])
const delayed = (blocks: number): Lock => leafLock(script(xOnly(secretOf(3)), op.checkSigVerify, { number: blocks }, op.csv), [secretOf(3)])
const until = (height: number): Lock => leafLock(script({ number: height }, op.cltv, op.drop, xOnly(secretOf(3)), op.checkSig), [secretOf(3)])

/** Two inputs: the first signed SINGLE|ANYONECANPAY for the first output, the second pays the fee. */
async function merged (world: CaseWorld, firstOutputSat = VALUE): Promise<{ readonly tx: Transaction, readonly other: Transaction }> {
  const [first, fee] = [await world.coin(both), await world.coin()]
  const alone = spend({ inputs: [{ coin: first, hashType: SINGLE_ANYONE }], outputs: [{ script: THEIRS.script, valueSat: VALUE }] })
  const tx = spend({ inputs: [{ coin: first, hashType: SINGLE_ANYONE }, { coin: fee }], outputs: [{ script: THEIRS.script, valueSat: firstOutputSat }, { script: MINE.script, valueSat: VALUE - FEE }] })
  // The signature that was given in advance, when nobody knew of the fee input.
  tx.setWitness(0, alone.ins[0]!.witness)
  const other = spend({ inputs: [{ coin: fee }, { coin: first, hashType: SINGLE_ANYONE }], outputs: [{ script: MINE.script, valueSat: VALUE }, { script: MINE.script, valueSat: VALUE - FEE }] })
  other.setWitness(1, alone.ins[0]!.witness)
  return { tx, other }
}

const row = (title: string, expect: string, run: (world: CaseWorld) => Promise<string>, litecoin?: string): ChainCase => ({ title, expect, run, litecoin })
const send = (make: (coin: Coin, world: CaseWorld) => Transaction | Uint8Array, lock?: Lock) => async (world: CaseWorld): Promise<string> => await world.send(make(await world.coin(lock), world))

const scriptCases: readonly ChainCase[] = [
  row('a key path spend', 'accepted', send((coin) => simple(coin))),
  row('a key path spend that says ALL', 'accepted', send((coin) => simple(coin, { hashType: 1 }))),
  row('a signature with one bit turned', 'invalid-script', send((coin) => simple(coin, { bend: ([signature]) => [flip(signature!, 40)] }))),
  row('a signature for DEFAULT that says ALL', 'invalid-script', send((coin) => simple(coin, { bend: ([signature]) => [concatBytes(signature!, Uint8Array.of(1))] }))),
  row('a signature that spells DEFAULT out', 'invalid-script', send((coin) => simple(coin, { bend: ([signature]) => [concatBytes(signature!, Uint8Array.of(0))] }))),
  row('a signature with a type that does not exist', 'invalid-script', send((coin) => simple(coin, { bend: ([signature]) => [concatBytes(signature!, Uint8Array.of(0x42))] }))),
  row('a signature of another key', 'invalid-script', send((coin) => simple({ ...coin, lock: { script: coin.lock.script, secret: secretOf(9) } }))),
  row('a signature for another amount', 'invalid-script', send((coin) => { const tx = simple(coin); tx.outs[0]!.value = VALUE - FEE - 1n; return tx })),
  row('a witness that is empty', 'invalid-script', send((coin) => simple(coin, { bend: () => [] }))),
  row('a witness with an annex', 'nonstandard', send((coin) => simple(coin, { bend: (witness) => [...witness, Uint8Array.of(0x50, 1)] }))),
  row('a leaf with both signatures', 'accepted', send((coin) => simple(coin), both)),
  row('a leaf with its signatures exchanged', 'invalid-script', send((coin) => simple(coin, { bend: ([a, b, ...rest]) => [b!, a!, ...rest] }), both)),
  row('a leaf without the second signature', 'invalid-script', send((coin) => simple(coin, { bend: ([, b, ...rest]) => [new Uint8Array(0), b!, ...rest] }), both)),
  row('a control block of the wrong parity', 'invalid-script', send((coin) => simple(coin, { bend: (witness) => [...witness.slice(0, -1), flip(witness.at(-1)!, 0)] }), both)),
  row('a leaf that is not in the output', 'invalid-script', send((coin) => simple(coin, { bend: ([a, b, leaf, control]) => [a!, b!, flip(leaf!, 5), control!] }), both)),
  row('a leaf with an opcode reserved for later', 'invalid-script', send((coin) => simple(coin), leafLock(script(op.success), []))),
  row('SINGLE|ANYONECANPAY given in advance, with a fee input added', 'accepted', async (world) => await world.send((await merged(world)).tx)),
  row('SINGLE|ANYONECANPAY with its output made smaller', 'invalid-script', async (world) => await world.send((await merged(world, VALUE - 1n)).tx)),
  row('SINGLE|ANYONECANPAY moved to another output', 'invalid-script', async (world) => await world.send((await merged(world)).other))
]

const lockCases: readonly ChainCase[] = [
  row('a relative lock whose blocks have passed', 'accepted', async (world) => { const coin = await world.coin(delayed(3)); await world.mine(2); return await world.send(simple(coin, { sequence: 3 })) }),
  row('a relative lock one block early', 'not-final-sequence', async (world) => { const coin = await world.coin(delayed(3)); await world.mine(1); return await world.send(simple(coin, { sequence: 3 })) }),
  row('a sequence below the relative lock of the leaf', 'invalid-script', async (world) => { const coin = await world.coin(delayed(3)); await world.mine(5); return await world.send(simple(coin, { sequence: 2 })) }),
  row('a relative lock in a version 1 transaction', 'invalid-script', async (world) => { const coin = await world.coin(delayed(3)); await world.mine(5); return await world.send(simple(coin, { sequence: 3, version: 1 })) }),
  row('a sequence that switches relative locks off', 'invalid-script', async (world) => { const coin = await world.coin(delayed(3)); await world.mine(5); return await world.send(simple(coin, { sequence: SEQUENCE })) }),
  row('a relative lock of one block on an unconfirmed output', 'not-final-sequence', async (world) => { const parent = simple(await world.coin(), { to: MINE }); await world.send(parent); return await world.send(simple(coinOf(parent, 0, MINE), { sequence: 1 })) }),
  row('a relative lock in time that has not passed', 'not-final-sequence', send((coin) => simple(coin, { sequence: 0x00400000 | 100 }))),
  row('a lock time at the height of the tip', 'accepted', send((coin, world) => simple(coin, { lockTime: world.height() }))),
  row('a lock time at the height of the next block', 'not-final', send((coin, world) => simple(coin, { lockTime: world.height() + 1 }))),
  row('a lock time in the future with a final sequence', 'accepted', send((coin, world) => simple(coin, { lockTime: world.height() + 100, sequence: FINAL }))),
  row('a lock time of now by the clock, not by the median', 'not-final', send((coin, world) => simple(coin, { lockTime: world.medianTime() }))),
  row('a lock time before the median', 'accepted', send((coin, world) => simple(coin, { lockTime: world.medianTime() - 1 }))),
  row('a leaf with a lock time that has come', 'accepted', async (world) => { const height = world.height(); return await world.send(simple(await world.coin(until(height)), { lockTime: height })) }),
  row('a leaf with a lock time above the transaction\'s', 'invalid-script', async (world) => { const height = world.height(); return await world.send(simple(await world.coin(until(height)), { lockTime: height - 1 })) }),
  row('a leaf with a lock time and a final sequence', 'invalid-script', async (world) => { const height = world.height(); return await world.send(simple(await world.coin(until(height)), { lockTime: height, sequence: FINAL })) }),
  row('a leaf with a lock time that has not come', 'not-final', async (world) => { const height = world.height() + 50; return await world.send(simple(await world.coin(until(height)), { lockTime: height })) })
]

const moneyCases: readonly ChainCase[] = [
  row('an output that was spent', 'missing-inputs', async (world) => { const coin = await world.coin(); await world.send(simple(coin)); await world.mine(1); return await world.send(simple(coin, { to: MINE })) }),
  row('an output that never was', 'missing-inputs', send((coin) => simple({ ...coin, vout: 77 }))),
  row('more out than in', 'amounts', send((coin) => simple(coin, { feeSat: -1n }))),
  row('one input twice', 'malformed', send((coin) => spend({ inputs: [{ coin }, { coin }], outputs: [{ script: THEIRS.script, valueSat: VALUE }] }))),
  row('bytes that are no transaction', 'malformed', async (world) => await world.send(Uint8Array.of(1, 2, 3))),
  row('a fee of one satoshi', 'fee-too-low', send((coin) => simple(coin, { feeSat: 1n }))),
  row('a fee of none', 'fee-too-low', send((coin) => simple(coin, { feeSat: 0n }))),
  row('a version that does not exist', 'nonstandard', send((coin) => simple(coin, { version: 4 }))),
  row('version 3', 'accepted', send((coin) => simple(coin, { version: 3 })), 'nonstandard'),
  row('an output just below dust', 'dust', send((coin, { bitcoin }) => spend({ inputs: [{ coin }], outputs: [{ script: THEIRS.script, valueSat: bitcoin ? 329n : 3_299n }, { script: MINE.script, valueSat: VALUE - 10_000n }] }))),
  row('an output just not dust', 'accepted', send((coin, { bitcoin }) => spend({ inputs: [{ coin }], outputs: [{ script: THEIRS.script, valueSat: bitcoin ? 330n : 3_300n }, { script: MINE.script, valueSat: VALUE - 10_000n }] }))),
  row('a coinbase of the last block', 'immature-coinbase', async (world) => await world.send(simple(await world.immature()))),
  row('the same transaction twice', 'known', async (world) => { const tx = simple(await world.coin()); await world.send(tx); return await world.send(tx) }),
  row('a transaction that is confirmed', 'known', async (world) => { const tx = simple(await world.coin()); await world.send(tx); await world.mine(1); return await world.send(tx) }),
  row('a child of an unconfirmed parent', 'accepted', async (world) => { const parent = simple(await world.coin(), { to: MINE }); await world.send(parent); return await world.send(simple(coinOf(parent, 0, MINE))) })
]

const replaced = (before: Parameters<typeof simple>[1], after: Parameters<typeof simple>[1]) => async (world: CaseWorld): Promise<string> => {
  const coin = await world.coin()
  const first = await world.send(simple(coin, before))
  return first === 'accepted' ? await world.send(simple(coin, { ...after, to: MINE })) : `first ${first}`
}

const replacementCases: readonly ChainCase[] = [
  // Litecoin's nodes replace nothing unless they are told to (measured on 0.21.2).
  row('a replacement that pays enough more', 'accepted', replaced({ feeSat: 1_000n }, { feeSat: 5_000n }), 'replacement'),
  row('a replacement that pays the same', 'replacement', replaced({ feeSat: 1_000n }, { feeSat: 1_000n })),
  row('a replacement that pays more, but not for itself', 'replacement', replaced({ feeSat: 1_000n }, { feeSat: 1_050n })),
  row('a replacement of what did not signal', 'accepted', replaced({ feeSat: 1_000n, sequence: FINAL }, { feeSat: 5_000n }), 'replacement'),
  row('a replacement that brings a new unconfirmed input', 'replacement', async (world) => {
    const [coin, parent] = [await world.coin(), simple(await world.coin(), { to: MINE })]
    await world.send(simple(coin, { feeSat: 1_000n }))
    await world.send(parent)
    return await world.send(spend({ inputs: [{ coin }, { coin: coinOf(parent, 0, MINE) }], outputs: [{ script: MINE.script, valueSat: VALUE }] }))
  }),
  row('a child of what was replaced', 'missing-inputs', async (world) => {
    const coin = await world.coin()
    const first = simple(coin, { feeSat: 1_000n, to: MINE })
    await world.send(first)
    await world.send(simple(coin, { feeSat: 5_000n, to: MINE }))
    return await world.send(simple(coinOf(first, 0, MINE)))
  }, 'accepted')
]

export const casesForAll: readonly ChainCase[] = [...scriptCases, ...lockCases, ...moneyCases, ...replacementCases]
