/* eslint-disable require-yield */

import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface RouteFrame {
  routeId?: Uint8Array<ArrayBuffer>
  makeRoute?: MakeRoute
  haveRoute?: HaveRoute
  matched?: Matched
  haveNoRoute?: HaveNoRoute
  cancel?: Cancel
  answer?: Answer
}

export namespace RouteFrame {
  let _codec: Codec<RouteFrame>

  export const codec = (): Codec<RouteFrame> => {
    if (_codec == null) {
      _codec = message<RouteFrame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.routeId != null) {
          w.uint32(10)
          w.bytes(obj.routeId)
        }

        if (obj.makeRoute != null) {
          w.uint32(18)
          MakeRoute.codec().encode(obj.makeRoute, w)
        }

        if (obj.haveRoute != null) {
          w.uint32(26)
          HaveRoute.codec().encode(obj.haveRoute, w)
        }

        if (obj.matched != null) {
          w.uint32(34)
          Matched.codec().encode(obj.matched, w)
        }

        if (obj.haveNoRoute != null) {
          w.uint32(42)
          HaveNoRoute.codec().encode(obj.haveNoRoute, w)
        }

        if (obj.cancel != null) {
          w.uint32(50)
          Cancel.codec().encode(obj.cancel, w)
        }

        if (obj.answer != null) {
          w.uint32(58)
          Answer.codec().encode(obj.answer, w)
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
              obj.routeId = reader.bytes()
              break
            }
            case 2: {
              obj.makeRoute = MakeRoute.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.makeRoute
              })
              break
            }
            case 3: {
              obj.haveRoute = HaveRoute.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.haveRoute
              })
              break
            }
            case 4: {
              obj.matched = Matched.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.matched
              })
              break
            }
            case 5: {
              obj.haveNoRoute = HaveNoRoute.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.haveNoRoute
              })
              break
            }
            case 6: {
              obj.cancel = Cancel.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.cancel
              })
              break
            }
            case 7: {
              obj.answer = Answer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.answer
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
              yield {
                field: `${prefix}.routeId`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield * MakeRoute.codec().stream(reader, reader.uint32(), `${prefix}.makeRoute`, {
                limits: opts.limits?.makeRoute
              })

              break
            }
            case 3: {
              yield * HaveRoute.codec().stream(reader, reader.uint32(), `${prefix}.haveRoute`, {
                limits: opts.limits?.haveRoute
              })

              break
            }
            case 4: {
              yield * Matched.codec().stream(reader, reader.uint32(), `${prefix}.matched`, {
                limits: opts.limits?.matched
              })

              break
            }
            case 5: {
              yield * HaveNoRoute.codec().stream(reader, reader.uint32(), `${prefix}.haveNoRoute`, {
                limits: opts.limits?.haveNoRoute
              })

              break
            }
            case 6: {
              yield * Cancel.codec().stream(reader, reader.uint32(), `${prefix}.cancel`, {
                limits: opts.limits?.cancel
              })

              break
            }
            case 7: {
              yield * Answer.codec().stream(reader, reader.uint32(), `${prefix}.answer`, {
                limits: opts.limits?.answer
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

  export interface RouteFrameRouteIdFieldEvent {
    field: '$.routeId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteSideFieldEvent {
    field: '$.makeRoute.side'
    value: number
  }

  export interface RouteFrameMakeRouteMeetingPointFieldEvent {
    field: '$.makeRoute.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteAssetFieldEvent {
    field: '$.makeRoute.asset'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteAmountFieldEvent {
    field: '$.makeRoute.amount'
    value: bigint
  }

  export interface RouteFrameMakeRouteK1FieldEvent {
    field: '$.makeRoute.k1'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteK2FieldEvent {
    field: '$.makeRoute.k2'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteC1FieldEvent {
    field: '$.makeRoute.c1'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteC2FieldEvent {
    field: '$.makeRoute.c2'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteWaypointsFieldEvent {
    field: '$.makeRoute.waypoints[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteHopsLeftFieldEvent {
    field: '$.makeRoute.hopsLeft'
    value: number
  }

  export interface RouteFrameMakeRouteForwardsLeftFieldEvent {
    field: '$.makeRoute.forwardsLeft'
    value: number
  }

  export interface RouteFrameMakeRouteDetoursLeftFieldEvent {
    field: '$.makeRoute.detoursLeft'
    value: number
  }

  export interface RouteFrameMakeRouteTimeLeftMsFieldEvent {
    field: '$.makeRoute.timeLeftMs'
    value: number
  }

  export interface RouteFrameMakeRouteQuoteAssetInFieldEvent {
    field: '$.makeRoute.quote.assetIn'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteQuoteAssetOutFieldEvent {
    field: '$.makeRoute.quote.assetOut'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteQuoteRateFieldEvent {
    field: '$.makeRoute.quote.rate'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteQuoteBaseFieldEvent {
    field: '$.makeRoute.quote.base'
    value: bigint
  }

  export interface RouteFrameMakeRouteQuoteMinOutFieldEvent {
    field: '$.makeRoute.quote.minOut'
    value: bigint
  }

  export interface RouteFrameMakeRouteQuoteMaxOutFieldEvent {
    field: '$.makeRoute.quote.maxOut'
    value: bigint
  }

  export interface RouteFrameMakeRouteQuoteExpiryDeltaSecondsFieldEvent {
    field: '$.makeRoute.quote.expiryDeltaSeconds'
    value: number
  }

  export interface RouteFrameMakeRouteQuoteValidUntilFieldEvent {
    field: '$.makeRoute.quote.validUntil'
    value: bigint
  }

  export interface RouteFrameMakeRouteI1FieldEvent {
    field: '$.makeRoute.i1'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteI2FieldEvent {
    field: '$.makeRoute.i2'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteAlongFieldEvent {
    field: '$.makeRoute.along'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMakeRouteOpenFieldEvent {
    field: '$.makeRoute.open'
    value: number
  }

  export interface RouteFrameHaveRouteQuoteAssetInFieldEvent {
    field: '$.haveRoute.quote.assetIn'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameHaveRouteQuoteAssetOutFieldEvent {
    field: '$.haveRoute.quote.assetOut'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameHaveRouteQuoteRateFieldEvent {
    field: '$.haveRoute.quote.rate'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameHaveRouteQuoteBaseFieldEvent {
    field: '$.haveRoute.quote.base'
    value: bigint
  }

  export interface RouteFrameHaveRouteQuoteMinOutFieldEvent {
    field: '$.haveRoute.quote.minOut'
    value: bigint
  }

  export interface RouteFrameHaveRouteQuoteMaxOutFieldEvent {
    field: '$.haveRoute.quote.maxOut'
    value: bigint
  }

  export interface RouteFrameHaveRouteQuoteExpiryDeltaSecondsFieldEvent {
    field: '$.haveRoute.quote.expiryDeltaSeconds'
    value: number
  }

  export interface RouteFrameHaveRouteQuoteValidUntilFieldEvent {
    field: '$.haveRoute.quote.validUntil'
    value: bigint
  }

  export interface RouteFrameHaveRouteOnionFieldEvent {
    field: '$.haveRoute.onion'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RouteFrameMatchedAmountFieldEvent {
    field: '$.matched.amount'
    value: bigint
  }

  export interface RouteFrameHaveNoRouteReasonFieldEvent {
    field: '$.haveNoRoute.reason'
    value: number
  }

  export interface RouteFrameHaveNoRouteForwardsLeftFieldEvent {
    field: '$.haveNoRoute.forwardsLeft'
    value: number
  }

  export interface RouteFrameAnswerContentFieldEvent {
    field: '$.answer.content'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<RouteFrame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, RouteFrame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<RouteFrame>): RouteFrame {
    return decodeMessage(buf, RouteFrame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<RouteFrame>): Generator<RouteFrameRouteIdFieldEvent | RouteFrameMakeRouteSideFieldEvent | RouteFrameMakeRouteMeetingPointFieldEvent | RouteFrameMakeRouteAssetFieldEvent | RouteFrameMakeRouteAmountFieldEvent | RouteFrameMakeRouteK1FieldEvent | RouteFrameMakeRouteK2FieldEvent | RouteFrameMakeRouteC1FieldEvent | RouteFrameMakeRouteC2FieldEvent | RouteFrameMakeRouteWaypointsFieldEvent | RouteFrameMakeRouteHopsLeftFieldEvent | RouteFrameMakeRouteForwardsLeftFieldEvent | RouteFrameMakeRouteDetoursLeftFieldEvent | RouteFrameMakeRouteTimeLeftMsFieldEvent | RouteFrameMakeRouteQuoteAssetInFieldEvent | RouteFrameMakeRouteQuoteAssetOutFieldEvent | RouteFrameMakeRouteQuoteRateFieldEvent | RouteFrameMakeRouteQuoteBaseFieldEvent | RouteFrameMakeRouteQuoteMinOutFieldEvent | RouteFrameMakeRouteQuoteMaxOutFieldEvent | RouteFrameMakeRouteQuoteExpiryDeltaSecondsFieldEvent | RouteFrameMakeRouteQuoteValidUntilFieldEvent | RouteFrameMakeRouteI1FieldEvent | RouteFrameMakeRouteI2FieldEvent | RouteFrameMakeRouteAlongFieldEvent | RouteFrameMakeRouteOpenFieldEvent | RouteFrameHaveRouteQuoteAssetInFieldEvent | RouteFrameHaveRouteQuoteAssetOutFieldEvent | RouteFrameHaveRouteQuoteRateFieldEvent | RouteFrameHaveRouteQuoteBaseFieldEvent | RouteFrameHaveRouteQuoteMinOutFieldEvent | RouteFrameHaveRouteQuoteMaxOutFieldEvent | RouteFrameHaveRouteQuoteExpiryDeltaSecondsFieldEvent | RouteFrameHaveRouteQuoteValidUntilFieldEvent | RouteFrameHaveRouteOnionFieldEvent | RouteFrameMatchedAmountFieldEvent | RouteFrameHaveNoRouteReasonFieldEvent | RouteFrameHaveNoRouteForwardsLeftFieldEvent | RouteFrameAnswerContentFieldEvent> {
    return streamMessage(buf, RouteFrame.codec(), opts)
  }
}

export interface MakeRoute {
  side?: number
  meetingPoint?: Uint8Array<ArrayBuffer>
  asset?: Uint8Array<ArrayBuffer>
  amount?: bigint
  k1?: Uint8Array<ArrayBuffer>
  k2?: Uint8Array<ArrayBuffer>
  c1?: Uint8Array<ArrayBuffer>
  c2?: Uint8Array<ArrayBuffer>
  waypoints: Uint8Array<ArrayBuffer>[]
  hopsLeft?: number
  forwardsLeft?: number
  detoursLeft?: number
  timeLeftMs?: number
  quote?: Quote
  i1?: Uint8Array<ArrayBuffer>
  i2?: Uint8Array<ArrayBuffer>
  along?: Uint8Array<ArrayBuffer>
  open?: number
}

export namespace MakeRoute {
  let _codec: Codec<MakeRoute>

  export const codec = (): Codec<MakeRoute> => {
    if (_codec == null) {
      _codec = message<MakeRoute>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.side != null) {
          w.uint32(8)
          w.uint32(obj.side)
        }

        if (obj.meetingPoint != null) {
          w.uint32(18)
          w.bytes(obj.meetingPoint)
        }

        if (obj.asset != null) {
          w.uint32(26)
          w.bytes(obj.asset)
        }

        if (obj.amount != null) {
          w.uint32(32)
          w.uint64(obj.amount)
        }

        if (obj.k1 != null) {
          w.uint32(42)
          w.bytes(obj.k1)
        }

        if (obj.k2 != null) {
          w.uint32(50)
          w.bytes(obj.k2)
        }

        if (obj.c1 != null) {
          w.uint32(58)
          w.bytes(obj.c1)
        }

        if (obj.c2 != null) {
          w.uint32(66)
          w.bytes(obj.c2)
        }

        if (obj.waypoints != null && obj.waypoints.length > 0) {
          for (const value of obj.waypoints) {
            w.uint32(74)
            w.bytes(value)
          }
        }

        if (obj.hopsLeft != null) {
          w.uint32(80)
          w.uint32(obj.hopsLeft)
        }

        if (obj.forwardsLeft != null) {
          w.uint32(88)
          w.uint32(obj.forwardsLeft)
        }

        if (obj.detoursLeft != null) {
          w.uint32(96)
          w.uint32(obj.detoursLeft)
        }

        if (obj.timeLeftMs != null) {
          w.uint32(104)
          w.uint32(obj.timeLeftMs)
        }

        if (obj.quote != null) {
          w.uint32(114)
          Quote.codec().encode(obj.quote, w)
        }

        if (obj.i1 != null) {
          w.uint32(122)
          w.bytes(obj.i1)
        }

        if (obj.i2 != null) {
          w.uint32(130)
          w.bytes(obj.i2)
        }

        if (obj.along != null) {
          w.uint32(138)
          w.bytes(obj.along)
        }

        if (obj.open != null) {
          w.uint32(144)
          w.uint32(obj.open)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          waypoints: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.side = reader.uint32()
              break
            }
            case 2: {
              obj.meetingPoint = reader.bytes()
              break
            }
            case 3: {
              obj.asset = reader.bytes()
              break
            }
            case 4: {
              obj.amount = reader.uint64()
              break
            }
            case 5: {
              obj.k1 = reader.bytes()
              break
            }
            case 6: {
              obj.k2 = reader.bytes()
              break
            }
            case 7: {
              obj.c1 = reader.bytes()
              break
            }
            case 8: {
              obj.c2 = reader.bytes()
              break
            }
            case 9: {
              if (opts.limits?.waypoints != null && obj.waypoints.length === opts.limits.waypoints) {
                throw new MaxLengthError('Decode error - repeated field "waypoints" had too many elements')
              }

              if (obj.waypoints.length === 8) {
                throw new MaxLengthError('Decode error - repeated field "waypoints" had too many elements')
              }

              obj.waypoints.push(reader.bytes())
              break
            }
            case 10: {
              obj.hopsLeft = reader.uint32()
              break
            }
            case 11: {
              obj.forwardsLeft = reader.uint32()
              break
            }
            case 12: {
              obj.detoursLeft = reader.uint32()
              break
            }
            case 13: {
              obj.timeLeftMs = reader.uint32()
              break
            }
            case 14: {
              obj.quote = Quote.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.quote
              })
              break
            }
            case 15: {
              obj.i1 = reader.bytes()
              break
            }
            case 16: {
              obj.i2 = reader.bytes()
              break
            }
            case 17: {
              obj.along = reader.bytes()
              break
            }
            case 18: {
              obj.open = reader.uint32()
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
          waypoints: 8
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.side`,
                value: reader.uint32()
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
                field: `${prefix}.asset`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.amount`,
                value: reader.uint64()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.k1`,
                value: reader.bytes()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.k2`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.c1`,
                value: reader.bytes()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.c2`,
                value: reader.bytes()
              }
              break
            }
            case 9: {
              if (opts.limits?.waypoints != null && obj.waypoints === opts.limits.waypoints) {
                throw new MaxLengthError('Streaming decode error - repeated field "waypoints" had too many elements')
              }

              if (obj.waypoints === 8) {
                throw new MaxLengthError('Streaming decode error - repeated field "waypoints" had too many elements')
              }

              yield {
                field: `${prefix}.waypoints[]`,
                index: obj.waypoints,
                value: reader.bytes()
              }

              obj.waypoints++

              break
            }
            case 10: {
              yield {
                field: `${prefix}.hopsLeft`,
                value: reader.uint32()
              }
              break
            }
            case 11: {
              yield {
                field: `${prefix}.forwardsLeft`,
                value: reader.uint32()
              }
              break
            }
            case 12: {
              yield {
                field: `${prefix}.detoursLeft`,
                value: reader.uint32()
              }
              break
            }
            case 13: {
              yield {
                field: `${prefix}.timeLeftMs`,
                value: reader.uint32()
              }
              break
            }
            case 14: {
              yield * Quote.codec().stream(reader, reader.uint32(), `${prefix}.quote`, {
                limits: opts.limits?.quote
              })

              break
            }
            case 15: {
              yield {
                field: `${prefix}.i1`,
                value: reader.bytes()
              }
              break
            }
            case 16: {
              yield {
                field: `${prefix}.i2`,
                value: reader.bytes()
              }
              break
            }
            case 17: {
              yield {
                field: `${prefix}.along`,
                value: reader.bytes()
              }
              break
            }
            case 18: {
              yield {
                field: `${prefix}.open`,
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

  export interface MakeRouteSideFieldEvent {
    field: '$.side'
    value: number
  }

  export interface MakeRouteMeetingPointFieldEvent {
    field: '$.meetingPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteAssetFieldEvent {
    field: '$.asset'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteAmountFieldEvent {
    field: '$.amount'
    value: bigint
  }

  export interface MakeRouteK1FieldEvent {
    field: '$.k1'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteK2FieldEvent {
    field: '$.k2'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteC1FieldEvent {
    field: '$.c1'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteC2FieldEvent {
    field: '$.c2'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteWaypointsFieldEvent {
    field: '$.waypoints[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteHopsLeftFieldEvent {
    field: '$.hopsLeft'
    value: number
  }

  export interface MakeRouteForwardsLeftFieldEvent {
    field: '$.forwardsLeft'
    value: number
  }

  export interface MakeRouteDetoursLeftFieldEvent {
    field: '$.detoursLeft'
    value: number
  }

  export interface MakeRouteTimeLeftMsFieldEvent {
    field: '$.timeLeftMs'
    value: number
  }

  export interface MakeRouteQuoteAssetInFieldEvent {
    field: '$.quote.assetIn'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteQuoteAssetOutFieldEvent {
    field: '$.quote.assetOut'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteQuoteRateFieldEvent {
    field: '$.quote.rate'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteQuoteBaseFieldEvent {
    field: '$.quote.base'
    value: bigint
  }

  export interface MakeRouteQuoteMinOutFieldEvent {
    field: '$.quote.minOut'
    value: bigint
  }

  export interface MakeRouteQuoteMaxOutFieldEvent {
    field: '$.quote.maxOut'
    value: bigint
  }

  export interface MakeRouteQuoteExpiryDeltaSecondsFieldEvent {
    field: '$.quote.expiryDeltaSeconds'
    value: number
  }

  export interface MakeRouteQuoteValidUntilFieldEvent {
    field: '$.quote.validUntil'
    value: bigint
  }

  export interface MakeRouteI1FieldEvent {
    field: '$.i1'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteI2FieldEvent {
    field: '$.i2'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteAlongFieldEvent {
    field: '$.along'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MakeRouteOpenFieldEvent {
    field: '$.open'
    value: number
  }

  export function encode (obj: Partial<MakeRoute>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, MakeRoute.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MakeRoute>): MakeRoute {
    return decodeMessage(buf, MakeRoute.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MakeRoute>): Generator<MakeRouteSideFieldEvent | MakeRouteMeetingPointFieldEvent | MakeRouteAssetFieldEvent | MakeRouteAmountFieldEvent | MakeRouteK1FieldEvent | MakeRouteK2FieldEvent | MakeRouteC1FieldEvent | MakeRouteC2FieldEvent | MakeRouteWaypointsFieldEvent | MakeRouteHopsLeftFieldEvent | MakeRouteForwardsLeftFieldEvent | MakeRouteDetoursLeftFieldEvent | MakeRouteTimeLeftMsFieldEvent | MakeRouteQuoteAssetInFieldEvent | MakeRouteQuoteAssetOutFieldEvent | MakeRouteQuoteRateFieldEvent | MakeRouteQuoteBaseFieldEvent | MakeRouteQuoteMinOutFieldEvent | MakeRouteQuoteMaxOutFieldEvent | MakeRouteQuoteExpiryDeltaSecondsFieldEvent | MakeRouteQuoteValidUntilFieldEvent | MakeRouteI1FieldEvent | MakeRouteI2FieldEvent | MakeRouteAlongFieldEvent | MakeRouteOpenFieldEvent> {
    return streamMessage(buf, MakeRoute.codec(), opts)
  }
}

export interface Quote {
  assetIn?: Uint8Array<ArrayBuffer>
  assetOut?: Uint8Array<ArrayBuffer>
  rate?: Uint8Array<ArrayBuffer>
  base?: bigint
  minOut?: bigint
  maxOut?: bigint
  expiryDeltaSeconds?: number
  validUntil?: bigint
}

export namespace Quote {
  let _codec: Codec<Quote>

  export const codec = (): Codec<Quote> => {
    if (_codec == null) {
      _codec = message<Quote>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.assetIn != null) {
          w.uint32(10)
          w.bytes(obj.assetIn)
        }

        if (obj.assetOut != null) {
          w.uint32(18)
          w.bytes(obj.assetOut)
        }

        if (obj.rate != null) {
          w.uint32(26)
          w.bytes(obj.rate)
        }

        if (obj.base != null) {
          w.uint32(32)
          w.uint64(obj.base)
        }

        if (obj.minOut != null) {
          w.uint32(40)
          w.uint64(obj.minOut)
        }

        if (obj.maxOut != null) {
          w.uint32(48)
          w.uint64(obj.maxOut)
        }

        if (obj.expiryDeltaSeconds != null) {
          w.uint32(56)
          w.uint32(obj.expiryDeltaSeconds)
        }

        if (obj.validUntil != null) {
          w.uint32(64)
          w.uint64(obj.validUntil)
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
              obj.assetIn = reader.bytes()
              break
            }
            case 2: {
              obj.assetOut = reader.bytes()
              break
            }
            case 3: {
              obj.rate = reader.bytes()
              break
            }
            case 4: {
              obj.base = reader.uint64()
              break
            }
            case 5: {
              obj.minOut = reader.uint64()
              break
            }
            case 6: {
              obj.maxOut = reader.uint64()
              break
            }
            case 7: {
              obj.expiryDeltaSeconds = reader.uint32()
              break
            }
            case 8: {
              obj.validUntil = reader.uint64()
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
                field: `${prefix}.assetIn`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.assetOut`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.rate`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.base`,
                value: reader.uint64()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.minOut`,
                value: reader.uint64()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.maxOut`,
                value: reader.uint64()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.expiryDeltaSeconds`,
                value: reader.uint32()
              }
              break
            }
            case 8: {
              yield {
                field: `${prefix}.validUntil`,
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

  export interface QuoteAssetInFieldEvent {
    field: '$.assetIn'
    value: Uint8Array<ArrayBuffer>
  }

  export interface QuoteAssetOutFieldEvent {
    field: '$.assetOut'
    value: Uint8Array<ArrayBuffer>
  }

  export interface QuoteRateFieldEvent {
    field: '$.rate'
    value: Uint8Array<ArrayBuffer>
  }

  export interface QuoteBaseFieldEvent {
    field: '$.base'
    value: bigint
  }

  export interface QuoteMinOutFieldEvent {
    field: '$.minOut'
    value: bigint
  }

  export interface QuoteMaxOutFieldEvent {
    field: '$.maxOut'
    value: bigint
  }

  export interface QuoteExpiryDeltaSecondsFieldEvent {
    field: '$.expiryDeltaSeconds'
    value: number
  }

  export interface QuoteValidUntilFieldEvent {
    field: '$.validUntil'
    value: bigint
  }

  export function encode (obj: Partial<Quote>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Quote.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Quote>): Quote {
    return decodeMessage(buf, Quote.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Quote>): Generator<QuoteAssetInFieldEvent | QuoteAssetOutFieldEvent | QuoteRateFieldEvent | QuoteBaseFieldEvent | QuoteMinOutFieldEvent | QuoteMaxOutFieldEvent | QuoteExpiryDeltaSecondsFieldEvent | QuoteValidUntilFieldEvent> {
    return streamMessage(buf, Quote.codec(), opts)
  }
}

export interface HaveRoute {
  quote?: Quote
  onion?: Uint8Array<ArrayBuffer>
}

export namespace HaveRoute {
  let _codec: Codec<HaveRoute>

  export const codec = (): Codec<HaveRoute> => {
    if (_codec == null) {
      _codec = message<HaveRoute>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.quote != null) {
          w.uint32(10)
          Quote.codec().encode(obj.quote, w)
        }

        if (obj.onion != null) {
          w.uint32(18)
          w.bytes(obj.onion)
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
              obj.quote = Quote.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.quote
              })
              break
            }
            case 2: {
              obj.onion = reader.bytes()
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
              yield * Quote.codec().stream(reader, reader.uint32(), `${prefix}.quote`, {
                limits: opts.limits?.quote
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.onion`,
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

  export interface HaveRouteQuoteAssetInFieldEvent {
    field: '$.quote.assetIn'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HaveRouteQuoteAssetOutFieldEvent {
    field: '$.quote.assetOut'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HaveRouteQuoteRateFieldEvent {
    field: '$.quote.rate'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HaveRouteQuoteBaseFieldEvent {
    field: '$.quote.base'
    value: bigint
  }

  export interface HaveRouteQuoteMinOutFieldEvent {
    field: '$.quote.minOut'
    value: bigint
  }

  export interface HaveRouteQuoteMaxOutFieldEvent {
    field: '$.quote.maxOut'
    value: bigint
  }

  export interface HaveRouteQuoteExpiryDeltaSecondsFieldEvent {
    field: '$.quote.expiryDeltaSeconds'
    value: number
  }

  export interface HaveRouteQuoteValidUntilFieldEvent {
    field: '$.quote.validUntil'
    value: bigint
  }

  export interface HaveRouteOnionFieldEvent {
    field: '$.onion'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<HaveRoute>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, HaveRoute.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HaveRoute>): HaveRoute {
    return decodeMessage(buf, HaveRoute.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HaveRoute>): Generator<HaveRouteQuoteAssetInFieldEvent | HaveRouteQuoteAssetOutFieldEvent | HaveRouteQuoteRateFieldEvent | HaveRouteQuoteBaseFieldEvent | HaveRouteQuoteMinOutFieldEvent | HaveRouteQuoteMaxOutFieldEvent | HaveRouteQuoteExpiryDeltaSecondsFieldEvent | HaveRouteQuoteValidUntilFieldEvent | HaveRouteOnionFieldEvent> {
    return streamMessage(buf, HaveRoute.codec(), opts)
  }
}

export interface Matched {
  amount?: bigint
}

export namespace Matched {
  let _codec: Codec<Matched>

  export const codec = (): Codec<Matched> => {
    if (_codec == null) {
      _codec = message<Matched>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.amount != null) {
          w.uint32(8)
          w.uint64(obj.amount)
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
              obj.amount = reader.uint64()
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
                field: `${prefix}.amount`,
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

  export interface MatchedAmountFieldEvent {
    field: '$.amount'
    value: bigint
  }

  export function encode (obj: Partial<Matched>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Matched.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Matched>): Matched {
    return decodeMessage(buf, Matched.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Matched>): Generator<MatchedAmountFieldEvent> {
    return streamMessage(buf, Matched.codec(), opts)
  }
}

export interface HaveNoRoute {
  reason?: number
  forwardsLeft?: number
}

export namespace HaveNoRoute {
  let _codec: Codec<HaveNoRoute>

  export const codec = (): Codec<HaveNoRoute> => {
    if (_codec == null) {
      _codec = message<HaveNoRoute>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.reason != null) {
          w.uint32(8)
          w.uint32(obj.reason)
        }

        if (obj.forwardsLeft != null) {
          w.uint32(16)
          w.uint32(obj.forwardsLeft)
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
            case 2: {
              obj.forwardsLeft = reader.uint32()
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
            case 2: {
              yield {
                field: `${prefix}.forwardsLeft`,
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

  export interface HaveNoRouteReasonFieldEvent {
    field: '$.reason'
    value: number
  }

  export interface HaveNoRouteForwardsLeftFieldEvent {
    field: '$.forwardsLeft'
    value: number
  }

  export function encode (obj: Partial<HaveNoRoute>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, HaveNoRoute.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HaveNoRoute>): HaveNoRoute {
    return decodeMessage(buf, HaveNoRoute.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<HaveNoRoute>): Generator<HaveNoRouteReasonFieldEvent | HaveNoRouteForwardsLeftFieldEvent> {
    return streamMessage(buf, HaveNoRoute.codec(), opts)
  }
}

export interface Cancel {}

export namespace Cancel {
  let _codec: Codec<Cancel>

  export const codec = (): Codec<Cancel> => {
    if (_codec == null) {
      _codec = message<Cancel>((obj, w, opts = {}) => {
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

  export function encode (obj: Partial<Cancel>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Cancel.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Cancel>): Cancel {
    return decodeMessage(buf, Cancel.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Cancel>): Generator<{}> {
    return streamMessage(buf, Cancel.codec(), opts)
  }
}

export interface Answer {
  content?: Uint8Array<ArrayBuffer>
}

export namespace Answer {
  let _codec: Codec<Answer>

  export const codec = (): Codec<Answer> => {
    if (_codec == null) {
      _codec = message<Answer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.content != null) {
          w.uint32(10)
          w.bytes(obj.content)
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
              obj.content = reader.bytes()
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
                field: `${prefix}.content`,
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

  export interface AnswerContentFieldEvent {
    field: '$.content'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Answer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Answer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Answer>): Answer {
    return decodeMessage(buf, Answer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Answer>): Generator<AnswerContentFieldEvent> {
    return streamMessage(buf, Answer.codec(), opts)
  }
}
