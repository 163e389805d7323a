import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { levelStore } from '../../src/adapters/level/store.js'
import { methodNamed } from '../../src/api/methods/methods.js'
import { parseJson } from '../../src/api/server/rpc.js'
import { AmikoError, isErrorName, sentenceOf } from '../../src/core/base/errors.js'
import type { RouteId } from '../../src/core/base/ids.js'
import { createTable, newJournal } from '../../src/core/base/table.js'
import { TRUST_LINE_LOCKS_MAX } from '../../src/core/channel/limits.js'
import { adapt, extractSecret, preSign, preVerify } from '../../src/core/crypto/adaptor.js'
import { mulG, negatePoint, scalarOf } from '../../src/core/crypto/curve.js'
import { encryptPoint, rerandomise } from '../../src/core/crypto/elgamal.js'
import { sha256, taggedHash } from '../../src/core/base/hash.js'
import { publicKeyOf, verifySchnorr } from '../../src/core/crypto/schnorr.js'
import { fromHex } from '../../src/core/base/bytes.js'
import { HOPS_PER_NEIGHBOUR_MAX, MAKES_BURST_MAX, MAKES_PER_SECOND_MAX } from '../../src/core/payment/limits.js'
import { nameOf, twelve, type FakeNetwork } from '../core/payment/fake-network.js'

const scalar = (text: string): Uint8Array => scalarOf(sha256(new TextEncoder().encode(text)))

describe('colluders on both halves who test whether two tokens are equal at a meeting point (S30)', () => {
  it('learn nothing once the honest half stands there: their copy ends as late, and in the same words, as a token without a match [ROUTE-31]', () => {
    const net = twelve()
    const { invoice } = net.invoice(7, 123n)
    const kept = net.sent.find(({ to, message }) => to === 4 && message.type === 'makeRoute' && message.side === 'payee')!.message
    assert.ok(kept.type === 'makeRoute')
    const recipient = fromHex(kept.meetingPoint)
    const [copy, other] = ['ab'.repeat(16) as RouteId, 'cd'.repeat(16) as RouteId]
    const startMs = net.nowMs
    const answered = new Map<string, { readonly afterMs: number, readonly reason: unknown }>()
    net.faults.route = (from, to, message) => {
      if (from === 4 && to === 2 && message.type === 'haveNoRoute') answered.set(message.routeId, { afterMs: net.nowMs - startMs, reason: message.reason })
      return message
    }
    net.node(2).host.sendRoute(net.node(4).peer, { ...kept, routeId: copy, token: rerandomise(kept.token, recipient, scalar('anew')) })
    net.node(2).host.sendRoute(net.node(4).peer, { ...kept, routeId: other, side: 'payer', quote: undefined, token: encryptPoint(recipient, mulG(scalar('point')), scalar('r')) })
    net.until(() => answered.size === 2, 'both are refused')
    assert.deepEqual(answered.get(copy), answered.get(other))
    assert.equal(answered.get(copy)!.reason, 'no-match')
    assert.equal(nameOf(net.pay(0, invoice)), 'paid', 'and the honest half was not put off')
  })
})

describe('a neighbour that floods a node with half routes (S22)', () => {
  it('is cut to its allowance, and the others pay as before', () => {
    const net = twelve({ balance: 100_000n })
    const { invoice } = net.invoice(7, 123n)
    const kept = net.sent.find(({ message }) => message.type === 'makeRoute')!.message
    assert.ok(kept.type === 'makeRoute')
    const before = net.sent.length
    const token = encryptPoint(fromHex(kept.meetingPoint), mulG(scalar('flood')), scalar('r'))
    for (let i = 0; i < 2 * MAKES_BURST_MAX; i++) net.node(1).host.sendRoute(net.node(2).peer, { ...kept, side: 'payer', quote: undefined, routeId: i.toString(16).padStart(32, '0') as RouteId, token })
    net.run(20)
    const passedOn = net.sent.slice(before).filter(({ from, message }) => from === 2 && message.type === 'makeRoute').length
    assert.ok(passedOn <= MAKES_BURST_MAX + MAKES_PER_SECOND_MAX / 10, `${passedOn} were passed on`)
    assert.ok(net.node(2).tables.halves.size <= MAKES_BURST_MAX + MAKES_PER_SECOND_MAX / 10)
    net.run(5_000)
    assert.equal(nameOf(net.pay(0, invoice)), 'paid')
  })
})

describe('a neighbour that holds locks on a channel of others (V11)', () => {
  // The attacker pays a payee of its own, who claims nothing; the node between is the meeting point, with other neighbours.
  const [ATTACKER, COLLUDER, VICTIM, PAYER, CHANNEL] = [6, 11, 5, 0, 9] as const
  const jammed = (amount: bigint, count: number, balance: bigint): FakeNetwork => {
    const net = twelve({ balance, hosts: [VICTIM] })
    net.faults.fulfil = (node) => node !== COLLUDER
    for (let i = 0; i < count; i++) {
      net.startPay(ATTACKER, net.invoice(COLLUDER, amount).invoice)
      net.run(200)
    }
    return net
  }
  const held = (net: FakeNetwork): readonly bigint[] => net.channels[CHANNEL]!.locks.filter(({ status, from }) => status === 'live' && from === VICTIM).map(({ amount }) => amount)

  it('with 30 large ones gets half of it, and another neighbour pays over the rest at once [ROUTE-36]', () => {
    const net = jammed(1_000n, 30, 30_000n)
    assert.deepEqual(net.channels[CHANNEL]!.ends, [5, 10])
    const value = held(net).reduce((sum, amount) => sum + amount, 0n)
    assert.equal(value, 15_000n, 'of 30,000')
    const startMs = net.nowMs
    assert.equal(nameOf(net.pay(PAYER, net.invoice(10, 15_000n).invoice)), 'paid', 'half of the channel is there for others')
    assert.ok(net.nowMs - startMs < 1_000, 'and no lock had to end for that')
  })

  it('with very many small ones gets 120 places, and another neighbour has as many [ROUTE-36]', () => {
    const net = jammed(1n, HOPS_PER_NEIGHBOUR_MAX + 20, 1_000_000n)
    assert.equal(held(net).length, HOPS_PER_NEIGHBOUR_MAX)
    assert.ok(2 * HOPS_PER_NEIGHBOUR_MAX <= TRUST_LINE_LOCKS_MAX, 'half of the places of a channel are left')
    assert.equal(nameOf(net.pay(PAYER, net.invoice(10, 400_000n).invoice)), 'paid')
  })
})

describe('names that mean something to the language (V29)', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf']

  it('are keys like any other in tables', () => {
    const table = createTable<string, { n: number }>(newJournal(), 'thing', { groupBy: (key) => key })
    for (const [n, name] of names.entries()) {
      assert.equal(table.get(name), undefined)
      assert.equal(table.group(name).size, 0)
      table.set(name, { n })
    }
    assert.deepEqual(names.map((name) => table.get(name)?.n), [0, 1, 2, 3, 4, 5])
    assert.equal(table.size, names.length)
    for (const name of names) table.delete(name)
    assert.equal(table.size, 0)
  })

  it('are no methods, no errors and no details', () => {
    for (const name of names) {
      assert.equal(methodNamed(name), undefined, name)
      assert.equal(isErrorName(name), false, name)
    }
    assert.ok(!sentenceOf('not-found', JSON.parse('{"__proto__":{"what":"polluted"}}') as Record<string, unknown>).includes('polluted'))
  })

  it('reach no prototype from a request', () => {
    assert.throws(() => parseJson('{"a":{"__proto__":{"polluted":true}}}'), SyntaxError)
    parseJson('{"constructor":{"prototype":{"polluted":true}}}')
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  })

  it('many that a plain hash would put into one place cost no more than others', () => {
    // Keys of tables are ids of random bytes, chosen by hashing; a stranger's choice goes through Map, which is seeded in each process.
    const table = createTable<string, { n: number }>(newJournal(), 'thing')
    for (let n = 0; n < 20_000; n++) table.set(`${'Aa'.repeat(n % 7)}${'BB'.repeat(n % 11)}${n}`, { n })
    assert.equal(table.size, 20_000)
  })
})

describe('a second owner of one store (V19)', () => {
  it('is refused, and the first goes on', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'amiko-owner-'))
    try {
      const first = levelStore(dir)
      await first.open()
      await assert.rejects(levelStore(dir).open(), (error) => error instanceof AmikoError && error.name === 'store-locked')
      await new Promise<void>((resolve, reject) => { first.write([{ key: 'a', value: Uint8Array.of(1) }], (error) => { if (error === undefined) resolve(); else reject(error) }) })
      await first.close()
      const next = levelStore(dir)
      assert.deepEqual((await next.open()).map(([key]) => key), ['a'])
      await next.close()
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })
})

describe('pre-signatures made to deceive (V27)', () => {
  const secret = scalar('signer')
  const t = scalar('t')
  const point = mulG(t)
  const message = taggedHash('amiko/test', Uint8Array.of(1))
  const aux = new Uint8Array(32)
  const key = publicKeyOf(secret)
  const good = preSign(message, secret, point, aux)

  it('none passes but the one for this point, this key and this transaction', () => {
    assert.ok(preVerify(good, message, key, point))
    const other = preSign(message, secret, mulG(scalar('other')), aux)
    const negatedNonce = Uint8Array.of(good[0]! ^ 1, ...good.subarray(1))
    const bad: ReadonlyArray<readonly [string, Uint8Array, Uint8Array, Uint8Array]> = [
      ['another point', other, message, point],
      ['the point negated', good, message, negatePoint(point)],
      ['the nonce negated', negatedNonce, message, point],
      ['another transaction', good, taggedHash('amiko/test', Uint8Array.of(2)), point],
      ['infinity', good, message, new Uint8Array(33)],
      ['infinity as a nonce', Uint8Array.of(...new Uint8Array(33), ...good.subarray(33)), message, point],
      ['s beyond the order', Uint8Array.of(...good.subarray(0, 33), ...new Uint8Array(32).fill(0xff)), message, point],
      ['a byte short', good.subarray(0, 64), message, point]
    ]
    for (const [what, preSignature, signed, adaptor] of bad) assert.equal(preVerify(preSignature, signed, key, adaptor), false, what)
    assert.equal(preVerify(good, message, publicKeyOf(scalar('stranger')), point), false)
  })

  it('the one that passes gives its signer the secret, and only that secret', () => {
    const signature = adapt(good, t)
    assert.ok(verifySchnorr(signature, message, key))
    assert.deepEqual(extractSecret(good, signature, point), t)
    assert.equal(extractSecret(good, signature, mulG(scalar('other'))), undefined)
  })
})
