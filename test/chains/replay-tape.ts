import assert from 'node:assert/strict'
import { scryptSync } from 'node:crypto'
import { crypto } from 'bitcoinjs-lib'
import { coinbaseTransaction, SUBSIDY_SAT } from '../../src/adapters/chain-embedded/coinbase.js'
import { merkleRoot } from '../../src/adapters/chain-embedded/ledger.js'
import type { ParsedTransaction } from '../../src/adapters/chain-embedded/parsed-transaction.js'
import { concatBytes, fromHex, toHex } from '../../src/core/base/bytes.js'
import { compactSize, u32le } from '../../src/core/channel/enforced/transaction.js'
import { chainParameters, type ChainName } from '../../src/ports/chain-parameters.js'
import type { RealChain } from './real-chain.js'
import type { TapeStep } from './tape.js'

/** Blocks after which the subsidy of a real regtest chain is half. The embedded one's never is. */
const HALVING_BLOCKS = 150
const REGTEST_BITS = 0x207fffff
const GENESIS_TIME = 1_296_688_602
const BLOCK_SECONDS = 60

/** The hash of a header that must have work. */
const workHash: Readonly<Record<ChainName, (header: Uint8Array) => Uint8Array>> = {
  bitcoin: (header) => crypto.hash256(header),
  litecoin: (header) => scryptSync(header, header, 32, { N: 1_024, r: 1, p: 1 })
}

/** Makes a real block of the transactions of an embedded one. */
function blockOf (chain: ChainName, parent: Uint8Array, height: number, [coinbase, ...others]: readonly ParsedTransaction[], extra: number): { readonly raw: Uint8Array, readonly hash: Uint8Array } {
  const [paid] = coinbase!.outputs
  const feesSat = paid!.valueSat - SUBSIDY_SAT
  // Before the first halving the coinbase stays what it is, since the faucet spends those.
  const halvings = BigInt(Math.floor(height / HALVING_BLOCKS))
  const first = halvings === 0n ? coinbase! : coinbaseTransaction(height, paid!.script, (SUBSIDY_SAT >> halvings) + feesSat - SUBSIDY_SAT, others, extra)
  const transactions = [first, ...others]
  const root = merkleRoot(transactions.map(({ txid }) => fromHex(txid).reverse()))
  const base = concatBytes(u32le(0x20000000), parent, root, u32le(GENESIS_TIME + BLOCK_SECONDS * height + extra % BLOCK_SECONDS), u32le(REGTEST_BITS))
  let header = concatBytes(base, u32le(0))
  for (let nonce = 1; workHash[chain](header)[31]! >= 0x7f; nonce++) header = concatBytes(base, u32le(nonce))
  return { raw: concatBytes(header, compactSize(transactions.length), ...transactions.map(({ raw }) => raw)), hash: Uint8Array.from(crypto.hash256(header)) }
}

/** What a node says to transactions: whether it has each of them now, and its words. */
async function offer (node: RealChain, transactions: readonly ParsedTransaction[]): Promise<{ readonly taken: readonly boolean[], readonly texts: readonly string[] }> {
  const raws = transactions.map(({ raw }) => toHex(raw))
  if (raws.length === 1) {
    const text = await node.call('sendrawtransaction', raws[0], 0).then(() => 'accepted', (error: Error) => error.message)
    return { taken: [text === 'accepted' || /already in (block chain|utxo set)|txn-already/i.test(text)], texts: [text] }
  }
  const answer = await node.call<{ readonly package_msg: string, readonly 'tx-results': Readonly<Record<string, { readonly error?: string }>> }>('submitpackage', raws, 0)
  const texts = transactions.map(({ wtxid }) => answer['tx-results'][wtxid]?.error ?? (answer.package_msg === 'success' ? 'accepted' : answer.package_msg))
  const pool = new Set(await node.call<readonly string[]>('getrawmempool'))
  return { taken: transactions.map(({ txid }, i) => pool.has(txid) || /already/.test(texts[i]!)), texts }
}

/**
 * Takes a real node through what an embedded chain went through: the node must take every block, and judge every
 * transaction in the same way. The node has nothing but its genesis block.
 *
 * @returns how many transactions it judged
 */
export async function replayTape (node: RealChain, chain: ChainName, tape: readonly TapeStep[]): Promise<number> {
  const hashes = [fromHex(chainParameters(chain, 'regtest')!.genesisHash).reverse()]
  let [judged, blocks] = [0, 0]
  for (const step of tape) {
    switch (step.type) {
      case 'meddled': throw new Error('no node can be taken through this')
      case 'disconnected': {
        const gone = hashes.splice(hashes.length - step.depth, step.depth)
        if (gone.length > 0) await node.call('invalidateblock', toHex(Uint8Array.from(gone[0]!).reverse()))
        break
      }
      case 'block': {
        assert.equal(step.height, hashes.length)
        const { raw, hash } = blockOf(chain, hashes.at(-1)!, step.height, step.transactions, blocks++)
        assert.equal(await node.call('submitblock', toHex(raw)), null, `block ${step.height}`)
        hashes.push(hash)
        break
      }
      case 'offered': {
        const { taken, texts } = await offer(node, step.transactions)
        assert.deepEqual(taken, step.taken, `${step.transactions.map(({ txid }) => txid).join()}: the node says ${texts.join('; ')}, the embedded chain ${step.texts.join('; ')}`)
        judged += taken.length
        break
      }
    }
  }
  assert.equal(await node.call('getblockcount'), hashes.length - 1)
  return judged
}
