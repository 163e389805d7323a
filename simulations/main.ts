import '../src/polyfill.js'
import { simulate } from './command.js'

process.exitCode = await simulate(process.argv.slice(2), {
  out: (text) => { process.stdout.write(`${text}\n`) },
  err: (text) => { process.stderr.write(`${text}\n`) }
})
