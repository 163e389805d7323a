import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { repositoryFile } from '../../simulations/repository-file.js'
import { importsOf, packageOf } from './imports.js'
import { typeScriptOf, type Tree } from './tree.js'

/** The house's manners as data: `rooms.json`. */
export interface House {
  readonly rooms: readonly RoomRow[]
  readonly files: {
    readonly kebabCase: string
    readonly namesNotUsed: readonly string[]
    readonly linesWarned: number
    readonly linesMax: number
    readonly sizeExempt: readonly string[]
    readonly topLevel: readonly string[]
  }
  readonly core: {
    readonly files: string
    readonly names: readonly string[]
    readonly members: readonly string[]
    readonly errorClassesIn: string
    readonly allowed: ReadonlyArray<{ readonly file: string, readonly what: string, readonly why: string }>
  }
  readonly requirements: { readonly prefixes: readonly string[], readonly definedIn: string, readonly codeFiles: string, readonly testFiles: string }
  readonly words: {
    readonly files: string
    readonly exempt: readonly string[]
    readonly open: readonly string[]
    readonly notUsed: ReadonlyArray<{ readonly word: string, readonly instead: string }>
    readonly allowed: ReadonlyArray<{ readonly file: string, readonly word: string, readonly why: string }>
  }
}

interface RoomRow {
  readonly name: string
  readonly level: number
  readonly files: string
  readonly packages: readonly string[]
  readonly node: boolean
  readonly only?: readonly string[]
}

/** Reads `rooms.json`. */
export const readHouse = (): House => JSON.parse(readFileSync(repositoryFile('test', 'tidy', 'rooms.json'), 'utf8')) as House

/** The row of a file's room, its name filled in: `adapter level`. */
function roomOf (house: House, path: string): RoomRow | undefined {
  for (const row of house.rooms) {
    const match = new RegExp(row.files).exec(path)
    if (match !== null) return { ...row, name: row.name.replace('$1', match[1] ?? '') }
  }
  return undefined
}

/** Imports that go up, sideways or to a forbidden path, packages a room may not use, and files without a room. */
export function roomComplaints (tree: Tree, house: House): readonly string[] {
  const complaints = typeScriptOf(tree).filter((path) => roomOf(house, path) === undefined).map((path) => `${path} is in no room of rooms.json`)
  for (const { from, to, relative, place } of importsOf(tree)) {
    const room = roomOf(house, from)
    if (room === undefined) continue
    if (!relative) {
      const complaint = packageComplaint(room, to)
      if (complaint !== undefined) complaints.push(`${place} ${complaint}`)
      continue
    }
    const target = roomOf(house, to)
    if (target === undefined) complaints.push(`${place} imports ${to}, which is in no room`)
    else if (target.name !== room.name && target.level >= room.level) complaints.push(`${place} (${room.name}) imports ${to} (${target.name}): only down or from its own room`)
    else if (room.only !== undefined && !room.only.some((pattern) => new RegExp(pattern).test(to))) complaints.push(`${place} (${room.name}) may not import ${to}`)
  }
  return complaints
}

function packageComplaint (room: RoomRow, specifier: string): string | undefined {
  if (isBuiltin(specifier)) return room.node ? undefined : `(${room.name}) uses Node's ${specifier}`
  const name = packageOf(specifier)
  return room.packages.includes('*') || room.packages.includes(name) ? undefined : `(${room.name}) uses the package ${name}, which its room does not list`
}
