import { isRefusal, refuse, type Refusal } from '../base/step.js'
import { scriptOfAddress } from '../wallet/address.js'
import type { ChainName } from '../wallet/chain-facts.js'
import type { WalletHost } from '../wallet/host.js'
import { bumpSend, freshAddress, send } from '../wallet/wallet.js'
import type { Hosts } from './hosts.js'
import type { Request } from './requests.js'

/** What people ask of the wallet. */
export function onWalletRequest (hosts: Hosts, request: Extract<Request, { type: 'wallet.address' | 'wallet.send' | 'wallet.bump' }>): object | Refusal {
  switch (request.type) {
    case 'wallet.address': {
      const wallet = walletOf(hosts, request.chain)
      return isRefusal(wallet) ? wallet : { address: freshAddress(wallet, request.chain) }
    }
    case 'wallet.send': return pay(hosts, request)
    case 'wallet.bump': {
      const { wallet } = hosts
      if (wallet === undefined) return refuse('no-wallet')
      return answerOf(bumpSend(wallet, request.id, { satPerKvb: request.satPerKvb }))
    }
  }
}

function walletOf ({ wallet, chains }: Hosts, chain: ChainName): WalletHost | Refusal {
  if (!chains.has(chain)) return refuse('no-chain', { chain })
  return wallet ?? refuse('no-wallet')
}

function pay (hosts: Hosts, { chain, address, valueSat, satPerKvb, targetBlocks }: Extract<Request, { type: 'wallet.send' }>): object | Refusal {
  const wallet = walletOf(hosts, chain)
  if (isRefusal(wallet)) return wallet
  const facts = wallet.chains.get(chain)
  if (facts === undefined) return refuse('no-chain', { chain })
  const script = scriptOfAddress(facts, address)
  if (isRefusal(script)) return script
  const all = valueSat === 'all'
  return answerOf(send(wallet, { chain, kind: 'payment', outputs: [{ script, valueSat: all ? 0n : valueSat }], all, satPerKvb, targetBlocks }))
}

function answerOf (sent: ReturnType<typeof send>): object | Refusal {
  if (isRefusal(sent)) return sent
  const { id, txid, feeSat } = sent
  return { id, txid, feeSat }
}
