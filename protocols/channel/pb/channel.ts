/* eslint-disable require-yield */

import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface ChannelFrame {
  channelId?: Uint8Array<ArrayBuffer>
  open?: Open
  accept?: Accept
  refuse?: Refuse
  propose?: Propose
  agree?: Row
  commit?: Row
  ack?: Row
  secrets?: Secrets
  reestablish?: Reestablish
  closed?: Closed
  fault?: Fault
  funded?: Funded
  signed?: Signed
  closeReady?: CloseReady
  closeOffer?: CloseOffer
  closeSign?: CloseSign
}

export namespace ChannelFrame {
  let _codec: Codec<ChannelFrame>

  export const codec = (): Codec<ChannelFrame> => {
    if (_codec == null) {
      _codec = message<ChannelFrame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.channelId != null) {
          w.uint32(10)
          w.bytes(obj.channelId)
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

        if (obj.propose != null) {
          w.uint32(42)
          Propose.codec().encode(obj.propose, w)
        }

        if (obj.agree != null) {
          w.uint32(50)
          Row.codec().encode(obj.agree, w)
        }

        if (obj.commit != null) {
          w.uint32(58)
          Row.codec().encode(obj.commit, w)
        }

        if (obj.ack != null) {
          w.uint32(66)
          Row.codec().encode(obj.ack, w)
        }

        if (obj.secrets != null) {
          w.uint32(74)
          Secrets.codec().encode(obj.secrets, w)
        }

        if (obj.reestablish != null) {
          w.uint32(82)
          Reestablish.codec().encode(obj.reestablish, w)
        }

        if (obj.closed != null) {
          w.uint32(90)
          Closed.codec().encode(obj.closed, w)
        }

        if (obj.fault != null) {
          w.uint32(98)
          Fault.codec().encode(obj.fault, w)
        }

        if (obj.funded != null) {
          w.uint32(106)
          Funded.codec().encode(obj.funded, w)
        }

        if (obj.signed != null) {
          w.uint32(114)
          Signed.codec().encode(obj.signed, w)
        }

        if (obj.closeReady != null) {
          w.uint32(122)
          CloseReady.codec().encode(obj.closeReady, w)
        }

        if (obj.closeOffer != null) {
          w.uint32(130)
          CloseOffer.codec().encode(obj.closeOffer, w)
        }

        if (obj.closeSign != null) {
          w.uint32(138)
          CloseSign.codec().encode(obj.closeSign, w)
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
              obj.channelId = reader.bytes()
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
              obj.propose = Propose.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.propose
              })
              break
            }
            case 6: {
              obj.agree = Row.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.agree
              })
              break
            }
            case 7: {
              obj.commit = Row.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.commit
              })
              break
            }
            case 8: {
              obj.ack = Row.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.ack
              })
              break
            }
            case 9: {
              obj.secrets = Secrets.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.secrets
              })
              break
            }
            case 10: {
              obj.reestablish = Reestablish.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.reestablish
              })
              break
            }
            case 11: {
              obj.closed = Closed.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.closed
              })
              break
            }
            case 12: {
              obj.fault = Fault.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.fault
              })
              break
            }
            case 13: {
              obj.funded = Funded.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.funded
              })
              break
            }
            case 14: {
              obj.signed = Signed.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.signed
              })
              break
            }
            case 15: {
              obj.closeReady = CloseReady.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.closeReady
              })
              break
            }
            case 16: {
              obj.closeOffer = CloseOffer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.closeOffer
              })
              break
            }
            case 17: {
              obj.closeSign = CloseSign.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.closeSign
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
                field: `${prefix}.channelId`,
                value: reader.bytes()
              }
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
              yield * Propose.codec().stream(reader, reader.uint32(), `${prefix}.propose`, {
                limits: opts.limits?.propose
              })

              break
            }
            case 6: {
              yield * Row.codec().stream(reader, reader.uint32(), `${prefix}.agree`, {
                limits: opts.limits?.agree
              })

              break
            }
            case 7: {
              yield * Row.codec().stream(reader, reader.uint32(), `${prefix}.commit`, {
                limits: opts.limits?.commit
              })

              break
            }
            case 8: {
              yield * Row.codec().stream(reader, reader.uint32(), `${prefix}.ack`, {
                limits: opts.limits?.ack
              })

              break
            }
            case 9: {
              yield * Secrets.codec().stream(reader, reader.uint32(), `${prefix}.secrets`, {
                limits: opts.limits?.secrets
              })

              break
            }
            case 10: {
              yield * Reestablish.codec().stream(reader, reader.uint32(), `${prefix}.reestablish`, {
                limits: opts.limits?.reestablish
              })

              break
            }
            case 11: {
              yield * Closed.codec().stream(reader, reader.uint32(), `${prefix}.closed`, {
                limits: opts.limits?.closed
              })

              break
            }
            case 12: {
              yield * Fault.codec().stream(reader, reader.uint32(), `${prefix}.fault`, {
                limits: opts.limits?.fault
              })

              break
            }
            case 13: {
              yield * Funded.codec().stream(reader, reader.uint32(), `${prefix}.funded`, {
                limits: opts.limits?.funded
              })

              break
            }
            case 14: {
              yield * Signed.codec().stream(reader, reader.uint32(), `${prefix}.signed`, {
                limits: opts.limits?.signed
              })

              break
            }
            case 15: {
              yield * CloseReady.codec().stream(reader, reader.uint32(), `${prefix}.closeReady`, {
                limits: opts.limits?.closeReady
              })

              break
            }
            case 16: {
              yield * CloseOffer.codec().stream(reader, reader.uint32(), `${prefix}.closeOffer`, {
                limits: opts.limits?.closeOffer
              })

              break
            }
            case 17: {
              yield * CloseSign.codec().stream(reader, reader.uint32(), `${prefix}.closeSign`, {
                limits: opts.limits?.closeSign
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

  export interface ChannelFrameChannelIdFieldEvent {
    field: '$.channelId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameOpenAssetFieldEvent {
    field: '$.open.asset'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameOpenTrustLineOpenerLimitFieldEvent {
    field: '$.open.trustLine.openerLimit'
    value: bigint
  }

  export interface ChannelFrameOpenTrustLineAcceptorLimitFieldEvent {
    field: '$.open.trustLine.acceptorLimit'
    value: bigint
  }

  export interface ChannelFrameOpenEnforcedFormatFieldEvent {
    field: '$.open.enforced.format'
    value: number
  }

  export interface ChannelFrameOpenEnforcedFundingSatFieldEvent {
    field: '$.open.enforced.fundingSat'
    value: bigint
  }

  export interface ChannelFrameOpenEnforcedPushFieldEvent {
    field: '$.open.enforced.push'
    value: bigint
  }

  export interface ChannelFrameOpenEnforcedToSelfDelayBlocksFieldEvent {
    field: '$.open.enforced.toSelfDelayBlocks'
    value: number
  }

  export interface ChannelFrameOpenEnforcedFeeRatePerKwFieldEvent {
    field: '$.open.enforced.feeRatePerKw'
    value: number
  }

  export interface ChannelFrameOpenEnforcedKeysFieldEvent {
    field: '$.open.enforced.keys[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameOpenEnforcedPointsFieldEvent {
    field: '$.open.enforced.points[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameOpenEnforcedContributionSatFieldEvent {
    field: '$.open.enforced.contributionSat'
    value: bigint
  }

  export interface ChannelFrameOpenEnforcedFundingSatPerKvbFieldEvent {
    field: '$.open.enforced.fundingSatPerKvb'
    value: bigint
  }

  export interface ChannelFrameOpenEvidenceSignaturesFieldEvent {
    field: '$.open.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameOpenEvidencePreSignaturesFieldEvent {
    field: '$.open.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameOpenEvidenceRevocationSecretFieldEvent {
    field: '$.open.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameOpenEvidenceNextPointFieldEvent {
    field: '$.open.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAcceptEvidenceSignaturesFieldEvent {
    field: '$.accept.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAcceptEvidencePreSignaturesFieldEvent {
    field: '$.accept.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAcceptEvidenceRevocationSecretFieldEvent {
    field: '$.accept.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAcceptEvidenceNextPointFieldEvent {
    field: '$.accept.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAcceptEnforcedKeysFieldEvent {
    field: '$.accept.enforced.keys[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAcceptEnforcedPointsFieldEvent {
    field: '$.accept.enforced.points[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAcceptEnforcedShareInputsTxidFieldEvent {
    field: '$.accept.enforced.share.inputs[].txid'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameAcceptEnforcedShareInputsIndexFieldEvent {
    field: '$.accept.enforced.share.inputs[].index'
    value: number
    index: number
  }

  export interface ChannelFrameAcceptEnforcedShareInputsOutputValueSatFieldEvent {
    field: '$.accept.enforced.share.inputs[].output.valueSat'
    value: bigint
    index: number
  }

  export interface ChannelFrameAcceptEnforcedShareInputsOutputScriptFieldEvent {
    field: '$.accept.enforced.share.inputs[].output.script'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameAcceptEnforcedShareChangeValueSatFieldEvent {
    field: '$.accept.enforced.share.change.valueSat'
    value: bigint
  }

  export interface ChannelFrameAcceptEnforcedShareChangeScriptFieldEvent {
    field: '$.accept.enforced.share.change.script'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameRefuseReasonFieldEvent {
    field: '$.refuse.reason'
    value: number
  }

  export interface ChannelFrameProposeRoundFieldEvent {
    field: '$.propose.round'
    value: bigint
  }

  export interface ChannelFrameProposeUpdatesAddIdFieldEvent {
    field: '$.propose.updates[].add.id'
    value: bigint
    index: number
  }

  export interface ChannelFrameProposeUpdatesAddAmountFieldEvent {
    field: '$.propose.updates[].add.amount'
    value: bigint
    index: number
  }

  export interface ChannelFrameProposeUpdatesAddExpiryClockFieldEvent {
    field: '$.propose.updates[].add.expiry.clock'
    value: number
    index: number
  }

  export interface ChannelFrameProposeUpdatesAddExpiryValueFieldEvent {
    field: '$.propose.updates[].add.expiry.value'
    value: bigint
    index: number
  }

  export interface ChannelFrameProposeUpdatesAddPointFieldEvent {
    field: '$.propose.updates[].add.point'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameProposeUpdatesAddRouteIdFieldEvent {
    field: '$.propose.updates[].add.routeId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameProposeUpdatesAddMessageFieldEvent {
    field: '$.propose.updates[].add.message'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameProposeUpdatesAddOnionFieldEvent {
    field: '$.propose.updates[].add.onion'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameProposeUpdatesFulfilIdFieldEvent {
    field: '$.propose.updates[].fulfil.id'
    value: bigint
    index: number
  }

  export interface ChannelFrameProposeUpdatesFulfilSecretFieldEvent {
    field: '$.propose.updates[].fulfil.secret'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameProposeUpdatesFailIdFieldEvent {
    field: '$.propose.updates[].fail.id'
    value: bigint
    index: number
  }

  export interface ChannelFrameProposeUpdatesFailReasonFieldEvent {
    field: '$.propose.updates[].fail.reason'
    value: number
    index: number
  }

  export interface ChannelFrameProposeUpdatesExpireIdFieldEvent {
    field: '$.propose.updates[].expire.id'
    value: bigint
    index: number
  }

  export interface ChannelFrameProposeUpdatesSetLimitLimitFieldEvent {
    field: '$.propose.updates[].setLimit.limit'
    value: bigint
    index: number
  }

  export interface ChannelFrameProposeEvidenceSignaturesFieldEvent {
    field: '$.propose.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameProposeEvidencePreSignaturesFieldEvent {
    field: '$.propose.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameProposeEvidenceRevocationSecretFieldEvent {
    field: '$.propose.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameProposeEvidenceNextPointFieldEvent {
    field: '$.propose.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAgreeRoundFieldEvent {
    field: '$.agree.round'
    value: bigint
  }

  export interface ChannelFrameAgreeEvidenceSignaturesFieldEvent {
    field: '$.agree.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAgreeEvidencePreSignaturesFieldEvent {
    field: '$.agree.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAgreeEvidenceRevocationSecretFieldEvent {
    field: '$.agree.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAgreeEvidenceNextPointFieldEvent {
    field: '$.agree.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCommitRoundFieldEvent {
    field: '$.commit.round'
    value: bigint
  }

  export interface ChannelFrameCommitEvidenceSignaturesFieldEvent {
    field: '$.commit.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCommitEvidencePreSignaturesFieldEvent {
    field: '$.commit.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCommitEvidenceRevocationSecretFieldEvent {
    field: '$.commit.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCommitEvidenceNextPointFieldEvent {
    field: '$.commit.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAckRoundFieldEvent {
    field: '$.ack.round'
    value: bigint
  }

  export interface ChannelFrameAckEvidenceSignaturesFieldEvent {
    field: '$.ack.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAckEvidencePreSignaturesFieldEvent {
    field: '$.ack.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAckEvidenceRevocationSecretFieldEvent {
    field: '$.ack.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameAckEvidenceNextPointFieldEvent {
    field: '$.ack.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameSecretsSecretsIdFieldEvent {
    field: '$.secrets.secrets[].id'
    value: bigint
    index: number
  }

  export interface ChannelFrameSecretsSecretsSecretFieldEvent {
    field: '$.secrets.secrets[].secret'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameReestablishLocalNumberFieldEvent {
    field: '$.reestablish.localNumber'
    value: bigint
  }

  export interface ChannelFrameReestablishRemoteNumberFieldEvent {
    field: '$.reestablish.remoteNumber'
    value: bigint
  }

  export interface ChannelFrameReestablishRoundFieldEvent {
    field: '$.reestablish.round'
    value: bigint
  }

  export interface ChannelFrameReestablishPhaseFieldEvent {
    field: '$.reestablish.phase'
    value: number
  }

  export interface ChannelFrameReestablishDigestFieldEvent {
    field: '$.reestablish.digest'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameReestablishLastSecretFieldEvent {
    field: '$.reestablish.lastSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameReestablishNextPointFieldEvent {
    field: '$.reestablish.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameFaultRequirementFieldEvent {
    field: '$.fault.requirement'
    value: string
  }

  export interface ChannelFrameFundedTxidFieldEvent {
    field: '$.funded.txid'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameFundedIndexFieldEvent {
    field: '$.funded.index'
    value: number
  }

  export interface ChannelFrameFundedEvidenceSignaturesFieldEvent {
    field: '$.funded.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameFundedEvidencePreSignaturesFieldEvent {
    field: '$.funded.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameFundedEvidenceRevocationSecretFieldEvent {
    field: '$.funded.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameFundedEvidenceNextPointFieldEvent {
    field: '$.funded.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameFundedShareInputsTxidFieldEvent {
    field: '$.funded.share.inputs[].txid'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameFundedShareInputsIndexFieldEvent {
    field: '$.funded.share.inputs[].index'
    value: number
    index: number
  }

  export interface ChannelFrameFundedShareInputsOutputValueSatFieldEvent {
    field: '$.funded.share.inputs[].output.valueSat'
    value: bigint
    index: number
  }

  export interface ChannelFrameFundedShareInputsOutputScriptFieldEvent {
    field: '$.funded.share.inputs[].output.script'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ChannelFrameFundedShareChangeValueSatFieldEvent {
    field: '$.funded.share.change.valueSat'
    value: bigint
  }

  export interface ChannelFrameFundedShareChangeScriptFieldEvent {
    field: '$.funded.share.change.script'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameSignedEvidenceSignaturesFieldEvent {
    field: '$.signed.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameSignedEvidencePreSignaturesFieldEvent {
    field: '$.signed.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameSignedEvidenceRevocationSecretFieldEvent {
    field: '$.signed.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameSignedEvidenceNextPointFieldEvent {
    field: '$.signed.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameSignedWitnessesFieldEvent {
    field: '$.signed.witnesses[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCloseReadyScriptFieldEvent {
    field: '$.closeReady.script'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCloseReadyNonceFieldEvent {
    field: '$.closeReady.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCloseOfferFeeSatFieldEvent {
    field: '$.closeOffer.feeSat'
    value: bigint
  }

  export interface ChannelFrameCloseOfferNonceFieldEvent {
    field: '$.closeOffer.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCloseOfferPartialFieldEvent {
    field: '$.closeOffer.partial'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCloseSignPartialFieldEvent {
    field: '$.closeSign.partial'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ChannelFrameCloseSignNonceFieldEvent {
    field: '$.closeSign.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<ChannelFrame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ChannelFrame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ChannelFrame>): ChannelFrame {
    return decodeMessage(buf, ChannelFrame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ChannelFrame>): Generator<ChannelFrameChannelIdFieldEvent | ChannelFrameOpenAssetFieldEvent | ChannelFrameOpenTrustLineOpenerLimitFieldEvent | ChannelFrameOpenTrustLineAcceptorLimitFieldEvent | ChannelFrameOpenEnforcedFormatFieldEvent | ChannelFrameOpenEnforcedFundingSatFieldEvent | ChannelFrameOpenEnforcedPushFieldEvent | ChannelFrameOpenEnforcedToSelfDelayBlocksFieldEvent | ChannelFrameOpenEnforcedFeeRatePerKwFieldEvent | ChannelFrameOpenEnforcedKeysFieldEvent | ChannelFrameOpenEnforcedPointsFieldEvent | ChannelFrameOpenEnforcedContributionSatFieldEvent | ChannelFrameOpenEnforcedFundingSatPerKvbFieldEvent | ChannelFrameOpenEvidenceSignaturesFieldEvent | ChannelFrameOpenEvidencePreSignaturesFieldEvent | ChannelFrameOpenEvidenceRevocationSecretFieldEvent | ChannelFrameOpenEvidenceNextPointFieldEvent | ChannelFrameAcceptEvidenceSignaturesFieldEvent | ChannelFrameAcceptEvidencePreSignaturesFieldEvent | ChannelFrameAcceptEvidenceRevocationSecretFieldEvent | ChannelFrameAcceptEvidenceNextPointFieldEvent | ChannelFrameAcceptEnforcedKeysFieldEvent | ChannelFrameAcceptEnforcedPointsFieldEvent | ChannelFrameAcceptEnforcedShareInputsTxidFieldEvent | ChannelFrameAcceptEnforcedShareInputsIndexFieldEvent | ChannelFrameAcceptEnforcedShareInputsOutputValueSatFieldEvent | ChannelFrameAcceptEnforcedShareInputsOutputScriptFieldEvent | ChannelFrameAcceptEnforcedShareChangeValueSatFieldEvent | ChannelFrameAcceptEnforcedShareChangeScriptFieldEvent | ChannelFrameRefuseReasonFieldEvent | ChannelFrameProposeRoundFieldEvent | ChannelFrameProposeUpdatesAddIdFieldEvent | ChannelFrameProposeUpdatesAddAmountFieldEvent | ChannelFrameProposeUpdatesAddExpiryClockFieldEvent | ChannelFrameProposeUpdatesAddExpiryValueFieldEvent | ChannelFrameProposeUpdatesAddPointFieldEvent | ChannelFrameProposeUpdatesAddRouteIdFieldEvent | ChannelFrameProposeUpdatesAddMessageFieldEvent | ChannelFrameProposeUpdatesAddOnionFieldEvent | ChannelFrameProposeUpdatesFulfilIdFieldEvent | ChannelFrameProposeUpdatesFulfilSecretFieldEvent | ChannelFrameProposeUpdatesFailIdFieldEvent | ChannelFrameProposeUpdatesFailReasonFieldEvent | ChannelFrameProposeUpdatesExpireIdFieldEvent | ChannelFrameProposeUpdatesSetLimitLimitFieldEvent | ChannelFrameProposeEvidenceSignaturesFieldEvent | ChannelFrameProposeEvidencePreSignaturesFieldEvent | ChannelFrameProposeEvidenceRevocationSecretFieldEvent | ChannelFrameProposeEvidenceNextPointFieldEvent | ChannelFrameAgreeRoundFieldEvent | ChannelFrameAgreeEvidenceSignaturesFieldEvent | ChannelFrameAgreeEvidencePreSignaturesFieldEvent | ChannelFrameAgreeEvidenceRevocationSecretFieldEvent | ChannelFrameAgreeEvidenceNextPointFieldEvent | ChannelFrameCommitRoundFieldEvent | ChannelFrameCommitEvidenceSignaturesFieldEvent | ChannelFrameCommitEvidencePreSignaturesFieldEvent | ChannelFrameCommitEvidenceRevocationSecretFieldEvent | ChannelFrameCommitEvidenceNextPointFieldEvent | ChannelFrameAckRoundFieldEvent | ChannelFrameAckEvidenceSignaturesFieldEvent | ChannelFrameAckEvidencePreSignaturesFieldEvent | ChannelFrameAckEvidenceRevocationSecretFieldEvent | ChannelFrameAckEvidenceNextPointFieldEvent | ChannelFrameSecretsSecretsIdFieldEvent | ChannelFrameSecretsSecretsSecretFieldEvent | ChannelFrameReestablishLocalNumberFieldEvent | ChannelFrameReestablishRemoteNumberFieldEvent | ChannelFrameReestablishRoundFieldEvent | ChannelFrameReestablishPhaseFieldEvent | ChannelFrameReestablishDigestFieldEvent | ChannelFrameReestablishLastSecretFieldEvent | ChannelFrameReestablishNextPointFieldEvent | ChannelFrameFaultRequirementFieldEvent | ChannelFrameFundedTxidFieldEvent | ChannelFrameFundedIndexFieldEvent | ChannelFrameFundedEvidenceSignaturesFieldEvent | ChannelFrameFundedEvidencePreSignaturesFieldEvent | ChannelFrameFundedEvidenceRevocationSecretFieldEvent | ChannelFrameFundedEvidenceNextPointFieldEvent | ChannelFrameFundedShareInputsTxidFieldEvent | ChannelFrameFundedShareInputsIndexFieldEvent | ChannelFrameFundedShareInputsOutputValueSatFieldEvent | ChannelFrameFundedShareInputsOutputScriptFieldEvent | ChannelFrameFundedShareChangeValueSatFieldEvent | ChannelFrameFundedShareChangeScriptFieldEvent | ChannelFrameSignedEvidenceSignaturesFieldEvent | ChannelFrameSignedEvidencePreSignaturesFieldEvent | ChannelFrameSignedEvidenceRevocationSecretFieldEvent | ChannelFrameSignedEvidenceNextPointFieldEvent | ChannelFrameSignedWitnessesFieldEvent | ChannelFrameCloseReadyScriptFieldEvent | ChannelFrameCloseReadyNonceFieldEvent | ChannelFrameCloseOfferFeeSatFieldEvent | ChannelFrameCloseOfferNonceFieldEvent | ChannelFrameCloseOfferPartialFieldEvent | ChannelFrameCloseSignPartialFieldEvent | ChannelFrameCloseSignNonceFieldEvent> {
    return streamMessage(buf, ChannelFrame.codec(), opts)
  }
}

export interface Open {
  asset?: Uint8Array<ArrayBuffer>
  trustLine?: TrustLineOpening
  enforced?: EnforcedOpening
  evidence?: Evidence
}

export namespace Open {
  let _codec: Codec<Open>

  export const codec = (): Codec<Open> => {
    if (_codec == null) {
      _codec = message<Open>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.asset != null) {
          w.uint32(10)
          w.bytes(obj.asset)
        }

        if (obj.trustLine != null) {
          w.uint32(18)
          TrustLineOpening.codec().encode(obj.trustLine, w)
        }

        if (obj.enforced != null) {
          w.uint32(26)
          EnforcedOpening.codec().encode(obj.enforced, w)
        }

        if (obj.evidence != null) {
          w.uint32(34)
          Evidence.codec().encode(obj.evidence, w)
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
              obj.trustLine = TrustLineOpening.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.trustLine
              })
              break
            }
            case 3: {
              obj.enforced = EnforcedOpening.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.enforced
              })
              break
            }
            case 4: {
              obj.evidence = Evidence.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.evidence
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
                field: `${prefix}.asset`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield * TrustLineOpening.codec().stream(reader, reader.uint32(), `${prefix}.trustLine`, {
                limits: opts.limits?.trustLine
              })

              break
            }
            case 3: {
              yield * EnforcedOpening.codec().stream(reader, reader.uint32(), `${prefix}.enforced`, {
                limits: opts.limits?.enforced
              })

              break
            }
            case 4: {
              yield * Evidence.codec().stream(reader, reader.uint32(), `${prefix}.evidence`, {
                limits: opts.limits?.evidence
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

  export interface OpenAssetFieldEvent {
    field: '$.asset'
    value: Uint8Array<ArrayBuffer>
  }

  export interface OpenTrustLineOpenerLimitFieldEvent {
    field: '$.trustLine.openerLimit'
    value: bigint
  }

  export interface OpenTrustLineAcceptorLimitFieldEvent {
    field: '$.trustLine.acceptorLimit'
    value: bigint
  }

  export interface OpenEnforcedFormatFieldEvent {
    field: '$.enforced.format'
    value: number
  }

  export interface OpenEnforcedFundingSatFieldEvent {
    field: '$.enforced.fundingSat'
    value: bigint
  }

  export interface OpenEnforcedPushFieldEvent {
    field: '$.enforced.push'
    value: bigint
  }

  export interface OpenEnforcedToSelfDelayBlocksFieldEvent {
    field: '$.enforced.toSelfDelayBlocks'
    value: number
  }

  export interface OpenEnforcedFeeRatePerKwFieldEvent {
    field: '$.enforced.feeRatePerKw'
    value: number
  }

  export interface OpenEnforcedKeysFieldEvent {
    field: '$.enforced.keys[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface OpenEnforcedPointsFieldEvent {
    field: '$.enforced.points[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface OpenEnforcedContributionSatFieldEvent {
    field: '$.enforced.contributionSat'
    value: bigint
  }

  export interface OpenEnforcedFundingSatPerKvbFieldEvent {
    field: '$.enforced.fundingSatPerKvb'
    value: bigint
  }

  export interface OpenEvidenceSignaturesFieldEvent {
    field: '$.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface OpenEvidencePreSignaturesFieldEvent {
    field: '$.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface OpenEvidenceRevocationSecretFieldEvent {
    field: '$.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface OpenEvidenceNextPointFieldEvent {
    field: '$.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Open>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Open.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Open>): Open {
    return decodeMessage(buf, Open.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Open>): Generator<OpenAssetFieldEvent | OpenTrustLineOpenerLimitFieldEvent | OpenTrustLineAcceptorLimitFieldEvent | OpenEnforcedFormatFieldEvent | OpenEnforcedFundingSatFieldEvent | OpenEnforcedPushFieldEvent | OpenEnforcedToSelfDelayBlocksFieldEvent | OpenEnforcedFeeRatePerKwFieldEvent | OpenEnforcedKeysFieldEvent | OpenEnforcedPointsFieldEvent | OpenEnforcedContributionSatFieldEvent | OpenEnforcedFundingSatPerKvbFieldEvent | OpenEvidenceSignaturesFieldEvent | OpenEvidencePreSignaturesFieldEvent | OpenEvidenceRevocationSecretFieldEvent | OpenEvidenceNextPointFieldEvent> {
    return streamMessage(buf, Open.codec(), opts)
  }
}

export interface TrustLineOpening {
  openerLimit?: bigint
  acceptorLimit?: bigint
}

export namespace TrustLineOpening {
  let _codec: Codec<TrustLineOpening>

  export const codec = (): Codec<TrustLineOpening> => {
    if (_codec == null) {
      _codec = message<TrustLineOpening>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.openerLimit != null) {
          w.uint32(8)
          w.uint64(obj.openerLimit)
        }

        if (obj.acceptorLimit != null) {
          w.uint32(16)
          w.uint64(obj.acceptorLimit)
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
              obj.openerLimit = reader.uint64()
              break
            }
            case 2: {
              obj.acceptorLimit = reader.uint64()
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
                field: `${prefix}.openerLimit`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.acceptorLimit`,
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

  export interface TrustLineOpeningOpenerLimitFieldEvent {
    field: '$.openerLimit'
    value: bigint
  }

  export interface TrustLineOpeningAcceptorLimitFieldEvent {
    field: '$.acceptorLimit'
    value: bigint
  }

  export function encode (obj: Partial<TrustLineOpening>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, TrustLineOpening.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TrustLineOpening>): TrustLineOpening {
    return decodeMessage(buf, TrustLineOpening.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<TrustLineOpening>): Generator<TrustLineOpeningOpenerLimitFieldEvent | TrustLineOpeningAcceptorLimitFieldEvent> {
    return streamMessage(buf, TrustLineOpening.codec(), opts)
  }
}

export interface EnforcedOpening {
  format?: number
  fundingSat?: bigint
  push?: bigint
  toSelfDelayBlocks?: number
  feeRatePerKw?: number
  keys: Uint8Array<ArrayBuffer>[]
  points: Uint8Array<ArrayBuffer>[]
  contributionSat?: bigint
  fundingSatPerKvb?: bigint
}

export namespace EnforcedOpening {
  let _codec: Codec<EnforcedOpening>

  export const codec = (): Codec<EnforcedOpening> => {
    if (_codec == null) {
      _codec = message<EnforcedOpening>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.format != null) {
          w.uint32(8)
          w.uint32(obj.format)
        }

        if (obj.fundingSat != null) {
          w.uint32(16)
          w.uint64(obj.fundingSat)
        }

        if (obj.push != null) {
          w.uint32(24)
          w.uint64(obj.push)
        }

        if (obj.toSelfDelayBlocks != null) {
          w.uint32(32)
          w.uint32(obj.toSelfDelayBlocks)
        }

        if (obj.feeRatePerKw != null) {
          w.uint32(40)
          w.uint32(obj.feeRatePerKw)
        }

        if (obj.keys != null && obj.keys.length > 0) {
          for (const value of obj.keys) {
            w.uint32(50)
            w.bytes(value)
          }
        }

        if (obj.points != null && obj.points.length > 0) {
          for (const value of obj.points) {
            w.uint32(58)
            w.bytes(value)
          }
        }

        if (obj.contributionSat != null) {
          w.uint32(64)
          w.uint64(obj.contributionSat)
        }

        if (obj.fundingSatPerKvb != null) {
          w.uint32(72)
          w.uint64(obj.fundingSatPerKvb)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          keys: [],
          points: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.format = reader.uint32()
              break
            }
            case 2: {
              obj.fundingSat = reader.uint64()
              break
            }
            case 3: {
              obj.push = reader.uint64()
              break
            }
            case 4: {
              obj.toSelfDelayBlocks = reader.uint32()
              break
            }
            case 5: {
              obj.feeRatePerKw = reader.uint32()
              break
            }
            case 6: {
              if (opts.limits?.keys != null && obj.keys.length === opts.limits.keys) {
                throw new MaxLengthError('Decode error - repeated field "keys" had too many elements')
              }

              if (obj.keys.length === 5) {
                throw new MaxLengthError('Decode error - repeated field "keys" had too many elements')
              }

              obj.keys.push(reader.bytes())
              break
            }
            case 7: {
              if (opts.limits?.points != null && obj.points.length === opts.limits.points) {
                throw new MaxLengthError('Decode error - repeated field "points" had too many elements')
              }

              if (obj.points.length === 2) {
                throw new MaxLengthError('Decode error - repeated field "points" had too many elements')
              }

              obj.points.push(reader.bytes())
              break
            }
            case 8: {
              obj.contributionSat = reader.uint64()
              break
            }
            case 9: {
              obj.fundingSatPerKvb = reader.uint64()
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
          keys: 5,
          points: 2
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.format`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.fundingSat`,
                value: reader.uint64()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.push`,
                value: reader.uint64()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.toSelfDelayBlocks`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.feeRatePerKw`,
                value: reader.uint32()
              }
              break
            }
            case 6: {
              if (opts.limits?.keys != null && obj.keys === opts.limits.keys) {
                throw new MaxLengthError('Streaming decode error - repeated field "keys" had too many elements')
              }

              if (obj.keys === 5) {
                throw new MaxLengthError('Streaming decode error - repeated field "keys" had too many elements')
              }

              yield {
                field: `${prefix}.keys[]`,
                index: obj.keys,
                value: reader.bytes()
              }

              obj.keys++

              break
            }
            case 7: {
              if (opts.limits?.points != null && obj.points === opts.limits.points) {
                throw new MaxLengthError('Streaming decode error - repeated field "points" had too many elements')
              }

              if (obj.points === 2) {
                throw new MaxLengthError('Streaming decode error - repeated field "points" had too many elements')
              }

              yield {
                field: `${prefix}.points[]`,
                index: obj.points,
                value: reader.bytes()
              }

              obj.points++

              break
            }
            case 8: {
              yield {
                field: `${prefix}.contributionSat`,
                value: reader.uint64()
              }
              break
            }
            case 9: {
              yield {
                field: `${prefix}.fundingSatPerKvb`,
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

  export interface EnforcedOpeningFormatFieldEvent {
    field: '$.format'
    value: number
  }

  export interface EnforcedOpeningFundingSatFieldEvent {
    field: '$.fundingSat'
    value: bigint
  }

  export interface EnforcedOpeningPushFieldEvent {
    field: '$.push'
    value: bigint
  }

  export interface EnforcedOpeningToSelfDelayBlocksFieldEvent {
    field: '$.toSelfDelayBlocks'
    value: number
  }

  export interface EnforcedOpeningFeeRatePerKwFieldEvent {
    field: '$.feeRatePerKw'
    value: number
  }

  export interface EnforcedOpeningKeysFieldEvent {
    field: '$.keys[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface EnforcedOpeningPointsFieldEvent {
    field: '$.points[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface EnforcedOpeningContributionSatFieldEvent {
    field: '$.contributionSat'
    value: bigint
  }

  export interface EnforcedOpeningFundingSatPerKvbFieldEvent {
    field: '$.fundingSatPerKvb'
    value: bigint
  }

  export function encode (obj: Partial<EnforcedOpening>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, EnforcedOpening.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<EnforcedOpening>): EnforcedOpening {
    return decodeMessage(buf, EnforcedOpening.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<EnforcedOpening>): Generator<EnforcedOpeningFormatFieldEvent | EnforcedOpeningFundingSatFieldEvent | EnforcedOpeningPushFieldEvent | EnforcedOpeningToSelfDelayBlocksFieldEvent | EnforcedOpeningFeeRatePerKwFieldEvent | EnforcedOpeningKeysFieldEvent | EnforcedOpeningPointsFieldEvent | EnforcedOpeningContributionSatFieldEvent | EnforcedOpeningFundingSatPerKvbFieldEvent> {
    return streamMessage(buf, EnforcedOpening.codec(), opts)
  }
}

export interface Share {
  inputs: ShareInput[]
  change?: ShareOutput
}

export namespace Share {
  let _codec: Codec<Share>

  export const codec = (): Codec<Share> => {
    if (_codec == null) {
      _codec = message<Share>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.inputs != null && obj.inputs.length > 0) {
          for (const value of obj.inputs) {
            w.uint32(10)
            ShareInput.codec().encode(value, w)
          }
        }

        if (obj.change != null) {
          w.uint32(18)
          ShareOutput.codec().encode(obj.change, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          inputs: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.inputs != null && obj.inputs.length === opts.limits.inputs) {
                throw new MaxLengthError('Decode error - repeated field "inputs" had too many elements')
              }

              if (obj.inputs.length === 16) {
                throw new MaxLengthError('Decode error - repeated field "inputs" had too many elements')
              }

              obj.inputs.push(ShareInput.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.inputs$
              }))
              break
            }
            case 2: {
              obj.change = ShareOutput.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.change
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
        const obj = {
          inputs: 16
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.inputs != null && obj.inputs === opts.limits.inputs) {
                throw new MaxLengthError('Streaming decode error - repeated field "inputs" had too many elements')
              }

              if (obj.inputs === 16) {
                throw new MaxLengthError('Streaming decode error - repeated field "inputs" had too many elements')
              }

              for (const evt of ShareInput.codec().stream(reader, reader.uint32(), `${prefix}.inputs[]`, {
                limits: opts.limits?.inputs$
              })) {
                yield {
                  ...evt,
                  index: obj.inputs
                }
              }

              obj.inputs++

              break
            }
            case 2: {
              yield * ShareOutput.codec().stream(reader, reader.uint32(), `${prefix}.change`, {
                limits: opts.limits?.change
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

  export interface ShareInputsTxidFieldEvent {
    field: '$.inputs[].txid'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ShareInputsIndexFieldEvent {
    field: '$.inputs[].index'
    value: number
    index: number
  }

  export interface ShareInputsOutputValueSatFieldEvent {
    field: '$.inputs[].output.valueSat'
    value: bigint
    index: number
  }

  export interface ShareInputsOutputScriptFieldEvent {
    field: '$.inputs[].output.script'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ShareChangeValueSatFieldEvent {
    field: '$.change.valueSat'
    value: bigint
  }

  export interface ShareChangeScriptFieldEvent {
    field: '$.change.script'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Share>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Share.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Share>): Share {
    return decodeMessage(buf, Share.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Share>): Generator<ShareInputsTxidFieldEvent | ShareInputsIndexFieldEvent | ShareInputsOutputValueSatFieldEvent | ShareInputsOutputScriptFieldEvent | ShareChangeValueSatFieldEvent | ShareChangeScriptFieldEvent> {
    return streamMessage(buf, Share.codec(), opts)
  }
}

export interface ShareInput {
  txid?: Uint8Array<ArrayBuffer>
  index?: number
  output?: ShareOutput
}

export namespace ShareInput {
  let _codec: Codec<ShareInput>

  export const codec = (): Codec<ShareInput> => {
    if (_codec == null) {
      _codec = message<ShareInput>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.txid != null) {
          w.uint32(10)
          w.bytes(obj.txid)
        }

        if (obj.index != null) {
          w.uint32(16)
          w.uint32(obj.index)
        }

        if (obj.output != null) {
          w.uint32(26)
          ShareOutput.codec().encode(obj.output, w)
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
              obj.txid = reader.bytes()
              break
            }
            case 2: {
              obj.index = reader.uint32()
              break
            }
            case 3: {
              obj.output = ShareOutput.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.output
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
                field: `${prefix}.txid`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.index`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield * ShareOutput.codec().stream(reader, reader.uint32(), `${prefix}.output`, {
                limits: opts.limits?.output
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

  export interface ShareInputTxidFieldEvent {
    field: '$.txid'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ShareInputIndexFieldEvent {
    field: '$.index'
    value: number
  }

  export interface ShareInputOutputValueSatFieldEvent {
    field: '$.output.valueSat'
    value: bigint
  }

  export interface ShareInputOutputScriptFieldEvent {
    field: '$.output.script'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<ShareInput>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ShareInput.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ShareInput>): ShareInput {
    return decodeMessage(buf, ShareInput.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ShareInput>): Generator<ShareInputTxidFieldEvent | ShareInputIndexFieldEvent | ShareInputOutputValueSatFieldEvent | ShareInputOutputScriptFieldEvent> {
    return streamMessage(buf, ShareInput.codec(), opts)
  }
}

export interface ShareOutput {
  valueSat?: bigint
  script?: Uint8Array<ArrayBuffer>
}

export namespace ShareOutput {
  let _codec: Codec<ShareOutput>

  export const codec = (): Codec<ShareOutput> => {
    if (_codec == null) {
      _codec = message<ShareOutput>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.valueSat != null) {
          w.uint32(8)
          w.uint64(obj.valueSat)
        }

        if (obj.script != null) {
          w.uint32(18)
          w.bytes(obj.script)
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
              obj.valueSat = reader.uint64()
              break
            }
            case 2: {
              obj.script = reader.bytes()
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
                field: `${prefix}.valueSat`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.script`,
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

  export interface ShareOutputValueSatFieldEvent {
    field: '$.valueSat'
    value: bigint
  }

  export interface ShareOutputScriptFieldEvent {
    field: '$.script'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<ShareOutput>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, ShareOutput.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ShareOutput>): ShareOutput {
    return decodeMessage(buf, ShareOutput.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<ShareOutput>): Generator<ShareOutputValueSatFieldEvent | ShareOutputScriptFieldEvent> {
    return streamMessage(buf, ShareOutput.codec(), opts)
  }
}

export interface Accept {
  evidence?: Evidence
  enforced?: EnforcedAcceptance
}

export namespace Accept {
  let _codec: Codec<Accept>

  export const codec = (): Codec<Accept> => {
    if (_codec == null) {
      _codec = message<Accept>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.evidence != null) {
          w.uint32(10)
          Evidence.codec().encode(obj.evidence, w)
        }

        if (obj.enforced != null) {
          w.uint32(18)
          EnforcedAcceptance.codec().encode(obj.enforced, w)
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
              obj.evidence = Evidence.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.evidence
              })
              break
            }
            case 2: {
              obj.enforced = EnforcedAcceptance.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.enforced
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
              yield * Evidence.codec().stream(reader, reader.uint32(), `${prefix}.evidence`, {
                limits: opts.limits?.evidence
              })

              break
            }
            case 2: {
              yield * EnforcedAcceptance.codec().stream(reader, reader.uint32(), `${prefix}.enforced`, {
                limits: opts.limits?.enforced
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

  export interface AcceptEvidenceSignaturesFieldEvent {
    field: '$.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface AcceptEvidencePreSignaturesFieldEvent {
    field: '$.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface AcceptEvidenceRevocationSecretFieldEvent {
    field: '$.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AcceptEvidenceNextPointFieldEvent {
    field: '$.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AcceptEnforcedKeysFieldEvent {
    field: '$.enforced.keys[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface AcceptEnforcedPointsFieldEvent {
    field: '$.enforced.points[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface AcceptEnforcedShareInputsTxidFieldEvent {
    field: '$.enforced.share.inputs[].txid'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AcceptEnforcedShareInputsIndexFieldEvent {
    field: '$.enforced.share.inputs[].index'
    value: number
    index: number
  }

  export interface AcceptEnforcedShareInputsOutputValueSatFieldEvent {
    field: '$.enforced.share.inputs[].output.valueSat'
    value: bigint
    index: number
  }

  export interface AcceptEnforcedShareInputsOutputScriptFieldEvent {
    field: '$.enforced.share.inputs[].output.script'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface AcceptEnforcedShareChangeValueSatFieldEvent {
    field: '$.enforced.share.change.valueSat'
    value: bigint
  }

  export interface AcceptEnforcedShareChangeScriptFieldEvent {
    field: '$.enforced.share.change.script'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Accept>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Accept.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Accept>): Accept {
    return decodeMessage(buf, Accept.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Accept>): Generator<AcceptEvidenceSignaturesFieldEvent | AcceptEvidencePreSignaturesFieldEvent | AcceptEvidenceRevocationSecretFieldEvent | AcceptEvidenceNextPointFieldEvent | AcceptEnforcedKeysFieldEvent | AcceptEnforcedPointsFieldEvent | AcceptEnforcedShareInputsTxidFieldEvent | AcceptEnforcedShareInputsIndexFieldEvent | AcceptEnforcedShareInputsOutputValueSatFieldEvent | AcceptEnforcedShareInputsOutputScriptFieldEvent | AcceptEnforcedShareChangeValueSatFieldEvent | AcceptEnforcedShareChangeScriptFieldEvent> {
    return streamMessage(buf, Accept.codec(), opts)
  }
}

export interface EnforcedAcceptance {
  keys: Uint8Array<ArrayBuffer>[]
  points: Uint8Array<ArrayBuffer>[]
  share?: Share
}

export namespace EnforcedAcceptance {
  let _codec: Codec<EnforcedAcceptance>

  export const codec = (): Codec<EnforcedAcceptance> => {
    if (_codec == null) {
      _codec = message<EnforcedAcceptance>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.keys != null && obj.keys.length > 0) {
          for (const value of obj.keys) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (obj.points != null && obj.points.length > 0) {
          for (const value of obj.points) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (obj.share != null) {
          w.uint32(26)
          Share.codec().encode(obj.share, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          keys: [],
          points: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.keys != null && obj.keys.length === opts.limits.keys) {
                throw new MaxLengthError('Decode error - repeated field "keys" had too many elements')
              }

              if (obj.keys.length === 5) {
                throw new MaxLengthError('Decode error - repeated field "keys" had too many elements')
              }

              obj.keys.push(reader.bytes())
              break
            }
            case 2: {
              if (opts.limits?.points != null && obj.points.length === opts.limits.points) {
                throw new MaxLengthError('Decode error - repeated field "points" had too many elements')
              }

              if (obj.points.length === 2) {
                throw new MaxLengthError('Decode error - repeated field "points" had too many elements')
              }

              obj.points.push(reader.bytes())
              break
            }
            case 3: {
              obj.share = Share.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.share
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
        const obj = {
          keys: 5,
          points: 2
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.keys != null && obj.keys === opts.limits.keys) {
                throw new MaxLengthError('Streaming decode error - repeated field "keys" had too many elements')
              }

              if (obj.keys === 5) {
                throw new MaxLengthError('Streaming decode error - repeated field "keys" had too many elements')
              }

              yield {
                field: `${prefix}.keys[]`,
                index: obj.keys,
                value: reader.bytes()
              }

              obj.keys++

              break
            }
            case 2: {
              if (opts.limits?.points != null && obj.points === opts.limits.points) {
                throw new MaxLengthError('Streaming decode error - repeated field "points" had too many elements')
              }

              if (obj.points === 2) {
                throw new MaxLengthError('Streaming decode error - repeated field "points" had too many elements')
              }

              yield {
                field: `${prefix}.points[]`,
                index: obj.points,
                value: reader.bytes()
              }

              obj.points++

              break
            }
            case 3: {
              yield * Share.codec().stream(reader, reader.uint32(), `${prefix}.share`, {
                limits: opts.limits?.share
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

  export interface EnforcedAcceptanceKeysFieldEvent {
    field: '$.keys[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface EnforcedAcceptancePointsFieldEvent {
    field: '$.points[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface EnforcedAcceptanceShareInputsTxidFieldEvent {
    field: '$.share.inputs[].txid'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface EnforcedAcceptanceShareInputsIndexFieldEvent {
    field: '$.share.inputs[].index'
    value: number
    index: number
  }

  export interface EnforcedAcceptanceShareInputsOutputValueSatFieldEvent {
    field: '$.share.inputs[].output.valueSat'
    value: bigint
    index: number
  }

  export interface EnforcedAcceptanceShareInputsOutputScriptFieldEvent {
    field: '$.share.inputs[].output.script'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface EnforcedAcceptanceShareChangeValueSatFieldEvent {
    field: '$.share.change.valueSat'
    value: bigint
  }

  export interface EnforcedAcceptanceShareChangeScriptFieldEvent {
    field: '$.share.change.script'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<EnforcedAcceptance>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, EnforcedAcceptance.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<EnforcedAcceptance>): EnforcedAcceptance {
    return decodeMessage(buf, EnforcedAcceptance.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<EnforcedAcceptance>): Generator<EnforcedAcceptanceKeysFieldEvent | EnforcedAcceptancePointsFieldEvent | EnforcedAcceptanceShareInputsTxidFieldEvent | EnforcedAcceptanceShareInputsIndexFieldEvent | EnforcedAcceptanceShareInputsOutputValueSatFieldEvent | EnforcedAcceptanceShareInputsOutputScriptFieldEvent | EnforcedAcceptanceShareChangeValueSatFieldEvent | EnforcedAcceptanceShareChangeScriptFieldEvent> {
    return streamMessage(buf, EnforcedAcceptance.codec(), opts)
  }
}

export interface Funded {
  txid?: Uint8Array<ArrayBuffer>
  index?: number
  evidence?: Evidence
  share?: Share
}

export namespace Funded {
  let _codec: Codec<Funded>

  export const codec = (): Codec<Funded> => {
    if (_codec == null) {
      _codec = message<Funded>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.txid != null) {
          w.uint32(10)
          w.bytes(obj.txid)
        }

        if (obj.index != null) {
          w.uint32(16)
          w.uint32(obj.index)
        }

        if (obj.evidence != null) {
          w.uint32(26)
          Evidence.codec().encode(obj.evidence, w)
        }

        if (obj.share != null) {
          w.uint32(34)
          Share.codec().encode(obj.share, w)
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
              obj.txid = reader.bytes()
              break
            }
            case 2: {
              obj.index = reader.uint32()
              break
            }
            case 3: {
              obj.evidence = Evidence.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.evidence
              })
              break
            }
            case 4: {
              obj.share = Share.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.share
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
                field: `${prefix}.txid`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.index`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield * Evidence.codec().stream(reader, reader.uint32(), `${prefix}.evidence`, {
                limits: opts.limits?.evidence
              })

              break
            }
            case 4: {
              yield * Share.codec().stream(reader, reader.uint32(), `${prefix}.share`, {
                limits: opts.limits?.share
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

  export interface FundedTxidFieldEvent {
    field: '$.txid'
    value: Uint8Array<ArrayBuffer>
  }

  export interface FundedIndexFieldEvent {
    field: '$.index'
    value: number
  }

  export interface FundedEvidenceSignaturesFieldEvent {
    field: '$.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface FundedEvidencePreSignaturesFieldEvent {
    field: '$.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface FundedEvidenceRevocationSecretFieldEvent {
    field: '$.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface FundedEvidenceNextPointFieldEvent {
    field: '$.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface FundedShareInputsTxidFieldEvent {
    field: '$.share.inputs[].txid'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface FundedShareInputsIndexFieldEvent {
    field: '$.share.inputs[].index'
    value: number
    index: number
  }

  export interface FundedShareInputsOutputValueSatFieldEvent {
    field: '$.share.inputs[].output.valueSat'
    value: bigint
    index: number
  }

  export interface FundedShareInputsOutputScriptFieldEvent {
    field: '$.share.inputs[].output.script'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface FundedShareChangeValueSatFieldEvent {
    field: '$.share.change.valueSat'
    value: bigint
  }

  export interface FundedShareChangeScriptFieldEvent {
    field: '$.share.change.script'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Funded>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Funded.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Funded>): Funded {
    return decodeMessage(buf, Funded.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Funded>): Generator<FundedTxidFieldEvent | FundedIndexFieldEvent | FundedEvidenceSignaturesFieldEvent | FundedEvidencePreSignaturesFieldEvent | FundedEvidenceRevocationSecretFieldEvent | FundedEvidenceNextPointFieldEvent | FundedShareInputsTxidFieldEvent | FundedShareInputsIndexFieldEvent | FundedShareInputsOutputValueSatFieldEvent | FundedShareInputsOutputScriptFieldEvent | FundedShareChangeValueSatFieldEvent | FundedShareChangeScriptFieldEvent> {
    return streamMessage(buf, Funded.codec(), opts)
  }
}

export interface Signed {
  evidence?: Evidence
  witnesses: Uint8Array<ArrayBuffer>[]
}

export namespace Signed {
  let _codec: Codec<Signed>

  export const codec = (): Codec<Signed> => {
    if (_codec == null) {
      _codec = message<Signed>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.evidence != null) {
          w.uint32(10)
          Evidence.codec().encode(obj.evidence, w)
        }

        if (obj.witnesses != null && obj.witnesses.length > 0) {
          for (const value of obj.witnesses) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          witnesses: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.evidence = Evidence.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.evidence
              })
              break
            }
            case 2: {
              if (opts.limits?.witnesses != null && obj.witnesses.length === opts.limits.witnesses) {
                throw new MaxLengthError('Decode error - repeated field "witnesses" had too many elements')
              }

              if (obj.witnesses.length === 16) {
                throw new MaxLengthError('Decode error - repeated field "witnesses" had too many elements')
              }

              obj.witnesses.push(reader.bytes())
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
          witnesses: 16
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Evidence.codec().stream(reader, reader.uint32(), `${prefix}.evidence`, {
                limits: opts.limits?.evidence
              })

              break
            }
            case 2: {
              if (opts.limits?.witnesses != null && obj.witnesses === opts.limits.witnesses) {
                throw new MaxLengthError('Streaming decode error - repeated field "witnesses" had too many elements')
              }

              if (obj.witnesses === 16) {
                throw new MaxLengthError('Streaming decode error - repeated field "witnesses" had too many elements')
              }

              yield {
                field: `${prefix}.witnesses[]`,
                index: obj.witnesses,
                value: reader.bytes()
              }

              obj.witnesses++

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

  export interface SignedEvidenceSignaturesFieldEvent {
    field: '$.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface SignedEvidencePreSignaturesFieldEvent {
    field: '$.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface SignedEvidenceRevocationSecretFieldEvent {
    field: '$.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface SignedEvidenceNextPointFieldEvent {
    field: '$.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export interface SignedWitnessesFieldEvent {
    field: '$.witnesses[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Signed>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Signed.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Signed>): Signed {
    return decodeMessage(buf, Signed.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Signed>): Generator<SignedEvidenceSignaturesFieldEvent | SignedEvidencePreSignaturesFieldEvent | SignedEvidenceRevocationSecretFieldEvent | SignedEvidenceNextPointFieldEvent | SignedWitnessesFieldEvent> {
    return streamMessage(buf, Signed.codec(), opts)
  }
}

export interface CloseReady {
  script?: Uint8Array<ArrayBuffer>
  nonce?: Uint8Array<ArrayBuffer>
}

export namespace CloseReady {
  let _codec: Codec<CloseReady>

  export const codec = (): Codec<CloseReady> => {
    if (_codec == null) {
      _codec = message<CloseReady>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.script != null) {
          w.uint32(10)
          w.bytes(obj.script)
        }

        if (obj.nonce != null) {
          w.uint32(18)
          w.bytes(obj.nonce)
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
              obj.script = reader.bytes()
              break
            }
            case 2: {
              obj.nonce = reader.bytes()
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
                field: `${prefix}.script`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.nonce`,
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

  export interface CloseReadyScriptFieldEvent {
    field: '$.script'
    value: Uint8Array<ArrayBuffer>
  }

  export interface CloseReadyNonceFieldEvent {
    field: '$.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<CloseReady>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, CloseReady.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CloseReady>): CloseReady {
    return decodeMessage(buf, CloseReady.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CloseReady>): Generator<CloseReadyScriptFieldEvent | CloseReadyNonceFieldEvent> {
    return streamMessage(buf, CloseReady.codec(), opts)
  }
}

export interface CloseOffer {
  feeSat?: bigint
  nonce?: Uint8Array<ArrayBuffer>
  partial?: Uint8Array<ArrayBuffer>
}

export namespace CloseOffer {
  let _codec: Codec<CloseOffer>

  export const codec = (): Codec<CloseOffer> => {
    if (_codec == null) {
      _codec = message<CloseOffer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.feeSat != null) {
          w.uint32(8)
          w.uint64(obj.feeSat)
        }

        if (obj.nonce != null) {
          w.uint32(18)
          w.bytes(obj.nonce)
        }

        if (obj.partial != null) {
          w.uint32(26)
          w.bytes(obj.partial)
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
              obj.feeSat = reader.uint64()
              break
            }
            case 2: {
              obj.nonce = reader.bytes()
              break
            }
            case 3: {
              obj.partial = reader.bytes()
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
                field: `${prefix}.feeSat`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.nonce`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.partial`,
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

  export interface CloseOfferFeeSatFieldEvent {
    field: '$.feeSat'
    value: bigint
  }

  export interface CloseOfferNonceFieldEvent {
    field: '$.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export interface CloseOfferPartialFieldEvent {
    field: '$.partial'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<CloseOffer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, CloseOffer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CloseOffer>): CloseOffer {
    return decodeMessage(buf, CloseOffer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CloseOffer>): Generator<CloseOfferFeeSatFieldEvent | CloseOfferNonceFieldEvent | CloseOfferPartialFieldEvent> {
    return streamMessage(buf, CloseOffer.codec(), opts)
  }
}

export interface CloseSign {
  partial?: Uint8Array<ArrayBuffer>
  nonce?: Uint8Array<ArrayBuffer>
}

export namespace CloseSign {
  let _codec: Codec<CloseSign>

  export const codec = (): Codec<CloseSign> => {
    if (_codec == null) {
      _codec = message<CloseSign>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.partial != null) {
          w.uint32(10)
          w.bytes(obj.partial)
        }

        if (obj.nonce != null) {
          w.uint32(18)
          w.bytes(obj.nonce)
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
              obj.partial = reader.bytes()
              break
            }
            case 2: {
              obj.nonce = reader.bytes()
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
                field: `${prefix}.partial`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.nonce`,
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

  export interface CloseSignPartialFieldEvent {
    field: '$.partial'
    value: Uint8Array<ArrayBuffer>
  }

  export interface CloseSignNonceFieldEvent {
    field: '$.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<CloseSign>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, CloseSign.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CloseSign>): CloseSign {
    return decodeMessage(buf, CloseSign.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CloseSign>): Generator<CloseSignPartialFieldEvent | CloseSignNonceFieldEvent> {
    return streamMessage(buf, CloseSign.codec(), opts)
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

export interface Evidence {
  signatures: Uint8Array<ArrayBuffer>[]
  preSignatures: Uint8Array<ArrayBuffer>[]
  revocationSecret?: Uint8Array<ArrayBuffer>
  nextPoint?: Uint8Array<ArrayBuffer>
}

export namespace Evidence {
  let _codec: Codec<Evidence>

  export const codec = (): Codec<Evidence> => {
    if (_codec == null) {
      _codec = message<Evidence>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.signatures != null && obj.signatures.length > 0) {
          for (const value of obj.signatures) {
            w.uint32(10)
            w.bytes(value)
          }
        }

        if (obj.preSignatures != null && obj.preSignatures.length > 0) {
          for (const value of obj.preSignatures) {
            w.uint32(18)
            w.bytes(value)
          }
        }

        if (obj.revocationSecret != null) {
          w.uint32(26)
          w.bytes(obj.revocationSecret)
        }

        if (obj.nextPoint != null) {
          w.uint32(34)
          w.bytes(obj.nextPoint)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          signatures: [],
          preSignatures: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.signatures != null && obj.signatures.length === opts.limits.signatures) {
                throw new MaxLengthError('Decode error - repeated field "signatures" had too many elements')
              }

              if (obj.signatures.length === 900) {
                throw new MaxLengthError('Decode error - repeated field "signatures" had too many elements')
              }

              obj.signatures.push(reader.bytes())
              break
            }
            case 2: {
              if (opts.limits?.preSignatures != null && obj.preSignatures.length === opts.limits.preSignatures) {
                throw new MaxLengthError('Decode error - repeated field "preSignatures" had too many elements')
              }

              if (obj.preSignatures.length === 900) {
                throw new MaxLengthError('Decode error - repeated field "preSignatures" had too many elements')
              }

              obj.preSignatures.push(reader.bytes())
              break
            }
            case 3: {
              obj.revocationSecret = reader.bytes()
              break
            }
            case 4: {
              obj.nextPoint = reader.bytes()
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
          signatures: 900,
          preSignatures: 900
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.signatures != null && obj.signatures === opts.limits.signatures) {
                throw new MaxLengthError('Streaming decode error - repeated field "signatures" had too many elements')
              }

              if (obj.signatures === 900) {
                throw new MaxLengthError('Streaming decode error - repeated field "signatures" had too many elements')
              }

              yield {
                field: `${prefix}.signatures[]`,
                index: obj.signatures,
                value: reader.bytes()
              }

              obj.signatures++

              break
            }
            case 2: {
              if (opts.limits?.preSignatures != null && obj.preSignatures === opts.limits.preSignatures) {
                throw new MaxLengthError('Streaming decode error - repeated field "preSignatures" had too many elements')
              }

              if (obj.preSignatures === 900) {
                throw new MaxLengthError('Streaming decode error - repeated field "preSignatures" had too many elements')
              }

              yield {
                field: `${prefix}.preSignatures[]`,
                index: obj.preSignatures,
                value: reader.bytes()
              }

              obj.preSignatures++

              break
            }
            case 3: {
              yield {
                field: `${prefix}.revocationSecret`,
                value: reader.bytes()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.nextPoint`,
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

  export interface EvidenceSignaturesFieldEvent {
    field: '$.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidencePreSignaturesFieldEvent {
    field: '$.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidenceRevocationSecretFieldEvent {
    field: '$.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface EvidenceNextPointFieldEvent {
    field: '$.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Evidence>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Evidence.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Evidence>): Evidence {
    return decodeMessage(buf, Evidence.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Evidence>): Generator<EvidenceSignaturesFieldEvent | EvidencePreSignaturesFieldEvent | EvidenceRevocationSecretFieldEvent | EvidenceNextPointFieldEvent> {
    return streamMessage(buf, Evidence.codec(), opts)
  }
}

export interface Propose {
  round?: bigint
  updates: Update[]
  evidence?: Evidence
}

export namespace Propose {
  let _codec: Codec<Propose>

  export const codec = (): Codec<Propose> => {
    if (_codec == null) {
      _codec = message<Propose>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.round != null) {
          w.uint32(8)
          w.uint64(obj.round)
        }

        if (obj.updates != null && obj.updates.length > 0) {
          for (const value of obj.updates) {
            w.uint32(18)
            Update.codec().encode(value, w)
          }
        }

        if (obj.evidence != null) {
          w.uint32(26)
          Evidence.codec().encode(obj.evidence, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          updates: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.round = reader.uint64()
              break
            }
            case 2: {
              if (opts.limits?.updates != null && obj.updates.length === opts.limits.updates) {
                throw new MaxLengthError('Decode error - repeated field "updates" had too many elements')
              }

              if (obj.updates.length === 483) {
                throw new MaxLengthError('Decode error - repeated field "updates" had too many elements')
              }

              obj.updates.push(Update.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.updates$
              }))
              break
            }
            case 3: {
              obj.evidence = Evidence.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.evidence
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
        const obj = {
          updates: 483
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              if (opts.limits?.updates != null && obj.updates === opts.limits.updates) {
                throw new MaxLengthError('Streaming decode error - repeated field "updates" had too many elements')
              }

              if (obj.updates === 483) {
                throw new MaxLengthError('Streaming decode error - repeated field "updates" had too many elements')
              }

              for (const evt of Update.codec().stream(reader, reader.uint32(), `${prefix}.updates[]`, {
                limits: opts.limits?.updates$
              })) {
                yield {
                  ...evt,
                  index: obj.updates
                }
              }

              obj.updates++

              break
            }
            case 3: {
              yield * Evidence.codec().stream(reader, reader.uint32(), `${prefix}.evidence`, {
                limits: opts.limits?.evidence
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

  export interface ProposeRoundFieldEvent {
    field: '$.round'
    value: bigint
  }

  export interface ProposeUpdatesAddIdFieldEvent {
    field: '$.updates[].add.id'
    value: bigint
    index: number
  }

  export interface ProposeUpdatesAddAmountFieldEvent {
    field: '$.updates[].add.amount'
    value: bigint
    index: number
  }

  export interface ProposeUpdatesAddExpiryClockFieldEvent {
    field: '$.updates[].add.expiry.clock'
    value: number
    index: number
  }

  export interface ProposeUpdatesAddExpiryValueFieldEvent {
    field: '$.updates[].add.expiry.value'
    value: bigint
    index: number
  }

  export interface ProposeUpdatesAddPointFieldEvent {
    field: '$.updates[].add.point'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ProposeUpdatesAddRouteIdFieldEvent {
    field: '$.updates[].add.routeId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ProposeUpdatesAddMessageFieldEvent {
    field: '$.updates[].add.message'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ProposeUpdatesAddOnionFieldEvent {
    field: '$.updates[].add.onion'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ProposeUpdatesFulfilIdFieldEvent {
    field: '$.updates[].fulfil.id'
    value: bigint
    index: number
  }

  export interface ProposeUpdatesFulfilSecretFieldEvent {
    field: '$.updates[].fulfil.secret'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface ProposeUpdatesFailIdFieldEvent {
    field: '$.updates[].fail.id'
    value: bigint
    index: number
  }

  export interface ProposeUpdatesFailReasonFieldEvent {
    field: '$.updates[].fail.reason'
    value: number
    index: number
  }

  export interface ProposeUpdatesExpireIdFieldEvent {
    field: '$.updates[].expire.id'
    value: bigint
    index: number
  }

  export interface ProposeUpdatesSetLimitLimitFieldEvent {
    field: '$.updates[].setLimit.limit'
    value: bigint
    index: number
  }

  export interface ProposeEvidenceSignaturesFieldEvent {
    field: '$.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ProposeEvidencePreSignaturesFieldEvent {
    field: '$.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface ProposeEvidenceRevocationSecretFieldEvent {
    field: '$.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ProposeEvidenceNextPointFieldEvent {
    field: '$.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Propose>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Propose.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Propose>): Propose {
    return decodeMessage(buf, Propose.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Propose>): Generator<ProposeRoundFieldEvent | ProposeUpdatesAddIdFieldEvent | ProposeUpdatesAddAmountFieldEvent | ProposeUpdatesAddExpiryClockFieldEvent | ProposeUpdatesAddExpiryValueFieldEvent | ProposeUpdatesAddPointFieldEvent | ProposeUpdatesAddRouteIdFieldEvent | ProposeUpdatesAddMessageFieldEvent | ProposeUpdatesAddOnionFieldEvent | ProposeUpdatesFulfilIdFieldEvent | ProposeUpdatesFulfilSecretFieldEvent | ProposeUpdatesFailIdFieldEvent | ProposeUpdatesFailReasonFieldEvent | ProposeUpdatesExpireIdFieldEvent | ProposeUpdatesSetLimitLimitFieldEvent | ProposeEvidenceSignaturesFieldEvent | ProposeEvidencePreSignaturesFieldEvent | ProposeEvidenceRevocationSecretFieldEvent | ProposeEvidenceNextPointFieldEvent> {
    return streamMessage(buf, Propose.codec(), opts)
  }
}

export interface Row {
  round?: bigint
  evidence?: Evidence
}

export namespace Row {
  let _codec: Codec<Row>

  export const codec = (): Codec<Row> => {
    if (_codec == null) {
      _codec = message<Row>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.round != null) {
          w.uint32(8)
          w.uint64(obj.round)
        }

        if (obj.evidence != null) {
          w.uint32(18)
          Evidence.codec().encode(obj.evidence, w)
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
              obj.round = reader.uint64()
              break
            }
            case 2: {
              obj.evidence = Evidence.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.evidence
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
                field: `${prefix}.round`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              yield * Evidence.codec().stream(reader, reader.uint32(), `${prefix}.evidence`, {
                limits: opts.limits?.evidence
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

  export interface RowRoundFieldEvent {
    field: '$.round'
    value: bigint
  }

  export interface RowEvidenceSignaturesFieldEvent {
    field: '$.evidence.signatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface RowEvidencePreSignaturesFieldEvent {
    field: '$.evidence.preSignatures[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface RowEvidenceRevocationSecretFieldEvent {
    field: '$.evidence.revocationSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RowEvidenceNextPointFieldEvent {
    field: '$.evidence.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Row>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Row.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Row>): Row {
    return decodeMessage(buf, Row.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Row>): Generator<RowRoundFieldEvent | RowEvidenceSignaturesFieldEvent | RowEvidencePreSignaturesFieldEvent | RowEvidenceRevocationSecretFieldEvent | RowEvidenceNextPointFieldEvent> {
    return streamMessage(buf, Row.codec(), opts)
  }
}

export interface Update {
  add?: Add
  fulfil?: Fulfil
  fail?: Fail
  expire?: Expire
  setLimit?: SetLimit
  shutdown?: Shutdown
}

export namespace Update {
  let _codec: Codec<Update>

  export const codec = (): Codec<Update> => {
    if (_codec == null) {
      _codec = message<Update>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.add != null) {
          w.uint32(10)
          Add.codec().encode(obj.add, w)
        }

        if (obj.fulfil != null) {
          w.uint32(18)
          Fulfil.codec().encode(obj.fulfil, w)
        }

        if (obj.fail != null) {
          w.uint32(26)
          Fail.codec().encode(obj.fail, w)
        }

        if (obj.expire != null) {
          w.uint32(34)
          Expire.codec().encode(obj.expire, w)
        }

        if (obj.setLimit != null) {
          w.uint32(42)
          SetLimit.codec().encode(obj.setLimit, w)
        }

        if (obj.shutdown != null) {
          w.uint32(50)
          Shutdown.codec().encode(obj.shutdown, w)
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
              obj.add = Add.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.add
              })
              break
            }
            case 2: {
              obj.fulfil = Fulfil.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.fulfil
              })
              break
            }
            case 3: {
              obj.fail = Fail.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.fail
              })
              break
            }
            case 4: {
              obj.expire = Expire.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.expire
              })
              break
            }
            case 5: {
              obj.setLimit = SetLimit.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.setLimit
              })
              break
            }
            case 6: {
              obj.shutdown = Shutdown.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.shutdown
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
              yield * Add.codec().stream(reader, reader.uint32(), `${prefix}.add`, {
                limits: opts.limits?.add
              })

              break
            }
            case 2: {
              yield * Fulfil.codec().stream(reader, reader.uint32(), `${prefix}.fulfil`, {
                limits: opts.limits?.fulfil
              })

              break
            }
            case 3: {
              yield * Fail.codec().stream(reader, reader.uint32(), `${prefix}.fail`, {
                limits: opts.limits?.fail
              })

              break
            }
            case 4: {
              yield * Expire.codec().stream(reader, reader.uint32(), `${prefix}.expire`, {
                limits: opts.limits?.expire
              })

              break
            }
            case 5: {
              yield * SetLimit.codec().stream(reader, reader.uint32(), `${prefix}.setLimit`, {
                limits: opts.limits?.setLimit
              })

              break
            }
            case 6: {
              yield * Shutdown.codec().stream(reader, reader.uint32(), `${prefix}.shutdown`, {
                limits: opts.limits?.shutdown
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

  export interface UpdateAddIdFieldEvent {
    field: '$.add.id'
    value: bigint
  }

  export interface UpdateAddAmountFieldEvent {
    field: '$.add.amount'
    value: bigint
  }

  export interface UpdateAddExpiryClockFieldEvent {
    field: '$.add.expiry.clock'
    value: number
  }

  export interface UpdateAddExpiryValueFieldEvent {
    field: '$.add.expiry.value'
    value: bigint
  }

  export interface UpdateAddPointFieldEvent {
    field: '$.add.point'
    value: Uint8Array<ArrayBuffer>
  }

  export interface UpdateAddRouteIdFieldEvent {
    field: '$.add.routeId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface UpdateAddMessageFieldEvent {
    field: '$.add.message'
    value: Uint8Array<ArrayBuffer>
  }

  export interface UpdateAddOnionFieldEvent {
    field: '$.add.onion'
    value: Uint8Array<ArrayBuffer>
  }

  export interface UpdateFulfilIdFieldEvent {
    field: '$.fulfil.id'
    value: bigint
  }

  export interface UpdateFulfilSecretFieldEvent {
    field: '$.fulfil.secret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface UpdateFailIdFieldEvent {
    field: '$.fail.id'
    value: bigint
  }

  export interface UpdateFailReasonFieldEvent {
    field: '$.fail.reason'
    value: number
  }

  export interface UpdateExpireIdFieldEvent {
    field: '$.expire.id'
    value: bigint
  }

  export interface UpdateSetLimitLimitFieldEvent {
    field: '$.setLimit.limit'
    value: bigint
  }

  export function encode (obj: Partial<Update>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Update.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Update>): Update {
    return decodeMessage(buf, Update.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Update>): Generator<UpdateAddIdFieldEvent | UpdateAddAmountFieldEvent | UpdateAddExpiryClockFieldEvent | UpdateAddExpiryValueFieldEvent | UpdateAddPointFieldEvent | UpdateAddRouteIdFieldEvent | UpdateAddMessageFieldEvent | UpdateAddOnionFieldEvent | UpdateFulfilIdFieldEvent | UpdateFulfilSecretFieldEvent | UpdateFailIdFieldEvent | UpdateFailReasonFieldEvent | UpdateExpireIdFieldEvent | UpdateSetLimitLimitFieldEvent> {
    return streamMessage(buf, Update.codec(), opts)
  }
}

export interface Add {
  id?: bigint
  amount?: bigint
  expiry?: Expiry
  point?: Uint8Array<ArrayBuffer>
  routeId?: Uint8Array<ArrayBuffer>
  message?: Uint8Array<ArrayBuffer>
  onion?: Uint8Array<ArrayBuffer>
}

export namespace Add {
  let _codec: Codec<Add>

  export const codec = (): Codec<Add> => {
    if (_codec == null) {
      _codec = message<Add>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.id != null) {
          w.uint32(8)
          w.uint64(obj.id)
        }

        if (obj.amount != null) {
          w.uint32(16)
          w.uint64(obj.amount)
        }

        if (obj.expiry != null) {
          w.uint32(26)
          Expiry.codec().encode(obj.expiry, w)
        }

        if (obj.point != null) {
          w.uint32(34)
          w.bytes(obj.point)
        }

        if (obj.routeId != null) {
          w.uint32(42)
          w.bytes(obj.routeId)
        }

        if (obj.message != null) {
          w.uint32(50)
          w.bytes(obj.message)
        }

        if (obj.onion != null) {
          w.uint32(58)
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
              obj.id = reader.uint64()
              break
            }
            case 2: {
              obj.amount = reader.uint64()
              break
            }
            case 3: {
              obj.expiry = Expiry.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.expiry
              })
              break
            }
            case 4: {
              obj.point = reader.bytes()
              break
            }
            case 5: {
              obj.routeId = reader.bytes()
              break
            }
            case 6: {
              obj.message = reader.bytes()
              break
            }
            case 7: {
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
              yield {
                field: `${prefix}.id`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.amount`,
                value: reader.uint64()
              }
              break
            }
            case 3: {
              yield * Expiry.codec().stream(reader, reader.uint32(), `${prefix}.expiry`, {
                limits: opts.limits?.expiry
              })

              break
            }
            case 4: {
              yield {
                field: `${prefix}.point`,
                value: reader.bytes()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.routeId`,
                value: reader.bytes()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.message`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
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

  export interface AddIdFieldEvent {
    field: '$.id'
    value: bigint
  }

  export interface AddAmountFieldEvent {
    field: '$.amount'
    value: bigint
  }

  export interface AddExpiryClockFieldEvent {
    field: '$.expiry.clock'
    value: number
  }

  export interface AddExpiryValueFieldEvent {
    field: '$.expiry.value'
    value: bigint
  }

  export interface AddPointFieldEvent {
    field: '$.point'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AddRouteIdFieldEvent {
    field: '$.routeId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AddMessageFieldEvent {
    field: '$.message'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AddOnionFieldEvent {
    field: '$.onion'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Add>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Add.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Add>): Add {
    return decodeMessage(buf, Add.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Add>): Generator<AddIdFieldEvent | AddAmountFieldEvent | AddExpiryClockFieldEvent | AddExpiryValueFieldEvent | AddPointFieldEvent | AddRouteIdFieldEvent | AddMessageFieldEvent | AddOnionFieldEvent> {
    return streamMessage(buf, Add.codec(), opts)
  }
}

export interface Expiry {
  clock?: number
  value?: bigint
}

export namespace Expiry {
  let _codec: Codec<Expiry>

  export const codec = (): Codec<Expiry> => {
    if (_codec == null) {
      _codec = message<Expiry>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.clock != null) {
          w.uint32(8)
          w.uint32(obj.clock)
        }

        if (obj.value != null) {
          w.uint32(16)
          w.uint64(obj.value)
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
              obj.clock = reader.uint32()
              break
            }
            case 2: {
              obj.value = reader.uint64()
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
                field: `${prefix}.clock`,
                value: reader.uint32()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.value`,
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

  export interface ExpiryClockFieldEvent {
    field: '$.clock'
    value: number
  }

  export interface ExpiryValueFieldEvent {
    field: '$.value'
    value: bigint
  }

  export function encode (obj: Partial<Expiry>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Expiry.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Expiry>): Expiry {
    return decodeMessage(buf, Expiry.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Expiry>): Generator<ExpiryClockFieldEvent | ExpiryValueFieldEvent> {
    return streamMessage(buf, Expiry.codec(), opts)
  }
}

export interface Fulfil {
  id?: bigint
  secret?: Uint8Array<ArrayBuffer>
}

export namespace Fulfil {
  let _codec: Codec<Fulfil>

  export const codec = (): Codec<Fulfil> => {
    if (_codec == null) {
      _codec = message<Fulfil>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.id != null) {
          w.uint32(8)
          w.uint64(obj.id)
        }

        if (obj.secret != null) {
          w.uint32(18)
          w.bytes(obj.secret)
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
              obj.id = reader.uint64()
              break
            }
            case 2: {
              obj.secret = reader.bytes()
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
                field: `${prefix}.id`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.secret`,
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

  export interface FulfilIdFieldEvent {
    field: '$.id'
    value: bigint
  }

  export interface FulfilSecretFieldEvent {
    field: '$.secret'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Fulfil>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Fulfil.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Fulfil>): Fulfil {
    return decodeMessage(buf, Fulfil.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Fulfil>): Generator<FulfilIdFieldEvent | FulfilSecretFieldEvent> {
    return streamMessage(buf, Fulfil.codec(), opts)
  }
}

export interface Fail {
  id?: bigint
  reason?: number
}

export namespace Fail {
  let _codec: Codec<Fail>

  export const codec = (): Codec<Fail> => {
    if (_codec == null) {
      _codec = message<Fail>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.id != null) {
          w.uint32(8)
          w.uint64(obj.id)
        }

        if (obj.reason != null) {
          w.uint32(16)
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
              obj.id = reader.uint64()
              break
            }
            case 2: {
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
                field: `${prefix}.id`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
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

  export interface FailIdFieldEvent {
    field: '$.id'
    value: bigint
  }

  export interface FailReasonFieldEvent {
    field: '$.reason'
    value: number
  }

  export function encode (obj: Partial<Fail>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Fail.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Fail>): Fail {
    return decodeMessage(buf, Fail.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Fail>): Generator<FailIdFieldEvent | FailReasonFieldEvent> {
    return streamMessage(buf, Fail.codec(), opts)
  }
}

export interface Expire {
  id?: bigint
}

export namespace Expire {
  let _codec: Codec<Expire>

  export const codec = (): Codec<Expire> => {
    if (_codec == null) {
      _codec = message<Expire>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.id != null) {
          w.uint32(8)
          w.uint64(obj.id)
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
              obj.id = reader.uint64()
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
                field: `${prefix}.id`,
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

  export interface ExpireIdFieldEvent {
    field: '$.id'
    value: bigint
  }

  export function encode (obj: Partial<Expire>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Expire.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Expire>): Expire {
    return decodeMessage(buf, Expire.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Expire>): Generator<ExpireIdFieldEvent> {
    return streamMessage(buf, Expire.codec(), opts)
  }
}

export interface SetLimit {
  limit?: bigint
}

export namespace SetLimit {
  let _codec: Codec<SetLimit>

  export const codec = (): Codec<SetLimit> => {
    if (_codec == null) {
      _codec = message<SetLimit>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.limit != null) {
          w.uint32(8)
          w.uint64(obj.limit)
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
              obj.limit = reader.uint64()
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
                field: `${prefix}.limit`,
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

  export interface SetLimitLimitFieldEvent {
    field: '$.limit'
    value: bigint
  }

  export function encode (obj: Partial<SetLimit>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SetLimit.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SetLimit>): SetLimit {
    return decodeMessage(buf, SetLimit.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SetLimit>): Generator<SetLimitLimitFieldEvent> {
    return streamMessage(buf, SetLimit.codec(), opts)
  }
}

export interface Shutdown {}

export namespace Shutdown {
  let _codec: Codec<Shutdown>

  export const codec = (): Codec<Shutdown> => {
    if (_codec == null) {
      _codec = message<Shutdown>((obj, w, opts = {}) => {
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

  export function encode (obj: Partial<Shutdown>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Shutdown.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Shutdown>): Shutdown {
    return decodeMessage(buf, Shutdown.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Shutdown>): Generator<{}> {
    return streamMessage(buf, Shutdown.codec(), opts)
  }
}

export interface Secrets {
  secrets: Fulfil[]
}

export namespace Secrets {
  let _codec: Codec<Secrets>

  export const codec = (): Codec<Secrets> => {
    if (_codec == null) {
      _codec = message<Secrets>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.secrets != null && obj.secrets.length > 0) {
          for (const value of obj.secrets) {
            w.uint32(10)
            Fulfil.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          secrets: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.secrets != null && obj.secrets.length === opts.limits.secrets) {
                throw new MaxLengthError('Decode error - repeated field "secrets" had too many elements')
              }

              if (obj.secrets.length === 512) {
                throw new MaxLengthError('Decode error - repeated field "secrets" had too many elements')
              }

              obj.secrets.push(Fulfil.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.secrets$
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
          secrets: 512
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.secrets != null && obj.secrets === opts.limits.secrets) {
                throw new MaxLengthError('Streaming decode error - repeated field "secrets" had too many elements')
              }

              if (obj.secrets === 512) {
                throw new MaxLengthError('Streaming decode error - repeated field "secrets" had too many elements')
              }

              for (const evt of Fulfil.codec().stream(reader, reader.uint32(), `${prefix}.secrets[]`, {
                limits: opts.limits?.secrets$
              })) {
                yield {
                  ...evt,
                  index: obj.secrets
                }
              }

              obj.secrets++

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

  export interface SecretsSecretsIdFieldEvent {
    field: '$.secrets[].id'
    value: bigint
    index: number
  }

  export interface SecretsSecretsSecretFieldEvent {
    field: '$.secrets[].secret'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export function encode (obj: Partial<Secrets>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Secrets.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Secrets>): Secrets {
    return decodeMessage(buf, Secrets.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Secrets>): Generator<SecretsSecretsIdFieldEvent | SecretsSecretsSecretFieldEvent> {
    return streamMessage(buf, Secrets.codec(), opts)
  }
}

export interface Reestablish {
  localNumber?: bigint
  remoteNumber?: bigint
  round?: bigint
  phase?: number
  digest?: Uint8Array<ArrayBuffer>
  lastSecret?: Uint8Array<ArrayBuffer>
  nextPoint?: Uint8Array<ArrayBuffer>
}

export namespace Reestablish {
  let _codec: Codec<Reestablish>

  export const codec = (): Codec<Reestablish> => {
    if (_codec == null) {
      _codec = message<Reestablish>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.localNumber != null) {
          w.uint32(8)
          w.uint64(obj.localNumber)
        }

        if (obj.remoteNumber != null) {
          w.uint32(16)
          w.uint64(obj.remoteNumber)
        }

        if (obj.round != null) {
          w.uint32(24)
          w.uint64(obj.round)
        }

        if (obj.phase != null) {
          w.uint32(32)
          w.uint32(obj.phase)
        }

        if (obj.digest != null) {
          w.uint32(42)
          w.bytes(obj.digest)
        }

        if (obj.lastSecret != null) {
          w.uint32(50)
          w.bytes(obj.lastSecret)
        }

        if (obj.nextPoint != null) {
          w.uint32(58)
          w.bytes(obj.nextPoint)
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
              obj.localNumber = reader.uint64()
              break
            }
            case 2: {
              obj.remoteNumber = reader.uint64()
              break
            }
            case 3: {
              obj.round = reader.uint64()
              break
            }
            case 4: {
              obj.phase = reader.uint32()
              break
            }
            case 5: {
              obj.digest = reader.bytes()
              break
            }
            case 6: {
              obj.lastSecret = reader.bytes()
              break
            }
            case 7: {
              obj.nextPoint = reader.bytes()
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
                field: `${prefix}.localNumber`,
                value: reader.uint64()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.remoteNumber`,
                value: reader.uint64()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.round`,
                value: reader.uint64()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.phase`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.digest`,
                value: reader.bytes()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.lastSecret`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.nextPoint`,
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

  export interface ReestablishLocalNumberFieldEvent {
    field: '$.localNumber'
    value: bigint
  }

  export interface ReestablishRemoteNumberFieldEvent {
    field: '$.remoteNumber'
    value: bigint
  }

  export interface ReestablishRoundFieldEvent {
    field: '$.round'
    value: bigint
  }

  export interface ReestablishPhaseFieldEvent {
    field: '$.phase'
    value: number
  }

  export interface ReestablishDigestFieldEvent {
    field: '$.digest'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReestablishLastSecretFieldEvent {
    field: '$.lastSecret'
    value: Uint8Array<ArrayBuffer>
  }

  export interface ReestablishNextPointFieldEvent {
    field: '$.nextPoint'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Reestablish>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Reestablish.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Reestablish>): Reestablish {
    return decodeMessage(buf, Reestablish.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Reestablish>): Generator<ReestablishLocalNumberFieldEvent | ReestablishRemoteNumberFieldEvent | ReestablishRoundFieldEvent | ReestablishPhaseFieldEvent | ReestablishDigestFieldEvent | ReestablishLastSecretFieldEvent | ReestablishNextPointFieldEvent> {
    return streamMessage(buf, Reestablish.codec(), opts)
  }
}

export interface Closed {}

export namespace Closed {
  let _codec: Codec<Closed>

  export const codec = (): Codec<Closed> => {
    if (_codec == null) {
      _codec = message<Closed>((obj, w, opts = {}) => {
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

  export function encode (obj: Partial<Closed>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Closed.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Closed>): Closed {
    return decodeMessage(buf, Closed.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Closed>): Generator<{}> {
    return streamMessage(buf, Closed.codec(), opts)
  }
}

export interface Fault {
  requirement?: string
}

export namespace Fault {
  let _codec: Codec<Fault>

  export const codec = (): Codec<Fault> => {
    if (_codec == null) {
      _codec = message<Fault>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.requirement != null) {
          w.uint32(10)
          w.string(obj.requirement)
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
              obj.requirement = reader.string()
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
                field: `${prefix}.requirement`,
                value: reader.string()
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

  export interface FaultRequirementFieldEvent {
    field: '$.requirement'
    value: string
  }

  export function encode (obj: Partial<Fault>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Fault.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Fault>): Fault {
    return decodeMessage(buf, Fault.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Fault>): Generator<FaultRequirementFieldEvent> {
    return streamMessage(buf, Fault.codec(), opts)
  }
}
