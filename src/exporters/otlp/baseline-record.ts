import { crc32 } from 'node:zlib'
import type { Baseline } from './baseline.ts'

/** A baseline as it is stored: shared values by their numbers, the series elsewhere. */
export interface BaselineRecord extends Omit<Baseline, 'query' | 'token' | 'epoch'> {
  readonly epochId: number
  /** 0 where there is none. */
  readonly tokenId: number
}

/*
 * Little endian: series id, timeMs, seenMs, sinceMs (float64), value (float64 or int64), kind of value (uint32), epoch id,
 * token id (uint32), CRC-32 of all before (uint32). A whole number beyond 64 bits follows as decimal digits.
 */
const valueAt = 32
const kindAt = 40
const epochAt = 44
const tokenAt = 48
const checksumAt = 52
const recordBytes = 56
const kinds = { none: 0, number: 1, bigint: 2, digits: 3 } as const

const maxInt64 = 2n ** 63n - 1n

/** Writes records. What `encode` returns is valid until the next call, unless the value has more than 64 bits. */
export class BaselineEncoder {
  readonly #bytes = new Uint8Array(recordBytes)
  readonly #view = new DataView(this.#bytes.buffer)
  readonly #checked = this.#bytes.subarray(0, checksumAt)

  encode(id: number, baseline: Baseline, epochId: number, tokenId: number): Uint8Array {
    const view = this.#view
    view.setFloat64(0, id, true)
    view.setFloat64(8, baseline.timeMs, true)
    view.setFloat64(16, baseline.seenMs, true)
    view.setFloat64(24, baseline.sinceMs, true)
    const digits = this.#setValue(baseline.value)
    view.setUint32(epochAt, epochId, true)
    view.setUint32(tokenAt, tokenId, true)
    view.setUint32(checksumAt, checksumOf(this.#checked, digits), true)
    return digits === undefined ? this.#bytes : Buffer.concat([this.#bytes, digits])
  }

  #setValue(value: Baseline['value']): Uint8Array | undefined {
    const view = this.#view
    view.setBigUint64(valueAt, 0n, true)
    if (value === undefined) {
      view.setUint32(kindAt, kinds.none, true)
    } else if (typeof value === 'number') {
      view.setFloat64(valueAt, value, true)
      view.setUint32(kindAt, kinds.number, true)
    } else if (value >= -maxInt64 && value <= maxInt64) {
      view.setBigInt64(valueAt, value, true)
      view.setUint32(kindAt, kinds.bigint, true)
    } else {
      view.setUint32(kindAt, kinds.digits, true)
      return Buffer.from(value.toString())
    }
    return undefined
  }
}

/** @returns `undefined` where these aren't the bytes that were written for this series */
export function decodeBaseline(id: number, bytes: Uint8Array): BaselineRecord | undefined {
  if (bytes.byteLength < recordBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const digits = bytes.byteLength > recordBytes ? bytes.subarray(recordBytes) : undefined
  if (view.getUint32(checksumAt, true) !== checksumOf(bytes.subarray(0, checksumAt), digits)) return undefined
  if (view.getFloat64(0, true) !== id) return undefined
  return {
    value: valueIn(view, digits),
    timeMs: view.getFloat64(8, true),
    seenMs: view.getFloat64(16, true),
    sinceMs: view.getFloat64(24, true),
    epochId: view.getUint32(epochAt, true),
    tokenId: view.getUint32(tokenAt, true),
  }
}

function valueIn(view: DataView, digits: Uint8Array | undefined): Baseline['value'] {
  switch (view.getUint32(kindAt, true)) {
    case kinds.number:
      return view.getFloat64(valueAt, true)
    case kinds.bigint:
      return view.getBigInt64(valueAt, true)
    case kinds.digits:
      return BigInt(Buffer.from(digits ?? []).toString())
    default:
      return undefined
  }
}

function checksumOf(bytes: Uint8Array, digits: Uint8Array | undefined): number {
  const checksum = crc32(bytes)
  return digits === undefined ? checksum : crc32(digits, checksum)
}
