import { isFault, type Fault } from '../../src/core/base/step.js'
import { announcementStruct, readAnnouncement, type Announcement } from '../../src/core/routing/announcement.js'
import { concatBytes } from '../../src/core/base/bytes.js'

/** An announcement with the signature that stands behind it. */
export interface SignedAnnouncement {
  readonly announcement: Announcement
  /** 64 bytes, BIP 340, over the announcement's tagged hash. */
  readonly signature: Uint8Array
}

/**
 * Announcements are canonical structs and travel as they are signed, on the topic and in the DHT alike; so there is
 * no protobuf here. Hint vectors are messages of the link stream.
 *
 * @see HINT-14
 */
export const encodeAnnouncement = ({ announcement, signature }: SignedAnnouncement): Uint8Array =>
  concatBytes(announcementStruct.encode(announcement), signature)

/** Total: any bytes give an announcement or a fault. Time and signature are judged by the core. @see HINT-14 */
export function decodeAnnouncement (bytes: Uint8Array): SignedAnnouncement | Fault {
  const read = readAnnouncement(bytes)
  return isFault(read) ? read : { announcement: read.announcement, signature: read.signature }
}
