import type { Benchmark, Figures } from './benchmark.js'
import { amiko, withNetwork } from './processes.js'

/** The whole program as its users run it: processes of `amiko network up`, asked over HTTP by `amiko network pay`. */
const pay = async (dir: string, from: string, to: string, count: number, concurrency: number): Promise<Figures> => {
  const { paid, failed, perSecond, latencyMs, cpuMsPerPayment, rssMb } =
    await amiko('network', 'pay', '--dir', dir, '--from', from, '--to', to, '--amount', '1sat', '--count', String(count), '--concurrency', String(concurrency))
  return { concurrency, paid, failed, perSecond, latencyMs, cpuMsPerPayment, rssMb } as Figures
}

export const network: Benchmark = {
  name: 'network',
  question: 'What does `amiko network pay` show of one channel and of a line of four nodes, over the local API?',
  run: async ({ quick }) => {
    const runs: Figures[] = []
    for (const nodes of [2, 4]) {
      runs.push(await withNetwork(nodes, async (dir, names) => {
        const [from, to] = ends(names)
        await pay(dir, from, to, quick ? 5 : 50, 1)
        return { channels: nodes - 1, sequential: await pay(dir, from, to, quick ? 10 : 200, 1), concurrent: await pay(dir, from, to, quick ? 50 : 1_000, 64) }
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
