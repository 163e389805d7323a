import { AmikoError, type ErrorName } from '../core/base/errors.js'

/** What scripts read: 0 done, 1 refused, 2 node not reachable, 3 usage, 4 outcome still open. */
export const EXIT = { done: 0, refused: 1, unreachable: 2, usage: 3, open: 4 } as const

/** Errors that are wrong however the node stands: the line itself must change. */
const USAGE: ReadonlySet<ErrorName> = new Set(['bad-request', 'unknown-method', 'bad-amount', 'bad-peer', 'bad-address', 'bad-topology'])

/**
 * The exit code of a failure.
 *
 * @param movesMoney - whether the request, if it arrived, may still move money after we stopped waiting
 */
export function exitCodeOf (error: unknown, movesMoney: boolean): number {
  if (!(error instanceof AmikoError)) return movesMoney && isAbort(error) ? EXIT.open : EXIT.refused
  if (error.name === 'payment-pending') return EXIT.open
  if (error.name === 'node-unreachable') return movesMoney && error.detail['sent'] === true ? EXIT.open : EXIT.unreachable
  if (error.name === 'chain-unreachable') return EXIT.unreachable
  return USAGE.has(error.name) ? EXIT.usage : EXIT.refused
}

export const isAbort = (error: unknown): boolean => error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
