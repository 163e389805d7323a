import type { Benchmark, Figures } from './benchmark.js'
import { amiko, withNetwork } from './processes.js'

/** Real processes, real TCP, every step synced to disk; each benchmark pays from one end of a line to the other. */

const pay = async (dir: string, from: string, to: string, count: number, concurrency: number): Promise<Figures> => {
  const { paid, failed, perSecond, latencyMs, cpuMsPerPayment, rssMb } =
    await amiko('network', 'pay', '--dir', dir, '--from', from, '--to', to, '--amount', '1sat', '--count', String(count), '--concurrency', String(concurrency))
  return { concurrency, paid, failed, perSecond, latencyMs, cpuMsPerPayment, rssMb } as Figures
}

export const channel: Benchmark = {
  name: 'channel',
  question: 'How many payments a second does one channel carry, one after the other and many at once?',
  run: async ({ quick }) => await withNetwork(2, async (dir, names) => {
    const [from, to] = ends(names)
    await pay(dir, from, to, quick ? 5 : 50, 1)
    const runs: Figures[] = []
    for (const concurrency of [1, 8, 64]) runs.push(await pay(dir, from, to, (quick ? 10 : 100) * Math.min(concurrency, 10), concurrency))
    return { kind: 'trust-line', runs }
  })
}

export const line: Benchmark = {
  name: 'line',
  question: 'How long does a payment take over one, three, five and seven channels, and what does it cost?',
  run: async ({ quick }) => {
    const runs: Figures[] = []
    for (const nodes of quick ? [2, 4] : [2, 4, 6, 8]) {
      runs.push(await withNetwork(nodes, async (dir, names) => {
        const [from, to] = ends(names)
        await pay(dir, from, to, quick ? 3 : 20, 1)
        return { channels: nodes - 1, ...await pay(dir, from, to, quick ? 10 : 200, 1) }
      }))
    }
    return { kind: 'trust-line', runs }
  }
}

function ends (names: readonly string[]): readonly [string, string] {
  const [first, last] = [names[0], names.at(-1)]
  if (first === undefined || last === undefined || first === last) throw new Error(`a line has two ends; network up named ${names.join(', ')}`)
  return [first, last]
}
