import ts from 'typescript'
import type { House } from './rooms.js'
import { placeOf, syntaxOf, typeScriptOf, walk, type Tree } from './tree.js'

/** What the core must not use: clocks, chance, promises, classes, `any`, `null` as a value, enums. */
export function bannedComplaints (tree: Tree, house: House): readonly string[] {
  const core = new RegExp(house.core.files)
  return typeScriptOf(tree).filter((path) => core.test(path)).flatMap((path) => {
    const file = syntaxOf(tree, path)
    const allowed = new Set(house.core.allowed.filter((row) => row.file === path).map((row) => row.what))
    const complaints: string[] = []
    walk(file, (node) => {
      const what = bannedIn(node, house, path)
      if (what !== undefined && !allowed.has(what)) complaints.push(`${placeOf(file, node)} ${what} has no place in the core`)
    })
    return complaints
  })
}

function bannedIn (node: ts.Node, house: House, path: string): string | undefined {
  switch (node.kind) {
    case ts.SyntaxKind.AnyKeyword: return 'any'
    case ts.SyntaxKind.EnumDeclaration: return 'enum'
    case ts.SyntaxKind.AwaitExpression:
    case ts.SyntaxKind.AwaitKeyword:
    case ts.SyntaxKind.AsyncKeyword: return 'async'
    case ts.SyntaxKind.NullKeyword: return isComparison(node.parent) ? undefined : 'null'
    case ts.SyntaxKind.ClassDeclaration:
    case ts.SyntaxKind.ClassExpression: return new RegExp(house.core.errorClassesIn).test(path) && extendsError(node as ts.ClassLikeDeclaration) ? undefined : 'class'
    case ts.SyntaxKind.PropertyAccessExpression: return house.core.members.find((member) => node.getText() === member)
    // A date made from a number is arithmetic; one made from nothing reads the clock.
    case ts.SyntaxKind.Identifier: return ts.isNewExpression(node.parent) && node.getText() === 'Date' && (node.parent.arguments?.length ?? 0) > 0 ? undefined : house.core.names.find((name) => (node as ts.Identifier).text === name && standsAlone(node as ts.Identifier))
    default: return undefined
  }
}

/** Comparing with null is how some functions of the language are asked; making one is not needed. */
function isComparison (node: ts.Node): boolean {
  return ts.isBinaryExpression(node) && [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(node.operatorToken.kind)
}

function extendsError (node: ts.ClassLikeDeclaration): boolean {
  return node.heritageClauses?.some((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword && clause.types.some((type) => type.expression.getText().endsWith('Error'))) ?? false
}

/** Whether an identifier names a variable or a type, and not a member or the name of a field. */
function standsAlone (node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isQualifiedName(parent)) return parent.left === node
  const named = ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent) || ts.isMethodSignature(parent) || ts.isMethodDeclaration(parent)
  return !(named && parent.name === node)
}
