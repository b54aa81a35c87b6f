import { crc32 } from 'node:zlib'
import type { Baseline, RowValues } from '../../../../deltas/baseline.ts'

/** A baseline as it is stored: shared values by their numbers, the series elsewhere. */
export interface BaselineRecord extends Omit<Baseline, 'query' | 'token' | 'epoch'> {
  readonly epochId: number
  /** 0 where there is none. */
  readonly tokenId: number
}

/*
 * Little endian: series id, timeMs, seenMs, sinceMs (float64), value (float64 or int64), kind of value (uint32), epoch id,
 * token id (uint32), CRC-32 of all (uint32). What doesn't fit follows: a whole number beyond 64 bits as decimal digits, a
 * row as JSON.
 */
const valueAt = 32
const kindAt = 40
const epochAt = 44
const tokenAt = 48
const checksumAt = 52
const recordBytes = 56
const kinds = { none: 0, number: 1, bigint: 2, digits: 3, row: 4 } as const

const maxInt64 = 2n ** 63n - 1n

/** Writes records. What `encode` returns is valid until the next call, unless more than a record follows. */
export class BaselineEncoder {
  readonly #bytes = new Uint8Array(recordBytes)
  readonly #view = new DataView(this.#bytes.buffer)
  readonly #checked = this.#bytes.subarray(0, checksumAt)
  /** Of the last row: thousands come in a run that share them. */
  #names: { readonly columns: readonly string[]; readonly text: string } | undefined

  encode(id: number, baseline: Baseline, epochId: number, tokenId: number): Uint8Array {
    const view = this.#view
    view.setFloat64(0, id, true)
    view.setFloat64(8, baseline.timeMs, true)
    view.setFloat64(16, baseline.seenMs, true)
    view.setFloat64(24, baseline.sinceMs, true)
    const more = this.#setValue(baseline)
    view.setUint32(epochAt, epochId, true)
    view.setUint32(tokenAt, tokenId, true)
    view.setUint32(checksumAt, checksumOf(this.#checked, more), true)
    return more === undefined ? this.#bytes : Buffer.concat([this.#bytes, more])
  }

  #namesOf(columns: readonly string[]): string {
    if (this.#names?.columns !== columns) this.#names = { columns, text: JSON.stringify(columns) }
    return this.#names.text
  }

  #setValue({ value, row }: Baseline): Uint8Array | undefined {
    const view = this.#view
    view.setBigUint64(valueAt, 0n, true)
    if (row !== undefined) {
      view.setUint32(kindAt, kinds.row, true)
      return Buffer.from(rowText(this.#namesOf(row.columns), row.values))
    }
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

/** The lists of columns that were read so far, so that rows share them. */
export type ColumnLists = Map<string, readonly string[]>

/** @returns `undefined` where these aren't the bytes that were written for this series */
export function decodeBaseline(id: number, bytes: Uint8Array, columnLists: ColumnLists): BaselineRecord | undefined {
  if (bytes.byteLength < recordBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const more = bytes.byteLength > recordBytes ? bytes.subarray(recordBytes) : undefined
  if (view.getUint32(checksumAt, true) !== checksumOf(bytes.subarray(0, checksumAt), more)) return undefined
  if (view.getFloat64(0, true) !== id) return undefined
  const isRow = view.getUint32(kindAt, true) === kinds.row
  return {
    value: valueIn(view, more),
    ...(isRow ? { row: rowIn(Buffer.from(more ?? []).toString(), columnLists) } : {}),
    timeMs: view.getFloat64(8, true),
    seenMs: view.getFloat64(16, true),
    sinceMs: view.getFloat64(24, true),
    epochId: view.getUint32(epochAt, true),
    tokenId: view.getUint32(tokenAt, true),
  }
}

/** `["calls","rows"]|[5,"12345678901234567890",null]`: a bigint is a string. */
function rowText(names: string, values: RowValues['values']): string {
  return `${names}|${JSON.stringify(values.map((value) => (typeof value === 'bigint' ? String(value) : value)))}`
}

function rowIn(text: string, columnLists: ColumnLists): RowValues {
  const at = text.lastIndexOf('|[')
  const names = text.slice(0, at)
  const columns = columnLists.get(names) ?? parsedColumns(JSON.parse(names))
  columnLists.set(names, columns)
  const values: unknown = JSON.parse(text.slice(at + 1))
  return {
    columns,
    values: Array.isArray(values)
      ? values.map((value: unknown) =>
          typeof value === 'string' ? BigInt(value) : typeof value === 'number' ? value : null,
        )
      : [],
  }
}

function parsedColumns(names: unknown): readonly string[] {
  return Array.isArray(names) ? names.map(String) : []
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

function checksumOf(bytes: Uint8Array, more: Uint8Array | undefined): number {
  const checksum = crc32(bytes)
  return more === undefined ? checksum : crc32(more, checksum)
}
