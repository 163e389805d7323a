import '../../src/polyfill.js'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import type { Change } from '../../src/core/base/table.js'
import { record } from '../../simulations/recording.js'
import { repositoryFile } from '../../simulations/repository-file.js'
import { scenarios } from '../../simulations/scenarios/scenarios.js'
import { chainLife } from './chain-life.js'
import { layouts, type StoredFile, type StoredSample } from './entities.js'
import { outlineOf, toPlain } from './plain.js'

/*
 * Writes `entities/<entity>-<version>.json` for every layout whose version has no file yet: what real runs of the
 * simulator, and of nodes on a chain, stored, a few samples of each outline. An existing file is the memory of an older program: it is left
 * alone (until a first release has written one: then delete it and write it again). Run it after a build, `node dist/test/stored/generate.js`, whenever a layout gets a new version.
 */

/** Samples of one layout. */
const SAMPLES_MAX = 12
const SEED = 1n

const found = new Map<string, { version: number, samples: Map<string, StoredSample> }>()

function collect (changes: readonly Change[]): void {
  for (const { value, layout } of changes) {
    if (value === undefined) continue
    const bytes = layout.encode(value)
    let entry = found.get(layout.name)
    if (entry === undefined) found.set(layout.name, entry = { version: bytes[0]!, samples: new Map<string, StoredSample>() })
    const outline = JSON.stringify(outlineOf(value))
    if (entry.samples.size < SAMPLES_MAX && !entry.samples.has(outline)) entry.samples.set(outline, { hex: Buffer.from(bytes).toString('hex'), value: toPlain(value) })
  }
}

for (const scenario of scenarios) await record(scenario, { seed: SEED, curve: 'real' }, ({ changes }) => { collect(changes) })

chainLife(({ changes }) => { collect(changes) })

mkdirSync(repositoryFile('test', 'stored', 'entities'), { recursive: true })
for (const name of layouts().keys()) {
  const entry = found.get(name)
  if (entry === undefined) {
    console.log(`${name}: no scenario stores one; write its samples by hand`)
    continue
  }
  const path = repositoryFile('test', 'stored', 'entities', `${name}-${entry.version}.json`)
  if (existsSync(path)) {
    console.log(`${name}: version ${entry.version} has its file`)
    continue
  }
  const file: StoredFile = { entity: name, version: entry.version, samples: [...entry.samples.values()] }
  writeFileSync(path, `${JSON.stringify(file, undefined, 2)}\n`)
  console.log(`${name}: wrote ${file.samples.length} samples of version ${entry.version}`)
}
