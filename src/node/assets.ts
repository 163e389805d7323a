import { coin, formatAmount, issuedAsset, readAmount, type Amount, type Asset } from '../core/base/assets.js'
import { AmikoError } from '../core/base/errors.js'
import { asUnits } from '../core/base/money.js'
import type { AssetId } from '../core/base/ids.js'
import type { NetworkKind } from '../core/node/genesis.js'
import type { Assets } from './nouns.js'

/** Issued assets a node keeps names for; further ones are refused until a restart. */
export const ASSETS_MAX = 1_024

/** The assets of a network: `btc` and `ltc` of its chains, and issued ones as they come into use. */
export function createAssets (kind: NetworkKind): Assets {
  const chain = kind === 'mainnet' ? 'mainnet' : 'regtest'
  const byName = new Map<string, Asset>()
  const byId = new Map<AssetId, Asset>()
  const add = (asset: Asset): Asset => {
    byName.set(asset.name, asset)
    byId.set(asset.id, asset)
    return asset
  }
  add(coin('btc', chain))
  add(coin('ltc', chain))

  const resolve = (name: string): Asset => {
    const known = byName.get(name)
    if (known !== undefined) return known
    const at = name.indexOf('@')
    const issued = at > 0 ? issuedAsset(name.slice(0, at), name.slice(at + 1)) : undefined
    if (issued === undefined) throw new AmikoError('unknown-asset', { asset: name, known: [...byName.keys()].join(', ') })
    if (byName.size >= ASSETS_MAX) throw new AmikoError('busy', { what: 'assets', limit: ASSETS_MAX })
    return add(issued)
  }
  return {
    list: () => [...byName.values()],
    resolve,
    byId: (id) => byId.get(id),
    parse (text): Amount {
      const unit = /[a-z][a-z0-9]*@\w+$/.exec(text.trim())
      if (unit !== null) resolve(unit[0])
      const read = readAmount(text, byName.values())
      if (read !== undefined && read.value <= read.asset.max) return { asset: read.asset.id, value: asUnits(read.value) }
      if (read !== undefined) throw new AmikoError('amount-out-of-range', { amount: text, min: formatAmount(read.asset, 0n), max: formatAmount(read.asset, read.asset.max) })
      throw new AmikoError('bad-amount', { text: text.slice(0, 64) })
    },
    format (asset, value) {
      const known = byId.get(asset)
      return known === undefined ? `${value} units of ${asset.slice(0, 16)}…` : formatAmount(known, value)
    }
  }
}
