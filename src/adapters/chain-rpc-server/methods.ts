import { fromHex, toHex } from '../../core/base/bytes.js'
import type { ServedBlock, ServedChain, ServedTransaction, ServedVerdict } from './served-chain.js'

/** An error as the caller of a method sees it, with Bitcoin Core's number. */
export class RpcError extends Error {
  constructor (readonly code: number, message: string) { super(message) }
}

const MISC = -1
const INVALID_PARAMETER = -8
const NOT_FOUND = -5
const DECODE_FAILED = -22
const VERIFY_ERROR = -25
const VERIFY_REJECTED = -26
const ALREADY_IN_CHAIN = -27
const METHOD_NOT_FOUND = -32601
const COIN = 100_000_000
const BLOCKS_MAX = 10_000
const BITS = '207fffff'

/** What is only read of a chain. */
type ReadChain = Pick<ServedChain, 'ledger' | 'mempool'>

const coins = (sat: bigint): number => Number(sat) / COIN

/** The part of Bitcoin Core's JSON-RPC that a node needs, and what moves a private chain. */
export function serveMethod<T extends ServedTransaction> (chain: ServedChain<T>, method: string, params: readonly unknown[]): unknown {
  const { ledger, mempool: { pool } } = chain
  switch (method) {
    case 'getblockchaininfo': return {
      chain: 'regtest', blocks: ledger.tip.height, headers: ledger.tip.height, bestblockhash: ledger.tip.hash, time: ledger.tip.time, mediantime: ledger.tip.medianTime,
      verificationprogress: 1, initialblockdownload: false, chainwork: workOf(ledger.tip.height), pruned: false, warnings: []
    }
    case 'getnetworkinfo': return { version: 290000, subversion: '/Amiko embedded chain/', connections: 0, warnings: [] }
    case 'getmempoolinfo': return {
      loaded: true, size: pool.entries.size, mempoolminfee: coins(chain.parameters.minFeeSatPerKvb), minrelaytxfee: coins(chain.parameters.minFeeSatPerKvb),
      ...chain.capabilities()?.truc === true ? { truc_policy: 'enforce' } : {}
    }
    case 'getblockcount': return ledger.tip.height
    case 'getbestblockhash': return ledger.tip.hash
    case 'getblockhash': {
      const block = ledger.blockAt(countIn(params[0], 'height'))
      if (block === undefined) throw new RpcError(INVALID_PARAMETER, 'Block height out of range')
      return block.hash
    }
    case 'getblockheader': {
      const block = blockIn(chain, params[0])
      return params[1] === false ? toHex(block.header) : headerOf(chain, block)
    }
    case 'getblock': {
      const block = blockIn(chain, params[0])
      const verbosity = params[1] ?? 1
      return { ...headerOf(chain, block), tx: block.transactions.map((tx) => verbosity === 1 ? tx.txid : transactionOf(tx)) }
    }
    case 'getrawmempool': return [...pool.entries.keys()]
    case 'getmempoolentry': {
      const entry = pool.entries.get(hashIn(params[0]))
      if (entry === undefined) throw new RpcError(NOT_FOUND, 'Transaction not in mempool')
      return { vsize: entry.tx.vsize, weight: entry.tx.weight, fees: { base: coins(entry.feeSat) } }
    }
    case 'getrawtransaction': {
      const txid = hashIn(params[0])
      const block = params[2] === undefined || params[2] === null ? undefined : blockIn(chain, params[2])
      const tx = block === undefined ? pool.entries.get(txid)?.tx : block.transactions.find((candidate) => candidate.txid === txid)
      if (tx === undefined) throw new RpcError(NOT_FOUND, 'No such mempool transaction; give the hash of its block')
      return params[1] === true || params[1] === 1 ? transactionOf(tx) : toHex(tx.raw)
    }
    case 'gettxout': return unspentOf(chain, hashIn(params[0]), countIn(params[1], 'output'), params[2] !== false)
    case 'estimatesmartfee': return { errors: ['Insufficient data or no feerate found'], blocks: countIn(params[0], 'blocks') }
    case 'sendrawtransaction': {
      const tx = transactionIn(chain, params[0])
      if (tx.outputs.some((_output, vout) => ledger.coins.has(`${tx.txid}:${vout}`))) throw new RpcError(ALREADY_IN_CHAIN, 'Transaction outputs already in utxo set')
      return send(chain.accept(tx))
    }
    case 'testmempoolaccept': return listIn(params[0]).map((hex) => testOf(chain, hex))
    case 'submitpackage': {
      if (chain.capabilities()?.packages !== true) throw new RpcError(METHOD_NOT_FOUND, 'Method not found')
      const txs = listIn(params[0]).map((hex) => transactionIn(chain, hex))
      return packageOf(txs, chain.acceptPackage(txs))
    }
    case 'generatetoaddress': return chain.mine(blocksIn(params[0]), textIn(params[1]))
    case 'generate': return chain.mine(blocksIn(params[0]))
    case 'sendtoaddress': return chain.fund(textIn(params[0]), satIn(params[1])).txid
    case 'invalidateblock': {
      const block = blockIn(chain, params[0])
      if (block.height > 0 && ledger.blockAt(block.height)?.hash === block.hash) chain.invalidate(ledger.tip.height - block.height + 1)
      return null
    }
    default: throw new RpcError(METHOD_NOT_FOUND, 'Method not found')
  }
}

/** Every block of a private chain has the same work. */
const workOf = (height: number): string => (2n * BigInt(height + 1)).toString(16).padStart(64, '0')

function headerOf (chain: ReadChain, block: ServedBlock): Readonly<Record<string, unknown>> {
  const active = chain.ledger.blockAt(block.height)?.hash === block.hash
  return {
    hash: block.hash, confirmations: active ? chain.ledger.tip.height - block.height + 1 : -1, height: block.height, time: block.time, mediantime: block.medianTime,
    bits: BITS, chainwork: workOf(block.height), nTx: block.transactions.length, ...block.height === 0 ? {} : { previousblockhash: block.parent }
  }
}

const transactionOf = (tx: ServedTransaction): Readonly<Record<string, unknown>> => ({
  txid: tx.txid, hash: tx.wtxid, version: tx.version, size: tx.raw.length, vsize: tx.vsize, weight: tx.weight, locktime: tx.lockTime,
  vin: tx.inputs.map(({ txid, vout, sequence }) => tx.coinbase ? { coinbase: '', sequence } : { txid, vout, sequence }),
  vout: tx.outputs.map(({ valueSat, script }, n) => ({ value: coins(valueSat), n, scriptPubKey: { hex: toHex(script) } })),
  hex: toHex(tx.raw)
})

function unspentOf (chain: ReadChain, txid: string, vout: number, withMempool: boolean): unknown {
  const { ledger, mempool: { pool } } = chain
  const key = `${txid}:${vout}`
  const coin = ledger.coins.get(key)
  const found = coin ?? (withMempool ? pool.coin(key) : undefined)
  if (found === undefined || (withMempool && pool.spenderOf(key) !== undefined)) return null
  return {
    bestblock: ledger.tip.hash, confirmations: coin === undefined ? 0 : ledger.tip.height - coin.height + 1, value: coins(found.valueSat),
    scriptPubKey: { hex: toHex(found.script) }, coinbase: found.coinbase
  }
}

function send (verdict: ServedVerdict): string {
  if (verdict.status === 'rejected') throw new RpcError(verdict.text === 'missing-inputs' ? VERIFY_ERROR : VERIFY_REJECTED, verdict.text)
  return verdict.txid
}

function testOf<T extends ServedTransaction> (chain: ServedChain<T>, hex: unknown): Readonly<Record<string, unknown>> {
  const tx = transactionIn(chain, hex)
  const verdict = chain.accept(tx, true)
  const named = { txid: tx.txid, wtxid: tx.wtxid }
  if (verdict.status === 'rejected') return { ...named, allowed: false, 'reject-reason': verdict.text }
  return verdict.status === 'accepted' ? { ...named, allowed: true, vsize: tx.vsize } : { ...named, allowed: false, 'reject-reason': 'txn-already-known' }
}

function packageOf (txs: readonly ServedTransaction[], verdicts: readonly ServedVerdict[]): Readonly<Record<string, unknown>> {
  const results = txs.map((tx, i) => {
    const verdict = verdicts[i]
    return [tx.wtxid, { txid: tx.txid, vsize: tx.vsize, ...verdict?.status === 'rejected' ? { error: verdict.text } : {} }]
  })
  return { package_msg: verdicts.some(({ status }) => status === 'rejected') ? 'transaction failed' : 'success', 'tx-results': Object.fromEntries(results) as unknown }
}

function transactionIn<T extends ServedTransaction> (chain: ServedChain<T>, hex: unknown): T {
  const text = typeof hex === 'string' ? hex : ''
  const tx = /^(?:[0-9a-fA-F]{2})+$/.test(text) ? chain.parse(fromHex(text)) : undefined
  if (tx === undefined) throw new RpcError(DECODE_FAILED, 'TX decode failed. Make sure the tx has at least one input.')
  return tx
}

function blockIn (chain: ReadChain, hash: unknown): ServedBlock {
  const block = chain.ledger.block(hashIn(hash))
  if (block === undefined) throw new RpcError(NOT_FOUND, 'Block not found')
  return block
}

function hashIn (value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw new RpcError(INVALID_PARAMETER, 'a hash of 64 hexadecimal digits is needed')
  return value
}

function countIn (value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new RpcError(INVALID_PARAMETER, `${what} must be a whole number`)
  return value
}

function blocksIn (value: unknown): number {
  const blocks = countIn(value, 'blocks')
  if (blocks > BLOCKS_MAX) throw new RpcError(INVALID_PARAMETER, `at most ${BLOCKS_MAX} blocks at a time`)
  return blocks
}

function textIn (value: unknown): string {
  if (typeof value !== 'string') throw new RpcError(MISC, 'an address is needed')
  return value
}

function satIn (value: unknown): bigint {
  if (typeof value !== 'number' || !(value > 0) || value > 21_000_000) throw new RpcError(INVALID_PARAMETER, 'Invalid amount')
  return BigInt(Math.round(value * COIN))
}

function listIn (value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length > 25) throw new RpcError(INVALID_PARAMETER, 'a list of at most 25 transactions is needed')
  return value
}
