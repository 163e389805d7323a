import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SCOPES, type Scope } from '../methods/method.js'

/**
 * One token for each scope, 32 random bytes as hex, made anew at every start. Each lies in a file of its own in the data
 * folder (mode 0600), so that a shop's program can be given `invoice` without being given the purse:
 * `.cookie` is admin, `.cookie-invoice` and `.cookie-read` are the smaller scopes.
 */
export interface Credentials {
  /** The scope of a token, or undefined when it is none of ours. */
  readonly scopeOf: (token: string) => Scope | undefined
  /** Removes the files. */
  readonly remove: () => Promise<void>
}

export const cookieFile = (dir: string, scope: Scope): string => join(dir, scope === 'admin' ? '.cookie' : `.cookie-${scope}`)

/** Makes fresh credentials, replacing the files a killed process may have left. */
export async function createCredentials (dir: string): Promise<Credentials> {
  const tokens = new Map<Scope, Uint8Array>()
  for (const scope of SCOPES) {
    const token = randomBytes(32).toString('hex')
    tokens.set(scope, digest(token))
    await writePrivately(cookieFile(dir, scope), token)
  }
  return {
    scopeOf (token) {
      const given = digest(token)
      let found: Scope | undefined
      // All are compared, so that the time taken tells nothing.
      for (const [scope, expected] of tokens) if (timingSafeEqual(given, expected)) found = scope
      return found
    },
    async remove () {
      for (const scope of SCOPES) await rm(cookieFile(dir, scope), { force: true })
    }
  }
}

/** Writes a file only its owner can read; readers see the old content or the new one, never a part. */
export async function writePrivately (path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`
  await writeFile(draft, content, { mode: 0o600 })
  await rename(draft, path)
}

const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest()

/** The token of an `Authorization` header: bearer, or the password of basic. */
export function tokenOf (header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const bearer = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(header)
  if (bearer !== null) return bearer[1]
  const basic = /^Basic ([A-Za-z0-9+/=]{1,512})$/i.exec(header)
  if (basic === null) return undefined
  const pair = Buffer.from(basic[1]!, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon === -1 ? undefined : pair.slice(colon + 1)
}
