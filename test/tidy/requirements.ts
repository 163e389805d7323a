import type { House } from './rooms.js'
import type { Tree } from './tree.js'
import { syntaxOf, typeScriptOf, walk } from './tree.js'
import ts from 'typescript'

/**
 * Requirements that the specifications define and nobody obeys or tests, and citations of requirements that do not
 * exist. A definition is an id at the start of a line, a list item or a table row of a protocol's README; a test
 * cites in square brackets in a title.
 */
export function requirementComplaints (tree: Tree, house: House): readonly string[] {
  const { prefixes, definedIn, codeFiles, testFiles } = house.requirements
  const id = new RegExp(`\\b(?:${prefixes.join('|')})-\\d+\\b`, 'g')
  const complaints: string[] = []

  const defined = new Map<string, string>()
  const definition = new RegExp(`^\\s*(?:[-*|]\\s*|#+\\s*)*(?:<a [^>]*></a>)?[*\`]*((?:${prefixes.join('|')})-\\d+)\\b`)
  for (const [path, text] of matching(tree, definedIn)) {
    text.split('\n').forEach((line, index) => {
      const name = definition.exec(line)?.[1]
      if (name === undefined) return
      const place = `${path}:${index + 1}`
      if (defined.has(name)) complaints.push(`${place} defines ${name} again, after ${defined.get(name)}`)
      else defined.set(name, place)
    })
  }

  const cited = new Set<string>()
  for (const [path, text] of tree) {
    const isCode = new RegExp(codeFiles).test(path)
    if (!isCode && !new RegExp(testFiles).test(path) && !/^(src|protocols|simulations)\/.*\.(ts|md)$/.test(path)) continue
    text.split('\n').forEach((line, index) => {
      for (const [name] of line.matchAll(id)) {
        if (!defined.has(name)) complaints.push(`${path}:${index + 1} cites ${name}, which no specification defines`)
        if (isCode) cited.add(name)
      }
    })
  }

  const tested = testedIn(tree, new RegExp(testFiles), id)
  for (const [name, place] of defined) {
    if (!cited.has(name)) complaints.push(`${place} ${name} is cited by no code`)
    if (!tested.has(name)) complaints.push(`${place} ${name} is in no test's title`)
  }
  return complaints
}

const matching = (tree: Tree, pattern: string): ReadonlyArray<readonly [string, string]> => [...tree].filter(([path]) => new RegExp(pattern).test(path))

/** Ids in square brackets inside string and template literals of the tests. */
function testedIn (tree: Tree, files: RegExp, id: RegExp): ReadonlySet<string> {
  const tested = new Set<string>()
  for (const path of typeScriptOf(tree).filter((path) => files.test(path))) {
    walk(syntaxOf(tree, path), (node) => {
      if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return
      for (const [, inside] of node.getText().matchAll(/\[([^\]]*)\]/g)) for (const [name] of inside!.matchAll(id)) tested.add(name)
    })
  }
  return tested
}
