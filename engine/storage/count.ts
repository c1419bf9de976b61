/** What is counted of a collection in the same commits as its documents. */
export interface Count {
  readonly documents: number
  readonly bytes: number
}

export const NO_DOCUMENTS: Count = { documents: 0, bytes: 0 }

export function encodeCount ({ documents, bytes }: Count): Buffer {
  const row = Buffer.allocUnsafe(16)
  row.writeBigUInt64BE(BigInt(documents), 0)
  row.writeBigUInt64BE(BigInt(bytes), 8)
  return row
}

export function decodeCount (row: Buffer): Count {
  return { documents: Number(row.readBigUInt64BE(0)), bytes: Number(row.readBigUInt64BE(8)) }
}
