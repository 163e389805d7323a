import assert from 'node:assert/strict'
import { AmikoError, isErrorName, type ErrorName } from '../../../src/core/base/errors.js'
import { readParams, type CallContext } from '../../../src/api/methods/method.js'
import { allMethods, methodNamed } from '../../../src/api/methods/methods.js'
import { ADDRESS, CHAIN_ADDRESS, CHANNEL_ID, fakeNode, INVOICE_ID, MEETING_POINT_ID, PAYMENT_ID, PEER, SEND_ID } from '../fake-node.js'

const context = (): CallContext => ({ signal: new AbortController().signal, usage: () => ({ pid: 1, cpuMs: 2 }), requestStop: () => undefined })

/** Calls a method as the server does. */
async function call (name: string, raw: unknown, node = fakeNode()): Promise<Record<string, unknown>> {
  const method = methodNamed(name)
  assert.ok(method !== undefined, name)
  const params = readParams(method, raw)
  return await method.handler(node, params as never, context()) as Record<string, unknown>
}

const named = (expected: ErrorName) => (error: unknown): boolean => error instanceof AmikoError && error.name === expected

describe('API methods, declarations', () => {
  for (const method of allMethods()) {
    it(`${method.name}: the example fits the schemas, the errors exist, the command takes its places from the parameters`, () => {
      assert.doesNotThrow(() => readParams(method, method.example.params))
      assert.doesNotThrow(() => method.result.parse(method.example.result))
      for (const error of method.errors) assert.ok(isErrorName(error), error)
      for (const place of method.command?.places ?? []) assert.ok(place in method.params.shape, place)
      for (const example of method.command?.examples ?? []) assert.ok(example.startsWith(`amiko ${method.command!.command}`), example)
      assert.ok(!method.summary.endsWith('.'), 'a summary has no full stop')
    })
  }

})

describe('API methods, answers', () => {
  /** Parameters with which each method works on the fake node. */
  const WORKING: Readonly<Record<string, unknown>> = {
    'mesh.connect': { address: ADDRESS },
    'mesh.disconnect': { peer: PEER },
    'link.open': { target: ADDRESS, accept: ['trust-line:btc:1000sat'] },
    'link.show': { peer: PEER },
    'link.set': { peer: 'default', accept: ['none'], feePpm: 10 },
    'link.close': { peer: PEER },
    'channel.open': { peer: PEER, kind: 'trust-line', limit: '1000sat' },
    'channel.show': { channel: PEER, asset: 'btc' },
    'channel.set': { channel: PEER, limit: '2000sat' },
    'channel.close': { channel: CHANNEL_ID },
    'invoice.create': { amount: '20sat', description: 'tea', expiry: '1h', meetingPoints: [MEETING_POINT_ID] },
    'invoice.show': { id: INVOICE_ID },
    'invoice.decode': { invoice: 'amiko1fake' },
    'invoice.cancel': { id: INVOICE_ID },
    'payment.pay': { invoice: 'amiko1fake', maxFee: '1sat', via: [PEER] },
    'payment.stream': { invoice: 'amiko1fake' },
    'payment.show': { id: PAYMENT_ID },
    'payment.wait': { id: PAYMENT_ID },
    'waypoint.publish': { meetingPoint: MEETING_POINT_ID, expiry: '7d' },
    'waypoint.withdraw': { key: MEETING_POINT_ID },
    'wallet.send': { address: CHAIN_ADDRESS, amount: '1000sat', feeRate: '1.5' },
    'wallet.bump': { id: SEND_ID }
  }

  for (const { name, result } of allMethods()) {
    it(`${name}: what the handler gives is exactly what the schema says`, async () => {
      const answer = JSON.parse(JSON.stringify(await call(name, WORKING[name] ?? {}))) as unknown
      assert.deepEqual(result.strict().parse(answer), answer)
    })
  }

  it('amounts are decimal text of smallest units with the asset by name', async () => {
    const { channels } = await call('channel.list', {}) as { channels: Array<Record<string, unknown>> }
    assert.deepEqual([channels[0]!['asset'], channels[0]!['canSend'], channels[0]!['owedToUs']], ['btc', '995000', '-5000'])
  })

  it('a part of the fee that is not named stays as it is', async () => {
    const node = fakeNode()
    await call('link.set', { peer: PEER, feePpm: 100 }, node)
    assert.deepEqual(node.asked, [{ what: 'links.set', with: [PEER, { fee: { base: 7n, ppm: 100 } }] }])
  })

  it('a channel on a chain that both fund takes what the peer is asked for, and a rule how much is added', async () => {
    const node = fakeNode()
    const btc = node.assets.resolve('btc').id
    const answer = await call('channel.open', { peer: PEER, kind: 'chain', amount: '1000sat', theirAmount: '400sat' }, node)
    assert.equal(answer['theirAmount'], '400000')
    await call('link.set', { peer: 'default', accept: ['chain:btc:1000sat:400sat'] }, node)
    assert.deepEqual(node.asked, [
      { what: 'channels.open', with: [PEER, { kind: 'chain', asset: btc, amount: 1_000_000n, push: 0n, theirAmount: 400_000n }] },
      { what: 'links.set', with: ['default', { accept: [{ kind: 'chain', asset: btc, limit: 1_000_000n, add: 400_000n }] }] }
    ])
    await assert.rejects(call('channel.open', { peer: PEER, kind: 'chain', amount: '1000sat', theirAmount: '1001sat' }, node))
    await assert.rejects(call('channel.open', { peer: PEER, kind: 'trust-line', limit: '1000sat', theirAmount: '1sat' }, node))
    assert.equal(node.asked.length, 2)
  })

  it('a channel on a chain takes what is put in and what of it is pushed', async () => {
    const node = fakeNode()
    const answer = await call('channel.open', { peer: PEER, kind: 'chain', chain: 'bitcoin', amount: '1000sat', push: '10sat' }, node)
    const btc = node.assets.resolve('btc').id
    assert.deepEqual(node.asked, [{ what: 'channels.open', with: [PEER, { kind: 'chain', asset: btc, amount: 1_000_000n, push: 10_000n }] }])
    assert.deepEqual([answer['amount'], answer['push']], ['1000000', '10000'])
  })

  it('a payment out of the wallet is counted in satoshis, its rate in satoshis for 1,000 virtual bytes', async () => {
    const node = fakeNode()
    await call('wallet.send', { address: CHAIN_ADDRESS, amount: '1000sat', feeRate: '1.5' }, node)
    await call('wallet.send', { address: CHAIN_ADDRESS, amount: 'all', targetBlocks: 6 }, node)
    assert.deepEqual(node.asked.flatMap(({ with: asked }) => asked), [
      { chain: 'bitcoin', address: CHAIN_ADDRESS, valueSat: 1_000n, satPerKvb: 1_500n },
      { chain: 'bitcoin', address: CHAIN_ADDRESS, valueSat: 'all', targetBlocks: 6 }
    ])
  })

  it('a trust line takes limit and amount, the amount zero when it is left out', async () => {
    const node = fakeNode()
    await call('channel.open', { peer: PEER, limit: '1000sat' }, node)
    const btc = node.assets.resolve('btc').id
    assert.deepEqual(node.asked, [{ what: 'channels.open', with: [PEER, { kind: 'trust-line', asset: btc, limit: 1_000_000n, amount: 0n }] }])
  })
})

describe('API methods, on bad input', () => {
  const LONG = 'x'.repeat(10_000)
  const AMOUNTS: ReadonlyArray<readonly [unknown, ErrorName]> = [
    ['0sat', 'amount-out-of-range'],
    ['-1sat', 'bad-amount'],
    ['5', 'bad-amount'],
    ['sat', 'bad-amount'],
    ['', 'bad-amount'],
    ['1.5.5sat', 'bad-amount'],
    ['20 sats', 'bad-amount'],
    ['1e3sat', 'bad-amount'],
    ['0x10sat', 'bad-amount'],
    ['２０sat', 'bad-amount'],
    ['2100000000000001sat', 'amount-out-of-range'],
    ['99999999999999999999999999sat', 'amount-out-of-range'],
    [9_007_199_254_740_992, 'bad-request'],
    [20, 'bad-request'],
    [['20sat'], 'bad-request'],
    [{ toString: '20sat' }, 'bad-request'],
    [undefined, 'bad-request'],
    [LONG, 'bad-request']
  ]
  for (const [amount, error] of AMOUNTS) {
    it(`invoice.create with amount ${JSON.stringify(amount)?.slice(0, 40) ?? 'missing'}: ${error}`, async () => {
      await assert.rejects(call('invoice.create', { amount }), named(error))
    })
  }

  it('2^53 units in an amount lose nothing', async () => {
    const node = fakeNode()
    await call('invoice.create', { amount: '9007199254740993msat' }, node)
    assert.equal(((node.asked[0]!.with as [{ amount: { value: bigint } }])[0]).amount.value, 9_007_199_254_740_993n)
  })

  const TABLE: ReadonlyArray<readonly [string, unknown, ErrorName]> = [
    ['node.status', { extra: 1 }, 'bad-request'],
    ['node.status', [], 'bad-request'],
    ['node.status', 'text', 'bad-request'],
    ['node.stop', { force: true }, 'bad-request'],
    ['mesh.peers', { count: 1 }, 'bad-request'],
    ['mesh.roster', { count: 1 }, 'bad-request'],
    ['mesh.addresses', 7, 'bad-request'],
    ['mesh.connect', {}, 'bad-request'],
    ['mesh.connect', { address: '127.0.0.1:9735' }, 'bad-address'],
    ['mesh.connect', { address: '/ip4/127.0.0.1/tcp/9735' }, 'bad-address'],
    ['mesh.connect', { address: `/ip4/127.0.0.1/tcp/9735\n/p2p/${PEER}` }, 'bad-address'],
    ['mesh.connect', { address: LONG }, 'bad-request'],
    ['mesh.disconnect', { peer: '12D3KooWnot' }, 'bad-peer'],
    ['mesh.disconnect', { peer: 5 }, 'bad-request'],
    ['link.open', { target: 'nobody' }, 'bad-address'],
    ['link.open', { target: ADDRESS, accept: 'trust-line:btc:1sat' }, 'bad-request'],
    ['link.open', { target: ADDRESS, accept: ['trust-line:btc'] }, 'bad-request'],
    ['link.open', { target: ADDRESS, accept: ['gift:btc:1sat'] }, 'bad-request'],
    ['link.open', { target: ADDRESS, accept: ['trust-line:btc:1sat:1sat'] }, 'bad-request'],
    ['link.open', { target: ADDRESS, accept: ['chain:btc:1sat:1sat:1sat'] }, 'bad-request'],
    ['link.open', { target: ADDRESS, accept: ['chain:btc:1sat:1lit'] }, 'bad-request'],
    ['link.open', { target: ADDRESS, accept: ['trust-line:doge:1sat'] }, 'unknown-asset'],
    ['link.open', { target: ADDRESS, accept: ['trust-line:btc:5'] }, 'bad-amount'],
    ['link.open', { target: ADDRESS, accept: ['trust-line:ltc:1sat'] }, 'bad-request'],
    ['link.open', { target: ADDRESS, accept: new Array(33).fill('none') }, 'bad-request'],
    ['link.list', { requests: 'yes' }, 'bad-request'],
    ['link.show', { peer: 'default' }, 'bad-peer'],
    ['link.show', { peer: '16Uiu2HAmDifferent' }, 'bad-peer'],
    ['link.set', { peer: 'default', feePpm: 1_000_001 }, 'bad-request'],
    ['link.set', { peer: 'default', feePpm: 0.5 }, 'bad-request'],
    ['link.set', { peer: 'default', feeBase: '-1sat' }, 'bad-amount'],
    ['link.close', { peer: '' }, 'bad-peer'],
    ['channel.open', { peer: PEER, kind: 'trust-line' }, 'bad-request'],
    ['channel.open', { peer: PEER, kind: 'trust-line', amount: '5sat' }, 'bad-request'],
    ['channel.open', { peer: PEER, kind: 'barter', limit: '5sat' }, 'bad-request'],
    ['channel.open', { peer: PEER, limit: '0sat' }, 'amount-out-of-range'],
    ['channel.open', { peer: PEER, limit: '5sat', amount: '5lit' }, 'bad-request'],
    ['channel.open', { peer: PEER, limit: '5sat', asset: 'ltc' }, 'bad-request'],
    ['channel.open', { peer: PEER, limit: '5sat', asset: '__proto__' }, 'unknown-asset'],
    ['channel.open', { peer: PEER, kind: 'chain' }, 'bad-request'],
    ['channel.open', { peer: PEER, kind: 'chain', amount: '5sat', limit: '5sat' }, 'bad-request'],
    ['channel.open', { peer: PEER, kind: 'chain', amount: '5sat', push: '6sat' }, 'bad-request'],
    ['channel.open', { peer: PEER, kind: 'chain', amount: '5sat', push: '1lit' }, 'bad-request'],
    ['channel.open', { peer: PEER, kind: 'chain', amount: '5sat', chain: 'litecoin' }, 'bad-request'],
    ['channel.open', { peer: PEER, kind: 'chain', amount: '1500msat' }, 'bad-request'],
    ['channel.open', { peer: PEER, kind: 'chain', amount: '0sat' }, 'amount-out-of-range'],
    ['channel.open', { peer: PEER, limit: '5sat', push: '1sat' }, 'bad-request'],
    ['wallet.send', { address: CHAIN_ADDRESS, amount: '5' }, 'bad-amount'],
    ['wallet.send', { address: CHAIN_ADDRESS, amount: '1msat' }, 'bad-request'],
    ['wallet.send', { address: CHAIN_ADDRESS, amount: '5sat', chain: 'litecoin' }, 'bad-request'],
    ['wallet.send', { address: CHAIN_ADDRESS, amount: '5sat', feeRate: '-1' }, 'bad-request'],
    ['wallet.bump', { id: 'zz' }, 'not-found'],
    ['wallet.balance', { chain: 'bitcoin' }, 'bad-request'],
    ['wallet.address', { chain: 'dogecoin' }, 'bad-request'],
    ['wallet.list', { count: 0 }, 'bad-request'],
    ['wallet.rescan', { fromHeight: -1 }, 'bad-request'],
    ['backup.export', { file: '' }, 'bad-request'],
    ['backup.verify', { file: 5 }, 'bad-request'],
    ['backup.restore', { path: '/backup' }, 'bad-request'],
    ['channel.list', { peer: 'x' }, 'bad-peer'],
    ['channel.show', { channel: 'zz' }, 'no-channel'],
    ['channel.show', { channel: '00'.repeat(32) }, 'no-channel'],
    ['channel.set', { channel: PEER, limit: '5' }, 'bad-amount'],
    ['channel.set', { channel: PEER, limit: '5lit' }, 'bad-request'],
    ['channel.close', { channel: CHANNEL_ID, force: 1 }, 'bad-request'],
    ['invoice.create', { amount: '1sat', expiry: '1 hour' }, 'bad-request'],
    ['invoice.create', { amount: '1sat', expiry: 3600 }, 'bad-request'],
    ['invoice.create', { amount: '1sat', description: LONG }, 'bad-request'],
    ['invoice.create', { amount: '1sat', meetingPoints: ['02'] }, 'not-found'],
    ['invoice.list', { count: 0 }, 'bad-request'],
    ['invoice.list', { count: 1e9 }, 'bad-request'],
    ['invoice.show', { id: 'AB'.repeat(32) }, 'not-found'],
    ['invoice.decode', { invoice: 'amkr1nonsense' }, 'bad-invoice'],
    ['invoice.decode', { invoice: '' }, 'bad-request'],
    ['invoice.cancel', { id: '' }, 'not-found'],
    ['payment.pay', {}, 'bad-request'],
    ['payment.pay', { invoice: 'i', maxFee: 5 }, 'bad-request'],
    ['payment.pay', { invoice: 'i', maxFee: '5' }, 'bad-amount'],
    ['payment.pay', { invoice: 'i'.repeat(8_193) }, 'bad-request'],
    ['payment.pay', { invoice: 'i', via: new Array(17).fill(PEER) }, 'bad-request'],
    ['payment.pay', { invoice: 'i', timeoutMs: -1 }, 'bad-request'],
    ['payment.stream', { invoice: 'amiko1fake', times: 2 }, 'bad-request'],
    ['payment.stream', { invoice: 'amiko1fake', times: 0 }, 'bad-request'],
    ['payment.stream', { invoice: 'amiko1fake', every: '1' }, 'bad-request'],
    ['payment.stream', { invoice: 'other' }, 'bad-invoice'],
    ['invoice.create', { amount: '20sat', times: 0 }, 'bad-request'],
    ['payment.list', { count: '10' }, 'bad-request'],
    ['payment.show', { id: 'nothing' }, 'not-found'],
    ['payment.wait', { id: PAYMENT_ID, timeoutMs: 1e10 }, 'bad-request'],
    ['meetingPoint.host', { id: 'x' }, 'bad-request'],
    ['meetingPoint.list', { x: 1 }, 'bad-request'],
    ['meetingPoint.stop', { id: 'x' }, 'not-found'],
    ['waypoint.publish', { meetingPoint: 'x' }, 'not-found'],
    ['waypoint.publish', { asset: 'doge' }, 'unknown-asset'],
    ['waypoint.publish', { expiry: '7 d' }, 'bad-request'],
    ['waypoint.list', { x: 1 }, 'bad-request'],
    ['waypoint.withdraw', {}, 'bad-request'],
    ['payment.pay', { invoice: 'i', via: ['x'.repeat(513)] }, 'bad-request'],
    ['asset.list', { x: 1 }, 'bad-request'],
    ['chain.status', { x: 1 }, 'bad-request'],
    ['commands', { x: 1 }, 'bad-request']
  ]
  for (const [name, params, error] of TABLE) {
    it(`${name} ${JSON.stringify(params).slice(0, 90)}: ${error}, and the node is not asked`, async () => {
      const node = fakeNode()
      await assert.rejects(call(name, params, node), named(error))
      assert.deepEqual(node.asked.filter(({ what }) => what !== 'channels.find'), [])
    })
  }

  it('every method refuses at least one input of the tables', () => {
    const covered = new Set([...TABLE.map(([name]) => name), 'invoice.create'])
    assert.deepEqual(allMethods().map(({ name }) => name).filter((name) => !covered.has(name)), [])
  })

  it('names that live on every object are no methods', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', '']) assert.equal(methodNamed(name), undefined)
  })
})
