import { z } from 'zod'
import { AmikoError } from '../../core/base/errors.js'
import { isHexOf } from '../../core/base/bytes.js'
import type { SendId } from '../../core/wallet/tables.js'
import type { AmikoNode, SentOnChain } from '../../node/nouns.js'
import { ADDRESS_GAP, RESCAN_GAP, RESCAN_GAP_MAX } from '../../core/wallet/limits.js'
import { CHAIN_ADDRESS_CHARACTERS_MAX, PEER_CHARACTERS_MAX } from '../limits.js'
import { assetName, chainField, count, countField, feeRateText, hexId, timeMs, unitsText } from './fields.js'
import { method } from './method.js'
import { ASSET_OF, coinAmount, unitsOfSat, type ChainName } from './money.js'

const chainName = z.enum(['bitcoin', 'litecoin'])
const EXAMPLE_TXID = '00'.repeat(32)
const EXAMPLE_ID = '0123456789abcdef0123456789abcdef'
const EXAMPLE_ADDRESS = 'bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6'
const TARGET_BLOCKS_MAX = 1_008
const HEIGHT_MAX = 100_000_000

/** The chain a command means: the named one, else the only one of this node. */
function chainMeant (node: AmikoNode, named: ChainName | undefined): ChainName {
  if (named !== undefined) return named
  const [first, second] = node.chains.list()
  if (first === undefined) throw new AmikoError('no-chain', { chain: 'bitcoin' })
  if (second !== undefined) throw new AmikoError('bad-request', { reason: 'this node has two chains: name one with --chain bitcoin or --chain litecoin' })
  return first.name
}

export const walletBalance = method({
  name: 'wallet.balance',
  summary: 'Show the coins of this node on its chains',
  scope: 'read',
  params: z.strictObject({}),
  result: z.object({
    balances: z.array(z.object({
      chain: chainName,
      asset: assetName,
      /** The sum of the next three. */
      total: unitsText,
      spendable: unitsText,
      /** Kept aside for fees, or for a transaction that is signed and not published. */
      reserved: unitsText,
      /** Not confirmed, or young coinbase. */
      waiting: unitsText,
      /** Not counted: coins of which the chain did not say that they are there. */
      doubted: unitsText,
      coins: count,
      /** Addresses of which the past is not known yet: there may be more coins. */
      scanning: count
    }))
  }),
  errors: ['no-wallet'],
  example: { params: {}, result: { balances: [{ chain: 'bitcoin', asset: 'btc', total: '5000000', spendable: '4000000', reserved: '1000000', waiting: '0', doubted: '0', coins: 2, scanning: 0 }] } },
  command: {
    command: 'wallet balance',
    examples: ['amiko wallet balance'],
    table: {
      rows: 'balances',
      columns: [
        { head: 'chain', field: 'chain' }, { head: 'total', field: 'total', formatAs: 'amount' }, { head: 'can be sent', field: 'spendable', formatAs: 'amount' },
        { head: 'kept for fees', field: 'reserved', formatAs: 'amount' }, { head: 'waiting', field: 'waiting', formatAs: 'amount' }, { head: 'coins', field: 'coins' }, { head: 'addresses to look at', field: 'scanning' }
      ],
      empty: 'This node has no chain. `amiko init --chain` sets one.'
    }
  },
  handler: (node) => ({
    balances: node.wallet.balance().map(({ chain, totalSat, spendableSat, reservedSat, waitingSat, doubtedSat, coins, scanning }) => ({
      chain, asset: ASSET_OF[chain], total: unitsOfSat(totalSat), spendable: unitsOfSat(spendableSat), reserved: unitsOfSat(reservedSat), waiting: unitsOfSat(waitingSat), doubted: unitsOfSat(doubtedSat), coins, scanning
    }))
  })
})

export const walletAddress = method({
  name: 'wallet.address',
  summary: 'Give a fresh address of the wallet, to which anybody may pay',
  scope: 'invoice',
  params: z.strictObject({ chain: chainField('Which chain, when this node has several').optional() }),
  result: z.object({ chain: chainName, address: z.string() }),
  errors: ['no-chain', 'no-wallet'],
  example: { params: {}, result: { chain: 'bitcoin', address: EXAMPLE_ADDRESS } },
  command: { command: 'wallet address', examples: ['amiko wallet address', 'amiko wallet address --chain litecoin'] },
  handler: async (node, params) => {
    const chain = chainMeant(node, params.chain)
    return { chain, ...await node.wallet.address(chain) }
  }
})

const sentAnswer = z.object({ id: hexId, chain: chainName, asset: assetName, txid: hexId, fee: unitsText })
const EXAMPLE_SENT: z.output<typeof sentAnswer> = { id: EXAMPLE_ID, chain: 'bitcoin', asset: 'btc', txid: EXAMPLE_TXID, fee: '222000' }
const sentOf = (chain: ChainName, { id, txid, feeSat }: SentOnChain): z.output<typeof sentAnswer> => ({ id, chain, asset: ASSET_OF[chain], txid, fee: unitsOfSat(feeSat) })

export const walletSend = method({
  name: 'wallet.send',
  summary: 'Pay from the wallet to an address of a chain',
  scope: 'admin',
  params: z.strictObject({
    address: z.string().min(1).max(CHAIN_ADDRESS_CHARACTERS_MAX).meta({ placeholder: 'ADDRESS', description: 'Address of the chain' }),
    amount: z.string().min(1).max(PEER_CHARACTERS_MAX).meta({ placeholder: 'AMOUNT', description: 'What is paid; all is possible, less the fee' }),
    chain: chainField('Which chain; by default that of the amount').optional(),
    feeRate: feeRateText('Fee rate in satoshis a virtual byte; by default what the chain\'s backend estimates').optional(),
    targetBlocks: z.number().int().min(1).max(TARGET_BLOCKS_MAX).optional().meta({ placeholder: 'N', description: 'Within how many blocks it shall confirm, for the estimate' })
  }),
  result: sentAnswer,
  errors: ['no-chain', 'no-wallet', 'bad-amount', 'amount-out-of-range', 'bad-chain-address', 'dust-output', 'insufficient-coins', 'fee-rate-out-of-range', 'fee-share', 'busy'],
  example: { params: { address: EXAMPLE_ADDRESS, amount: '1000sat' }, result: EXAMPLE_SENT },
  command: {
    command: 'wallet send',
    places: ['address'],
    examples: [`amiko wallet send ${EXAMPLE_ADDRESS} --amount 0.001btc`, `amiko wallet send ${EXAMPLE_ADDRESS} --amount all --fee-rate 2`],
    summarise: ({ address, amount }) => `${amount === 'all' ? 'All that can be sent' : amount} will be paid to ${address}, and the fee of the chain on top${amount === 'all' ? ' is taken from it' : ''}.`
  },
  handler: async (node, { address, amount, chain: named, feeRate, targetBlocks }, { signal }) => {
    const parsed = amount === 'all' ? undefined : coinAmount(node, amount)
    if (parsed !== undefined && named !== undefined && parsed.chain !== named) throw new AmikoError('bad-request', { reason: `the amount is of ${parsed.chain}, not of ${named}` })
    const chain = parsed?.chain ?? chainMeant(node, named)
    const sent = await node.wallet.send({
      chain, address, valueSat: parsed?.sat ?? 'all', signal,
      ...(feeRate === undefined ? {} : { satPerKvb: feeRate }), ...(targetBlocks === undefined ? {} : { targetBlocks })
    })
    return sentOf(chain, sent)
  }
})

export const walletBump = method({
  name: 'wallet.bump',
  summary: 'Replace an unconfirmed payment of the wallet by one with a higher fee',
  scope: 'admin',
  params: z.strictObject({
    id: z.string().min(1).max(PEER_CHARACTERS_MAX).meta({ placeholder: 'ID', description: 'Id of the payment, as `amiko wallet list` shows it' }),
    feeRate: feeRateText('Fee rate in satoshis a virtual byte; by default what the chain\'s backend estimates, and more than before').optional()
  }),
  result: sentAnswer,
  errors: ['not-found', 'not-replaceable', 'no-wallet', 'insufficient-coins', 'fee-rate-out-of-range', 'fee-share'],
  example: { params: { id: EXAMPLE_ID, feeRate: '5' }, result: EXAMPLE_SENT },
  command: {
    command: 'wallet bump',
    places: ['id'],
    examples: [`amiko wallet bump ${EXAMPLE_ID} --fee-rate 5`],
    summarise: ({ id, feeRate }) => `The payment ${id} will be replaced by one with a higher fee${feeRate === undefined ? '' : ` of ${feeRate} sat a virtual byte`}.`
  },
  handler: async (node, { id, feeRate }, { signal }) => {
    const chain = (['bitcoin', 'litecoin'] as const).find((each) => node.wallet.list(each).some((send) => send.id === id))
    if (chain === undefined || !isSendId(id)) throw new AmikoError('not-found', { what: 'payment of the wallet', id })
    return sentOf(chain, await node.wallet.bump(id, { signal, ...(feeRate === undefined ? {} : { satPerKvb: feeRate }) }))
  }
})

export const walletRescan = method({
  name: 'wallet.rescan',
  summary: 'Look for coins that the phrase was paid before, as after a restore',
  scope: 'admin',
  params: z.strictObject({
    chain: chainField('Which chain, when this node has several').optional(),
    fromHeight: z.number().int().min(0).max(HEIGHT_MAX).default(0).meta({ placeholder: 'HEIGHT', description: 'Block from which on to look; one that is older than the phrase' }),
    gap: z.number().int().min(ADDRESS_GAP).max(RESCAN_GAP_MAX).default(RESCAN_GAP).meta({ placeholder: 'N', description: 'Unused addresses after which to stop looking; more for a wallet that was used much' })
  }),
  result: z.object({ chain: chainName, fromHeight: count, gap: count }),
  errors: ['no-chain', 'no-wallet'],
  example: { params: { fromHeight: 800_000, gap: 200 }, result: { chain: 'bitcoin', fromHeight: 800_000, gap: 200 } },
  command: { command: 'wallet rescan', examples: ['amiko wallet rescan', 'amiko wallet rescan --chain bitcoin --from-height 800000'] },
  handler: async (node, params) => {
    const chain = chainMeant(node, params.chain)
    await node.wallet.rescan(chain, params.fromHeight, params.gap)
    return { chain, fromHeight: params.fromHeight, gap: params.gap }
  }
})

const isSendId = (text: string): text is SendId => isHexOf(text, 16)

export const walletList = method({
  name: 'wallet.list',
  summary: 'List the payments out of the wallet, newest first',
  scope: 'read',
  params: z.strictObject({ chain: chainField('Only of this chain').optional(), count: countField() }),
  result: z.object({
    sends: z.array(z.object({
      id: hexId,
      chain: chainName,
      asset: assetName,
      kind: z.enum(['payment', 'set-aside', 'fixed', 'joint']),
      status: z.enum(['prepared', 'pending', 'conflicted', 'confirmed', 'abandoned']),
      txid: hexId,
      amount: unitsText,
      fee: unitsText,
      satPerKvb: z.string(),
      addresses: z.array(z.string()),
      versions: count,
      confirmations: count,
      createdMs: timeMs
    })),
    total: count
  }),
  errors: ['no-wallet'],
  example: {
    params: {},
    result: {
      sends: [{ id: EXAMPLE_ID, chain: 'bitcoin', asset: 'btc', kind: 'payment', status: 'pending', txid: EXAMPLE_TXID, amount: '1000000', fee: '222000', satPerKvb: '2000', addresses: [EXAMPLE_ADDRESS], versions: 1, confirmations: 0, createdMs: 1_760_000_000_000 }],
      total: 1
    }
  },
  command: {
    command: 'wallet list',
    examples: ['amiko wallet list --count 20'],
    table: {
      rows: 'sends',
      columns: [
        { head: 'id', field: 'id' }, { head: 'kind', field: 'kind' }, { head: 'status', field: 'status' }, { head: 'amount', field: 'amount', formatAs: 'amount' }, { head: 'fee', field: 'fee', formatAs: 'amount' },
        { head: 'transaction', field: 'txid', formatAs: 'id' }, { head: 'confirmations', field: 'confirmations' }, { head: 'made', field: 'createdMs', formatAs: 'time' }
      ],
      empty: 'No payments out of the wallet. `amiko wallet send ADDRESS --amount AMOUNT` makes one.'
    }
  },
  handler: (node, { chain, count: most }) => {
    const all = (chain === undefined ? ['bitcoin', 'litecoin'] as const : [chain]).flatMap((each) => node.wallet.list(each)).sort((a, b) => b.createdMs - a.createdMs)
    return {
      sends: all.slice(0, most).map((send) => ({
        id: send.id, chain: send.chain, asset: ASSET_OF[send.chain], kind: send.kind, status: send.status, txid: send.txid,
        amount: unitsOfSat(send.outputs.reduce((sum, { valueSat }) => sum + valueSat, 0n)), fee: unitsOfSat(send.feeSat), satPerKvb: String(send.satPerKvb),
        addresses: send.outputs.map(({ address }) => address), versions: send.versions, confirmations: send.confirmations, createdMs: send.createdMs
      })),
      total: all.length
    }
  }
})
