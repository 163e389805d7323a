import assert from 'node:assert/strict'
import fc from 'fast-check'
import { address, Transaction } from 'bitcoinjs-lib'
import { embeddedChain, type ChainControl } from '../../../src/adapters/chain-embedded/embedded-chain.js'
import { verifyScripts } from '../../../src/adapters/chain-embedded/interpreter.js'
import { parseTransaction } from '../../../src/adapters/chain-embedded/parsed-transaction.js'
import { memoryDisk, memoryStore } from '../../../src/adapters/memory/store.js'
import { virtualClock, type VirtualClock } from '../../../src/adapters/memory/clock.js'
import type { Chain } from '../../../src/ports/chain.js'
import { concatBytes, toHex } from '../../../src/core/base/bytes.js'
import { ANCHOR, coinOf, flip, hash160, keyLock, leafLock, op, script, secretOf, spend, xOnly, type Coin } from '../../compliance/chain-wallet.js'
import { mulG } from '../../../src/core/crypto/curve.js'
import { listener } from '../../compliance/chain.js'

const chainOf = (clock: VirtualClock = virtualClock()): Chain & ChainControl => embeddedChain({ clock })
const MINE = keyLock(1)
/** Coins by outpoint, whatever the order they came in. */
const coinsIn = (chain: ChainControl): unknown => Object.fromEntries(chain.ledger.coins)

describe('embedded chain, control', () => {
  it('pays from the faucet to an address and to a script, mining until it can', () => {
    const chain = chainOf()
    const text = address.toBech32(xOnly(secretOf(1)), 1, 'bcrt')
    const [first, second] = [chain.fund(text, 70_000_000_000n), chain.fund(MINE.script, 1_000n)]
    chain.mine(1)
    for (const [outpoint, value] of [[first, 70_000_000_000n], [second, 1_000n]] as const) {
      const coin = chain.ledger.coins.get(`${outpoint.txid}:${outpoint.vout}`)
      assert.deepEqual([coin?.valueSat, toHex(coin?.script ?? new Uint8Array())], [value, toHex(MINE.script)])
    }
  })

  it('refuses addresses of other chains, more blocks than bounds, and deeper reorganisations than there are blocks', () => {
    const chain = chainOf()
    assert.throws(() => chain.mine(1, 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'), /no address of bitcoin regtest/)
    assert.throws(() => chain.mine(10_001), RangeError)
    assert.throws(() => { chain.invalidate(1) }, RangeError)
  })

  it('keeps a withheld transaction and its children out of blocks until it is let go', () => {
    const chain = chainOf()
    const { txid } = chain.fund(MINE.script, 100_000n)
    const parent = parseTransaction(chain.mempool.pool.entries.get(txid)!.tx.raw)!
    const child = spend({ inputs: [{ coin: { txid, vout: 0, valueSat: 100_000n, lock: MINE } }], outputs: [{ script: MINE.script, valueSat: 90_000n }] })
    assert.equal(chain.accept(parseTransaction(child.toBuffer())!).status, 'accepted')
    chain.withhold(txid)
    chain.mine(2)
    assert.deepEqual([...chain.mempool.pool.entries.keys()], [parent.txid, child.getId()])
    chain.withhold(txid, false)
    chain.mine(1)
    assert.equal(chain.mempool.pool.entries.size, 0)
  })

  it('forgets a waiting transaction with its children when told to', () => {
    const chain = chainOf()
    const { txid } = chain.fund(MINE.script, 100_000n)
    chain.forget(txid)
    assert.equal(chain.mempool.pool.entries.size, 0)
  })

  it('lets blocks run ahead of the clock, never behind the median', () => {
    const clock = virtualClock()
    const chain = chainOf(clock)
    chain.mine(12)
    const before = chain.ledger.tip.medianTime
    chain.advanceTime(7_200)
    chain.mine(11)
    assert.ok(chain.ledger.tip.medianTime >= before + 7_000, `${chain.ledger.tip.medianTime} after ${before}`)
    chain.advanceTime(-100_000)
    chain.mine(1)
    assert.ok(chain.ledger.tip.time > chain.ledger.blockAt(chain.ledger.tip.height - 1)!.medianTime)
  })

  it('restores every coin exactly when blocks are taken back', () => {
    const chain = chainOf()
    chain.fund(MINE.script, 100_000n)
    chain.mine(1)
    const coins = coinsIn(chain)
    const tip = chain.ledger.tip.hash
    const { txid } = chain.fund(MINE.script, 50_000n)
    const child = spend({ inputs: [{ coin: { txid, vout: 0, valueSat: 50_000n, lock: MINE } }], outputs: [{ script: MINE.script, valueSat: 40_000n }] })
    chain.accept(parseTransaction(child.toBuffer())!)
    chain.mine(2)
    chain.invalidate(2)
    assert.equal(chain.ledger.tip.hash, tip)
    assert.deepEqual(coinsIn(chain), coins)
    assert.deepEqual([...chain.mempool.pool.entries.keys()], [txid, child.getId()], 'what the blocks held waits again, parents first')
  })

  it('drops what a reorganisation made impossible', async () => {
    const clock = virtualClock()
    const chain = chainOf(clock)
    const told = listener()
    await chain.start(told.events)
    chain.mine(100, MINE.script)
    chain.mine(1)
    clock.settle()
    const coinbase = Transaction.fromBuffer(chain.ledger.blockAt(1)!.transactions[0]!.raw)
    const tx = spend({ inputs: [{ coin: coinOf(coinbase, 0, MINE) }], outputs: [{ script: MINE.script, valueSat: 1_000_000n }] })
    assert.equal(chain.accept(parseTransaction(tx.toBuffer())!).status, 'accepted')
    chain.invalidate(3)
    assert.equal(chain.mempool.pool.entries.size, 0, 'the coinbase is immature again')
    clock.settle()
    assert.deepEqual(told.lines.slice(-3), ['-101', '-100', '-99'])
  })

  it('tells the same story twice on virtual time', async () => {
    const story = async (): Promise<readonly string[]> => {
      const clock = virtualClock()
      const chain = chainOf(clock)
      const told = listener()
      chain.watch({ type: 'script', script: MINE.script })
      await chain.start(told.events)
      chain.fund(MINE.script, 5_000n)
      clock.settle()
      chain.mine(2)
      clock.advance(60_000)
      chain.reorg(2)
      clock.settle()
      return [...told.lines, chain.ledger.tip.hash]
    }
    assert.deepEqual(await story(), await story())
  })

  it('tells nobody within a call, and holds what happened while it was unreachable', async () => {
    const clock = virtualClock()
    const chain = chainOf(clock)
    const told = listener()
    await chain.start(told.events)
    chain.mine(1)
    assert.deepEqual(told.lines, [])
    clock.settle()
    chain.setStatus({ state: 'unreachable', detail: 'cut off' })
    chain.mine(1)
    let said = ''
    chain.broadcast(new Uint8Array(10), (verdict) => { said = verdict.status })
    clock.settle()
    assert.deepEqual([told.lines, said, told.statuses.at(-1)?.state], [['+1'], 'unavailable', 'unreachable'])
    chain.setStatus({ state: 'ok', detail: '' })
    clock.settle()
    assert.deepEqual([told.lines, told.statuses.at(-1)?.state], [['+1', '+2'], 'ok'])
  })
})

describe('embedded chain, on a store', () => {
  it('has its blocks, coins and waiting transactions in another life, reorganised ones too', async () => {
    const disk = memoryDisk()
    const first = embeddedChain({ clock: virtualClock(), store: memoryStore(disk) })
    await first.open()
    const { txid } = first.fund(MINE.script, 100_000n)
    first.mine(3)
    first.reorg(2)
    const waiting = first.fund(MINE.script, 5_000n)
    await first.close()
    const second = embeddedChain({ clock: virtualClock(), store: memoryStore(disk) })
    await second.open()
    assert.equal(second.ledger.tip.hash, first.ledger.tip.hash)
    assert.deepEqual(coinsIn(second), coinsIn(first))
    assert.ok(second.ledger.coins.has(`${txid}:0`))
    assert.deepEqual([...second.mempool.pool.entries.keys()], [waiting.txid])
    await second.close()
  })

  it('refuses a store whose block is damaged or missing', async () => {
    const disk = memoryDisk()
    const first = embeddedChain({ clock: virtualClock(), store: memoryStore(disk) })
    await first.open()
    first.mine(3)
    await first.close()
    const key = [...disk.entries.keys()].find((name) => name.endsWith('2'))!
    const whole = disk.entries.get(key)!
    for (const bad of [undefined, whole.slice(0, -1), flip(whole, 3), flip(whole, whole.length - 70)]) {
      if (bad === undefined) disk.entries.delete(key)
      else disk.entries.set(key, bad)
      const store = memoryStore(disk)
      await assert.rejects(embeddedChain({ clock: virtualClock(), store }).open(), { name: 'store-corrupt' }, `${bad?.length}`)
      await store.close()
    }
  })
})

describe('embedded chain, scripts', () => {
  const judged = (tx: Transaction, coins: readonly Coin[]): string | undefined =>
    verifyScripts(parseTransaction(tx.toBuffer())!, coins.map(({ valueSat, lock }) => ({ valueSat, script: lock.script, height: 1, coinbase: false })))
  const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => { bytes[0] = 0; bytes[1]! &= 0x7f; bytes[31]! |= 1; return bytes })

  it('takes what any key signs, by key and by leaf, and nothing of it with one bit turned', () => {
    fc.assert(fc.property(secret, secret, fc.constantFrom(0, 1, 2, 3, 0x81, 0x82, 0x83), fc.nat(), (a, b, hashType, bit) => {
      const locks = [{ script: concatBytes(Uint8Array.of(0x51, 0x20), xOnly(a)), secret: a }, leafLock(script(xOnly(a), op.checkSigVerify, xOnly(b), op.checkSig), [a, b])]
      const coins = locks.map((lock, vout): Coin => ({ txid: toHex(a), vout, valueSat: 10_000n, lock }))
      const outputs = [{ script: MINE.script, valueSat: 9_000n }, { script: MINE.script, valueSat: 8_000n }]
      const tx = spend({ inputs: coins.map((coin) => ({ coin, hashType })), outputs })
      assert.equal(judged(tx, coins), undefined)
      const bent = spend({ inputs: coins.map((coin, i) => ({ coin, hashType, bend: (witness) => i === 0 ? [flip(witness[0]!, bit % 64)] : witness })), outputs })
      assert.notEqual(judged(bent, coins), undefined)
    }), { numRuns: 25 })
  })

  it('takes keys of every kind whose first byte is zero [guards bitcore-lib 11.5.1]', () => {
    const zeros: Uint8Array[] = []
    for (let n = 1; zeros.length < 2; n++) {
      const candidate = new Uint8Array(32).fill(7)
      new DataView(candidate.buffer).setUint32(0, n)
      if (xOnly(candidate)[0] === 0) zeros.push(candidate)
    }
    const [a, b] = [zeros[0]!, zeros[1]!]
    const leaf = script(xOnly(a), op.checkSigVerify, xOnly(b), op.checkSig)
    // The internal key has a zero too, and for one of these leaves so has the output key.
    const locks = [{ script: concatBytes(Uint8Array.of(0x51, 0x20), xOnly(a)), secret: a }, leafLock(leaf, [a, b], a)]
    for (let n = 1; locks.length < 3; n++) {
      const lock = leafLock(script({ number: 100 + n }, op.drop, xOnly(b), op.checkSig), [b], a)
      if (lock.script[2] === 0) locks.push(lock)
    }
    const coins = locks.map((lock, vout): Coin => ({ txid: '44'.repeat(32), vout, valueSat: 10_000n, lock }))
    assert.equal(judged(spend({ inputs: coins.map((coin) => ({ coin })), outputs: [{ script: MINE.script, valueSat: 9_000n }] }), coins), undefined)
  })

  it('takes a signature with an annex only when the annex was signed', () => {
    const coin: Coin = { txid: '11'.repeat(32), vout: 0, valueSat: 10_000n, lock: MINE }
    const tx = spend({ inputs: [{ coin, bend: (witness) => [...witness, Uint8Array.of(0x50, 7)] }], outputs: [{ script: MINE.script, valueSat: 9_000n }] })
    assert.notEqual(judged(tx, [coin]), undefined)
  })

  it('takes an anchor with an empty signature script only, and no program nobody knows', () => {
    const outputs = [{ script: MINE.script, valueSat: 100n }]
    const anchor: Coin = { txid: '22'.repeat(32), vout: 0, valueSat: 240n, lock: ANCHOR }
    const tx = spend({ inputs: [{ coin: anchor }], outputs })
    assert.equal(judged(tx, [anchor]), undefined)
    tx.ins[0]!.script = Uint8Array.of(1, 1)
    assert.notEqual(judged(tx, [anchor]), undefined)
    const later: Coin = { ...anchor, lock: { script: Uint8Array.of(0x52, 2, 1, 1) } }
    assert.notEqual(judged(spend({ inputs: [{ coin: later }], outputs }), [later]), undefined)
  })

  it('takes a key hash of a wrong key never, with a witness or with a signature script that is not clean', () => {
    const hash = hash160(mulG(secretOf(3)))
    for (const output of [concatBytes(Uint8Array.of(0, 20), hash), concatBytes(Uint8Array.of(0x76, 0xa9, 20), hash, Uint8Array.of(0x88, 0xac))]) {
      const coin: Coin = { txid: '33'.repeat(32), vout: 0, valueSat: 10_000n, lock: { script: output } }
      const tx = spend({ inputs: [{ coin, bend: () => output[0] === 0 ? [new Uint8Array(64), mulG(secretOf(4))] : [] }], outputs: [{ script: MINE.script, valueSat: 9_000n }] })
      assert.notEqual(judged(tx, [coin]), undefined)
      if (output[0] !== 0) {
        tx.ins[0]!.script = concatBytes(Uint8Array.of(0x51), script(new Uint8Array(9).fill(1), mulG(secretOf(3))))
        assert.match(judged(tx, [coin]) ?? '', /not clean/)
      }
    }
  })
})
