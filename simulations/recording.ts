import { createNodeCore } from '../src/core/node/node.js'
import type { StepResult } from '../src/core/node/core.js'
import { createWorld } from './harness/world.js'
import type { Scenario, ScenarioOptions } from './scenarios/scenario.js'

/** Runs a scenario and shows every step's result: for whoever needs real messages and real entities. */
export async function record (scenario: Scenario, options: ScenarioOptions, onStep: (result: StepResult) => void): Promise<void> {
  const world = createWorld({
    ...scenario.world(options),
    ...options,
    createCore: (coreOptions) => {
      const core = createNodeCore(coreOptions)
      return Object.assign(Object.create(core) as typeof core, {
        step: (...args: Parameters<typeof core.step>) => {
          const result = core.step(...args)
          onStep(result)
          return result
        }
      })
    }
  })
  try {
    await scenario.run(world, options)
  } finally {
    await world.stop()
  }
}
