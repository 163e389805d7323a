import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { AmikoError } from '../../src/core/base/errors.js'
import { systemClock } from '../../src/adapters/system/clock.js'
import { chainBackend } from '../../src/node/chain-backend.js'
import { servedAt } from '../../src/node/chain-folder.js'
import { daemonProgram } from '../../src/node/daemon-program.js'
import { nobodysAddress, serveDaemon } from '../../src/node/served-daemon.js'
import { serveChain } from '../../src/node/served-chain.js'
import { describeRealChain, freePort } from '../chains/real-chain.js'

const named = (name: string, words: RegExp) => (error: unknown): boolean => error instanceof AmikoError && error.name === name && words.test(error.message)

describe('full node of this machine', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'amiko-daemon-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })
  const program = async (name: string, mode = 0o700): Promise<string> => {
    const path = join(dir, name)
    await writeFile(path, '#!/bin/sh\nexit 3\n')
    await chmod(path, mode)
    return path
  }

  it('is the one that the environment names, before any on the path', async () => {
    const [mine] = [await program('my-node'), await program('bitcoind')]
    assert.deepEqual(await daemonProgram('bitcoind', { AMIKO_BITCOIND: mine, PATH: dir }), { command: mine, args: [] })
  })

  it('is found on the path, when it may be run', async () => {
    const path = await program('litecoind')
    assert.deepEqual(await daemonProgram('litecoind', { PATH: ['/nonexistent', '', dir].join(delimiter) }), { command: path, args: [] })
  })

  it('a name in the environment that is no program is refused by name', async () => {
    await assert.rejects(daemonProgram('litecoind', { AMIKO_LITECOIND: await program('text', 0o600), PATH: dir }), named('bad-request', /AMIKO_LITECOIND names/))
  })

  it('one that ends at once is refused with what it said', async () => {
    const before = process.env['AMIKO_LITECOIND']
    process.env['AMIKO_LITECOIND'] = await program('broken')
    try {
      const served = serveDaemon({ dir: join(dir, 'chain'), daemon: 'litecoind', listen: `127.0.0.1:${await freePort()}`, clock: systemClock(), onFailure: () => {} })
      await assert.rejects(served, named('chain-unreachable', /did not start: exit 3/))
    } finally {
      if (before === undefined) delete process.env['AMIKO_LITECOIND']
      else process.env['AMIKO_LITECOIND'] = before
    }
  })

  it('an embedded chain is not served from the folder of a full node, nor the other way', async () => {
    const served = await serveChain({ dir, clock: systemClock(), onFailure: () => {} })
    await served.stop()
    await assert.rejects(serveDaemon({ dir, daemon: 'bitcoind', clock: systemClock(), onFailure: () => {} }), named('bad-request', /kept by this program/))
  })
})

for (const [chain, daemon] of [['bitcoin', 'bitcoind'], ['litecoin', 'litecoind']] as const) {
  describeRealChain(chain, () => {
    describe(`${daemon} on a private chain`, function () {
      this.timeout(120_000)
      it('is started, mined on, asked for coins, and ended', async () => {
        const dir = await mkdtemp(join(tmpdir(), 'amiko-daemon-'))
        try {
          const failures: AmikoError[] = []
          const served = await serveDaemon({ dir, daemon, listen: `127.0.0.1:${await freePort()}`, clock: systemClock(), onFailure: (error) => { failures.push(error) } })
          const running = await servedAt(dir)
          assert.deepEqual([running?.url, running?.cookieFile], [served.url, served.cookieFile])
          const backend = chainBackend({ ...served, clock: systemClock() })
          const { height } = await backend.mine(2, undefined)
          await backend.fund(nobodysAddress(chain), 1_000n)
          const status = await backend.status()
          assert.deepEqual([status.name, status.height], [chain, height + 1])
          await served.stop()
          assert.deepEqual([failures, await servedAt(dir)], [[], undefined])
          await assert.rejects(backend.status(), named('chain-unreachable', /./))
        } finally {
          await rm(dir, { recursive: true, force: true })
        }
      })
    })
  })
}
