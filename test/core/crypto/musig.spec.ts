import assert from 'node:assert/strict'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import { aggregateKeys, aggregateNonces, aggregateSignatures, isMusigFailure, makeNonce, partialSign, partialVerify, sortKeys, type MusigContext, type MusigFailure, type MusigTweak } from '../../../src/core/crypto/musig.js'
import { verifySchnorr, xOnly } from '../../../src/core/crypto/schnorr.js'
import { taprootKey, tapTweak } from '../../../src/core/crypto/taproot.js'
import { bytesOf, describeOnEveryEngine, vectorText } from './engines.js'

// `det_sign_vectors.json` does not apply: signing with a derived nonce is not offered, both sides of a close are online.

interface ErrorRow { readonly error: { readonly type: 'value' | 'invalid_contribution', readonly signer?: number | null, readonly contrib?: string }, readonly comment: string }
interface TweakRow { readonly tweak_indices: readonly number[], readonly is_xonly: readonly boolean[] }
interface KeyRow { readonly key_indices: readonly number[] }
interface NonceRow { readonly nonce_indices: readonly number[] }

const read = <T>(name: string): T => JSON.parse(vectorText('bip-0327', `${name}_vectors.json`)) as T
const all = (texts: readonly string[]): Uint8Array[] => texts.map(bytesOf)
const pick = <T>(values: readonly T[], indices: readonly number[]): T[] => indices.map((index) => values[index]!)
const tweaksOf = (values: readonly Uint8Array[], row: TweakRow): MusigTweak[] =>
  row.tweak_indices.map((index, i) => ({ tweak: values[index]!, isXOnly: row.is_xonly[i]! }))

function success<T> (value: T | MusigFailure): T {
  assert.ok(!isMusigFailure(value), JSON.stringify(value))
  return value
}

/** That a row which must be refused is refused for the reason the row gives. */
function assertFailure (value: unknown, { error }: ErrorRow): void {
  assert.ok(isMusigFailure(value), 'it must fail')
  if (error.type === 'value') return assert.equal(value.failed, 'value')
  assert.equal(value.failed, error.contrib)
  assert.equal(value.signer, error.signer ?? undefined)
}

describe('musig, key sort', () => {
  it('orders as published', () => {
    const { pubkeys, sorted_pubkeys } = read<{ pubkeys: string[], sorted_pubkeys: string[] }>('key_sort')
    assert.deepEqual(sortKeys(all(pubkeys)), all(sorted_pubkeys))
  })
})

describe('musig, key aggregation', () => {
  const { pubkeys, tweaks, valid_test_cases, error_test_cases } = read<{
    pubkeys: string[], tweaks: string[]
    valid_test_cases: ReadonlyArray<KeyRow & { expected: string }>
    error_test_cases: ReadonlyArray<KeyRow & TweakRow & ErrorRow>
  }>('key_agg')
  valid_test_cases.forEach((row, i) => {
    it(`gives the key of row ${i}`, () => {
      assert.deepEqual(xOnly(success(aggregateKeys(pick(all(pubkeys), row.key_indices)))), bytesOf(row.expected))
    })
  })
  error_test_cases.forEach((row, i) => {
    it(`refuses row ${i} (${row.comment})`, () => {
      assertFailure(aggregateKeys(pick(all(pubkeys), row.key_indices), tweaksOf(all(tweaks), row)), row)
    })
  })
})

describe('musig, nonce generation', () => {
  interface Row { rand_: string, sk: string | null, pk: string, aggpk: string | null, msg: string | null, extra_in: string | null, expected_secnonce: string, expected_pubnonce: string }
  const optional = (text: string | null): Uint8Array | undefined => text === null ? undefined : bytesOf(text)
  read<{ test_cases: Row[] }>('nonce_gen').test_cases.forEach((row, i) => {
    it(`gives the nonce of row ${i}`, () => {
      const nonce = makeNonce({ publicKey: bytesOf(row.pk), random: bytesOf(row.rand_), secret: optional(row.sk), aggregateKey: optional(row.aggpk), message: optional(row.msg), extra: optional(row.extra_in) })
      assert.deepEqual(nonce.secret, bytesOf(row.expected_secnonce))
      assert.deepEqual(nonce.public, bytesOf(row.expected_pubnonce))
    })
  })
})

describe('musig, nonce aggregation', () => {
  const { pnonces, valid_test_cases, error_test_cases } = read<{
    pnonces: string[]
    valid_test_cases: ReadonlyArray<{ pnonce_indices: number[], expected: string }>
    error_test_cases: ReadonlyArray<{ pnonce_indices: number[] } & ErrorRow>
  }>('nonce_agg')
  valid_test_cases.forEach((row, i) => {
    it(`gives the nonce of row ${i}`, () => { assert.deepEqual(aggregateNonces(pick(all(pnonces), row.pnonce_indices)), bytesOf(row.expected)) })
  })
  error_test_cases.forEach((row, i) => {
    it(`refuses row ${i} (${row.comment})`, () => { assertFailure(aggregateNonces(pick(all(pnonces), row.pnonce_indices)), row) })
  })
})

describe('musig, signing and verification', () => {
  type Row = KeyRow & { aggnonce_index: number, msg_index: number }
  const vectors = read<{
    sk: string, pubkeys: string[], secnonces: string[], pnonces: string[], aggnonces: string[], msgs: string[]
    valid_test_cases: ReadonlyArray<Row & NonceRow & { signer_index: number, expected: string, comment?: string }>
    sign_error_test_cases: ReadonlyArray<Row & ErrorRow & { secnonce_index: number }>
    verify_fail_test_cases: ReadonlyArray<KeyRow & NonceRow & { sig: string, msg_index: number, signer_index: number, comment: string }>
    verify_error_test_cases: ReadonlyArray<KeyRow & NonceRow & ErrorRow & { sig: string, msg_index: number, signer_index: number }>
  }>('sign_verify')
  const [keys, nonces, aggregates, messages] = [all(vectors.pubkeys), all(vectors.pnonces), all(vectors.aggnonces), all(vectors.msgs)]
  const secret = bytesOf(vectors.sk)
  const contextOf = (row: Row): MusigContext => ({ aggregateNonce: aggregates[row.aggnonce_index]!, publicKeys: pick(keys, row.key_indices), message: messages[row.msg_index]! })

  vectors.valid_test_cases.forEach((row, i) => {
    it(`signs and verifies row ${i}${row.comment === undefined ? '' : ` (${row.comment})`}`, () => {
      const publicNonces = pick(nonces, row.nonce_indices)
      assert.deepEqual(aggregateNonces(publicNonces), aggregates[row.aggnonce_index])
      const partial = success(partialSign(contextOf(row), bytesOf(vectors.secnonces[0]!), secret))
      assert.deepEqual(partial, bytesOf(row.expected))
      assert.equal(partialVerify(contextOf(row), partial, publicNonces, row.signer_index), true)
    })
  })
  vectors.sign_error_test_cases.forEach((row, i) => {
    it(`does not sign row ${i} (${row.comment})`, () => {
      const secretNonce = bytesOf(vectors.secnonces[row.secnonce_index]!)
      assertFailure(partialSign(contextOf(row), secretNonce, secret), row)
      assert.deepEqual(secretNonce.subarray(0, 64), new Uint8Array(64), 'the nonce is wiped')
    })
  })
  vectors.verify_fail_test_cases.forEach((row, i) => {
    it(`finds the signature of row ${i} wrong (${row.comment})`, () => {
      const publicNonces = pick(nonces, row.nonce_indices)
      const context = { aggregateNonce: success(aggregateNonces(publicNonces)), publicKeys: pick(keys, row.key_indices), message: messages[row.msg_index]! }
      assert.equal(partialVerify(context, bytesOf(row.sig), publicNonces, row.signer_index), false)
    })
  })
  vectors.verify_error_test_cases.forEach((row, i) => {
    it(`refuses to verify row ${i} (${row.comment})`, () => {
      const publicNonces = pick(nonces, row.nonce_indices)
      const context = { aggregateNonce: aggregates[0]!, publicKeys: pick(keys, row.key_indices), message: messages[row.msg_index]! }
      assertFailure(partialVerify(context, bytesOf(row.sig), publicNonces, row.signer_index), row)
    })
  })
  it('does not use a nonce twice', () => {
    const secretNonce = bytesOf(vectors.secnonces[0]!)
    success(partialSign(contextOf(vectors.valid_test_cases[0]!), secretNonce, secret))
    assert.deepEqual(partialSign(contextOf(vectors.valid_test_cases[1]!), secretNonce, secret), { failed: 'value' })
  })
})

describe('musig, tweaks', () => {
  const vectors = read<{
    sk: string, pubkeys: string[], secnonce: string, pnonces: string[], aggnonce: string, tweaks: string[], msg: string
    valid_test_cases: ReadonlyArray<KeyRow & NonceRow & TweakRow & { signer_index: number, expected: string, comment: string }>
    error_test_cases: ReadonlyArray<KeyRow & TweakRow & ErrorRow>
  }>('tweak')
  const contextOf = (row: KeyRow & TweakRow): MusigContext =>
    ({ aggregateNonce: bytesOf(vectors.aggnonce), publicKeys: pick(all(vectors.pubkeys), row.key_indices), message: bytesOf(vectors.msg), tweaks: tweaksOf(all(vectors.tweaks), row) })

  vectors.valid_test_cases.forEach((row, i) => {
    it(`signs row ${i} (${row.comment})`, () => {
      const partial = success(partialSign(contextOf(row), bytesOf(vectors.secnonce), bytesOf(vectors.sk)))
      assert.deepEqual(partial, bytesOf(row.expected))
      assert.equal(partialVerify(contextOf(row), partial, pick(all(vectors.pnonces), row.nonce_indices), row.signer_index), true)
    })
  })
  vectors.error_test_cases.forEach((row, i) => {
    it(`refuses row ${i} (${row.comment})`, () => { assertFailure(partialSign(contextOf(row), bytesOf(vectors.secnonce), bytesOf(vectors.sk)), row) })
  })
})

describeOnEveryEngine('musig, aggregation of signatures', () => {
  type Row = KeyRow & NonceRow & TweakRow & { aggnonce: string, psig_indices: readonly number[] }
  const vectors = read<{
    pubkeys: string[], pnonces: string[], tweaks: string[], psigs: string[], msg: string
    valid_test_cases: ReadonlyArray<Row & { expected: string }>
    error_test_cases: ReadonlyArray<Row & ErrorRow>
  }>('sig_agg')
  const contextOf = (row: Row): MusigContext =>
    ({ aggregateNonce: bytesOf(row.aggnonce), publicKeys: pick(all(vectors.pubkeys), row.key_indices), message: bytesOf(vectors.msg), tweaks: tweaksOf(all(vectors.tweaks), row) })

  vectors.valid_test_cases.forEach((row, i) => {
    it(`gives the signature of row ${i}, which is one of BIP 340`, () => {
      const context = contextOf(row)
      assert.deepEqual(aggregateNonces(pick(all(vectors.pnonces), row.nonce_indices)), context.aggregateNonce)
      const signature = success(aggregateSignatures(context, pick(all(vectors.psigs), row.psig_indices)))
      assert.deepEqual(signature, bytesOf(row.expected))
      assert.ok(verifySchnorr(signature, context.message, success(aggregateKeys(context.publicKeys, context.tweaks))))
    })
  })
  vectors.error_test_cases.forEach((row, i) => {
    it(`refuses row ${i} (${row.comment})`, () => { assertFailure(aggregateSignatures(contextOf(row), pick(all(vectors.psigs), row.psig_indices)), row) })
  })

  it('closes a channel: two keys, a script tree, one signature for the output key', () => {
    const secrets = [1, 2].map((fill) => scalarOf(new Uint8Array(32).fill(fill)))
    const publicKeys = sortKeys(secrets.map(mulG))
    const internal = success(aggregateKeys(publicKeys))
    const [root, message] = [new Uint8Array(32).fill(3), new Uint8Array(32).fill(4)]
    const tweaks = [{ tweak: tapTweak(internal, root), isXOnly: true }]
    assert.deepEqual(success(aggregateKeys(publicKeys, tweaks)), taprootKey(internal, root))

    const nonces = secrets.map((secret, i) => makeNonce({ publicKey: mulG(secret), random: new Uint8Array(32).fill(10 + i), secret, message }))
    const context: MusigContext = { aggregateNonce: success(aggregateNonces(nonces.map((nonce) => nonce.public))), publicKeys, message, tweaks }
    const partials = secrets.map((secret, i) => success(partialSign(context, nonces[i]!.secret, secret)))
    assert.ok(verifySchnorr(success(aggregateSignatures(context, partials)), message, taprootKey(internal, root)))
  })
})

describe('musig, on bad arguments', () => {
  it('fails as a value for a list of no keys, a short nonce, a tweak or a partial of the wrong length', () => {
    const key = mulG(scalarOf(new Uint8Array(32).fill(1)))
    assert.deepEqual(aggregateKeys([]), { failed: 'value' })
    assert.deepEqual(aggregateNonces([new Uint8Array(65)]), { failed: 'pubnonce' })
    assert.deepEqual(aggregateKeys([key], [{ tweak: new Uint8Array(31), isXOnly: true }]), { failed: 'value' })
    const context: MusigContext = { aggregateNonce: new Uint8Array(66), publicKeys: [key], message: new Uint8Array(32) }
    assert.deepEqual(aggregateSignatures(context, [new Uint8Array(31)]), { failed: 'value' })
    assert.deepEqual(aggregateSignatures(context, []), { failed: 'value' })
    assert.deepEqual(aggregateSignatures({ ...context, aggregateNonce: new Uint8Array(66).fill(9) }, []), { failed: 'aggnonce' })
  })
})
