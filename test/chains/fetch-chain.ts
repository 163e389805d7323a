import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pathToFileURL } from 'node:url'
import { UNPACKED_PROGRAM, unpackedFolder, unpackedProgram, type DaemonProgram } from '../../src/node/daemon-program.js'
import type { ChainName } from '../../src/ports/chain-parameters.js'

/*
 * Unpacks a real node from Debian's archive into a private folder. Nothing is installed: apt works on a state of its
 * own in which no package is there, so that it fetches the program with every library it needs, the C library and its
 * loader included, and dpkg-deb takes the files out. The archive's signature is checked against the machine's keyring.
 *
 *   node dist/test/chains/fetch-chain.js [bitcoin] [litecoin]
 */

const run = promisify(execFile)

interface Recipe {
  readonly suite: string
  readonly packageName: string
}

const RECIPES: Readonly<Record<ChainName, Recipe>> = {
  // Bitcoin Knots, which offers what Bitcoin Core 29 does.
  bitcoin: { suite: 'unstable', packageName: 'bitcoin-knots' },
  litecoin: { suite: 'bookworm', packageName: 'litecoind' }
}

const ARCHIVE = process.env['AMIKO_DEBIAN_ARCHIVE'] ?? 'http://deb.debian.org/debian'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024

/** Fetches and unpacks a node unless it is there. Throws with apt's own words when that cannot be done. */
export async function fetchChain (chain: ChainName): Promise<DaemonProgram> {
  const present = unpackedProgram(chain)
  if (present !== undefined) return present
  const { suite, packageName } = RECIPES[chain]
  const folder = unpackedFolder()
  await mkdir(folder, { recursive: true })
  const work = await mkdtemp(join(folder, `.${chain}-`))
  try {
    for (const path of ['etc/apt.conf.d', 'etc/preferences.d', 'state/lists/partial', 'cache/archives/partial', 'root']) await mkdir(join(work, path), { recursive: true })
    await writeFile(join(work, 'status'), '')
    await writeFile(join(work, 'etc/sources.list'), `deb [signed-by=${KEYRING}] ${ARCHIVE} ${suite} main\n`)
    const options = Object.entries({
      'Dir::Etc': join(work, 'etc'), 'Dir::Etc::sourcelist': join(work, 'etc/sources.list'), 'Dir::Etc::sourceparts': '/dev/null',
      'Dir::State': join(work, 'state'), 'Dir::State::status': join(work, 'status'), 'Dir::State::lists': join(work, 'state/lists'),
      'Dir::Cache': join(work, 'cache'), 'APT::Install-Recommends': 'false', 'APT::Sandbox::User': '', 'Acquire::Languages': 'none'
    }).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    await run('apt-get', [...options, 'update'], { maxBuffer: OUTPUT_BYTES_MAX })
    await run('apt-get', [...options, 'install', '--download-only', '--yes', packageName], { maxBuffer: OUTPUT_BYTES_MAX })
    const archives = join(work, 'cache/archives')
    const names = (await readdir(archives)).filter((name) => name.endsWith('.deb'))
    for (const name of names) await run('dpkg-deb', ['-x', join(archives, name), join(work, 'root')])
    await writeFile(join(work, 'root/PACKAGES'), names.sort().join('\n') + '\n')
    await rm(join(folder, chain), { recursive: true, force: true })
    await rename(join(work, 'root'), join(folder, chain))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  const unpacked = unpackedProgram(chain)
  if (unpacked === undefined) throw new Error(`${packageName} was unpacked, but ${UNPACKED_PROGRAM[chain]} or its loader is not in it: ${await readFile(join(folder, chain, 'PACKAGES'), 'utf8')}`)
  return unpacked
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wanted = process.argv.slice(2)
  for (const chain of ['bitcoin', 'litecoin'] as const) {
    if (wanted.length > 0 && !wanted.includes(chain)) continue
    const { command, args } = await fetchChain(chain)
    process.stdout.write(`${chain}: ${[command, ...args].join(' ')}\n`)
  }
}
