import type { Transaction } from 'bitcoinjs-lib'
import { FEE, MINE, VALUE, simple, type CaseWorld, type ChainCase } from './chain-cases.js'
import { ANCHOR, coinOf, keyLock, spend, type Coin } from './chain-wallet.js'

// Version 3, packages and anchors: only where the backend says that it has them.

const row = (title: string, expect: string, run: (world: CaseWorld) => Promise<string>): ChainCase => ({ title, expect, run })

/** A version 3 transaction with an anchor: output 0 to us, output 1 the anchor. */
function parentOf (coin: Coin, anchorSat: bigint, feeSat = 0n, version = 3): Transaction {
  return spend({ inputs: [{ coin }], outputs: [{ script: MINE.script, valueSat: coin.valueSat - anchorSat - feeSat }, { script: ANCHOR.script, valueSat: anchorSat }], version })
}

/** A child that spends the anchor (unless told otherwise) and pays from a coin of its own. */
function childOf (parent: Transaction, coin: Coin, feeSat = FEE, more: { readonly version?: number, readonly anchor?: boolean, readonly extraOutputs?: number, readonly bend?: (witness: Uint8Array[]) => Uint8Array[] } = {}): Transaction {
  const { version = 3, anchor = true, extraOutputs = 0, bend } = more
  const spent = anchor ? coinOf(parent, 1, ANCHOR) : coinOf(parent, 0, MINE)
  const extra = Array.from({ length: extraOutputs }, () => ({ script: keyLock(5).script, valueSat: 400n }))
  const sum = spent.valueSat + coin.valueSat - feeSat - BigInt(extraOutputs) * 400n
  return spend({ inputs: [{ coin: spent, bend }, { coin }], outputs: [{ script: MINE.script, valueSat: sum }, ...extra], version })
}

const packageOf = (anchorSat: bigint, parentFeeSat = 0n, childFeeSat = FEE, more: Parameters<typeof childOf>[3] = {}) => async (world: CaseWorld): Promise<string> => {
  const parent = parentOf(await world.coin(), anchorSat, parentFeeSat)
  return await world.sendPackage(parent, childOf(parent, await world.coin(), childFeeSat, more))
}

/** A transaction of version 3 that is a little above or below a size, by outputs of 43 bytes. */
const wide = (coin: Coin, outputs: number, version = 3): Transaction => spend({ inputs: [{ coin }], outputs: Array.from({ length: outputs }, () => ({ script: keyLock(5).script, valueSat: 1_000n })), version })

export const packageCases: readonly ChainCase[] = [
  ...[0n, 1n, 239n, 240n, 241n].map((anchorSat) => row(`a zero-fee parent with an anchor of ${anchorSat} and its child`, 'accepted accepted', packageOf(anchorSat))),
  row('a parent with a fee of 1 and an anchor of 100', 'dust missing-inputs', packageOf(100n, 1n)),
  row('a parent with a fee of 1 and an anchor of 240', 'accepted accepted', packageOf(240n, 1n)),
  row('a parent that pays for itself, and its child', 'accepted accepted', packageOf(240n, 1_000n)),
  row('a zero-fee parent alone', 'fee-too-low', async (world) => await world.send(parentOf(await world.coin(), 240n))),
  row('a zero-fee parent with an anchor of 1 alone', 'fee-too-low', async (world) => await world.send(parentOf(await world.coin(), 1n))),
  row('a child that does not pay for both', 'fee-too-low fee-too-low', packageOf(240n, 0n, 200n)),
  row('a child that leaves the dust anchor unspent', 'missing-ephemeral-spend missing-ephemeral-spend', packageOf(1n, 0n, FEE, { anchor: false })),
  row('a child that leaves an anchor above dust unspent', 'accepted accepted', packageOf(240n, 0n, FEE, { anchor: false })),
  row('a child that spends nothing of the parent', 'package package', async (world) => await world.sendPackage(parentOf(await world.coin(), 240n), simple(await world.coin(), { version: 3 }))),
  row('a child of version 2', 'truc truc', packageOf(240n, 0n, FEE, { version: 2 })),
  row('a child above 1,000 vB', 'truc truc', packageOf(240n, 0n, 5_000n, { extraOutputs: 22 })),
  row('an anchor spent with something in its witness', 'fee-too-low nonstandard', packageOf(240n, 0n, FEE, { bend: () => [Uint8Array.of(1)] })),
  row('a parent just below 10,000 vB', 'accepted', async (world) => await world.send(wide(await world.coin(MINE, 400_000n), 229))),
  row('a parent above 10,000 vB', 'truc', async (world) => await world.send(wide(await world.coin(MINE, 400_000n), 232))),
  row('as large in version 2', 'accepted', async (world) => await world.send(wide(await world.coin(MINE, 400_000n), 232, 2))),
  row('a second child that pays no more', 'replacement', async (world) => await siblings(world, FEE, FEE)),
  row('a second child that pays for the place of the first', 'accepted', async (world) => await siblings(world, FEE, 3n * FEE)),
  row('a grandchild', 'truc', async (world) => {
    const parent = simple(await world.coin(), { version: 3, to: MINE })
    await world.send(parent)
    const child = simple(coinOf(parent, 0, MINE), { version: 3, to: MINE })
    await world.send(child)
    return await world.send(simple(coinOf(child, 0, MINE), { version: 3, to: MINE }))
  }),
  row('version 2 on unconfirmed version 3', 'truc', async (world) => {
    const parent = simple(await world.coin(), { version: 3, to: MINE })
    await world.send(parent)
    return await world.send(simple(coinOf(parent, 0, MINE), { version: 2, to: MINE }))
  }),
  row('version 3 on unconfirmed version 2', 'truc', async (world) => {
    const parent = simple(await world.coin(), { version: 2, to: MINE })
    await world.send(parent)
    return await world.send(simple(coinOf(parent, 0, MINE), { version: 3, to: MINE }))
  }),
  row('a package that replaces a package', 'accepted accepted', async (world) => {
    const [coin, forFirst, forSecond] = [await world.coin(), await world.coin(), await world.coin()]
    const first = parentOf(coin, 240n)
    await world.sendPackage(first, childOf(first, forFirst, FEE))
    const second = spend({ inputs: [{ coin }], outputs: [{ script: keyLock(6).script, valueSat: VALUE - 240n }, { script: ANCHOR.script, valueSat: 240n }], version: 3 })
    return await world.sendPackage(second, childOf(second, forSecond, 5n * FEE))
  }),
  row('a package that pays too little to replace one', 'replacement replacement', async (world) => {
    const [coin, forFirst, forSecond] = [await world.coin(), await world.coin(), await world.coin()]
    const first = parentOf(coin, 240n)
    await world.sendPackage(first, childOf(first, forFirst, FEE))
    const second = spend({ inputs: [{ coin }], outputs: [{ script: keyLock(6).script, valueSat: VALUE - 240n }, { script: ANCHOR.script, valueSat: 240n }], version: 3 })
    return await world.sendPackage(second, childOf(second, forSecond, FEE))
  }),
  row('a package that is there already', 'known known', async (world) => {
    const parent = parentOf(await world.coin(), 240n)
    const child = childOf(parent, await world.coin())
    await world.sendPackage(parent, child)
    return await world.sendPackage(parent, child)
  })
]

/** Two children of one parent of version 3, spending different outputs. */
async function siblings (world: CaseWorld, firstFeeSat: bigint, secondFeeSat: bigint): Promise<string> {
  const coin = await world.coin()
  const parent = spend({ inputs: [{ coin }], outputs: [{ script: MINE.script, valueSat: 45_000n }, { script: MINE.script, valueSat: 45_000n }], version: 3 })
  await world.send(parent)
  const first = await world.send(simple(coinOf(parent, 0, MINE), { version: 3, feeSat: firstFeeSat }))
  return first === 'accepted' ? await world.send(simple(coinOf(parent, 1, MINE), { version: 3, feeSat: secondFeeSat })) : `first ${first}`
}
