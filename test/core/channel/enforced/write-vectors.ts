import { writeFileSync } from 'node:fs'
import { repositoryFile } from '../../../../simulations/repository-file.js'
import { enforcedVectors } from './enforced-vectors.js'

// Writes the vectors of the enforced channel anew; `replay.spec.ts` then compares and replays them.
writeFileSync(repositoryFile('protocols/channel/vectors/enforced.json'), JSON.stringify(enforcedVectors(), undefined, 1) + '\n')
