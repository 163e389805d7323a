import { utf8Bytes } from '../../src/core/base/bytes.js'
import { sha256 } from '../../src/core/base/hash.js'
import type { ChannelId, RouteId } from '../../src/core/base/ids.js'
import { asUnits } from '../../src/core/base/money.js'
import { assembleCommitment, revocableOutputs } from '../../src/core/channel/enforced/commitment.js'
import type { Contract } from '../../src/core/channel/enforced/contract.js'
import { givePreSigned, judgePreSigned } from '../../src/core/channel/enforced/evidence.js'
import { commitmentPoint, publicKeys, secretsOfSeed } from '../../src/core/channel/enforced/keys.js'
import { preSignedHashes } from '../../src/core/channel/enforced/pre-signed.js'
import { leafOf, otherSide, type Lock, type Side } from '../../src/core/channel/lock.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { scalarOf } from '../../src/core/crypto/scalar.js'
import type { Benchmark } from './benchmark.js'

const LOCKS = 10
const BATCHES = 15

const hash = (label: string): Uint8Array => sha256(utf8Bytes(label))

function lockOf (offeredBy: Side, id: number): Lock {
  const terms = { id, amount: asUnits(1_000_000n), expiry: { clock: 'bitcoin' as const, value: 500 }, point: mulG(scalarOf(hash(`t ${id}`))), routeId: '00'.repeat(16) as RouteId, message: new Uint8Array(160), onion: new Uint8Array(0) }
  return { channelId: 'ab'.repeat(32) as ChannelId, offeredBy, terms, leaf: leafOf(terms), origin: undefined, secret: undefined, irrevocable: false, failing: undefined, ended: false }
}

/** Microseconds of a call: the quickest of some batches, which other work on the machine disturbed least. */
function quickest (calls: number, run: () => void): number {
  let best = Infinity
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = performance.now()
    for (let i = 0; i < calls; i++) run()
    best = Math.min(best, (performance.now() - start) * 1_000 / calls)
  }
  return Math.round(10 * best) / 10
}

function measure (): Readonly<Record<string, number>> {
  const [own, peer] = [secretsOfSeed(hash('own')), secretsOfSeed(hash('peer'))]
  const contract: Contract = { format: 'v3-zero-fee', fundingSat: 1_000_000n, funding: { txid: hash('funding'), index: 0 }, delayBlocks: 144, dustSat: 330n, feeRatePerKw: 0, opener: 'local', keys: { local: publicKeys(own), remote: publicKeys(peer) } }
  const mirrored: Contract = { ...contract, opener: 'remote', keys: { local: contract.keys.remote, remote: contract.keys.local } }
  const locks = Array.from({ length: LOCKS }, (_, i) => lockOf(i % 2 === 0 ? 'local' : 'remote', i))
  const division = { localBalance: asUnits(500_000_000n), remoteBalance: asUnits(490_000_000n), locks }
  const point = commitmentPoint(own, 7)
  const scripts = revocableOutputs(contract, 'local', point)
  const commitment = assembleCommitment(contract, 'local', 7, scripts, division)
  const theirs = assembleCommitment(mirrored, 'remote', 7, scripts, { localBalance: division.remoteBalance, remoteBalance: division.localBalance, locks: locks.map((lock) => ({ ...lock, offeredBy: otherSide(lock.offeredBy) })) })
  const given = givePreSigned(peer, theirs)
  return {
    'build and hash': quickest(300, () => { assembleCommitment(contract, 'local', 7, scripts, division) }),
    'keys of a new commitment': quickest(5, () => { revocableOutputs(contract, 'local', point) }),
    'hashes of its second stage': quickest(300, () => { preSignedHashes(commitment, 'local') }),
    'sign its second stage': quickest(2, () => { givePreSigned(peer, theirs) }),
    'verify its second stage': quickest(2, () => { judgePreSigned(commitment, given) })
  }
}

/** What a commitment of ten locks costs. */
export const commitment: Benchmark = {
  name: 'commitment',
  question: `How many microseconds does a commitment of ${LOCKS} locks of an enforced channel cost: building, keys, signatures?`,
  run: async () => await Promise.resolve(measure())
}
