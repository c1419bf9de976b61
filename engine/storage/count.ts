/** What is counted of a collection in the same commits as its documents. */
export interface Count {
  readonly documents: number
  readonly bytes: number
  /** The last number that a document was stored by, in collections that number them. */
  readonly lastRecord: number
}

export const NO_DOCUMENTS: Count = { documents: 0, bytes: 0, lastRecord: 0 }

/** Where nothing is numbered the last part is left out. */
export function encodeCount ({ documents, bytes, lastRecord }: Count): Buffer {
  const row = Buffer.allocUnsafe(lastRecord === 0 ? 16 : 24)
  row.writeBigUInt64BE(BigInt(documents), 0)
  row.writeBigUInt64BE(BigInt(bytes), 8)
  if (lastRecord > 0) row.writeBigUInt64BE(BigInt(lastRecord), 16)
  return row
}

export function decodeCount (row: Buffer): Count {
  return {
    documents: Number(row.readBigUInt64BE(0)),
    bytes: Number(row.readBigUInt64BE(8)),
    lastRecord: row.length === 16 ? 0 : Number(row.readBigUInt64BE(16))
  }
}
