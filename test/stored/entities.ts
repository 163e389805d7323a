import { readFileSync, readdirSync } from 'node:fs'
import type { EntityLayout } from '../../src/core/base/struct.js'
import type { Table } from '../../src/core/base/table.js'
import { createNodeState } from '../../src/core/node/state.js'
import { repositoryFile } from '../../simulations/repository-file.js'

/** One entity as some version of this program wrote it, and what it means. */
export interface StoredSample {
  readonly hex: string
  /** The entity, see `plain.ts`. */
  readonly value: unknown
}

/** A file `entities/<entity>-<version>.json`. It is written once and never changed: old entities load for ever. */
export interface StoredFile {
  readonly entity: string
  readonly version: number
  readonly samples: readonly StoredSample[]
}

/** The layouts of all durable tables of a node, by entity name. */
export function layouts (): ReadonlyMap<string, EntityLayout<object>> {
  const { journal: _journal, ...areas } = createNodeState()
  const tables = Object.values(areas).flatMap((area) => Object.values(area as object) as unknown[]) as ReadonlyArray<Partial<Table<string, object>>>
  return new Map(tables.flatMap(({ layout }) => layout === undefined ? [] : [[layout.name, layout]]))
}

/** All files of stored entities. */
export function storedFiles (): readonly StoredFile[] {
  return readdirSync(repositoryFile('test', 'stored', 'entities')).filter((name) => name.endsWith('.json')).sort()
    .map((name) => JSON.parse(readFileSync(repositoryFile('test', 'stored', 'entities', name), 'utf8')) as StoredFile)
}
