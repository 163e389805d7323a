import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { loadNativeCurve } from '../../../src/adapters/native-curve/native-curve.js'
import { fromHex } from '../../../src/core/base/bytes.js'
import { scalarOf, tinyCurve, useCurve, type CurveEngine } from '../../../src/core/crypto/curve.js'
import { repositoryFile } from '../../../simulations/repository-file.js'

const native = loadNativeCurve()

/** Every engine that this machine has: the default one, and the system's library when it is installed. */
export const engines: readonly CurveEngine[] = native === undefined ? [tinyCurve] : [tinyCurve, native]

/** Describes the same behaviour once for each engine, with that engine in use. */
export function describeOnEveryEngine (title: string, body: () => void): void {
  for (const engine of engines) {
    describe(`${title}, on ${engine.name}`, () => {
      before(() => { useCurve(engine) })
      after(() => { useCurve(tinyCurve) })
      body()
    })
  }
}

/** Arbitrary scalars from 1 to n - 1. */
export const scalars = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(scalarOf)
/** Arbitrary 32 bytes. */
export const words = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** Enough for algebra: a wrong formula fails at once, and a run costs milliseconds on the slower engine. */
export const FEW_RUNS = { numRuns: 25 }

/** A published vector file of `test/fixtures/vectors`. */
export const vectorText = (...segments: readonly string[]): string => readFileSync(repositoryFile('test', 'fixtures', 'vectors', ...segments), 'utf8')

/** The rows of a published CSV file, by the names in its first line. Rows without a number are remarks. */
export function csvRows (...segments: readonly string[]): ReadonlyArray<Readonly<Record<string, string>>> {
  const [head, ...lines] = vectorText(...segments).trim().split(/\r?\n/)
  const names = head!.split(',')
  return lines.map((line) => line.split(','))
    .filter((cells) => cells[0] !== '')
    .map((cells) => Object.fromEntries(names.map((name, i) => [name, i === names.length - 1 ? cells.slice(i).join(',') : cells[i]!])))
}

/** Bytes of hexadecimal text in either case. */
export const bytesOf = (text: string): Uint8Array => fromHex(text)
