import { posix } from 'node:path'
import { importsOf, packageOf } from './imports.js'
import type { House } from './rooms.js'
import { typeScriptOf, type Tree } from './tree.js'

const CODE = /\.(ts|tsx|js)$/

/** Files that grew past the limit, and those near it. */
export function sizesOf (tree: Tree, house: House): { readonly tooLong: readonly string[], readonly long: readonly string[] } {
  const exempt = house.files.sizeExempt.map((pattern) => new RegExp(pattern))
  const rows = [...tree].filter(([path]) => CODE.test(path) && !exempt.some((pattern) => pattern.test(path)))
    .map(([path, text]) => ({ path, lines: text.split('\n').length - 1 })).filter(({ lines }) => lines > house.files.linesWarned)
  const show = (wanted: (lines: number) => boolean): string[] => rows.filter(({ lines }) => wanted(lines)).map(({ path, lines }) => `${path} has ${lines} lines`)
  return { tooLong: show((lines) => lines > house.files.linesMax), long: show((lines) => lines <= house.files.linesMax) }
}

/** Names that are not kebab-case or say nothing, and core folders without the file that opens them. */
export function nameComplaints (tree: Tree, house: House): readonly string[] {
  const complaints: string[] = []
  for (const path of tree.keys()) {
    const name = posix.basename(path)
    if (CODE.test(path) && !new RegExp(house.files.kebabCase).test(name)) complaints.push(`${path} is not in kebab-case`)
    if (house.files.namesNotUsed.includes(name)) complaints.push(`${path}: name the matter`)
  }
  const folders = new Set([...tree.keys()].map((path) => /^src\/core\/([^/]+)\//.exec(path)?.[1]).filter((folder) => folder !== undefined))
  for (const folder of folders) {
    if (!['base', 'crypto'].includes(folder) && !tree.has(`src/core/${folder}/${folder}.ts`)) complaints.push(`src/core/${folder} has no ${folder}.ts to start reading with`)
  }
  for (const [path] of tree) {
    const folder = /^protocols\/([^/]+)\//.exec(path)?.[1]
    if (folder !== undefined && !tree.has(`protocols/${folder}/README.md`)) complaints.push(`protocols/${folder} has no README.md: a protocol is specified`)
  }
  return [...new Set(complaints)]
}

/** Relative imports that do not name the compiled file. */
export function extensionComplaints (tree: Tree): readonly string[] {
  return importsOf(tree).filter(({ relative, to }) => relative && !/\.(tsx?|json)$/.test(to)).map(({ place, to }) => `${place} imports ${to}: no such source, or not written with .js`)
}

/** What lies at the top of the repository beside the furniture any package has. */
export function topLevelComplaints (names: readonly string[], house: House): readonly string[] {
  return names.filter((name) => !name.startsWith('.') && !house.files.topLevel.includes(name)).map((name) => `${name} has no place at the top level`)
}

interface Package {
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/**
 * Dependencies that nothing uses, imports that nothing declares, versions that are not pinned.
 *
 * A development dependency may also be used as a program by a script, by the tidy checks or by the settings of a tool.
 */
export function dependencyComplaints (tree: Tree): readonly string[] {
  const { scripts = {}, dependencies = {}, devDependencies = {}, optionalDependencies = {} } = JSON.parse(tree.get('package.json') ?? '{}') as Package
  const imported = new Set<string>()
  const importedByShipped = new Set<string>()
  for (const { from, to, relative } of importsOf(tree)) {
    if (relative) continue
    imported.add(packageOf(to))
    if (!from.startsWith('test/')) importedByShipped.add(packageOf(to))
  }
  // A module that must be loaded only when it is there is named by a string, not by an import.
  const shippedText = typeScriptOf(tree).filter((path) => !path.startsWith('test/')).map((path) => tree.get(path)).join('\n')
  const settings = Object.values(scripts).join('\n') + [...tree].filter(([path]) => /^test\/.*\.(js|ts)$/.test(path)).map(([, text]) => text).join('\n')
  const complaints: string[] = []
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    if (!importedByShipped.has(name) && !shippedText.includes(`'${name}'`)) complaints.push(`package.json: nothing that is shipped imports the dependency ${name}`)
  }
  for (const name of Object.keys(devDependencies)) {
    if (!name.startsWith('@types/') && !imported.has(name) && !settings.includes(name === 'typescript' ? 'tsc' : name)) complaints.push(`package.json: nothing uses the development dependency ${name}`)
  }
  const declared = { ...dependencies, ...devDependencies, ...optionalDependencies }
  for (const name of imported) if (!(name in declared) && !isOwn(name)) complaints.push(`package.json does not declare ${name}, which is imported`)
  for (const [name, version] of Object.entries(declared)) if (!/^(npm:@?[^@]+@)?\d+\.\d+\.\d+$/.test(version)) complaints.push(`package.json: ${name} ${version} is not pinned`)
  return complaints
}

const isOwn = (name: string): boolean => name === 'amiko-pay' || name.startsWith('node:')
