import { writeFileSync } from 'node:fs'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { announcementVectors } from '../hints/vectors.js'
import { linkRows } from './vectors.js'

/** Writes the vectors of links and hints anew: `node dist/test/protocols/link/write-vectors.js`. */
const write = (rows: unknown, ...path: readonly string[]): void => { writeFileSync(repositoryFile('protocols', ...path), JSON.stringify(rows, undefined, 2) + '\n') }
write(linkRows(), 'link', 'vectors', 'frames.json')
write(announcementVectors(), 'hints', 'vectors', 'announcements.json')
