/* eslint-disable require-yield */

import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface LinkFrame {
  state?: State
  open?: Open
  accept?: Accept
  refuse?: Refuse
  close?: Close
  ping?: Ping
  pong?: Pong
  hints?: Hints
  hintRequest?: HintRequest
  attestRequest?: AttestRequest
  attestation?: Attestation
  licence?: Licence
}

export namespace LinkFrame {
  let _codec: Codec<LinkFrame>

  export const codec = (): Codec<LinkFrame> => {
    if (_codec == null) {
      _codec = message<LinkFrame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.state != null) {
          w.uint32(10)
          State.codec().encode(obj.state, w)
        }

        if (obj.open != null) {
          w.uint32(18)
          Open.codec().encode(obj.open, w)
        }

        if (obj.accept != null) {
          w.uint32(26)
          Accept.codec().encode(obj.accept, w)
        }

        if (obj.refuse != null) {
          w.uint32(34)
          Refuse.codec().encode(obj.refuse, w)
        }

        if (obj.close != null) {
          w.uint32(42)
          Close.codec().encode(obj.close, w)
        }

        if (obj.ping != null) {
          w.uint32(50)
          Ping.codec().encode(obj.ping, w)
        }

        if (obj.pong != null) {
          w.uint32(58)
          Pong.codec().encode(obj.pong, w)
        }

        if (obj.hints != null) {
          w.uint32(66)
          Hints.codec().encode(obj.hints, w)
        }

        if (obj.hintRequest != null) {
          w.uint32(74)
          HintRequest.codec().encode(obj.hintRequest, w)
        }

        if (obj.attestRequest != null) {
          w.uint32(82)
          AttestRequest.codec().encode(obj.attestRequest, w)
        }

        if (obj.attestation != null) {
          w.uint32(90)
          Attestation.codec().encode(obj.attestation, w)
        }

        if (obj.licence != null) {
          w.uint32(98)
          Licence.codec().encode(obj.licence, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.state = State.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.state
              })
              break
            }
            case 2: {
              obj.open = Open.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.open
              })
              break
            }
            case 3: {
              obj.accept = Accept.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.accept
              })
              break
            }
            case 4: {
              obj.refuse = Refuse.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.refuse
              })
              break
            }
            case 5: {
              obj.close = Close.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.close
              })
              break
            }
            case 6: {
              obj.ping = Ping.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.ping
              })
              break
            }
            case 7: {
              obj.pong = Pong.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.pong
              })
              break
            }
            case 8: {
              obj.hints = Hints.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.hints
              })
              break
            }
            case 9: {
              obj.hintRequest = HintRequest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.hintRequest
              })
              break
            }
            case 10: {
              obj.attestRequest = AttestRequest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attestRequest
              })
              break
            }
            case 11: {
              obj.attestation = Attestation.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.attestation
              })
              break
            }
            case 12: {
              obj.licence = Licence.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.licence
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * State.codec().stream(reader, reader.uint32(), `${prefix}.state`, {
                limits: opts.limits?.state
              })

              break
            }
            case 2: {
              yield * Open.codec().stream(reader, reader.uint32(), `${prefix}.open`, {
                limits: opts.limits?.open
              })

              break
            }
            case 3: {
              yield * Accept.codec().stream(reader, reader.uint32(), `${prefix}.accept`, {
                limits: opts.limits?.accept
              })

              break
            }
            case 4: {
              yield * Refuse.codec().stream(reader, reader.uint32(), `${prefix}.refuse`, {
                limits: opts.limits?.refuse
              })

              break
            }
            case 5: {
              yield * Close.codec().stream(reader, reader.uint32(), `${prefix}.close`, {
                limits: opts.limits?.close
              })

              break
            }
            case 6: {
              yield * Ping.codec().stream(reader, reader.uint32(), `${prefix}.ping`, {
                limits: opts.limits?.ping
              })

              break
            }
            case 7: {
              yield * Pong.codec().stream(reader, reader.uint32(), `${prefix}.pong`, {
                limits: opts.limits?.pong
              })

              break
            }
            case 8: {
              yield * Hints.codec().stream(reader, reader.uint32(), `${prefix}.hints`, {
                limits: opts.limits?.hints
              })

              break
            }
            case 9: {
              yield * HintRequest.codec().stream(reader, reader.uint32(), `${prefix}.hintRequest`, {
                limits: opts.limits?.hintRequest
              })

              break
            }
            case 10: {
              yield * AttestRequest.codec().stream(reader, reader.uint32(), `${prefix}.attestRequest`, {
                limits: opts.limits?.attestRequest
              })

              break
            }
            case 11: {
              yield * Attestation.codec().stream(reader, reader.uint32(), `${prefix}.attestation`, {
                limits: opts.limits?.attestation
              })

              break
            }
            case 12: {
              yield * Licence.codec().stream(reader, reader.uint32(), `${prefix}.licence`, {
                limits: opts.limits?.licence
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface LinkFrameStateStatusFieldEvent {
    field: '$.state.status'
    value: number
  }

  export interface LinkFrameRefuseReasonFieldEvent {
    field: '$.refuse.reason'
    value: number
  }

  export interface LinkFramePingNonceFieldEvent {
    field: '$.ping.nonce'
    value: number
  }

  export interface LinkFramePingClockMsFieldEvent {
    field: '$.ping.clockMs'
    value: bigint
  }

  export interface LinkFramePongNonceFieldEvent {
    field: '$.pong.nonce'
    value: number
  }

  export interface LinkFramePongClockMsFieldEvent {
    field: '$.pong.clockMs'
    value: bigint
  }

  export interface LinkFrameHintsAssetFieldEvent {
    field: '$.hints.asset'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LinkFrameHintsRecordsMeetingPointFieldEvent {
    field: '$.hints.records[].meetingPoint'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface LinkFrameHintsRecordsToBucketFieldEvent {
    field: '$.hints.records[].to[].bucket'
    value: number
    index: number
  }

  export interface LinkFrameHintsRecordsToHopsFieldEvent {
    field: '$.hints.records[].to[].hops'
    value: number
    index: number
  }

  export interface LinkFrameHintsRecordsToSequenceFieldEvent {
    field: '$.hints.records[].to[].sequence'
    value: bigint
    index: number
  }

  export interface LinkFrameHintsRecordsFromBucketFieldEvent {
    field: '$.hints.records[].from[].bucket'
    value: number
    index: number
  }

  export interface LinkFrameHintsRecordsFromHopsFieldEvent {
    field: '$.hints.records[].from[].hops'
    value: number
    index: number
  }

  export interface LinkFrameHintsRecordsFromSequenceFieldEvent {
    field: '$.hints.records[].from[].sequence'
    value: bigint
    index: number
  }

  export interface LinkFrameHintRequestAssetFieldEvent {
    field: '$.hintRequest.asset'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LinkFrameHintRequestMeetingPointFieldEvent {
    field: '$.hintRequest.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LinkFrameHintRequestSequenceFieldEvent {
    field: '$.hintRequest.sequence'
    value: bigint
  }

  export interface LinkFrameHintRequestHopsLeftFieldEvent {
    field: '$.hintRequest.hopsLeft'
    value: number
  }

  export interface LinkFrameAttestRequestMeetingPointFieldEvent {
    field: '$.attestRequest.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LinkFrameAttestRequestEpochFieldEvent {
    field: '$.attestRequest.epoch'
    value: number
  }

  export interface LinkFrameAttestationMeetingPointFieldEvent {
    field: '$.attestation.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LinkFrameAttestationEpochFieldEvent {
    field: '$.attestation.epoch'
    value: number
  }

  export interface LinkFrameAttestationKeyFieldEvent {
    field: '$.attestation.key'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LinkFrameAttestationBucketFieldEvent {
    field: '$.attestation.bucket'
    value: number
  }

  export interface LinkFrameAttestationSignatureFieldEvent {
    field: '$.attestation.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LinkFrameLicenceMeetingPointFieldEvent {
    field: '$.licence.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LinkFrameLicenceEpochFieldEvent {
    field: '$.licence.epoch'
    value: number
  }

  export interface LinkFrameLicenceHopsFieldEvent {
    field: '$.licence.hops'
    value: number
  }

  export interface LinkFrameLicenceProofFieldEvent {
    field: '$.licence.proof'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LinkFrameLicenceNextFieldEvent {
    field: '$.licence.next'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<LinkFrame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, LinkFrame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<LinkFrame>): LinkFrame {
    return decodeMessage(buf, LinkFrame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<LinkFrame>): Generator<LinkFrameStateStatusFieldEvent | LinkFrameRefuseReasonFieldEvent | LinkFramePingNonceFieldEvent | LinkFramePingClockMsFieldEvent | LinkFramePongNonceFieldEvent | LinkFramePongClockMsFieldEvent | LinkFrameHintsAssetFieldEvent | LinkFrameHintsRecordsMeetingPointFieldEvent | LinkFrameHintsRecordsToBucketFieldEvent | LinkFrameHintsRecordsToHopsFieldEvent | LinkFrameHintsRecordsToSequenceFieldEvent | LinkFrameHintsRecordsFromBucketFieldEvent | LinkFrameHintsRecordsFromHopsFieldEvent | LinkFrameHintsRecordsFromSequenceFieldEvent | LinkFrameHintRequestAssetFieldEvent | LinkFrameHintRequestMeetingPointFieldEvent | LinkFrameHintRequestSequenceFieldEvent | LinkFrameHintRequestHopsLeftFieldEvent | LinkFrameAttestRequestMeetingPointFieldEvent | LinkFrameAttestRequestEpochFieldEvent | LinkFrameAttestationMeetingPointFieldEvent | LinkFrameAttestationEpochFieldEvent | LinkFrameAttestationKeyFieldEvent | LinkFrameAttestationBucketFieldEvent | LinkFrameAttestationSignatureFieldEvent | LinkFrameLicenceMeetingPointFieldEvent | LinkFrameLicenceEpochFieldEvent | LinkFrameLicenceHopsFieldEvent | LinkFrameLicenceProofFieldEvent | LinkFrameLicenceNextFieldEvent> {
    return streamMessage(buf, LinkFrame.codec(), opts)
  }
}

export interface State {
  status?: number
}

export namespace State {
  let _codec: Codec<State>

  export const codec = (): Codec<State> => {
    if (_codec == null) {
      _codec = message<State>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.status != null) {
          w.uint32(8)
          w.uint32(obj.status)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.status = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.status`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface StateStatusFieldEvent {
    field: '$.status'
    value: number
  }

  export function encode (obj: Partial<State>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, State.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<State>): State {
    return decodeMessage(buf, State.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<State>): Generator<StateStatusFieldEvent> {
    return streamMessage(buf, State.codec(), opts)
  }
}

export interface Open {}

export namespace Open {
  let _codec: Codec<Open>

  export const codec = (): Codec<Open> => {
    if (_codec == null) {
      _codec = message<Open>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export function encode (obj: Partial<Open>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Open.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Open>): Open {
    return decodeMessage(buf, Open.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Open>): Generator<{}> {
    return streamMessage(buf, Open.codec(), opts)
  }
}

export interface Accept {}

export namespace Accept {
  let _codec: Codec<Accept>

  export const codec = (): Codec<Accept> => {
    if (_codec == null) {
      _codec = message<Accept>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export function encode (obj: Partial<Accept>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Accept.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Accept>): Accept {
    return decodeMessage(buf, Accept.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Accept>): Generator<{}> {
    return streamMessage(buf, Accept.codec(), opts)
  }
}

export interface Refuse {
  reason?: number
}

export namespace Refuse {
  let _codec: Codec<Refuse>

  export const codec = (): Codec<Refuse> => {
    if (_codec == null) {
      _codec = message<Refuse>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.reason != null) {
          w.uint32(8)
          w.uint32(obj.reason)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.reason = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.reason`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RefuseReasonFieldEvent {
    field: '$.reason'
    value: number
  }

  export function encode (obj: Partial<Refuse>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Refuse.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refuse>): Refuse {
    return decodeMessage(buf, Refuse.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refuse>): Generator<RefuseReasonFieldEvent> {
    return streamMessage(buf, Refuse.codec(), opts)
  }
}

export interface Close {}

export namespace Close {
  let _codec: Codec<Close>

  export const codec = (): Codec<Close> => {
    if (_codec == null) {
      _codec = message<Close>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export function encode (obj: Partial<Close>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Close.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Close>): Close {
    return decodeMessage(buf, Close.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Close>): Generator<{}> {
    return streamMessage(buf, Close.codec(), opts)
  }
}

export interface Ping {
  nonce?: number
  clockMs?: bigint
}

export namespace Ping {
  let _codec: Codec<Ping>

  export const codec = (): Codec<Ping> => {
    if (_codec == null) {
      _codec = message<Ping>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.nonce != null) {
          w.uint32(8)
          w.uint32(obj.nonce)
        }

        if (obj.clockMs != null) {
          w.uint32(16)
          w.uint64(obj.clockMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.nonce = reader.uint32()
              break
            }
            case 2: {
              obj.clockMs = reader.uint64()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.nonce`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.clockMs`,
                value: reader.uint64()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface PingNonceFieldEvent {
    field: '$.nonce'
    value: number
  }

  export interface PingClockMsFieldEvent {
    field: '$.clockMs'
    value: bigint
  }

  export function encode (obj: Partial<Ping>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Ping.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ping>): Ping {
    return decodeMessage(buf, Ping.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ping>): Generator<PingNonceFieldEvent | PingClockMsFieldEvent> {
    return streamMessage(buf, Ping.codec(), opts)
  }
}

export interface Pong {
  nonce?: number
  clockMs?: bigint
}

export namespace Pong {
  let _codec: Codec<Pong>

  export const codec = (): Codec<Pong> => {
    if (_codec == null) {
      _codec = message<Pong>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.nonce != null) {
          w.uint32(8)
          w.uint32(obj.nonce)
        }

        if (obj.clockMs != null) {
          w.uint32(16)
          w.uint64(obj.clockMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.nonce = reader.uint32()
              break
            }
            case 2: {
              obj.clockMs = reader.uint64()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.nonce`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.clockMs`,
                value: reader.uint64()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface PongNonceFieldEvent {
    field: '$.nonce'
    value: number
  }

  export interface PongClockMsFieldEvent {
    field: '$.clockMs'
    value: bigint
  }

  export function encode (obj: Partial<Pong>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Pong.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Pong>): Pong {
    return decodeMessage(buf, Pong.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Pong>): Generator<PongNonceFieldEvent | PongClockMsFieldEvent> {
    return streamMessage(buf, Pong.codec(), opts)
  }
}

export interface Hints {
  asset?: Uint8Array<ArrayBuffer>
  records: HintRecord[]
}

export namespace Hints {
  let _codec: Codec<Hints>

  export const codec = (): Codec<Hints> => {
    if (_codec == null) {
      _codec = message<Hints>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.asset != null) {
          w.uint32(10)
          w.bytes(obj.asset)
        }

        if (obj.records != null && obj.records.length > 0) {
          for (const value of obj.records) {
            w.uint32(18)
            HintRecord.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          records: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.asset = reader.bytes()
              break
            }
            case 2: {
              if (opts.limits?.records != null && obj.records.length === opts.limits.records) {
                throw new MaxLengthError('Decode error - repeated field "records" had too many elements')
              }

              if (obj.records.length === 24) {
                throw new MaxLengthError('Decode error - repeated field "records" had too many elements')
              }

              obj.records.push(HintRecord.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.records$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          records: 24
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.asset`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              if (opts.limits?.records != null && obj.records === opts.limits.records) {
                throw new MaxLengthError('Streaming decode error - repeated field "records" had too many elements')
              }

              if (obj.records === 24) {
                throw new MaxLengthError('Streaming decode error - repeated field "records" had too many elements')
              }

              for (const evt of HintRecord.codec().stream(reader, reader.uint32(), `${prefix}.records[]`, {
                limits: opts.limits?.records$
              })) {
                yield {
                  ...evt,
                  index: obj.records
                }
              }

              obj.records++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HintsAssetFieldEvent {
    field: '$.asset'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HintsRecordsMeetingPointFieldEvent {
    field: '$.records[].meetingPoint'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface HintsRecordsToBucketFieldEvent {
    field: '$.records[].to[].bucket'
    value: number
    index: number
  }

  export interface HintsRecordsToHopsFieldEvent {
    field: '$.records[].to[].hops'
    value: number
    index: number
  }

  export interface HintsRecordsToSequenceFieldEvent {
    field: '$.records[].to[].sequence'
    value: bigint
    index: number
  }

  export interface HintsRecordsFromBucketFieldEvent {
    field: '$.records[].from[].bucket'
    value: number
    index: number
  }

  export interface HintsRecordsFromHopsFieldEvent {
    field: '$.records[].from[].hops'
    value: number
    index: number
  }

  export interface HintsRecordsFromSequenceFieldEvent {
    field: '$.records[].from[].sequence'
    value: bigint
    index: number
  }

  export function encode (obj: Partial<Hints>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Hints.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hints>): Hints {
    return decodeMessage(buf, Hints.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hints>): Generator<HintsAssetFieldEvent | HintsRecordsMeetingPointFieldEvent | HintsRecordsToBucketFieldEvent | HintsRecordsToHopsFieldEvent | HintsRecordsToSequenceFieldEvent | HintsRecordsFromBucketFieldEvent | HintsRecordsFromHopsFieldEvent | HintsRecordsFromSequenceFieldEvent> {
    return streamMessage(buf, Hints.codec(), opts)
  }
}

export interface HintRecord {
  meetingPoint?: Uint8Array<ArrayBuffer>
  to: HintStep[]
  from: HintStep[]
}

export namespace HintRecord {
  let _codec: Codec<HintRecord>

  export const codec = (): Codec<HintRecord> => {
    if (_codec == null) {
      _codec = message<HintRecord>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.meetingPoint != null) {
          w.uint32(10)
          w.bytes(obj.meetingPoint)
        }

        if (obj.to != null && obj.to.length > 0) {
          for (const value of obj.to) {
            w.uint32(18)
            HintStep.codec().encode(value, w)
          }
        }

        if (obj.from != null && obj.from.length > 0) {
          for (const value of obj.from) {
            w.uint32(26)
            HintStep.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          to: [],
          from: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.meetingPoint = reader.bytes()
              break
            }
            case 2: {
              if (opts.limits?.to != null && obj.to.length === opts.limits.to) {
                throw new MaxLengthError('Decode error - repeated field "to" had too many elements')
              }

              if (obj.to.length === 16) {
                throw new MaxLengthError('Decode error - repeated field "to" had too many elements')
              }

              obj.to.push(HintStep.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.to$
              }))
              break
            }
            case 3: {
              if (opts.limits?.from != null && obj.from.length === opts.limits.from) {
                throw new MaxLengthError('Decode error - repeated field "from" had too many elements')
              }

              if (obj.from.length === 16) {
                throw new MaxLengthError('Decode error - repeated field "from" had too many elements')
              }

              obj.from.push(HintStep.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.from$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          to: 16,
          from: 16
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.meetingPoint`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              if (opts.limits?.to != null && obj.to === opts.limits.to) {
                throw new MaxLengthError('Streaming decode error - repeated field "to" had too many elements')
              }

              if (obj.to === 16) {
                throw new MaxLengthError('Streaming decode error - repeated field "to" had too many elements')
              }

              for (const evt of HintStep.codec().stream(reader, reader.uint32(), `${prefix}.to[]`, {
                limits: opts.limits?.to$
              })) {
                yield {
                  ...evt,
                  index: obj.to
                }
              }

              obj.to++

              break
            }
            case 3: {
              if (opts.limits?.from != null && obj.from === opts.limits.from) {
                throw new MaxLengthError('Streaming decode error - repeated field "from" had too many elements')
              }

              if (obj.from === 16) {
                throw new MaxLengthError('Streaming decode error - repeated field "from" had too many elements')
              }

              for (const evt of HintStep.codec().stream(reader, reader.uint32(), `${prefix}.from[]`, {
                limits: opts.limits?.from$
              })) {
                yield {
                  ...evt,
                  index: obj.from
                }
              }

              obj.from++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HintRecordMeetingPointFieldEvent {
    field: '$.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HintRecordToBucketFieldEvent {
    field: '$.to[].bucket'
    value: number
    index: number
  }

  export interface HintRecordToHopsFieldEvent {
    field: '$.to[].hops'
    value: number
    index: number
  }

  export interface HintRecordToSequenceFieldEvent {
    field: '$.to[].sequence'
    value: bigint
    index: number
  }

  export interface HintRecordFromBucketFieldEvent {
    field: '$.from[].bucket'
    value: number
    index: number
  }

  export interface HintRecordFromHopsFieldEvent {
    field: '$.from[].hops'
    value: number
    index: number
  }

  export interface HintRecordFromSequenceFieldEvent {
    field: '$.from[].sequence'
    value: bigint
    index: number
  }

  export function encode (obj: Partial<HintRecord>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, HintRecord.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HintRecord>): HintRecord {
    return decodeMessage(buf, HintRecord.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HintRecord>): Generator<HintRecordMeetingPointFieldEvent | HintRecordToBucketFieldEvent | HintRecordToHopsFieldEvent | HintRecordToSequenceFieldEvent | HintRecordFromBucketFieldEvent | HintRecordFromHopsFieldEvent | HintRecordFromSequenceFieldEvent> {
    return streamMessage(buf, HintRecord.codec(), opts)
  }
}

export interface HintStep {
  bucket?: number
  hops?: number
  sequence?: bigint
}

export namespace HintStep {
  let _codec: Codec<HintStep>

  export const codec = (): Codec<HintStep> => {
    if (_codec == null) {
      _codec = message<HintStep>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.bucket != null) {
          w.uint32(8)
          w.uint32(obj.bucket)
        }

        if (obj.hops != null) {
          w.uint32(16)
          w.uint32(obj.hops)
        }

        if (obj.sequence != null) {
          w.uint32(24)
          w.uint64(obj.sequence)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.bucket = reader.uint32()
              break
            }
            case 2: {
              obj.hops = reader.uint32()
              break
            }
            case 3: {
              obj.sequence = reader.uint64()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.bucket`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.hops`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HintStepBucketFieldEvent {
    field: '$.bucket'
    value: number
  }

  export interface HintStepHopsFieldEvent {
    field: '$.hops'
    value: number
  }

  export interface HintStepSequenceFieldEvent {
    field: '$.sequence'
    value: bigint
  }

  export function encode (obj: Partial<HintStep>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, HintStep.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HintStep>): HintStep {
    return decodeMessage(buf, HintStep.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HintStep>): Generator<HintStepBucketFieldEvent | HintStepHopsFieldEvent | HintStepSequenceFieldEvent> {
    return streamMessage(buf, HintStep.codec(), opts)
  }
}

export interface HintRequest {
  asset?: Uint8Array<ArrayBuffer>
  meetingPoint?: Uint8Array<ArrayBuffer>
  sequence?: bigint
  hopsLeft?: number
}

export namespace HintRequest {
  let _codec: Codec<HintRequest>

  export const codec = (): Codec<HintRequest> => {
    if (_codec == null) {
      _codec = message<HintRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.asset != null) {
          w.uint32(10)
          w.bytes(obj.asset)
        }

        if (obj.meetingPoint != null) {
          w.uint32(18)
          w.bytes(obj.meetingPoint)
        }

        if (obj.sequence != null) {
          w.uint32(24)
          w.uint64(obj.sequence)
        }

        if (obj.hopsLeft != null) {
          w.uint32(32)
          w.uint32(obj.hopsLeft)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.asset = reader.bytes()
              break
            }
            case 2: {
              obj.meetingPoint = reader.bytes()
              break
            }
            case 3: {
              obj.sequence = reader.uint64()
              break
            }
            case 4: {
              obj.hopsLeft = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.asset`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.meetingPoint`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.hopsLeft`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HintRequestAssetFieldEvent {
    field: '$.asset'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HintRequestMeetingPointFieldEvent {
    field: '$.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HintRequestSequenceFieldEvent {
    field: '$.sequence'
    value: bigint
  }

  export interface HintRequestHopsLeftFieldEvent {
    field: '$.hopsLeft'
    value: number
  }

  export function encode (obj: Partial<HintRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, HintRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HintRequest>): HintRequest {
    return decodeMessage(buf, HintRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HintRequest>): Generator<HintRequestAssetFieldEvent | HintRequestMeetingPointFieldEvent | HintRequestSequenceFieldEvent | HintRequestHopsLeftFieldEvent> {
    return streamMessage(buf, HintRequest.codec(), opts)
  }
}

export interface AttestRequest {
  meetingPoint?: Uint8Array<ArrayBuffer>
  epoch?: number
}

export namespace AttestRequest {
  let _codec: Codec<AttestRequest>

  export const codec = (): Codec<AttestRequest> => {
    if (_codec == null) {
      _codec = message<AttestRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.meetingPoint != null) {
          w.uint32(10)
          w.bytes(obj.meetingPoint)
        }

        if (obj.epoch != null) {
          w.uint32(16)
          w.uint32(obj.epoch)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.meetingPoint = reader.bytes()
              break
            }
            case 2: {
              obj.epoch = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.meetingPoint`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AttestRequestMeetingPointFieldEvent {
    field: '$.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AttestRequestEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export function encode (obj: Partial<AttestRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, AttestRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<AttestRequest>): AttestRequest {
    return decodeMessage(buf, AttestRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<AttestRequest>): Generator<AttestRequestMeetingPointFieldEvent | AttestRequestEpochFieldEvent> {
    return streamMessage(buf, AttestRequest.codec(), opts)
  }
}

export interface Attestation {
  meetingPoint?: Uint8Array<ArrayBuffer>
  epoch?: number
  key?: Uint8Array<ArrayBuffer>
  bucket?: number
  signature?: Uint8Array<ArrayBuffer>
}

export namespace Attestation {
  let _codec: Codec<Attestation>

  export const codec = (): Codec<Attestation> => {
    if (_codec == null) {
      _codec = message<Attestation>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.meetingPoint != null) {
          w.uint32(10)
          w.bytes(obj.meetingPoint)
        }

        if (obj.epoch != null) {
          w.uint32(16)
          w.uint32(obj.epoch)
        }

        if (obj.key != null) {
          w.uint32(26)
          w.bytes(obj.key)
        }

        if (obj.bucket != null) {
          w.uint32(32)
          w.uint32(obj.bucket)
        }

        if (obj.signature != null) {
          w.uint32(42)
          w.bytes(obj.signature)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.meetingPoint = reader.bytes()
              break
            }
            case 2: {
              obj.epoch = reader.uint32()
              break
            }
            case 3: {
              obj.key = reader.bytes()
              break
            }
            case 4: {
              obj.bucket = reader.uint32()
              break
            }
            case 5: {
              obj.signature = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.meetingPoint`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.key`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.bucket`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.signature`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AttestationMeetingPointFieldEvent {
    field: '$.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AttestationEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export interface AttestationKeyFieldEvent {
    field: '$.key'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AttestationBucketFieldEvent {
    field: '$.bucket'
    value: number
  }

  export interface AttestationSignatureFieldEvent {
    field: '$.signature'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Attestation>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Attestation.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Attestation>): Attestation {
    return decodeMessage(buf, Attestation.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Attestation>): Generator<AttestationMeetingPointFieldEvent | AttestationEpochFieldEvent | AttestationKeyFieldEvent | AttestationBucketFieldEvent | AttestationSignatureFieldEvent> {
    return streamMessage(buf, Attestation.codec(), opts)
  }
}

export interface Licence {
  meetingPoint?: Uint8Array<ArrayBuffer>
  epoch?: number
  hops?: number
  proof?: Uint8Array<ArrayBuffer>
  next?: Uint8Array<ArrayBuffer>
}

export namespace Licence {
  let _codec: Codec<Licence>

  export const codec = (): Codec<Licence> => {
    if (_codec == null) {
      _codec = message<Licence>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.meetingPoint != null) {
          w.uint32(10)
          w.bytes(obj.meetingPoint)
        }

        if (obj.epoch != null) {
          w.uint32(16)
          w.uint32(obj.epoch)
        }

        if (obj.hops != null) {
          w.uint32(24)
          w.uint32(obj.hops)
        }

        if (obj.proof != null) {
          w.uint32(34)
          w.bytes(obj.proof)
        }

        if (obj.next != null) {
          w.uint32(42)
          w.bytes(obj.next)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.meetingPoint = reader.bytes()
              break
            }
            case 2: {
              obj.epoch = reader.uint32()
              break
            }
            case 3: {
              obj.hops = reader.uint32()
              break
            }
            case 4: {
              obj.proof = reader.bytes()
              break
            }
            case 5: {
              obj.next = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.meetingPoint`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.hops`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.proof`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.next`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface LicenceMeetingPointFieldEvent {
    field: '$.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LicenceEpochFieldEvent {
    field: '$.epoch'
    value: number
  }

  export interface LicenceHopsFieldEvent {
    field: '$.hops'
    value: number
  }

  export interface LicenceProofFieldEvent {
    field: '$.proof'
    value: Uint8Array<ArrayBuffer>
  }

  export interface LicenceNextFieldEvent {
    field: '$.next'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Licence>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Licence.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Licence>): Licence {
    return decodeMessage(buf, Licence.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Licence>): Generator<LicenceMeetingPointFieldEvent | LicenceEpochFieldEvent | LicenceHopsFieldEvent | LicenceProofFieldEvent | LicenceNextFieldEvent> {
    return streamMessage(buf, Licence.codec(), opts)
  }
}
