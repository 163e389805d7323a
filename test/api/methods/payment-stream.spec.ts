import assert from 'node:assert/strict'
import { AmikoError } from '../../../src/core/base/errors.js'
import { asUnits } from '../../../src/core/base/money.js'
import { STREAM_IN_FLIGHT_MAX } from '../../../src/api/limits.js'
import { paymentStream } from '../../../src/api/methods/payment-stream.js'
import { fakeNode, type FakeNode } from '../fake-node.js'

const INVOICE = 'amiko1fake'

/** A node that reads an invoice of `times`; `pay` is asked before each payment, with its number from 1. */
function streaming (times: number, pay: (number: number) => Promise<void> = async () => undefined): { readonly node: FakeNode, readonly most: () => number } {
  const node = fakeNode()
  let [count, running, most] = [0, 0, 0]
  const made = node.payments.pay
  const decode = node.invoices.decode
  Object.assign(node.invoices, { decode: (text: string) => ({ ...decode(text), times }) })
  Object.assign(node.payments, {
    pay: async (...args: Parameters<typeof made>) => {
      const number = ++count
      most = Math.max(most, ++running)
      try {
        await pay(number)
        return { ...await made(...args), amount: asUnits(20_000n) }
      } finally {
        running--
      }
    }
  })
  return { node, most: () => most }
}

const stream = async (node: FakeNode, params: object = {}): Promise<Awaited<ReturnType<typeof paymentStream.handler>>> =>
  await paymentStream.handler(node, paymentStream.params.parse({ invoice: INVOICE, ...params }), { signal: new AbortController().signal, usage: () => ({ pid: 1, cpuMs: 1 }), requestStop: () => undefined })

describe('API method payment.stream', () => {
  it('pays as often as the invoice says, some at once and never more than the bound', async () => {
    const { node, most } = streaming(100, async () => { await new Promise(setImmediate) })
    const { durationMs, ...told } = await stream(node)
    assert.ok(durationMs >= 0)
    assert.deepEqual(told, { status: 'paid', payments: 100, asset: 'btc', amount: '2000000', fee: '300' })
    assert.equal(most(), STREAM_IN_FLIGHT_MAX)
  })

  it('pays one after the other when a time between them is named', async () => {
    const { node, most } = streaming(3, async () => { await new Promise(setImmediate) })
    assert.equal((await stream(node, { every: '1ms' })).payments, 3)
    assert.equal(most(), 1)
  })

  it('begins none after one that failed, waits for the others, and says what was paid', async () => {
    const { node } = streaming(100, async (number) => {
      await new Promise(setImmediate)
      if (number === 5) throw new AmikoError('no-route', { reason: 'the way is busy' })
    })
    const { status, payments, amount, reason } = await stream(node, { times: 50 })
    assert.equal(status, 'stopped')
    assert.ok(payments >= 4 && payments < 50, `${payments}`)
    assert.equal(amount, String(20_000 * payments))
    assert.match(reason!, /busy/)
  })

  it('fails as a payment does when nothing was paid', async () => {
    const { node } = streaming(100, async () => { throw new AmikoError('no-route', { reason: 'the way is busy' }) })
    await assert.rejects(stream(node), { name: 'no-route' })
  })

  it('asks before it pays in words that fit the number, also when that is one', () => {
    const asks = (params: Record<string, string>, found: Record<string, string> = {}): string => paymentStream.command!.summarise!(params, { amount: '20 sat', description: 'music', ...found })
    for (const [params, found] of [[{ times: '1' }, { times: '100' }], [{}, { times: '1' }], [{}, {}]] as const) assert.equal(asks(params, found), '20 sat will be paid once for "music".')
    assert.equal(asks({ times: '1', maxFee: '2sat' }), '20 sat will be paid once for "music", with a fee of at most 2sat.')
    assert.equal(asks({}, { times: '100' }), '20 sat will be paid 100 times for "music".')
    assert.equal(asks({ times: '7', maxFee: '2sat' }, { times: '100' }), '20 sat will be paid 7 times for "music", with a fee of at most 2sat each.')
  })
})
