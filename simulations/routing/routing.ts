/**
 * Studies of routing on whole graphs: the payment layers of all nodes and the rules of next hops are the production
 * code, behind the production codec; hints are what event-driven vectors come to, computed in typed arrays.
 *
 * In reading order: `graph`, `csv`, `generate` (networks), `buckets`, `roster` (who is elected), `sweep` (distances),
 * `hints` (what neighbours say), `views` (one node's tables over the arrays), `faults`, `world` (payment layers under one
 * clock), `payer` (one payment), `oracle`, `sizes` (state and traffic), `study`, `baselines`, `figures`, `run`, `command`.
 */
export { runRouting, drawPayments, type RoutingReport, type RunOptions } from './run.js'
export { readGraph, readPayments, CsvError } from './csv.js'
export { scaleFree } from './generate.js'
