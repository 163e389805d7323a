import { numberBelow } from '../base/env.js'
import { invariant } from '../base/invariant.js'
import { toHex } from '../base/bytes.js'
import { isRefusal, refuse, type Refusal } from '../base/step.js'
import { accountOf, freshScript, nextScript } from './addresses.js'
import type { ChainName, Output, WalletChain } from './chain-facts.js'
import { applyTransaction, coinAt, coinsOf, isFree, reserveCoin, type Dropped } from './coins.js'
import { feeRate, isFeeAbsurd, namedRate } from './fees.js'
import type { WalletHost } from './host.js'
import { PAYEES_MAX, SENDS_MAX, SENDS_PENDING_MAX } from './limits.js'
import { selectCoins, settle, sumOf, type Selection } from './selection.js'
import { transactionKey, type Coin, type Send, type SendId } from './tables.js'
import { readTransaction, signTransaction } from './transaction.js'
import { waitingSat, reservedSat } from './views.js'

/** What somebody wants to pay. */
export interface SendRequest {
  readonly chain: ChainName
  readonly kind: Send['kind']
  readonly outputs: readonly Output[]
  /** Satoshis for 1,000 virtual bytes; estimated when left out. */
  readonly satPerKvb?: bigint | undefined
  /** Within how many blocks it shall confirm, for the estimate. */
  readonly targetBlocks?: number | undefined
  /** The last output takes all that is free, less the fee; its value is not looked at. */
  readonly all?: boolean
}

export interface SendAnswer {
  readonly id: SendId
  readonly txid: string
  readonly feeSat: bigint
  readonly vsize: number
  readonly satPerKvb: bigint
}

/** Coins set aside for a payment that is signed and not published. */
const preparedFor = (id: SendId): string => `send/${id}`
const UNDER_WAY: ReadonlySet<Send['status']> = new Set(['prepared', 'pending', 'conflicted'])

/** Pays from the wallet: signs, and publishes when the step is stored. */
export function send (host: WalletHost, request: SendRequest): SendAnswer | Refusal {
  const prepared = prepareSend(host, request)
  if (!isRefusal(prepared)) publishSend(host, prepared.id)
  return prepared
}

/** Signs a payment and sets its coins aside, without publishing it: `publishSend` or `abandonSend` follows. */
export function prepareSend (host: WalletHost, request: SendRequest): SendAnswer | Refusal {
  const { chain, kind } = request
  const facts = host.chains.get(chain)
  if (facts === undefined) return refuse('no-chain', { chain })
  let underWay = 0
  for (const { status } of host.tables.sends.group(chain).values()) if (UNDER_WAY.has(status)) underWay++
  if (underWay >= SENDS_PENDING_MAX) return refuse('busy', { what: 'payments of the wallet', limit: SENDS_PENDING_MAX })
  const satPerKvb = request.satPerKvb === undefined ? feeRate(host, facts, request.targetBlocks) : namedRate(facts, request.satPerKvb)
  if (isRefusal(satPerKvb)) return satPerKvb
  const free = [...coinsOf(host, chain)].filter((coin) => isFree(host, coin))
  const outputs = request.all === true ? outputsOfAll(facts, request.outputs, free, satPerKvb) : request.outputs
  const bad = judgeOutputs(host, facts, outputs)
  if (bad !== undefined) return bad
  const changeScript = nextScript(host, chain, 'change')
  const task = { chain: facts, candidates: free, outputs, satPerKvb, changeScript, dustSat: host.dustLimit(chain, changeScript) }
  const selection = request.all === true ? settle(task, free) : selectCoins(task)
  const movedSat = outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)
  if (selection === undefined) return insufficient(host, facts, movedSat, satPerKvb, free)
  if (request.satPerKvb === undefined && kind === 'payment' && isFeeAbsurd(selection.feeSat, movedSat)) return refuse('fee-share', { fee: selection.feeSat, amount: movedSat })
  if (selection.changeSat !== undefined) freshScript(host, chain, 'change')
  const id = toHex(host.draw('wallet send').subarray(0, 16)) as SendId
  const made: Send = {
    id, chain, kind, status: 'prepared', outputs, feeSatPerKvb: satPerKvb, versions: [], height: undefined, conflictHeight: undefined,
    createdMs: host.env.nowMs, number: nextNumber(host, chain), refusals: 0, ...sign(host, facts, selection, outputs, changeScript)
  }
  host.tables.sends.set(id, made)
  for (const coin of selection.coins) reserveCoin(host, coin, preparedFor(id))
  forgetSends(host, chain)
  return answerOf(made)
}

const answerOf = ({ id, txid, feeSat, vsize, feeSatPerKvb }: Send): SendAnswer => ({ id, txid, feeSat, vsize, satPerKvb: feeSatPerKvb })

function outputsOfAll (facts: WalletChain, outputs: readonly Output[], free: readonly Coin[], satPerKvb: bigint): readonly Output[] {
  const last = outputs.at(-1)
  invariant(last !== undefined, 'a payment of all has an output that takes it')
  const others = outputs.slice(0, -1)
  // No change: an output of nothing stands for the last one while the fee is worked out.
  const bare = settle({ chain: facts, outputs: others, satPerKvb, changeScript: last.script, dustSat: 0n }, free)
  return [...others, { script: last.script, valueSat: bare?.changeSat ?? 0n }]
}

function judgeOutputs (host: WalletHost, facts: WalletChain, outputs: readonly Output[]): Refusal | undefined {
  if (outputs.length === 0 || outputs.length > PAYEES_MAX) return refuse('bad-request', { reason: `a payment has 1 to ${PAYEES_MAX} outputs, not ${outputs.length}` })
  for (const { valueSat, script } of outputs) {
    const min = host.dustLimit(facts.chain, script)
    if (valueSat < min) return refuse('dust-output', { chain: facts.chain, amount: valueSat, min })
    if (valueSat > facts.maxMoneySat) return refuse('amount-out-of-range', { amount: valueSat, min, max: facts.maxMoneySat })
  }
  return undefined
}

function insufficient (host: WalletHost, facts: WalletChain, movedSat: bigint, satPerKvb: bigint, free: readonly Coin[]): Refusal {
  const fee = settle({ chain: facts, outputs: [], satPerKvb, changeScript: new Uint8Array(34), dustSat: 0n }, free)?.feeSat ?? 0n
  return refuse('insufficient-coins', { chain: facts.chain, wanted: movedSat + fee, spendable: sumOf(free), reserved: reservedSat(host, facts.chain), waiting: waitingSat(host, facts.chain) })
}

interface Signed extends Pick<Send, 'txid' | 'raw' | 'vsize' | 'feeSat' | 'inputs'> {}

/** Change stands at a random place among the outputs, so that nobody can tell it by its place. */
function sign (host: WalletHost, facts: WalletChain, selection: Selection, outputs: readonly Output[], changeScript: Uint8Array): Signed {
  const all = [...outputs]
  if (selection.changeSat !== undefined) all.splice(numberBelow(host.draw('wallet change place'), outputs.length + 1), 0, { valueSat: selection.changeSat, script: changeScript })
  const keys = host.keys.account(facts.coinType)
  const inputs = selection.coins.map((coin) => ({ txid: coin.txid, vout: coin.vout, output: { valueSat: coin.valueSat, script: coin.script }, secret: keys.secret(coin) }))
  const { txid, raw, vsize } = signTransaction(inputs, all)
  invariant(vsize === selection.vsize, 'the size of a transaction is known before it is signed')
  return { txid, raw, vsize, feeSat: selection.feeSat, inputs: selection.coins.map(({ txid: of, vout }) => ({ txid: of, vout })) }
}

function nextNumber (host: WalletHost, chain: ChainName): number {
  let last = 0
  for (const { number } of host.tables.sends.group(chain).values()) last = Math.max(last, number)
  return last + 1
}

/** Publishes a prepared payment. Asked again, it does nothing. */
export function publishSend (host: WalletHost, id: SendId): Refusal | undefined {
  const found = host.tables.sends.get(id)
  if (found === undefined) return refuse('not-found', { what: 'payment of the wallet', id })
  if (found.status !== 'prepared') return undefined
  for (const at of found.inputs) free(host, found, at)
  putInForce(host, { ...found, status: 'pending' }, 'wallet:sent')
  return undefined
}

function free (host: WalletHost, { chain, id }: Send, at: Send['inputs'][number]): void {
  const coin = coinAt(host, chain, at)
  if (coin?.reservedFor === preparedFor(id)) reserveCoin(host, coin, undefined)
}

/** Gives the coins of a prepared payment free. What was published cannot be abandoned: it may confirm. */
export function abandonSend (host: WalletHost, id: SendId): Refusal | undefined {
  const found = host.tables.sends.get(id)
  if (found === undefined) return refuse('not-found', { what: 'payment of the wallet', id })
  if (found.status === 'abandoned') return undefined
  if (found.status !== 'prepared') return refuse('not-replaceable', { id, reason: 'it was published' })
  for (const at of found.inputs) free(host, found, at)
  host.tables.sends.set(id, { ...found, status: 'abandoned' })
  return undefined
}

/** Makes a version of a payment the one that counts: its coins are spent, its change is there, it is published. */
export function putInForce (host: WalletHost, version: Send, notice: 'wallet:sent' | 'wallet:remade'): void {
  const { id, chain, txid, raw, inputs } = version
  const tx = readTransaction(raw)
  invariant(tx !== undefined, 'what we signed can be read')
  const versions = version.versions.some((known) => known.txid === txid) ? version.versions : [...version.versions, { txid, inputs }]
  host.tables.sends.set(id, { ...version, versions })
  onDropped(host, chain, applyTransaction(host, chain, tx, undefined))
  if (version.kind === 'set-aside') for (const coin of [...coinsOf(host, chain)]) if (coin.txid === txid && isSetAside(version, coin)) reserveCoin(host, coin, FOR_FEES)
  host.broadcast(chain, txid, raw)
  host.notify({ type: notice, chain, id, txid })
}

/** The purpose of coins that are kept aside for fees. */
export const FOR_FEES = 'fees'
const isSetAside = ({ outputs }: Send, coin: Coin): boolean => outputs.some(({ script }) => toHex(script) === toHex(coin.script))

/** Payments whose transaction was dropped stand in conflict. */
export function onDropped (host: WalletHost, chain: ChainName, dropped: readonly Dropped[]): void {
  for (const { txid, byHeight } of dropped) {
    for (const each of [...host.tables.sends.group(chain).values()]) {
      if (each.txid !== txid || each.status !== 'pending') continue
      host.tables.sends.set(each.id, { ...each, status: 'conflicted', conflictHeight: byHeight })
      if (!each.versions.some((version) => host.tables.transactions.get(transactionKey(chain, version.txid))?.height !== undefined)) host.notify({ type: 'wallet:conflicted', chain, id: each.id, txid })
    }
  }
}

/** Signs a payment anew with other coins or another fee; the version that counts until now is not touched. */
export function signAnew (host: WalletHost, before: Send, selection: Selection, changeScript: Uint8Array): Send {
  const facts = host.chains.get(before.chain)
  invariant(facts !== undefined, 'a payment is of a chain that the node has')
  const { vsize, feeSat } = selection
  return { ...before, ...sign(host, facts, selection, before.outputs, changeScript), status: 'pending', conflictHeight: undefined, refusals: 0, feeSatPerKvb: feeSat * 1_000n / BigInt(vsize) }
}

/** Forgets the oldest payments that ended, beyond the bound. */
function forgetSends (host: WalletHost, chain: ChainName): void {
  const all = host.tables.sends.group(chain)
  if (all.size <= SENDS_MAX) return
  const { tipHeight } = accountOf(host, chain)
  const ended = [...all.values()].filter(({ status, height }) => status === 'abandoned' || (status === 'confirmed' && height !== undefined && height < tipHeight)).sort((a, b) => a.number - b.number)
  for (const { id } of ended.slice(0, all.size - SENDS_MAX)) host.tables.sends.delete(id)
}
