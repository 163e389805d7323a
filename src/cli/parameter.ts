import type { z } from 'zod'
import { AmikoError } from '../core/base/errors.js'

/** One parameter of a method as the command line sees it. */
export interface Parameter {
  readonly name: string
  readonly kind: 'text' | 'number' | 'switch' | 'list'
  readonly required: boolean
  readonly placeholder: string
  readonly description: string
  readonly choices: readonly string[] | undefined
  /** The JSON value of what was written. */
  readonly read: (written: string | boolean | readonly string[]) => unknown
}

/** The parts of a schema this file looks at; the schema library keeps them on every kind of schema. */
interface Looked {
  readonly def: { readonly type: string, readonly innerType?: unknown, readonly in?: unknown, readonly element?: unknown, readonly entries?: Readonly<Record<string, string>>, readonly defaultValue?: unknown }
  readonly meta: () => Readonly<Partial<Record<string, string>>> | undefined
}

/** Reads a parameter's form from its schema: wrappers are peeled off, the innermost says what it is. */
export function parameterOf (name: string, schema: z.core.$ZodType): Parameter {
  let looked = schema as unknown as Looked
  let meta: Readonly<Partial<Record<string, string>>> = {}
  let required = true
  let list = false
  for (;;) {
    meta = { ...looked.meta(), ...meta }
    const { def } = looked
    if (def.type === 'optional' || def.type === 'default') required = false
    const inner = def.type === 'optional' || def.type === 'default' ? def.innerType : def.type === 'pipe' ? def.in : def.type === 'array' ? def.element : undefined
    if (def.type === 'array') list = true
    if (inner === undefined) break
    looked = inner as Looked
  }
  const { type, entries } = looked.def
  const kind = list ? 'list' : type === 'boolean' ? 'switch' : type === 'number' ? 'number' : 'text'
  return {
    name,
    kind,
    required,
    placeholder: meta['placeholder'] ?? 'TEXT',
    description: (meta['description'] ?? '') + (list ? ' (may be repeated)' : ''),
    choices: entries === undefined ? undefined : Object.values(entries),
    read: (written) => {
      if (kind !== 'number') return written
      if (typeof written !== 'string' || !/^\d{1,15}$/.test(written)) throw new AmikoError('bad-request', { reason: `${name}: ${String(written)} is no whole number` })
      return Number(written)
    }
  }
}
