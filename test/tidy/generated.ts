import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { repositoryFile } from '../../simulations/repository-file.js'
import type { Tree } from './tree.js'

const run = promisify(execFile)

/** Generates the code of every `.proto` of the repository afresh, and complains where what is committed differs. */
export async function generatedComplaints (tree: Tree): Promise<readonly string[]> {
  const protos = [...tree.keys()].filter((path) => path.startsWith('protocols/') && path.endsWith('.proto'))
  const complaints = await Promise.all(protos.map(async (proto) => {
    const committed = generatedPath(proto)
    const folder = await mkdtemp(join(tmpdir(), 'amiko-protons-'))
    try {
      await run(process.execPath, [repositoryFile('node_modules', 'protons', 'dist', 'bin', 'protons.js'), '--output', folder, repositoryFile(proto)])
      const fresh = await readFile(join(folder, basename(committed)), 'utf8')
      if (!tree.has(committed)) return `${committed} is missing; \`npm run proto\` makes it`
      return fresh === tree.get(committed) ? undefined : `${committed} is stale; \`npm run proto\` makes it anew`
    } finally {
      await rm(folder, { recursive: true })
    }
  }))
  return complaints.filter((complaint) => complaint !== undefined)
}

/** `protocols/link/link.proto` → `protocols/link/pb/link.ts` */
export const generatedPath = (proto: string): string => join(dirname(proto), 'pb', basename(proto).replace(/\.proto$/, '.ts'))
