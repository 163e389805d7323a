#!/usr/bin/env node
import '../polyfill.js'
import { Console } from 'node:console'
import { homedir } from 'node:os'
import { runCommandLine } from './program.js'
import { processTerminal } from './terminal.js'

// A library that writes to the console must not mix with our data.
globalThis.console = new Console(process.stderr, process.stderr)

const words = process.argv.slice(2)
const interrupt = new AbortController()
// Commands that stay up end in their own order; all others only stop waiting.
if (!(words.includes('start') || (words.includes('network') && words.includes('up')) || (words.includes('chain') && words.includes('serve')))) {
  process.once('SIGINT', () => interrupt.abort())
  process.once('SIGTERM', () => interrupt.abort())
}
process.exitCode = await runCommandLine(words, processTerminal(homedir(), interrupt.signal))
