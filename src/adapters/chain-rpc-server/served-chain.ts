import type { ChainParameters } from '../../ports/chain-parameters.js'

/** A transaction that is served. */
export interface ServedTransaction {
  readonly txid: string
  readonly wtxid: string
  readonly raw: Uint8Array
  readonly version: number
  readonly lockTime: number
  readonly weight: number
  readonly vsize: number
  readonly coinbase: boolean
  readonly inputs: ReadonlyArray<{ readonly txid: string, readonly vout: number, readonly sequence: number }>
  readonly outputs: ReadonlyArray<{ readonly valueSat: bigint, readonly script: Uint8Array }>
}

export interface ServedBlock {
  readonly height: number
  readonly hash: string
  readonly parent: string
  readonly time: number
  readonly medianTime: number
  readonly header: Uint8Array
  readonly transactions: readonly ServedTransaction[]
}

export type ServedVerdict =
  | { readonly status: 'accepted' | 'known', readonly txid: string }
  | { readonly status: 'rejected', readonly txid: string, readonly text: string }

/** What the server needs of a chain within this process. The embedded chain has it. */
export interface ServedChain<T extends ServedTransaction = ServedTransaction> {
  readonly parameters: ChainParameters
  readonly ledger: {
    readonly tip: ServedBlock
    readonly coins: ReadonlyMap<string, { readonly valueSat: bigint, readonly script: Uint8Array, readonly height: number, readonly coinbase: boolean }>
    blockAt: (height: number) => ServedBlock | undefined
    block: (hash: string) => ServedBlock | undefined
  }
  readonly mempool: {
    readonly pool: {
      readonly entries: ReadonlyMap<string, { readonly tx: T, readonly feeSat: bigint }>
      spenderOf: (key: string) => unknown
      coin: (key: string) => { readonly valueSat: bigint, readonly script: Uint8Array, readonly coinbase: boolean } | undefined
    }
  }
  capabilities: () => { readonly truc: boolean, readonly packages: boolean } | undefined
  /** Undefined when the bytes are no transaction. */
  parse: (raw: Uint8Array) => T | undefined
  accept: (tx: T, test?: boolean) => ServedVerdict
  acceptPackage: (txs: readonly T[]) => readonly ServedVerdict[]
  mine: (blocks: number, address?: string | Uint8Array) => readonly string[]
  invalidate: (depth: number) => void
  fund: (address: string | Uint8Array, sat: bigint) => { readonly txid: string }
}
