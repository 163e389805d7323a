import type { House } from './rooms.js'
import type { Tree } from './tree.js'

/** Open ends and words that the glossary replaces, with the line they stand in. */
export function wordComplaints (tree: Tree, house: House): readonly string[] {
  const { files, exempt, open, notUsed, allowed } = house.words
  const openEnds = new RegExp(`\\b(?:${open.join('|')})\\b`)
  const complaints: string[] = []
  for (const [path, text] of tree) {
    if (!new RegExp(files).test(path) || exempt.some((pattern) => new RegExp(pattern).test(path))) continue
    const free = new Set(allowed.filter((row) => row.file === path).map((row) => row.word))
    text.split('\n').forEach((line, index) => {
      const at = `${path}:${index + 1}`
      if (openEnds.test(line)) complaints.push(`${at} leaves an open end: ${line.trim()}`)
      for (const { word, instead } of notUsed) {
        if (!free.has(word) && holds(line, word)) complaints.push(`${at} says "${word}"; write ${instead}`)
      }
    })
  }
  return complaints
}

/** Whether a line holds a word, alone or as a part of a name: `relay`, `RelayNode`, `fee_relay`; not `rollBack`. */
const holds = (line: string, word: string): boolean => new RegExp(`(?<![a-z])${word}|${word[0]!.toUpperCase()}${word.slice(1)}|${word.toUpperCase()}`).test(line)
