import { z } from 'zod'
import { assetName, count, hexId } from './fields.js'
import { method } from './method.js'

export const assetList = method({
  name: 'asset.list',
  summary: 'List the assets this node knows',
  scope: 'read',
  params: z.strictObject({}),
  result: z.object({ assets: z.array(z.object({ name: assetName, id: hexId, code: z.string(), decimals: count })) }),
  errors: [],
  example: { params: {}, result: { assets: [{ name: 'btc', id: '00'.repeat(32), code: 'btc', decimals: 11 }] } },
  command: {
    command: 'asset list',
    examples: ['amiko asset list'],
    table: { rows: 'assets', columns: [{ head: 'name', field: 'name' }, { head: 'decimals', field: 'decimals' }, { head: 'id', field: 'id' }], empty: 'No assets are known.' }
  },
  handler: (node) => ({ assets: node.assets.list().map(({ name, id, code, decimals }) => ({ name, id, code, decimals })) })
})
