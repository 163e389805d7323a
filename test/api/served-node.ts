import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cookieFile } from '../../src/api/server/credentials.js'
import { startApi, type Api } from '../../src/api/server/server.js'
import type { Scope } from '../../src/api/methods/method.js'
import { fakeNode, type FakeNode } from './fake-node.js'

/** A fake node behind a real server on loopback. */
export interface ServedNode {
  readonly node: FakeNode
  readonly api: Api
  readonly dir: string
  readonly cookie: (scope?: Scope) => Promise<string>
  readonly stopRequests: () => number
  readonly end: () => Promise<void>
}

export async function servedNode (): Promise<ServedNode> {
  const dir = await mkdtemp(join(tmpdir(), 'amiko-api-'))
  const node = fakeNode()
  let stopRequests = 0
  const api = await startApi({ node, dir, listen: '127.0.0.1:0', onStopRequest: () => { stopRequests++ } })
  return {
    node,
    api,
    dir,
    cookie: async (scope = 'admin') => await readFile(cookieFile(dir, scope), 'utf8'),
    stopRequests: () => stopRequests,
    async end () {
      await api.stop()
      await rm(dir, { recursive: true, force: true })
    }
  }
}
