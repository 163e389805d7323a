/**
 * Public entry `amiko-pay/simulation`: networks of nodes on virtual time, exact from a seed.
 */
import '../src/polyfill.js'

export { createWorld, sat, type Violation, type World, type WorldOptions } from './harness/world.js'
export { randomOf, parseSeed, type Random } from './harness/random.js'
export { setUp, type Built, type SetUpOptions } from './harness/set-up.js'
export { isPaid, makeInvoice, outcomeOf, startPayment, type Payment } from './harness/payments.js'
export type { SimulatedNode, Asked } from './harness/simulated-node.js'
export type { Misbehaviour, FrameMessage } from './harness/frame-messages.js'
export type { LatencyModel, Frame } from './harness/virtual-network.js'
export { line, PROTOTYPE, randomTopology, ring, star, without, type Topology } from './topologies/topologies.js'
export { scenarioOf, scenarios } from './scenarios/scenarios.js'
export type { Figures, Scenario, ScenarioOptions } from './scenarios/scenario.js'
export { commandOf, complaint, run, type RunReport } from './run.js'
export { runBatch, type Batch, type BatchResult } from './shards.js'
export { shrink, type Shrunk } from './shrink.js'
export { parseTrace, replay, traceText, type Difference, type TraceFile } from './replay.js'
