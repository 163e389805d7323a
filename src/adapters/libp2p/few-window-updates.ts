import type { yamux } from '@libp2p/yamux'
import { StreamState, type YamuxStream } from '@libp2p/yamux/stream'

/** Bytes that may have come on a stream before window is given back for them: half of the smallest window that yamux has. */
export const WINDOW_HELD_BACK_BYTES = 128 << 10

type Muxers = ReturnType<typeof yamux>
type Muxer = ReturnType<ReturnType<Muxers>['createStreamMuxer']>

/**
 * The same muxer, which gives its peer new window only for many messages at once. The library gives back the bytes of
 * every frame at once, in a frame of its own that one end encrypts and writes and the other reads and decrypts, while
 * the message that came waits behind it; where messages are small that is half of all frames. A writer that waits has
 * used up the whole window, so none waits for what is held back.
 */
export const fewWindowUpdates = (muxers: Muxers): Muxers => () => {
  const inner = muxers()
  return { protocol: inner.protocol, createStreamMuxer: (connection) => sparingMuxer(inner.createStreamMuxer(connection)) }
}

/** The muxer itself; each stream is changed before anybody else sees it. */
function sparingMuxer (muxer: Muxer): Muxer {
  const create = muxer.onCreateStream.bind(muxer)
  muxer.onCreateStream = () => sparing(create())
  const opened = muxer.onRemoteStream.bind(muxer)
  muxer.onRemoteStream = (stream) => { opened(sparing(stream)) }
  return muxer
}

function sparing (stream: YamuxStream): YamuxStream {
  const take = stream.handleData.bind(stream)
  const update = stream.sendWindowUpdate.bind(stream)
  let taken = 0
  stream.handleData = (frame) => {
    taken += frame.header.length
    take(frame)
  }
  stream.sendWindowUpdate = () => {
    if (stream.state === StreamState.Established) {
      if (taken < WINDOW_HELD_BACK_BYTES) return
      taken = 0
    }
    update()
  }
  return stream
}
