import { CHAIN_RANDOM } from './chain-random.js'
import { ELECTION_SCENARIOS } from './election.js'
import { FAULT_SCENARIOS } from './faults.js'
import { LIE } from './lies.js'
import { NETWORK_SCENARIOS } from './networks.js'
import { PARTS_SCENARIOS } from './parts.js'
import { PROTOTYPE_SCENARIOS } from './prototype.js'
import { RANDOM } from './random.js'
import type { Scenario } from './scenario.js'
import { TORN_WRITES } from './torn-writes.js'

/** Every scenario, by name. */
export const scenarios: readonly Scenario[] = [...PROTOTYPE_SCENARIOS, ...NETWORK_SCENARIOS, ...FAULT_SCENARIOS, ...ELECTION_SCENARIOS, ...PARTS_SCENARIOS, TORN_WRITES, LIE, RANDOM, CHAIN_RANDOM]

export const scenarioOf = (name: string): Scenario | undefined => scenarios.find((scenario) => scenario.name === name)
