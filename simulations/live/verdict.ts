import type { ResultOf } from '../../src/api/methods/methods.js'
import { present, until, type LiveNetwork } from './bring-up.js'
import { OPENS_AT_ONCE, REST_MS_MAX } from './limits.js'
import { inParallel } from './parallel.js'
import type { Try } from './traffic.js'

/** Entries of one answer: as many as one holds. */
const LIST_MOST = 10_000

interface Books {
  readonly payments: ResultOf<'payment.list'>['payments']
  readonly invoices: ResultOf<'invoice.list'>['invoices']
  readonly channels: ResultOf<'channel.list'>['channels']
}

const booksOf = async (network: LiveNetwork): Promise<readonly Books[]> => await inParallel(present(network), OPENS_AT_ONCE, async ({ ask }) => {
  const [{ payments }, { invoices }, { channels }] = [await ask('payment.list', { count: LIST_MOST }), await ask('invoice.list', { count: LIST_MOST }), await ask('channel.list', {})]
  return { payments, invoices, channels }
})

/** Waits until no payment is open and no lock is left anywhere, on a network of which all nodes are there; gives what is left when the time is over. */
export async function atRest (network: LiveNetwork): Promise<readonly string[]> {
  let left: readonly string[] = []
  const isRest = async (): Promise<boolean> => {
    left = (await booksOf(network)).flatMap(({ payments, channels }, at) => [
      ...payments.filter(({ status }) => status === 'pending' || status === 'locked').map(({ id, status }) => `n${at}: payment ${id} is ${status}`),
      ...channels.filter(({ locks, status }) => locks.length > 0 || status !== 'open').map(({ id, locks, status, next }) => `n${at}: line ${id} is ${status} with ${locks.length} locks; ${next}`)
    ])
    return left.length === 0
  }
  await until(isRest, REST_MS_MAX, () => 'no rest').catch(() => undefined) // What is left is the answer.
  return left
}

/**
 * Compares the books of all nodes when nothing is under way: both ends of a payment say the same and hold a proof; each
 * node owns what it had, less what it paid, and what it received; both ends of a line say the same.
 *
 * @returns what does not agree, in words
 */
export async function disagreements (network: LiveNetwork, tries: readonly Try[]): Promise<{ readonly wrong: readonly string[], readonly paid: number }> {
  const books = await booksOf(network)
  const wrong: string[] = []
  const expected = books.map(() => 0n)
  let paid = 0
  const paymentsOf = books.map(({ payments }) => new Map(payments.map((payment) => [payment.invoiceId, payment])))
  const invoicesOf = books.map(({ invoices }) => new Map(invoices.map((invoice) => [invoice.id, invoice])))
  for (const { payer, payee, invoiceId, amount } of tries) {
    const [payment, invoice] = [paymentsOf[payer]!.get(invoiceId), invoicesOf[payee]!.get(invoiceId)]
    const name = `n${payer} to n${payee}, invoice ${invoiceId}`
    const [isPaid, isReceived] = [payment?.status === 'paid', invoice?.status === 'paid']
    if (isPaid !== isReceived) wrong.push(`${name}: the payer says ${payment?.status ?? 'nothing'}, the payee ${invoice?.status ?? 'nothing'}`)
    if (BigInt(invoice?.received ?? 0) !== (isReceived ? amount : 0n)) wrong.push(`${name}: ${invoice?.received ?? 0} received of ${amount}`)
    if (payment?.status !== 'paid') continue
    paid++
    if (payment.proof === undefined) wrong.push(`${name}: no proof`)
    expected[payer]! -= amount + BigInt(payment.fee ?? 0)
    expected[payee]! += amount
  }
  let sum = 0n
  for (const [at, { channels }] of books.entries()) {
    const owed = channels.reduce((total, { owedToUs }) => total + BigInt(owedToUs), 0n)
    sum += owed
    // Nobody asks for fees here, so a node in the middle has what it had.
    if (owed !== expected[at]) wrong.push(`n${at} is owed ${owed}, its payments say ${expected[at]!}`)
  }
  if (sum !== 0n) wrong.push(`all balances together are ${sum}, not 0`)
  wrong.push(...lineDisagreements(network, books))
  return { wrong, paid }
}

function lineDisagreements (network: LiveNetwork, books: readonly Books[]): readonly string[] {
  const peers = present(network).map(({ peer }) => peer)
  return network.topology.edges.flatMap(([a, b]) => {
    const [atA, atB] = [books[a]!.channels.find(({ peer }) => peer === peers[b]), books[b]!.channels.find(({ peer }) => peer === peers[a])]
    const [one, other] = [`${atA?.owedToUs} in round ${atA?.round}`, `${-BigInt(atB?.owedToUs ?? 0)} in round ${atB?.round}`]
    return one === other ? [] : [`the line of n${a} and n${b}: ${one}, and from the other end ${other}`]
  })
}
