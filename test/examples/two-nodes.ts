import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createAmiko, initialise, type AmikoNode } from 'amiko-pay'

/** Two nodes in one program: a link, a trust line, a meeting point, an invoice, a payment, its proof. */
const folder = await mkdtemp(join(tmpdir(), 'amiko-example-'))

async function node (name: string): Promise<AmikoNode> {
  const dir = join(folder, name)
  await initialise(dir, {
    version: 1, network: 'example', kind: 'regtest', listen: ['/ip4/127.0.0.1/tcp/0'], api: '127.0.0.1:0', chains: [], bootstrap: [], pacing: 'private'
  })
  return await createAmiko({ dir, logLevel: 'warn' })
}

const [alice, bob] = [await node('alice'), await node('bob')]
try {
  const { asset, value } = alice.assets.parse('1000sat')

  // A node accepts no trust line unless it says so: Alice lets whoever links to her owe her up to 1000 sat.
  await alice.links.set('default', { accept: [{ kind: 'trust-line', asset, limit: value }] })
  await bob.links.open(alice.mesh.addresses()[0]!)
  // Bob lets Alice owe him 1000 sat, and asks to be allowed to owe her as much.
  await bob.channels.open(alice.peerId, { kind: 'trust-line', asset, limit: value, amount: value })

  // Where the halves of a payment meet.
  await bob.meetingPoints.host()
  // Word of it travels from neighbour to neighbour.
  while (!alice.meetingPoints.list().some(({ hops }) => hops !== undefined)) await wait(50)

  const { invoice } = await bob.invoices.create({ amount: bob.assets.parse('20sat'), description: 'tea' })
  const paid = await alice.payments.pay(invoice, { timeoutMs: 20_000 })
  console.log(`paid ${alice.assets.format(paid.asset, paid.amount)} in ${Math.round(paid.durationMs)} ms, proof ${paid.proof}`)
} finally {
  await Promise.all([alice.stop(), bob.stop()])
  await rm(folder, { recursive: true })
}
