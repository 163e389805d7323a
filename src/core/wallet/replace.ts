import { isRefusal, refuse, type Refusal } from '../base/step.js'
import { accountOf, nextScript } from './addresses.js'
import type { ChainName, Outpoint } from './chain-facts.js'
import { coinAt, coinsOf, confirmationsOf, isFree } from './coins.js'
import { feeRate, namedRate } from './fees.js'
import type { WalletHost } from './host.js'
import { CONFLICT_BURIED_CONFIRMATIONS, SEND_INPUTS_MAX, UNCONFIRMED_ANCESTORS_MAX, VERSIONS_MAX } from './limits.js'
import { largestFirst, selectCoins, settle, type Selection } from './selection.js'
import { putInForce, signAnew, type SendAnswer } from './sends.js'
import { transactionKey, type Coin, type Send, type SendId } from './tables.js'
import { feeFor } from './transaction.js'

/**
 * Replaces an unconfirmed payment by one of a higher fee: the same inputs, the same payees, less change, more confirmed
 * coins when the change does not suffice.
 *
 * @see BIP 125
 */
export function bumpSend (host: WalletHost, id: SendId, request: { readonly satPerKvb?: bigint | undefined, readonly targetBlocks?: number | undefined } = {}): SendAnswer | Refusal {
  const before = host.tables.sends.get(id)
  if (before === undefined) return refuse('not-found', { what: 'payment of the wallet', id })
  const { chain } = before
  const facts = host.chains.get(chain)
  if (facts === undefined) return refuse('no-chain', { chain })
  const hindered = whyNotReplaceable(host, before)
  if (hindered !== undefined) return refuse('not-replaceable', { id, reason: hindered })
  const asked = request.satPerKvb === undefined ? feeRate(host, facts, request.targetBlocks ?? 2) : namedRate(facts, request.satPerKvb)
  if (isRefusal(asked)) return asked
  const inputs = before.inputs.flatMap((at) => coinAt(host, chain, at) ?? [])
  const change = [...coinsOf(host, chain)].find((coin) => coin.txid === before.txid && coin.branch === 'change' && !isPayee(before, coin))
  const changeScript = change?.script ?? nextScript(host, chain, 'change')
  const task = { chain: facts, outputs: before.outputs, changeScript, dustSat: host.dustLimit(chain, changeScript) }
  // A new input must be confirmed, or nodes refuse the replacement.
  const more = [...coinsOf(host, chain)].filter((coin) => isFree(host, coin) && coin.height !== undefined).sort(largestFirst)
  for (let count = 0; count <= more.length && inputs.length + count <= SEND_INPUTS_MAX; count++) {
    const coins = [...inputs, ...more.slice(0, count)]
    const selection = settle({ ...task, satPerKvb: asked }, coins)
    if (selection === undefined) continue
    // It pays for what it replaces, and for its own passage.
    const least = before.feeSat + feeFor(facts.minFeeSatPerKvb, selection.vsize)
    const enough = selection.feeSat >= least ? selection : settleWithFee({ ...task, coins, feeSat: least })
    if (enough === undefined) continue
    const next = signAnew(host, before, enough, changeScript)
    putInForce(host, next, 'wallet:sent')
    return { id, txid: next.txid, feeSat: next.feeSat, vsize: next.vsize, satPerKvb: next.feeSatPerKvb }
  }
  return refuse('not-replaceable', { id, reason: `neither its change nor confirmed coins pay a fee rate of ${asked} sat for 1,000 virtual bytes` })
}

const isPayee = ({ outputs }: Send, coin: Coin): boolean => outputs.some(({ script }) => script.length === 34 && script.every((byte, i) => byte === coin.script[i]))

function settleWithFee ({ coins, feeSat, ...task }: Omit<Parameters<typeof settle>[0], 'satPerKvb'> & { readonly coins: readonly Coin[], readonly feeSat: bigint }): Selection | undefined {
  const free = settle({ ...task, satPerKvb: 0n }, coins)
  if (free === undefined) return undefined
  const left = (free.changeSat ?? 0n) + free.feeSat - feeSat
  if (left < 0n) return undefined
  if (left >= task.dustSat) return { ...free, changeSat: left, feeSat }
  const bare = settle({ ...task, satPerKvb: 0n, dustSat: 1n << 62n }, coins)
  return bare === undefined || bare.feeSat < feeSat ? undefined : bare
}

function whyNotReplaceable (host: WalletHost, before: Send): string | undefined {
  if (before.status !== 'pending') return `it is ${before.status}`
  if (before.kind === 'fixed' || before.kind === 'joint') return 'others rely on this very transaction'
  if (before.versions.length >= VERSIONS_MAX) return `it was replaced ${VERSIONS_MAX - 1} times already`
  for (const coin of coinsOf(host, before.chain)) {
    if (coin.txid === before.txid && coin.spentBy !== undefined) return 'a later payment spends its change; replace that one'
  }
  return undefined
}

/**
 * Looks at every payment under way, after a block or a loss: what confirmed, what conflicts, what can be published
 * again, what must be made anew.
 */
export function reviewSends (host: WalletHost, chain: ChainName): void {
  const { tipHeight } = accountOf(host, chain)
  for (const { id } of [...host.tables.sends.group(chain).values()]) {
    const now = host.tables.sends.get(id)!
    const confirmed = now.status === 'abandoned' ? undefined : confirmedVersion(host, now)
    if (confirmed !== undefined) confirm(host, now, confirmed)
    else if (now.status === 'confirmed' && now.height !== undefined && now.height > tipHeight) unconfirm(host, now)
    else if (now.status === 'prepared') reviewPrepared(host, now)
    else if (now.status === 'conflicted') reviewConflicted(host, now, tipHeight)
  }
}

interface Confirmed { readonly txid: string, readonly height: number }

function confirmedVersion (host: WalletHost, { chain, versions }: Send): Confirmed | undefined {
  for (const { txid } of versions) {
    const found = host.tables.transactions.get(transactionKey(chain, txid))
    if (found?.height !== undefined) return { txid, height: found.height }
  }
  return undefined
}

function confirm (host: WalletHost, before: Send, { txid, height }: Confirmed): void {
  if (before.status === 'confirmed' && before.height === height && before.txid === txid) return
  host.tables.sends.set(before.id, { ...before, status: 'confirmed', txid, height, conflictHeight: undefined })
  if (before.status !== 'confirmed') host.notify({ type: 'wallet:confirmed', chain: before.chain, id: before.id, txid })
}

/** Its block left the chain. */
function unconfirm (host: WalletHost, before: Send): void {
  const known = host.tables.transactions.has(transactionKey(before.chain, before.txid))
  host.tables.sends.set(before.id, { ...before, status: known ? 'pending' : 'conflicted', height: undefined })
}

function reviewPrepared (host: WalletHost, now: Send): void {
  const lost = now.inputs.some((at) => { const coin = coinAt(host, now.chain, at); return coin === undefined || coin.spentBy !== undefined })
  if (!lost) return
  host.tables.sends.set(now.id, { ...now, status: 'abandoned' })
  host.notify({ type: 'wallet:abandoned', chain: now.chain, id: now.id, txid: now.txid })
}

/**
 * A payment in conflict is published again when its coins are back. It is made anew when every version that was ever
 * published is dead, or has an input that the new one can share: so at most one of them confirms.
 */
function reviewConflicted (host: WalletHost, now: Send, tipHeight: number): void {
  const { chain, versions } = now
  if (host.tables.transactions.has(transactionKey(chain, now.txid))) { // it was seen again
    host.tables.sends.set(now.id, { ...now, status: 'pending', conflictHeight: undefined })
    return
  }
  // A coin that is not ours was spent otherwise, in a block: nothing is made anew of it, and after a while it is over.
  if (now.kind === 'joint' && now.conflictHeight !== undefined && now.conflictHeight <= tipHeight) {
    if (confirmationsOf(now.conflictHeight, tipHeight) >= CONFLICT_BURIED_CONFIRMATIONS) abandon(host, now)
    return
  }
  const isBack = (at: Outpoint): boolean => { const coin = coinAt(host, chain, at); return coin !== undefined && coin.spentBy === undefined && !coin.doubted }
  if (now.inputs.every(isBack)) return putInForce(host, { ...now, status: 'pending', conflictHeight: undefined }, 'wallet:remade')
  const buriedBy = burial(host, now)
  if (buriedBy !== now.conflictHeight) host.tables.sends.set(now.id, { ...now, conflictHeight: buriedBy })
  const conflicted = { ...now, conflictHeight: buriedBy }
  const alive = versions.filter((version) => !isDead(host, conflicted, version, tipHeight))
  if (now.kind === 'fixed' || now.kind === 'joint' || versions.length >= VERSIONS_MAX) {
    if (alive.length === 0) abandon(host, conflicted)
    return
  }
  const shared = new Set<Coin>()
  for (const { inputs } of alive) {
    const coin = inputs.filter(isBack).map((at) => coinAt(host, chain, at)!).find((candidate) => isFree(host, candidate))
    if (coin === undefined) return // it waits: nothing can be shared with a version that may still confirm
    shared.add(coin)
  }
  remake(host, conflicted, [...shared], alive.length === 0)
}

/** Height of what took a coin of it, as far as is known now. */
function burial (host: WalletHost, { chain, inputs, conflictHeight }: Send): number | undefined {
  const heights = inputs.flatMap((at) => coinAt(host, chain, at)?.spentHeight ?? [])
  return heights.length > 0 ? Math.min(...heights) : conflictHeight
}

/**
 * A version is dead when what took one of its coins is buried, or when the version of a payment of ours that made the
 * coin is dead. Of another coin that is not there any more, only when it went is known.
 */
function isDead (host: WalletHost, { chain, conflictHeight }: Send, { txid, inputs }: Version, tipHeight: number, depth = UNCONFIRMED_ANCESTORS_MAX): boolean {
  const isBuried = (height: number | undefined): boolean => confirmationsOf(height, tipHeight) >= CONFLICT_BURIED_CONFIRMATIONS
  return inputs.some((at) => {
    const coin = coinAt(host, chain, at)
    if (coin !== undefined && !coin.doubted) return coin.spentBy !== txid && isBuried(coin.spentHeight)
    const parent = coin === undefined && depth > 0 ? versionOf(host, chain, at.txid) : undefined
    return parent === undefined ? isBuried(conflictHeight) : isDead(host, parent.send, parent.version, tipHeight, depth - 1)
  })
}

type Version = Send['versions'][number]

function versionOf (host: WalletHost, chain: ChainName, txid: string): { readonly send: Send, readonly version: Version } | undefined {
  for (const each of host.tables.sends.group(chain).values()) {
    const version = each.versions.find((candidate) => candidate.txid === txid)
    if (version !== undefined) return { send: each, version }
  }
  return undefined
}

function remake (host: WalletHost, now: Send, required: readonly Coin[], final: boolean): void {
  const { chain } = now
  const facts = host.chains.get(chain)
  if (facts === undefined) return
  const changeScript = nextScript(host, chain, 'change')
  const candidates = [...coinsOf(host, chain)].filter((coin) => isFree(host, coin))
  const selection = selectCoins({ chain: facts, candidates, required, outputs: now.outputs, satPerKvb: now.feeSatPerKvb < facts.minFeeSatPerKvb ? facts.minFeeSatPerKvb : now.feeSatPerKvb, changeScript, dustSat: host.dustLimit(chain, changeScript) })
  if (selection !== undefined) return putInForce(host, signAnew(host, now, selection, changeScript), 'wallet:remade')
  if (final) abandon(host, now)
}

function abandon (host: WalletHost, now: Send): void {
  host.tables.sends.set(now.id, { ...now, status: 'abandoned' })
  host.notify({ type: 'wallet:abandoned', chain: now.chain, id: now.id, txid: now.txid })
}

/** Publishes again what is pending and unconfirmed: a node that was restarted may have forgotten it. Parents first. */
export function publishAgain (host: WalletHost, chain: ChainName): void {
  const waiting = [...host.tables.sends.group(chain).values()].filter(({ status }) => status === 'pending').sort((a, b) => a.number - b.number)
  for (const { txid, raw } of waiting) host.broadcast(chain, txid, raw)
}
