import type { noise } from '@chainsafe/libp2p-noise'
import type { ConnectionEncrypter, MessageStream, PeerId } from '@libp2p/interface'

type Encrypter = (components: Parameters<ReturnType<typeof noise>>[0] & { readonly peerId: PeerId }) => ConnectionEncrypter

/**
 * The same encrypter over a transport that gets every message in one piece. Noise makes a message of several parts (its
 * length, what was encrypted, the tag), and libp2p's TCP writes each part by itself: four system calls, four segments
 * and four times the peer is woken for one frame, which costs more than to copy it.
 */
export const wholeWrites = (encrypter: Encrypter): Encrypter => (components) => {
  const inner = encrypter(components)
  return {
    protocol: inner.protocol,
    secureOutbound: async (connection, options) => await inner.secureOutbound(joining(connection), options),
    secureInbound: async (connection, options) => await inner.secureInbound(joining(connection), options)
  }
}

/** The connection itself, since others hold it too; only what its `send` hands on is joined. */
function joining<C extends MessageStream> (connection: C): C {
  const send = connection.send.bind(connection)
  connection.send = (data) => send(data instanceof Uint8Array ? data : data.subarray())
  return connection
}
