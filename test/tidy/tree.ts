import { readFileSync, readdirSync } from 'node:fs'
import ts from 'typescript'
import { repositoryFile } from '../../simulations/repository-file.js'

/** A source tree: path from the top of the repository, with `/`, and text. Tests make small ones by hand. */
export type Tree = ReadonlyMap<string, string>

const FOLDERS = ['src', 'protocols', 'simulations', 'test']
const TEXT = /\.(ts|tsx|js|md|proto|json)$/

/** The repository as it stands on disk: the text files of its four folders and of the top level. */
export function readTree (): Tree {
  const tree = new Map<string, string>()
  const read = (path: string): void => { tree.set(path, readFileSync(repositoryFile(path), 'utf8')) }
  for (const folder of FOLDERS) {
    for (const entry of readdirSync(repositoryFile(folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !TEXT.test(entry.name) || entry.parentPath.includes('node_modules')) continue
      const below = entry.parentPath.slice(repositoryFile().length).replaceAll('\\', '/')
      read(`${below}/${entry.name}`.replace(/^\//, ''))
    }
  }
  for (const entry of readdirSync(repositoryFile(), { withFileTypes: true })) if (entry.isFile() && TEXT.test(entry.name)) read(entry.name)
  return tree
}

const parsed = new WeakMap<Tree, Map<string, ts.SourceFile>>()

/** The syntax tree of a TypeScript file; parsed once a tree. */
export function syntaxOf (tree: Tree, path: string): ts.SourceFile {
  let files = parsed.get(tree)
  if (files === undefined) parsed.set(tree, files = new Map<string, ts.SourceFile>())
  let file = files.get(path)
  if (file === undefined) files.set(path, file = ts.createSourceFile(path, tree.get(path) ?? '', ts.ScriptTarget.ES2022, true))
  return file
}

/** `path:line` of a node, as editors and terminals follow it. */
export function placeOf (file: ts.SourceFile, node: ts.Node): string {
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`
}

/** TypeScript files of a tree, sorted. */
export const typeScriptOf = (tree: Tree): readonly string[] => [...tree.keys()].filter((path) => /\.tsx?$/.test(path)).sort()

/** Calls `visit` for a node and all below it. */
export function walk (node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  node.forEachChild((child) => { walk(child, visit) })
}
