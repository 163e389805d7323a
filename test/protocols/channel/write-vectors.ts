import { writeFileSync } from 'node:fs'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { channelVectors } from './vectors.js'

// Writes the vectors of the channel protocol anew; `codec.spec.ts` then compares.
writeFileSync(repositoryFile('protocols/channel/vectors/channel.json'), JSON.stringify(channelVectors(), undefined, 2) + '\n')
