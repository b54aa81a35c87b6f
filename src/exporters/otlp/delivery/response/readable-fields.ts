/** A field of a protobuf message: a number, or a length-delimited content. */
export interface ReadableField {
  readonly number: number
  readonly value: bigint | Uint8Array
}

/** The fields of what may be a protobuf message, as far as they can be read. The last one may be incomplete. */
export function* readableFields(bytes: Uint8Array): Generator<ReadableField> {
  for (let at = 0; at < bytes.byteLength; ) {
    const tag = varintAt(bytes, at)
    const after = tag && varintAt(bytes, tag.end)
    if (tag === undefined || after === undefined || tag.value < 8n) return
    const number = Number(tag.value >> 3n)
    switch (tag.value & 7n) {
      case 0n:
        yield { number, value: BigInt.asIntN(64, after.value) }
        at = after.end
        break
      case 2n: {
        const end = Math.min(after.end + Number(after.value), bytes.byteLength)
        yield { number, value: bytes.subarray(after.end, end) }
        at = end
        break
      }
      default:
        // None of the messages that are read here has others.
        return
    }
  }
}

function varintAt(bytes: Uint8Array, start: number): { readonly value: bigint; readonly end: number } | undefined {
  let value = 0n
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index]
    if (byte === undefined) return undefined
    value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte < 0x80) return { value, end: start + index + 1 }
  }
  return undefined
}
