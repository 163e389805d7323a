import { writeFileSync } from 'node:fs'
import { repositoryFile } from '../../../simulations/repository-file.js'
import { invoiceVectors } from '../invoice/vectors.js'
import { entryVectors } from './entry-vectors.js'
import { messageVectors, quoteVectors } from './vectors.js'

/*
 * Writes the vectors of the route protocol and of invoices anew. Run it after a change of the wire:
 * `node dist/test/protocols/route/generate.js`.
 */
const write = (segments: readonly string[], content: object): void => { writeFileSync(repositoryFile('protocols', ...segments), `${JSON.stringify(content, undefined, 2)}\n`) }

write(['route', 'vectors', 'quote.json'], quoteVectors())
write(['route', 'vectors', 'messages.json'], messageVectors())
write(['route', 'vectors', 'entry.json'], entryVectors())
write(['invoice', 'vectors', 'invoice.json'], invoiceVectors())
