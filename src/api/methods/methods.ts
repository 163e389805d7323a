/**
 * The one table of methods: what a node can be asked over its local API. Each method is declared once, in the file of
 * its noun. Reading order:
 * - `method.ts`: what a declaration is, scopes, and the check of parameters
 * - `fields.ts`, `money.ts`: the fields that requests and answers are made of
 * - `node.ts`, `mesh.ts`, `link.ts`, `channel.ts`, `invoice.ts`, `payment.ts`, `payment-stream.ts`, `meeting-point.ts`, `waypoint.ts`, `asset.ts`,
 *   `chain.ts`, `wallet.ts`, `backup.ts`
 * - `reference.ts`: `commands`, the table as data
 */
import type { z } from 'zod'
import { assetList } from './asset.js'
import { backupExport, backupRestore, backupVerify } from './backup.js'
import { chainStatus } from './chain.js'
import { channelClose, channelList, channelOpen, channelSet, channelShow } from './channel.js'
import { invoiceCancel, invoiceCreate, invoiceDecode, invoiceList, invoiceShow } from './invoice.js'
import { linkClose, linkList, linkOpen, linkSet, linkShow } from './link.js'
import { meetingPointHost, meetingPointList, meetingPointStop } from './meeting-point.js'
import { meshAddresses, meshConnect, meshDisconnect, meshPeers, meshRoster } from './mesh.js'
import type { AnyMethod } from './method.js'
import { nodeStatus, nodeStop } from './node.js'
import { paymentList, paymentPay, paymentShow, paymentWait } from './payment.js'
import { paymentStream } from './payment-stream.js'
import { referenceMethod } from './reference.js'
import { waypointList, waypointPublish, waypointWithdraw } from './waypoint.js'
import { walletAddress, walletBalance, walletBump, walletList, walletRescan, walletSend } from './wallet.js'

const NOUNS = {
  'node.status': nodeStatus,
  'node.stop': nodeStop,
  'mesh.peers': meshPeers,
  'mesh.roster': meshRoster,
  'mesh.connect': meshConnect,
  'mesh.disconnect': meshDisconnect,
  'mesh.addresses': meshAddresses,
  'link.open': linkOpen,
  'link.list': linkList,
  'link.show': linkShow,
  'link.set': linkSet,
  'link.close': linkClose,
  'channel.open': channelOpen,
  'channel.list': channelList,
  'channel.show': channelShow,
  'channel.set': channelSet,
  'channel.close': channelClose,
  'invoice.create': invoiceCreate,
  'invoice.list': invoiceList,
  'invoice.show': invoiceShow,
  'invoice.decode': invoiceDecode,
  'invoice.cancel': invoiceCancel,
  'payment.pay': paymentPay,
  'payment.stream': paymentStream,
  'payment.list': paymentList,
  'payment.show': paymentShow,
  'payment.wait': paymentWait,
  'meetingPoint.host': meetingPointHost,
  'meetingPoint.list': meetingPointList,
  'meetingPoint.stop': meetingPointStop,
  'waypoint.publish': waypointPublish,
  'waypoint.list': waypointList,
  'waypoint.withdraw': waypointWithdraw,
  'asset.list': assetList,
  'chain.status': chainStatus,
  'wallet.balance': walletBalance,
  'wallet.address': walletAddress,
  'wallet.send': walletSend,
  'wallet.bump': walletBump,
  'wallet.list': walletList,
  'wallet.rescan': walletRescan,
  'backup.export': backupExport,
  'backup.verify': backupVerify,
  'backup.restore': backupRestore
} as const

/** All methods by name. */
export const METHODS = { ...NOUNS, commands: referenceMethod(Object.values(NOUNS)) } as const

export type MethodName = keyof typeof METHODS
/** What a caller writes. */
export type ParamsOf<N extends MethodName> = z.input<typeof METHODS[N]['params']>
/** What a caller reads. */
export type ResultOf<N extends MethodName> = z.output<typeof METHODS[N]['result']>

// A Map, so that a caller's `constructor` or `__proto__` finds nothing.
const byName: ReadonlyMap<string, AnyMethod> = new Map<string, AnyMethod>(Object.entries(METHODS))

export const methodNamed = (name: string): AnyMethod | undefined => byName.get(name)
export const allMethods = (): readonly AnyMethod[] => [...byName.values()]
