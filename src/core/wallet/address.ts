import { bech32, bech32m, createBase58check } from '@scure/base'
import { concatBytes } from '../base/bytes.js'
import { sha256 } from '../base/hash.js'
import { refuse, type Refusal } from '../base/step.js'
import type { WalletChain } from './chain-facts.js'

const base58check = createBase58check(sha256)
const ADDRESS_CHARACTERS_MAX = 90
/** First bytes of addresses of the old forms: pay to key hash, pay to script hash. */
const OLD_VERSIONS: Readonly<Record<string, { readonly keyHash: readonly number[], readonly scriptHash: readonly number[] }>> = {
  bitcoin: { keyHash: [0x00], scriptHash: [0x05] },
  'bitcoin test': { keyHash: [0x6f], scriptHash: [0xc4] },
  litecoin: { keyHash: [0x30], scriptHash: [0x32] },
  'litecoin test': { keyHash: [0x6f], scriptHash: [0x3a, 0xc4] }
}

/** The address of a segregated output script: version and program. @see BIP 173, BIP 350 */
export function addressOfScript (chain: WalletChain, script: Uint8Array): string {
  const version = script[0] === 0 ? 0 : script[0]! - 0x50
  const code = version === 0 ? bech32 : bech32m
  return code.encode(chain.bech32Hrp, [version, ...code.toWords(script.subarray(2))], ADDRESS_CHARACTERS_MAX)
}

/** The output script of an address of this chain and network, of any form in use. Refuses every other text. */
export function scriptOfAddress (chain: WalletChain, text: string): Uint8Array | Refusal {
  const address = text.trim()
  const refused = (reason: string): Refusal => refuse('bad-chain-address', { chain: `${chain.chain} ${chain.network}`, reason })
  if (address.length === 0 || address.length > ADDRESS_CHARACTERS_MAX) return refused('its length is wrong')
  const prefix = address.slice(0, Math.max(0, address.lastIndexOf('1'))).toLowerCase()
  if (prefix === chain.bech32Hrp) return segregated(address) ?? refused('its checksum, version or length is wrong')
  const old = oldForm(chain, address)
  return old ?? refused(`addresses start with ${chain.bech32Hrp}1`)
}

function segregated (address: string): Uint8Array | undefined {
  const [first, second] = [bech32.decodeUnsafe(address, ADDRESS_CHARACTERS_MAX), bech32m.decodeUnsafe(address, ADDRESS_CHARACTERS_MAX)]
  const found = first ?? second
  const version = found?.words[0]
  if (found === undefined || version === undefined || version > 16 || (first !== undefined) !== (version === 0)) return undefined
  const program = bech32.fromWordsUnsafe(found.words.slice(1))
  if (program === undefined || program.length < 2 || program.length > 40) return undefined
  if (version === 0 && program.length !== 20 && program.length !== 32) return undefined
  // Version 1 of another length than 32, and versions above, have no meaning yet: what is paid to them anybody can take.
  if (version > 1 || (version === 1 && program.length !== 32)) return undefined
  return concatBytes(Uint8Array.of(version === 0 ? 0 : 0x50 + version, program.length), Uint8Array.from(program))
}

function oldForm (chain: WalletChain, address: string): Uint8Array | undefined {
  const versions = OLD_VERSIONS[chain.network === 'mainnet' ? chain.chain : `${chain.chain} test`]!
  const payload = decodeBase58check(address)
  if (payload?.length !== 21) return undefined
  const hash = payload.subarray(1)
  if (versions.keyHash.includes(payload[0]!)) return concatBytes(Uint8Array.of(0x76, 0xa9, 0x14), hash, Uint8Array.of(0x88, 0xac))
  if (versions.scriptHash.includes(payload[0]!)) return concatBytes(Uint8Array.of(0xa9, 0x14), hash, Uint8Array.of(0x87))
  return undefined
}

function decodeBase58check (text: string): Uint8Array | undefined {
  try {
    return base58check.decode(text)
  } catch {
    return undefined // the package has no other way to say "not base 58 with a checksum"; the caller reports it
  }
}
