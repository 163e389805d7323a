import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import { readParams, type AnyMethod, type ApiClient } from '../api/client/client.js'
import { AmikoError } from '../core/base/errors.js'
import { connectTo } from './connection.js'
import { globalsOf, type Globals } from './globals.js'
import { fieldsAsTable, fieldsInWords, rowsAsTable } from './output.js'
import { parameterOf, type Parameter } from './parameter.js'
import type { Terminal } from './terminal.js'

/** What a client waits beyond the time-out it asked the node to keep. */
const GRACE_MS = 2_000
/** Longest single wait asked of a node; a longer `--timeout` asks again. */
const WAIT_MS_MAX = 180_000

/** Adds the command of one method under its noun. */
export function addMethodCommand (noun: Command, method: AnyMethod, terminal: Terminal): void {
  const form = method.command!
  const parameters = Object.entries(method.params.shape as Readonly<Record<string, z.core.$ZodType>>).map(([name, schema]) => parameterOf(name, schema))
  const places = (form.places ?? []).map((name) => parameters.find((parameter) => parameter.name === name)!)
  const options = parameters.filter((parameter) => !places.includes(parameter) && parameter.name !== 'timeoutMs')

  const command = noun.command(form.command.split(' ').at(-1)!).summary(method.summary).description(`${method.summary}.`)
  for (const place of places) command.argument(place.required ? `<${place.name}>` : `[${place.name}]`, place.description)
  for (const parameter of options) command.addOption(optionOf(parameter, form.flags?.[parameter.name]))
  command.addHelpText('after', `\nExamples:\n${form.examples.map((line) => `  ${line}`).join('\n')}`)

  command.action(async () => {
    const globals = globalsOf(command.optsWithGlobals(), terminal)
    const own = command.opts<Record<string, unknown>>()
    const params: Record<string, unknown> = {}
    for (const [at, place] of places.entries()) if (command.args[at] !== undefined) params[place.name] = place.read(command.args[at])
    for (const parameter of options) {
      const given = own[keyOf(parameter, form.flags?.[parameter.name])]
      if (given !== undefined) params[parameter.name] = parameter.read(given as string)
    }
    for (const path of form.paths ?? []) if (typeof params[path] === 'string') params[path] = resolve(params[path])
    readParams(method, params) // A line that no node could understand is a usage error even without a node.
    const client = await connectTo({ dir: globals.dir, api: globals.api, signal: terminal.signal })
    await confirm(method, params, globals, terminal, client)
    const result = await perform(client, method, params, parameters, globals)
    print(method, result as Readonly<Record<string, unknown>>, globals, terminal)
  })
}

/** Asks before money moves, when somebody is there to answer: a script has decided already. */
export async function confirm (method: AnyMethod, params: Readonly<Record<string, unknown>>, globals: Globals, terminal: Terminal, client: Pick<ApiClient, 'callNamed'>): Promise<void> {
  const { summarise, lookUp } = method.command ?? {}
  if (summarise === undefined || globals.yes || !terminal.canAsk) return
  const found = lookUp === undefined ? {} : await client.callNamed(lookUp.method, { [lookUp.param]: params[lookUp.param] }) as Readonly<Record<string, unknown>>
  terminal.err(summarise(params as Readonly<Record<string, string | boolean | undefined>>, fieldsInWords(found)))
  const answer = await terminal.ask('Go on? [y/N] ')
  if (!/^y(es)?$/i.test(answer.trim())) throw new AmikoError('declined')
}

/** One call, with the caller's time-out kept by the node where the method can, else by us. */
async function perform (client: ApiClient, method: AnyMethod, params: Record<string, unknown>, parameters: readonly Parameter[], { timeoutMs }: Globals): Promise<unknown> {
  if (!parameters.some(({ name }) => name === 'timeoutMs')) {
    return await called(client, method.name, params, timeoutMs)
  }
  if (method.name !== 'payment.wait') {
    return await called(client, method.name, timeoutMs === undefined ? params : { ...params, timeoutMs }, timeoutMs === undefined ? undefined : timeoutMs + GRACE_MS)
  }
  // Waiting for an end may take longer than one HTTP call should: ask again until the time is over.
  for (let leftMs = timeoutMs ?? Infinity; ; leftMs -= WAIT_MS_MAX) {
    const askedMs = Math.min(leftMs, WAIT_MS_MAX)
    try {
      return await called(client, method.name, { ...params, timeoutMs: askedMs }, askedMs + GRACE_MS)
    } catch (error) {
      if (leftMs <= WAIT_MS_MAX || !(error instanceof AmikoError) || (error.name !== 'payment-pending' && error.name !== 'timed-out')) throw error
    }
  }
}

async function called (client: ApiClient, name: string, params: unknown, limitMs: number | undefined): Promise<unknown> {
  if (limitMs === undefined) return await client.callNamed(name, params)
  const limit = AbortSignal.timeout(limitMs)
  try {
    return await client.callNamed(name, params, { signal: limit })
  } catch (error) {
    if (!(error instanceof AmikoError) && limit.aborted) throw new AmikoError('timed-out', { milliseconds: limitMs }, { cause: error })
    throw error
  }
}

function print (method: AnyMethod, result: Readonly<Record<string, unknown>>, globals: Globals, terminal: Terminal): void {
  if (globals.json) {
    terminal.out(JSON.stringify(result))
    return
  }
  const table = method.command?.table
  if (table === undefined) {
    terminal.out(fieldsAsTable(result, terminal.framed))
    return
  }
  const rows = result[table.rows] as ReadonlyArray<Readonly<Record<string, unknown>>>
  if (rows.length === 0) terminal.err(table.empty)
  else terminal.out(rowsAsTable(rows, table.columns, terminal.framed))
}

function optionOf (parameter: Parameter, flag: string | undefined): Option {
  const name = flag ?? `--${kebabOf(parameter.name)}`
  const option = new Option(parameter.kind === 'switch' ? name : `${name} <${parameter.placeholder}>`, parameter.description)
  if (parameter.choices !== undefined) option.choices(parameter.choices)
  if (parameter.kind === 'list') option.argParser((value: string, earlier: string[] | undefined) => [...(earlier ?? []), value])
  if (parameter.required) option.makeOptionMandatory()
  return option
}

const kebabOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const keyOf = (parameter: Parameter, flag: string | undefined): string => optionOf(parameter, flag).attributeName()
