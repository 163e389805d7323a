import { utf8Bytes } from '../../../../src/core/base/bytes.js'
import { sha256 } from '../../../../src/core/base/hash.js'
import type { ChannelId, RouteId } from '../../../../src/core/base/ids.js'
import { asUnits } from '../../../../src/core/base/money.js'
import { buildCommitment, type Commitment } from '../../../../src/core/channel/enforced/commitment.js'
import type { Contract, Format } from '../../../../src/core/channel/enforced/contract.js'
import { commitmentPoint, publicKeys, secretsOfSeed, type ChannelSecrets } from '../../../../src/core/channel/enforced/keys.js'
import { leafOf, otherSide, type Lock, type LockTerms, type Side } from '../../../../src/core/channel/lock.js'
import { mulG } from '../../../../src/core/crypto/curve.js'
import { scalarOf } from '../../../../src/core/crypto/scalar.js'

/** One end of a channel: the same contract, seen from its side. */
export interface OneSide {
  readonly secrets: ChannelSecrets
  readonly contract: Contract
}

export const hashOf = (text: string): Uint8Array => sha256(utf8Bytes(text))
export const secretOf = (n: number): Uint8Array => scalarOf(hashOf(`secret ${n}`))

export interface TwoSides { readonly alice: OneSide, readonly bob: OneSide }
type Fields = Partial<Pick<Contract, 'fundingSat' | 'dustSat' | 'feeRatePerKw' | 'delayBlocks' | 'funding'>>
const made = new Map<Format, TwoSides>()

/** Alice opens, bob accepts. Keys are added up once: that costs a hundredth of a second. */
export function twoSides (format: Format, fields?: Fields): TwoSides {
  if (fields !== undefined) return makeSides(format, fields)
  let sides = made.get(format)
  if (sides === undefined) made.set(format, sides = makeSides(format, {}))
  return sides
}

function makeSides (format: Format, fields: Fields): TwoSides {
  const [alice, bob] = [secretsOfSeed(hashOf('alice')), secretsOfSeed(hashOf('bob'))]
  const common = {
    format,
    fundingSat: 1_000_000n,
    funding: { txid: hashOf('funding'), index: 1 },
    delayBlocks: 144,
    dustSat: format === 'v3-zero-fee' ? 330n : 3_300n,
    feeRatePerKw: format === 'v3-zero-fee' ? 0 : 1_000,
    ...fields
  }
  return {
    alice: { secrets: alice, contract: { ...common, opener: 'local', keys: { local: publicKeys(alice), remote: publicKeys(bob) } } },
    bob: { secrets: bob, contract: { ...common, opener: 'remote', keys: { local: publicKeys(bob), remote: publicKeys(alice) } } }
  }
}

/** A lock as its offerer's end sees it. */
export function lockOf (offeredBy: Side, id: number, amount: bigint, expiry = 500, secret = secretOf(id)): Lock {
  const terms: LockTerms = {
    id, amount: asUnits(amount), expiry: { clock: 'bitcoin', value: expiry }, point: mulG(secret), routeId: '00'.repeat(16) as RouteId, message: new Uint8Array(160), onion: new Uint8Array(0)
  }
  return { channelId: 'ab'.repeat(32) as ChannelId, offeredBy, terms, leaf: leafOf(terms), origin: undefined, secret: undefined, irrevocable: false, failing: undefined, ended: false }
}

export const mirrored = (locks: readonly Lock[]): readonly Lock[] => locks.map((lock) => ({ ...lock, offeredBy: otherSide(lock.offeredBy) }))

/** A state as alice sees it. */
export interface Amounts {
  readonly alice: bigint
  readonly bob: bigint
  readonly locks: readonly Lock[]
}

/** One commitment as both ends build it: `mine` by its owner, `theirs` by the other. */
export function bothViews ({ alice, bob }: TwoSides, owner: 'alice' | 'bob', number: number, amounts: Amounts): { readonly mine: Commitment, readonly theirs: Commitment } {
  const point = commitmentPoint(owner === 'alice' ? alice.secrets : bob.secrets, number)
  const byAlice = buildCommitment(alice.contract, owner === 'alice' ? 'local' : 'remote', number, point, { localBalance: asUnits(amounts.alice), remoteBalance: asUnits(amounts.bob), locks: amounts.locks })
  const byBob = buildCommitment(bob.contract, owner === 'bob' ? 'local' : 'remote', number, point, { localBalance: asUnits(amounts.bob), remoteBalance: asUnits(amounts.alice), locks: mirrored(amounts.locks) })
  return owner === 'alice' ? { mine: byAlice, theirs: byBob } : { mine: byBob, theirs: byAlice }
}
