import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { nameOf, twelve } from './fake-network.js'

describe('payments, twelve nodes', () => {
  it('P1 pays: only the ends change, and nothing is left', () => {
    const net = twelve()
    const { invoice } = net.invoice(7, 123n)
    const answer = net.pay(0, invoice)
    assert.equal(nameOf(answer), 'paid', inspect(answer))
    net.run(1_000)
    assert.deepEqual(net.gains(), [-123n, 0n, 0n, 0n, 0n, 0n, 0n, 123n, 0n, 0n, 0n, 0n])
    net.assertNothingLeft()
  })
})
