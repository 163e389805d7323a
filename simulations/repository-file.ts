import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The absolute path of a file of the source tree, for tests and simulations only: a shipped module reads no file
 * of the tree. It holds both for sources and for the compiled files under `dist`, because it is searched upward
 * to the folder with `package.json`.
 *
 * @param segments - folders and file below the top of the repository, such as `'protocols', 'link', 'vectors'`
 */
export function repositoryFile (...segments: readonly string[]): string {
  return join(top(), ...segments)
}

let found: string | undefined

function top (): string {
  if (found !== undefined) return found
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('repositoryFile: no package.json above this file; run from a clone of the repository')
    folder = parent
  }
  found = folder
  return folder
}
