import { Transaction } from 'bitcoinjs-lib'
import type { ChainCapabilities } from '../../ports/chain.js'
import { listIn, recordIn } from './answers.js'
import type { Rpc, RpcAnswer } from './rpc.js'

const METHOD_NOT_FOUND = -32601
const ANCHOR = Uint8Array.of(0x51, 0x02, 0x4e, 0x73)
const ROOM_SAT = 10_000n

/**
 * A transaction that spends nothing there is: a node looks at its form before it looks for its inputs, so the reason of
 * the refusal tells what forms the node takes.
 */
function question (version: number, anchorSat: bigint | undefined): string {
  const tx = new Transaction()
  tx.version = version
  tx.addInput(new Uint8Array(32).fill(0x5a), 0, 0xfffffffd)
  tx.addOutput(Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(0x5a)), ROOM_SAT)
  if (anchorSat !== undefined) tx.addOutput(ANCHOR, anchorSat)
  return tx.toHex()
}

/** Whether the only objection was that the inputs are not there. */
function isTaken (answer: RpcAnswer | undefined): boolean {
  if (answer?.ok !== true) return false
  return /missing-?inputs/.test(String(recordIn(listIn(answer.result, 'verdicts')[0], 'a verdict')['reject-reason']))
}

/**
 * Asks a node what its mempool takes: nothing is sent, and no coin is needed. Knots names its treatment of version 3 and
 * may merely accept it; Bitcoin Core enforces the rules wherever it takes the version.
 */
export async function probe (rpc: Rpc, signal: AbortSignal): Promise<ChainCapabilities> {
  const [mempool, truc, one, most, packages] = await rpc.batch([
    { method: 'getmempoolinfo' },
    { method: 'testmempoolaccept', params: [[question(3, undefined)]] },
    { method: 'testmempoolaccept', params: [[question(3, 1n)]] },
    { method: 'testmempoolaccept', params: [[question(3, 239n)]] },
    { method: 'submitpackage' }
  ], { signal })
  const policy = mempool?.ok === true ? recordIn(mempool.result, 'mempool information')['truc_policy'] : undefined
  return {
    truc: isTaken(truc) && (policy === undefined || policy === 'enforce'),
    packages: packages !== undefined && !(packages.ok === false && packages.code === METHOD_NOT_FOUND),
    ephemeralAnchors: isTaken(one) && isTaken(most)
  }
}
