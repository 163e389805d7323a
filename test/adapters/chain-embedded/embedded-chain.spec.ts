import { embeddedChain } from '../../../src/adapters/chain-embedded/embedded-chain.js'
import { systemClock } from '../../../src/adapters/system/clock.js'
import { chainCompliance } from '../../compliance/chain.js'

for (const chain of ['bitcoin', 'litecoin'] as const) {
  chainCompliance(`embedded ${chain}`, async () => {
    const embedded = embeddedChain({ chain, clock: systemClock() })
    return {
      chain: embedded.view,
      mine: async (blocks, script) => { embedded.mine(blocks, script) },
      reorg: async (depth, script) => { embedded.reorg(depth, script) },
      restart: async () => {
        embedded.setStatus({ state: 'unreachable', detail: 'being restarted' })
        embedded.setStatus({ state: 'ok', detail: '' })
      },
      close: async () => {},
      firstBlocks: 110
    }
  }, { packages: chain === 'bitcoin' })
}
