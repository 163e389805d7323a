import assert from 'node:assert/strict'
import fc from 'fast-check'
import { methodNamed } from '../../../src/api/methods/methods.js'
import { errorAnswer, rpcDesk, type RpcDesk } from '../../../src/api/server/rpc.js'
import { AmikoError } from '../../../src/core/base/errors.js'
import { fakeNode, type FakeNode } from '../fake-node.js'

interface Spoken { readonly jsonrpc: string, readonly id: unknown, readonly result?: unknown, readonly error?: { code: number, message: string, data: { name: string, detail: Record<string, unknown> } } }

function desk (node: FakeNode = fakeNode()): RpcDesk {
  return rpcDesk({ node, methodNamed, stopping: new AbortController().signal, context: { usage: () => ({ pid: 1, cpuMs: 2 }), requestStop: () => undefined } })
}

async function speak (body: string, node?: FakeNode): Promise<Spoken> {
  return JSON.parse((await desk(node).answer(body, { scope: 'admin', signal: new AbortController().signal }))!) as Spoken
}

describe('JSON-RPC desk', () => {
  describe('on a request that is none', () => {
    const TABLE: ReadonlyArray<readonly [string, number]> = [
      ['', -32_700], ['{', -32_700], ['{"jsonrpc":"2.0"', -32_700], ['NaN', -32_700], ['\u0000', -32_700], ['[[[[', -32_700], ['['.repeat(100_000), -32_700],
      ['null', -32_600], ['1', -32_600], ['"x"', -32_600], ['[]', -32_600], ['{}', -32_600], ['{"jsonrpc":"1.0","id":1,"method":"node.status"}', -32_600], ['{"jsonrpc":"2.0","id":1,"method":5}', -32_600],
      ['{"jsonrpc":"2.0","id":{},"method":"node.status"}', -32_600], [`{"jsonrpc":"2.0","id":"${'x'.repeat(129)}","method":"node.status"}`, -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":"no.such"}', -32_601], ['{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32_601],
      ['{"jsonrpc":"2.0","id":1,"method":"node.status","params":[]}', -32_602], ['{"jsonrpc":"2.0","id":1,"method":"node.status","params":null}', -32_602], ['{"jsonrpc":"2.0","id":1,"method":"node.status","params":{"x":1}}', -32_602]
    ]
    for (const [body, code] of TABLE) {
      it(`${JSON.stringify(body.slice(0, 70))}: ${code}`, async () => {
        const { error, jsonrpc } = await speak(body)
        assert.equal(jsonrpc, '2.0')
        assert.equal(error?.code, code, error?.message)
      })
    }

    it('deeply nested values end in an answer', async () => {
      const { error } = await speak(`{"jsonrpc":"2.0","id":1,"method":"node.status","params":{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`)
      assert.ok(error !== undefined)
    })

    it('keys that reach prototypes change nothing', async () => {
      for (const params of ['{"__proto__":{"polluted":1}}', '{"a":{"__proto__":{"polluted":1}}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"\\u005f_proto__":{"polluted":1}}']) {
        const { error } = await speak(`{"jsonrpc":"2.0","id":1,"method":"node.status","params":${params}}`)
        assert.equal(error?.data.name, 'bad-request', params)
        assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
      }
    })

    it('any text gets an answer or none, and never throws', async () => {
      await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.record({ jsonrpc: fc.constant('2.0'), id: fc.jsonValue(), method: fc.constantFrom('link.open', 'channel.open', 'invoice.create', 'payment.pay', 'x'), params: fc.jsonValue() }).map((value) => JSON.stringify(value))), async (body) => {
        const answer = await desk().answer(body, { scope: 'admin', signal: new AbortController().signal })
        if (answer !== undefined) JSON.parse(answer)
      }), { numRuns: 500 })
    })
  })

  describe('on a request', () => {
    it('the id comes back as it was, and a notification gets no answer', async () => {
      for (const id of ['1', '"a"', 'null', '1.5', '-1']) {
        assert.equal(JSON.stringify((await speak(`{"jsonrpc":"2.0","id":${id},"method":"asset.list"}`)).id), id)
      }
      assert.equal(await desk().answer('{"jsonrpc":"2.0","method":"asset.list"}', { scope: 'admin', signal: new AbortController().signal }), undefined)
      assert.equal(await desk().answer('[{"jsonrpc":"2.0","method":"asset.list"}]', { scope: 'admin', signal: new AbortController().signal }), undefined)
    })

    it('a batch answers each for itself', async () => {
      const answers = await speak('[{"jsonrpc":"2.0","id":1,"method":"asset.list"},5,{"jsonrpc":"2.0","id":2,"method":"no.such"},{"jsonrpc":"2.0","method":"asset.list"}]') as unknown as Spoken[]
      assert.deepEqual(answers.map(({ id, error }) => [id, error?.code]), [[1, undefined], [null, -32_600], [2, -32_601]])
    })

    it('an error of the node keeps its name, number and detail', async () => {
      const node = fakeNode()
      node.payment = async () => { throw new AmikoError('payment-pending', { id: 'ff', units: 5n }) }
      const { error } = await speak('{"jsonrpc":"2.0","id":1,"method":"payment.pay","params":{"invoice":"i"}}', node)
      assert.deepEqual([error?.code, error?.data], [210, { name: 'payment-pending', detail: { id: 'ff', units: '5' } }])
    })

    it('an unexpected error is internal and shows no stack', async () => {
      const node = fakeNode()
      node.payment = async () => { throw new TypeError('x is undefined') }
      const { error } = await speak('{"jsonrpc":"2.0","id":1,"method":"payment.pay","params":{"invoice":"i"}}', node)
      assert.deepEqual([error?.code, error?.data.name], [-32_603, 'internal'])
      assert.ok(!JSON.stringify(error).includes('.ts:'))
    })
  })

  describe('on an error that carries a stranger\'s text', () => {
    it('control and direction characters are written out, and 60 KB are cut', () => {
      const text = `\u001b[2J\u202egnp.exe\r\nfake log line\u0000${'A'.repeat(60_000)}`
      const answer = errorAnswer(1, new AmikoError('link-refused', { reason: text, nested: { deep: [text] } }))
      const written = JSON.stringify(answer)
      assert.ok(written.length < 8_000, String(written.length))
      assert.doesNotMatch(answer.error.message, /[\u0000-\u001f\u202e]/)
      assert.doesNotMatch((answer.error.data.detail as { nested: { deep: string[] } }).nested.deep[0]!, /[\u0000-\u001f\u202e]/)
      assert.match(answer.error.message, /\\u\{1b\}/)
    })

    it('a detail that contains itself ends', () => {
      const detail: Record<string, unknown> = { list: Array.from({ length: 1_000 }, (_, at) => at) }
      detail['self'] = detail
      assert.ok(JSON.stringify(errorAnswer(1, new AmikoError('internal', detail))).length < 10_000)
    })
  })
})
