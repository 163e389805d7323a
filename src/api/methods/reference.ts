import { z } from 'zod'
import { ERRORS } from '../../core/base/errors.js'
import { method, type AnyMethod } from './method.js'

/** Declares `commands`: the reference of all methods in `methods`, and of itself. */
export const referenceMethod = (methods: readonly AnyMethod[]) => {
  const commands = method({
    name: 'commands',
    summary: 'List all methods: parameters, results, errors, an example, and the command line of each',
    scope: 'read',
    params: z.strictObject({}),
    result: z.object({
      methods: z.array(z.object({
        name: z.string(),
        summary: z.string(),
        scope: z.enum(['read', 'invoice', 'admin']),
        command: z.string().optional(),
        params: z.record(z.string(), z.unknown()),
        result: z.record(z.string(), z.unknown()),
        errors: z.array(z.object({ name: z.string(), code: z.number() })),
        example: z.object({ params: z.unknown(), result: z.unknown() })
      }))
    }),
    errors: [],
    example: { params: {}, result: { methods: [] } },
    handler: (): Reference => ({ methods: [...methods, self].map(describe) })
  })
  const self: AnyMethod = commands
  return commands
}

type Reference = { methods: Array<ReturnType<typeof describe>> }

/** JSON Schemas are of the request as it is written and of the answer as it is read. */
const describe = (each: AnyMethod) => ({
  name: each.name,
  summary: each.summary,
  scope: each.scope,
  ...(each.command === undefined ? {} : { command: `amiko ${each.command.command}` }),
  params: z.toJSONSchema(each.params, { io: 'input' }) as Record<string, unknown>,
  result: z.toJSONSchema(each.result) as Record<string, unknown>,
  errors: each.errors.map((name) => ({ name, code: ERRORS[name][0] })),
  example: { params: each.example.params, result: each.example.result }
})
