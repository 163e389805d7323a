import type { Amount } from '../../core/base/assets.js'
import { AmikoError } from '../../core/base/errors.js'
import type { AssetId } from '../../core/base/ids.js'
import { printable } from '../../core/base/printable.js'
import type { AcceptRule } from '../../core/link/rules.js'
import type { AmikoNode } from '../../node/nouns.js'

/** Reads an amount that must not be zero. Throws bad-amount or amount-out-of-range. */
export function positiveAmount (node: AmikoNode, text: string): Amount {
  const amount = node.assets.parse(text)
  if (amount.value <= 0n) throw outOfRange(node, amount)
  return amount
}

/** The error for an amount that is zero where something must move. */
export function outOfRange (node: AmikoNode, amount: Amount): AmikoError {
  const asset = node.assets.byId(amount.asset)
  return new AmikoError('amount-out-of-range', {
    amount: node.assets.format(amount.asset, amount.value),
    min: node.assets.format(amount.asset, 1n),
    max: asset === undefined ? 'unknown' : node.assets.format(amount.asset, asset.max)
  })
}

/** Refuses two amounts, or an amount and a named asset, that are not of one asset. */
export function sameAsset (node: AmikoNode, what: string, expected: AssetId, found: AssetId): void {
  if (expected !== found) {
    throw new AmikoError('bad-request', { reason: `${what} is in ${assetNameOf(node, found)}, not in ${assetNameOf(node, expected)}` })
  }
}

/** The name people write, or the id of an asset not named here. */
export const assetNameOf = (node: AmikoNode, id: AssetId): string => node.assets.byId(id)?.name ?? id

/** The coin of each chain. */
export const ASSET_OF = { bitcoin: 'btc', litecoin: 'ltc' } as const
export type ChainName = keyof typeof ASSET_OF
/** Smallest units of a satoshi, and of a litoshi. */
const UNITS_PER_SAT = 1_000n

/** Satoshis as answers give amounts: decimal text of the coin's smallest units. */
export const unitsOfSat = (sat: bigint): string => String(sat * UNITS_PER_SAT)

/** Reads an amount that a chain can carry: whole satoshis of a coin, above zero. */
export function coinAmount (node: AmikoNode, text: string): Amount & { readonly chain: ChainName, readonly sat: bigint } {
  const amount = positiveAmount(node, text)
  const chain = (['bitcoin', 'litecoin'] as const).find((each) => node.assets.resolve(ASSET_OF[each]).id === amount.asset)
  if (chain === undefined) throw new AmikoError('bad-request', { reason: `${assetNameOf(node, amount.asset)} is not on a chain; btc and ltc are` })
  if (amount.value % UNITS_PER_SAT !== 0n) throw new AmikoError('bad-request', { reason: `${printable(text, 64)} is not a whole number of ${chain === 'bitcoin' ? 'sat' : 'litoshi'}, which is the least that a chain can carry` })
  return { ...amount, chain, sat: amount.value / UNITS_PER_SAT }
}

/** Reads `trust-line:btc:1000sat`, `chain:btc:0.1btc`, or `chain:btc:0.1btc:0.05btc`, whose last part is what we add ourselves. */
export function parseRule (node: AmikoNode, text: string): AcceptRule {
  const [kind, assetText, limitText, addText, ...rest] = text.split(':')
  if ((kind !== 'trust-line' && kind !== 'chain') || assetText === undefined || limitText === undefined || rest.length > 0 || (addText !== undefined && kind !== 'chain')) {
    throw new AmikoError('bad-request', { reason: `not a rule: ${printable(text, 100)}; write trust-line:ASSET:LIMIT, chain:ASSET:MAX or chain:ASSET:MAX:ADD, such as trust-line:btc:1000sat` })
  }
  const asset = node.assets.resolve(assetText)
  const limit = node.assets.parse(limitText)
  sameAsset(node, 'the limit of a rule', asset.id, limit.asset)
  if (addText === undefined) return { kind, asset: asset.id, limit: limit.value }
  const add = node.assets.parse(addText)
  sameAsset(node, 'what a rule adds', asset.id, add.asset)
  return { kind, asset: asset.id, limit: limit.value, add: add.value }
}

/** `none` alone is the empty list: nothing is accepted. */
export const parseRules = (node: AmikoNode, texts: readonly string[]): readonly AcceptRule[] =>
  texts.length === 1 && texts[0] === 'none' ? [] : texts.map((text) => parseRule(node, text))

/** Text that {@link parseRule} reads back. */
export const formatRule = (node: AmikoNode, rule: AcceptRule): string =>
  `${rule.kind}:${assetNameOf(node, rule.asset)}:${node.assets.format(rule.asset, rule.limit)}${rule.add === undefined ? '' : `:${node.assets.format(rule.asset, rule.add)}`}`
