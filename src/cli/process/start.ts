import { startApi } from '../../api/server/server.js'
import type { AmikoOptions, AmikoNode } from '../../node/nouns.js'
import type { Globals } from '../globals.js'
import type { Terminal } from '../terminal.js'
import { passphraseOf } from './secrets.js'

export interface StartOptions {
  /** End when standard input ends: the parent is gone, however it went. */
  readonly withParent: boolean
  readonly engine?: AmikoOptions['engine']
  readonly logLevel?: AmikoOptions['logLevel']
}

/** `amiko start`: runs a node until SIGTERM, SIGINT, `amiko stop`, or the end of its parent. */
export async function start (options: StartOptions, globals: Globals, terminal: Terminal): Promise<void> {
  const stopping = stopRequests(options.withParent, terminal)
  const { configOf, createAmiko } = await import('../../node/amiko.js')
  const config = await configOf(globals.dir)
  const { phraseForm } = await import('../../node/phrase-file.js')
  const node = await createAmiko({
    dir: globals.dir,
    ...(await phraseForm(globals.dir) === 'encrypted' ? { passphrase: await passphraseOf(terminal, 'Passphrase: ') } : {}),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.logLevel === undefined ? {} : { logLevel: options.logLevel })
  })
  try {
    const api = await startApi({ node, dir: globals.dir, listen: config.api, onStopRequest: stopping.request })
    try {
      sayReady(node, api.url, globals, terminal)
      await stopping.requested
    } finally {
      await api.stop()
    }
  } finally {
    await node.stop()
    stopping.dispose()
  }
}

function sayReady (node: AmikoNode, api: string, globals: Globals, terminal: Terminal): void {
  const addresses = node.mesh.addresses()
  if (globals.json) {
    terminal.out(JSON.stringify({ event: 'ready', peerId: node.peerId, addresses, api }))
    return
  }
  terminal.out(`The node ${node.peerId} runs on the network ${node.network.name}.\nAddresses: ${addresses.join(', ')}\nAPI: ${api}`)
  terminal.err('Ctrl-C stops it.')
}

interface StopRequests {
  readonly requested: Promise<void>
  readonly request: () => void
  readonly dispose: () => void
}

/** The ways a node is asked to end. The first asks; a second signal does not wait any longer. */
export function stopRequests (withParent: boolean, terminal: Terminal): StopRequests {
  let request: () => void = () => undefined
  const requested = new Promise<void>((resolve) => { request = resolve })
  let signals = 0
  const onSignal = (): void => {
    if (++signals > 1) process.exit(1)
    terminal.err('Stopping …')
    request()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  // A parent that dies closes the pipe, even when it is killed.
  if (withParent) process.stdin.on('end', request).on('error', request).resume()
  return {
    requested,
    request,
    dispose () {
      process.off('SIGTERM', onSignal)
      process.off('SIGINT', onSignal)
      if (withParent) process.stdin.destroy()
    }
  }
}
