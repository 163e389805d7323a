import { posix } from 'node:path'
import ts from 'typescript'
import { placeOf, syntaxOf, typeScriptOf, walk, type Tree } from './tree.js'

/** One import, of values or of types only: both count. */
export interface Import {
  readonly from: string
  /** A path of the tree for a relative import, else the specifier as written. */
  readonly to: string
  readonly relative: boolean
  readonly place: string
}

/** Every import of every TypeScript file, dynamic imports, re-exports and `import('…')` types included. */
export function importsOf (tree: Tree): readonly Import[] {
  return typeScriptOf(tree).flatMap((path) => {
    const file = syntaxOf(tree, path)
    const found: Import[] = []
    walk(file, (node) => {
      const specifier = specifierOf(node)
      if (specifier === undefined) return
      const relative = specifier.text.startsWith('.')
      const to = relative ? sourcePath(tree, posix.join(posix.dirname(path), specifier.text)) : specifier.text
      found.push({ from: path, to, relative, place: placeOf(file, specifier) })
    })
    return found
  })
}

function specifierOf (node: ts.Node): ts.StringLiteralLike | undefined {
  const candidate =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier
      : ts.isImportTypeNode(node) ? (ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined)
        : ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || isRequire(node.expression)) ? node.arguments[0]
          : ts.isExternalModuleReference(node) ? node.expression
            : undefined
  return candidate !== undefined && ts.isStringLiteralLike(candidate) ? candidate : undefined
}

const isRequire = (node: ts.Expression): boolean => ts.isIdentifier(node) && node.text === 'require'

/** The source of what compiles to `path`. */
function sourcePath (tree: Tree, path: string): string {
  for (const candidate of [path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')]) if (tree.has(candidate)) return candidate
  return path
}

/** `@scope/name` or `name` of a package specifier. */
export const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')

/** Each circle of imports once, as a path that ends where it began. */
export function cyclesOf (tree: Tree): readonly string[] {
  const graph = new Map<string, Set<string>>()
  for (const { from, to, relative } of importsOf(tree)) {
    if (!relative) continue
    let targets = graph.get(from)
    if (targets === undefined) graph.set(from, targets = new Set())
    targets.add(to)
  }
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) cycles.push([...trail.slice(at), path].join(' -> '))
    if (at >= 0 || done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}
