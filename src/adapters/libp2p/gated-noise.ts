import { randomBytes } from 'node:crypto'
import { noise } from '@chainsafe/libp2p-noise'
import { GATE_PROTOCOL, passGate } from '../../../protocols/gate/stream.js'
import { GATE_MS_MAX } from './limits.js'
import type { ConnectionEncrypter, MessageStream, PeerId, SecureConnectionOptions, SecuredConnection } from '@libp2p/interface'

type NoiseComponents = Parameters<ReturnType<typeof noise>>[0] & { readonly peerId: PeerId }

/**
 * Noise, then the gate of a private network, as one libp2p encrypter: the muxer, and with it every other protocol,
 * starts only for a peer that proved to hold the network key. @see GATE-1
 */
export function gatedNoise (network: string, networkKey: Uint8Array): (components: NoiseComponents) => ConnectionEncrypter {
  return (components) => {
    const inner = noise()(components)
    const gate = async (role: 'dialler' | 'listener', connection: MessageStream, options: SecureConnectionOptions | undefined): Promise<SecuredConnection> => {
      const secured = role === 'dialler' ? await inner.secureOutbound(connection, options) : await inner.secureInbound(connection, options)
      const self = components.peerId.publicKey?.raw
      const remote = secured.remotePeer.publicKey?.raw
      if (self?.length !== 33 || remote?.length !== 33) throw new Error('not a secp256k1 identity')
      const time = limitedTime(GATE_MS_MAX, options?.signal) // GATE-6
      try {
        const passed = await passGate(secured.connection, {
          role,
          dialler: role === 'dialler' ? self : remote, // GATE-3
          listener: role === 'dialler' ? remote : self,
          network,
          networkKey,
          nonce: randomBytes(32), // GATE-2
          signal: time.signal
        })
        return { ...secured, connection: passed }
      } catch (error) {
        secured.connection.abort(error instanceof Error ? error : new Error(String(error)))
        throw error
      } finally {
        time.clear()
      }
    }
    return {
      protocol: GATE_PROTOCOL,
      secureOutbound: async (connection, options) => await gate('dialler', connection, options),
      secureInbound: async (connection, options) => await gate('listener', connection, options)
    }
  }
}

/** A signal that aborts after a time or with another signal, and lets go of both when cleared. */
export function limitedTime (milliseconds: number, outer?: AbortSignal): { readonly signal: AbortSignal, readonly clear: () => void } {
  const controller = new AbortController()
  const abort = (): void => { controller.abort(new Error(`no end after ${milliseconds} ms`)) }
  const timer = setTimeout(abort, milliseconds)
  if (outer?.aborted === true) abort()
  outer?.addEventListener('abort', abort, { once: true })
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer)
      outer?.removeEventListener('abort', abort)
    }
  }
}
