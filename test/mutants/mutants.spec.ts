import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { repositoryFile } from '../../simulations/repository-file.js'

/** Each file of a patch with the lines that its hunks expect there. */
function expected (patch: string): ReadonlyArray<{ readonly file: string, readonly lines: string }> {
  return patch.split(/^--- /m).slice(1).flatMap((part) => {
    const file = /^\+\+\+ b\/(\S+)/m.exec(part)![1]!
    return part.split(/^@@ .*\n/m).slice(1).map((hunk) => ({
      file,
      lines: hunk.split('\n').filter((line) => /^[ -]/.test(line)).map((line) => `${line.slice(1)}\n`).join('')
    }))
  })
}

describe('planted faults', () => {
  for (const name of readdirSync(repositoryFile('test', 'mutants')).filter((each) => each.endsWith('.patch'))) {
    it(`${name} applies to the code as it is`, () => {
      const hunks = expected(readFileSync(repositoryFile('test', 'mutants', name), 'utf8'))
      assert.ok(hunks.length > 0)
      for (const { file, lines } of hunks) assert.ok(readFileSync(repositoryFile(file), 'utf8').includes(lines), `${file} has no longer these lines: write the patch anew, and run npm run test:mutants -- ${name.slice(0, 2)}\n${lines}`)
    })
  }
})
