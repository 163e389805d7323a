import { toHex } from '../base/bytes.js'
import { invariant } from '../base/invariant.js'
import type { ChainName } from './chain-facts.js'
import { addressOfScript } from './address.js'
import type { WalletHost } from './host.js'
import { BRANCHES, type Branch } from './keys.js'
import { ADDRESSES_MAX, ADDRESS_GAP } from './limits.js'
import type { WalletAccount, WalletAddress } from './tables.js'

const addressKey = (chain: ChainName, script: Uint8Array): string => `${chain}:${toHex(script)}`
const NEXT = { receive: 'nextReceive', change: 'nextChange' } as const
const USED = { receive: 'usedReceive', change: 'usedChange' } as const

/** The account of a chain; made, with its first addresses, when there is none. */
export function accountOf (host: WalletHost, chain: ChainName): WalletAccount {
  const known = host.tables.accounts.get(chain)
  if (known !== undefined) return known
  const fresh: WalletAccount = { chain, tipHeight: host.env.heights[chain] ?? 0, nextReceive: 0, nextChange: 0, usedReceive: 0, usedChange: 0, scanFrom: undefined }
  host.tables.accounts.set(chain, fresh)
  for (const branch of BRANCHES) extend(host, chain, branch, 0, windowOf(fresh, branch))
  return fresh
}

/** Indexes of a branch that are watched: the handed out and the used ones, and a gap behind them. */
const windowOf = (account: WalletAccount, branch: Branch): number => Math.min(ADDRESSES_MAX, Math.max(account[NEXT[branch]], account[USED[branch]]) + ADDRESS_GAP)

function setAccount (host: WalletHost, before: WalletAccount, account: WalletAccount): void {
  host.tables.accounts.set(account.chain, account)
  for (const branch of BRANCHES) extend(host, account.chain, branch, windowOf(before, branch), windowOf(account, branch))
}

function extend (host: WalletHost, chain: ChainName, branch: Branch, from: number, to: number): void {
  const facts = host.chains.get(chain)
  invariant(facts !== undefined, 'an account is of a chain that the node has')
  for (let index = from; index < to; index++) {
    const script = host.keys.account(facts.coinType).script({ branch, index })
    // A rescan may have looked further than the window.
    if (host.tables.addresses.has(addressKey(chain, script))) continue
    host.tables.addresses.set(addressKey(chain, script), { chain, script, branch, index, used: false })
    host.watch(chain, { type: 'script', script })
    const scanFrom = host.tables.accounts.get(chain)?.scanFrom
    if (scanFrom !== undefined) scan(host, chain, script, scanFrom)
  }
}

/** Watches so many addresses of each branch behind the used and handed out ones. */
export function widen (host: WalletHost, chain: ChainName, gap: number): void {
  const account = accountOf(host, chain)
  for (const branch of BRANCHES) {
    const from = windowOf(account, branch)
    extend(host, chain, branch, from, Math.min(ADDRESSES_MAX, from - ADDRESS_GAP + gap))
  }
}

/** Asks for what has happened to a script since a height. */
export function scan (host: WalletHost, chain: ChainName, script: Uint8Array, fromHeight: number): void {
  host.tables.scans.set(addressKey(chain, script), { chain, script })
  host.askHistory(chain, script, fromHeight)
}

/** Notes that the history of a script is known. */
export const scanned = (host: WalletHost, chain: ChainName, script: Uint8Array): void => { host.tables.scans.delete(addressKey(chain, script)) }

/** The address of an output script, when it is ours. */
export const ownAddress = (host: WalletHost, chain: ChainName, script: Uint8Array): WalletAddress | undefined =>
  script.length === 34 ? host.tables.addresses.get(addressKey(chain, script)) : undefined

/** Notes that an address was paid to: it is not handed out again, and the gap begins behind it. */
export function markUsed (host: WalletHost, address: WalletAddress): void {
  if (address.used) return
  host.tables.addresses.set(addressKey(address.chain, address.script), { ...address, used: true })
  const account = accountOf(host, address.chain)
  const used = Math.max(account[USED[address.branch]], address.index + 1)
  setAccount(host, account, { ...account, [USED[address.branch]]: used })
}

/**
 * A script that nobody has paid to, given to nobody else from now on. When {@link ADDRESS_GAP} of them were handed out
 * in vain, the first of these is given again: behind a longer gap no other wallet would look for coins of this phrase.
 */
export function freshScript (host: WalletHost, chain: ChainName, branch: Branch): Uint8Array {
  const script = nextScript(host, chain, branch)
  const account = accountOf(host, chain)
  const index = nextIndex(account, branch)
  if (index >= Math.max(account[USED[branch]], account[NEXT[branch]])) setAccount(host, account, { ...account, [NEXT[branch]]: index + 1 })
  return script
}

/** What {@link freshScript} would give; nothing changes. */
export function nextScript (host: WalletHost, chain: ChainName, branch: Branch): Uint8Array {
  const facts = host.chains.get(chain)
  invariant(facts !== undefined, 'an account is of a chain that the node has')
  return host.keys.account(facts.coinType).script({ branch, index: nextIndex(accountOf(host, chain), branch) })
}

function nextIndex (account: WalletAccount, branch: Branch): number {
  const [used, next] = [account[USED[branch]], account[NEXT[branch]]]
  const index = Math.max(used, next)
  return index >= used + ADDRESS_GAP || index >= ADDRESSES_MAX ? Math.min(used, ADDRESSES_MAX - 1) : index
}

/** An address to be paid at. */
export function freshAddress (host: WalletHost, chain: ChainName): string {
  const facts = host.chains.get(chain)
  invariant(facts !== undefined, 'a chain is looked up before an address of it is asked for')
  return addressOfScript(facts, freshScript(host, chain, 'receive'))
}
