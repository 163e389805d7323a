import { setTimeout as wait } from 'node:timers/promises'
import { join } from 'node:path'
import { quantile, rounded, spread, type Benchmark } from './benchmark.js'
import { amiko, residentMb, startNode, withFolder, withNetwork } from './processes.js'

/** How long a node is left alone before its memory is read. */
const IDLE_MS = 5_000

export const startup: Benchmark = {
  name: 'startup',
  question: 'How long until `amiko start` is ready, how long until it has stopped, how much memory does an idle node hold, alone and with two links?',
  run: async ({ quick }) => await withFolder(async (folder) => {
    const dir = join(folder, 'node')
    await amiko('init', '--dir', dir, '--network', 'bench', '--listen', '/ip4/127.0.0.1/tcp/0', '--api', '127.0.0.1:0')
    const [ready, stopped, resident]: [number[], number[], number[]] = [[], [], []]
    for (let run = 0; run < (quick ? 2 : 9); run++) {
      const node = await startNode(dir)
      ready.push(node.readyMs)
      if (run < 3) {
        await wait(quick ? 500 : IDLE_MS)
        const mb = await residentMb(node.pid)
        if (mb !== undefined) resident.push(mb)
      }
      stopped.push(await node.stop())
    }
    // In a line of three, the one in the middle has two links.
    const linked = await withNetwork(3, async (_dir, _names, pids) => {
      await wait(quick ? 500 : IDLE_MS)
      return await residentMb(pids[1]!)
    })
    return { ready: spread(ready), stopped: spread(stopped), idleRssMb: resident.length === 0 ? 'unknown' : rounded(quantile(resident)), idleRssMbWithTwoLinks: linked === undefined ? 'unknown' : rounded(linked) }
  })
}
