/** A message's longest length, header included: `maxMessageSizeBytes` of `hello`. */
export const MAX_MESSAGE_BYTES = 48_000_000

/** A stored document's largest size: `maxBsonObjectSize` of `hello`. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

/** A command may wrap the largest document, so commands and replies get 16 KiB more, as in mongod. */
export const MAX_COMMAND_BYTES = MAX_DOCUMENT_BYTES + 16 * 1024

/** Statements in one insert, update or delete: `maxWriteBatchSize` of `hello`. */
export const MAX_WRITE_BATCH = 100_000

/** Whoever has not signed in yet needs no more than a handshake. */
export const MAX_UNAUTHENTICATED_BYTES = 16 * 1024

/** Length, requestID, responseTo, opCode: four int32 before every message. */
export const HEADER_BYTES = 16
