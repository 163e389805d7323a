import '../src/polyfill.js'
import { parentPort } from 'node:worker_threads'
import { runShare, type Share } from './shards.js'

// One thread of a batch: it runs the seeds it is given and hands the reports back.
parentPort?.on('message', (share: Share) => {
  runShare(share).then(
    (reports) => { parentPort?.postMessage(reports) },
    (error: unknown) => { queueMicrotask(() => { throw error }) }
  )
})
