import type { z } from 'zod'
import { AmikoError, isErrorName, type ErrorName } from '../../core/base/errors.js'
import { printable } from '../../core/base/printable.js'
import type { AmikoNode } from '../../node/nouns.js'

/** What a credential may do. Each includes the one before: `invoice` may also read, `admin` may do everything. */
export const SCOPES = ['read', 'invoice', 'admin'] as const
export type Scope = typeof SCOPES[number]

/** Whether a credential of scope `held` may do what needs `needed`. */
export const scopeAllows = (held: Scope, needed: Scope): boolean => SCOPES.indexOf(held) >= SCOPES.indexOf(needed)

/** What a handler gets beside the node and its parameters. */
export interface CallContext {
  /** Ends the waiting, never the money. */
  readonly signal: AbortSignal
  /** Figures of the process that serves the node. */
  readonly usage: () => { readonly pid: number, readonly cpuMs: number }
  /** Asks the process to end cleanly, after the answer has left. */
  readonly requestStop: () => void
}

/** One column of the table that a command prints. */
export interface Column {
  readonly head: string
  /** Field of a row of the result; `formatAs: amount` reads the row's `asset` beside it. */
  readonly field: string
  readonly formatAs?: 'amount' | 'id' | 'time' | 'list'
}

/** How a method appears on the command line. */
export interface CommandForm {
  /** Words after `amiko`: `link open`. */
  readonly command: string
  /** Parameters given by place, in order. All others are options. */
  readonly places?: readonly string[]
  /** Options whose flag is not the parameter's name in kebab-case. */
  readonly flags?: Readonly<Record<string, string>>
  /** Parameters that are paths of files, as seen from where the command is called. */
  readonly paths?: readonly string[]
  /** Complete lines, shown by `--help`. */
  readonly examples: readonly string[]
  /** For commands that move or bind money: what will happen, as a sentence; asked on a terminal. */
  readonly summarise?: (params: Readonly<Record<string, string | boolean | undefined>>, found: Readonly<Record<string, string>>) => string
  /** Another method that is called first with one of the parameters; its answer, amounts and times in words, is `found` of the summary. */
  readonly lookUp?: { readonly method: string, readonly param: string }
  /** Field of the result that holds the rows of a table, and its columns. Without it the result is shown field by field. */
  readonly table?: { readonly rows: string, readonly columns: readonly Column[], readonly empty: string }
}

/** One method of the API, declared once: from it come validation, client, command, and reference. */
export interface Method<P extends z.ZodObject = z.ZodObject, R extends z.ZodObject = z.ZodObject> {
  /** Such as `link.open`. */
  readonly name: string
  /** One sentence without a full stop. */
  readonly summary: string
  readonly scope: Scope
  readonly params: P
  readonly result: R
  /** Errors of its own; `bad-request`, `not-allowed`, `busy`, `shutting-down` and `internal` can come from any method. */
  readonly errors: readonly ErrorName[]
  readonly example: { readonly params: z.input<P>, readonly result: z.output<R> }
  readonly command?: CommandForm
  readonly handler: (node: AmikoNode, params: z.output<P>, context: CallContext) => z.output<R> | Promise<z.output<R>>
}

/** Declares a method; exists for the types it infers. */
export const method = <P extends z.ZodObject, R extends z.ZodObject>(declaration: Method<P, R>): Method<P, R> => declaration

/** A method of any parameters, as tables hold it. */
export type AnyMethod = Omit<Method, 'handler' | 'params' | 'result' | 'example'> & {
  readonly params: z.ZodObject
  readonly result: z.ZodObject
  readonly example: { readonly params: unknown, readonly result: unknown }
  readonly handler: (node: AmikoNode, params: never, context: CallContext) => unknown
}

/**
 * Checks parameters against a method's schema and gives them in the form the handler takes.
 * Throws the error a field names (`bad-peer`, `bad-address` …), else `bad-request` with the first thing that is wrong.
 */
export function readParams (declaration: Pick<AnyMethod, 'params'>, raw: unknown): Record<string, unknown> {
  const outcome = declaration.params.safeParse(raw === undefined ? {} : raw)
  if (outcome.success) return outcome.data
  const issue = outcome.error.issues[0]!
  if (issue.code === 'custom' && typeof issue.params?.error === 'string' && isErrorName(issue.params.error)) {
    throw new AmikoError(issue.params.error, issue.params.detail as Record<string, unknown>)
  }
  const at = issue.path.map(String).join('.')
  throw new AmikoError('bad-request', { reason: printable(at === '' ? issue.message : `${at}: ${issue.message}`, 200) })
}
