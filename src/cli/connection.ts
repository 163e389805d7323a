import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { apiClient, type ApiClient } from '../api/client/client.js'
import { AmikoError } from '../core/base/errors.js'

/** Where a running node's API is: the content of `.api` in its data folder. */
export interface RunningApi { readonly url: string, readonly pid: number }

/** What the node of a data folder says about itself, or undefined when none has been started. It may have been killed since. */
export async function runningApi (dir: string): Promise<RunningApi | undefined> {
  const text = await readIfThere(join(dir, '.api'))
  if (text === undefined) return undefined
  try {
    const { url, pid } = JSON.parse(text) as RunningApi
    return typeof url === 'string' && typeof pid === 'number' ? { url, pid } : undefined
  } catch {
    return undefined // A damaged file says no more than a missing one: no node can be found.
  }
}

export interface ConnectionOptions {
  readonly dir: string
  /** Instead of the address in the data folder. */
  readonly api?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** A client of the node of a data folder. Throws node-unreachable when there is nothing to ask. */
export async function connectTo ({ dir, api, signal }: ConnectionOptions): Promise<ApiClient> {
  const url = api === undefined ? (await runningApi(dir))?.url : urlOf(api)
  if (url === undefined) throw new AmikoError('node-unreachable', { api: dir, sent: false })
  const cookie = (await readIfThere(join(dir, '.cookie')))?.trim() ?? ''
  // Without a cookie the node answers no-credential, which says what is missing.
  return apiClient({ url, cookie: cookie === '' ? 'none' : cookie, ...(signal === undefined ? {} : { signal }) })
}

function urlOf (api: string): string {
  const text = /^https?:\/\//.test(api) ? api : `http://${api}`
  if (!URL.canParse(text)) throw new AmikoError('bad-request', { reason: `--api ${api} is no address; write 127.0.0.1:PORT` })
  return text
}

async function readIfThere (path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new AmikoError('bad-request', { reason: `${path} cannot be read (${error.code ?? error.message})` }, { cause: error })
  })
}
