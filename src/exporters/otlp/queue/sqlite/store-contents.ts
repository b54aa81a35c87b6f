import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { Baseline, LastComplete } from '../../../../deltas/baseline.ts'
import type { ResetToken, StatisticsEpoch } from '../../../../pdata/reading.ts'
import { errorMessage } from '../../../../telemetry/error-message.ts'
import { type BaselineRecord, type ColumnLists, decodeBaseline } from './baseline-record.ts'
import { DamagedFileError } from './store-file.ts'
import { parseAbout, parseComplete, parseEpoch, parseToken, type RequestAbout, rowChecksum } from './store-rows.ts'

/** All that a store's file holds but the bytes of requests. */
export interface StoreContents {
  readonly epochs: ReadonlyMap<number, StatisticsEpoch>
  readonly tokens: ReadonlyMap<number, ResetToken>
  readonly series: readonly { readonly id: number; readonly key: string; readonly baseline: Baseline }[]
  readonly completes: ReadonlyMap<string, LastComplete>
  readonly requests: ReadonlyMap<number, RequestAbout>
}

type Row = Record<string, SQLOutputValue>

/**
 * Reads and checks every row.
 * @param fault is called for each row that isn't as it was written; it throws where there must be none
 */
export function readContents(db: DatabaseSync, fault: (what: string) => void): StoreContents {
  const epochs = readTable(db, 'epoch', fault, (row) => numbered(row, parseEpoch))
  const tokens = readTable(db, 'token', fault, (row) => numbered(row, parseToken))
  const completes = readTable(db, 'complete', fault, ({ query, json, checksum }) => {
    return [textOf(query), parseComplete(checkedText(textOf(query), json, checksum))]
  })
  const requests = readTable(db, 'request', fault, (row) => numbered(row, parseAbout))
  const columnLists: ColumnLists = new Map()
  const records = readTable(db, 'baseline', fault, (row) => baselineOf(row, columnLists))
  const queries = new Map<string, string>()
  const series: StoreContents['series'][number][] = []
  for (const [id, { query, key }] of readTable(db, 'series', fault, seriesOf)) {
    const record = records.get(id)
    const baseline = record && whole(record, sameText(queries, query), epochs, tokens)
    if (baseline === undefined) fault(`series ${id} has no baseline`)
    else series.push({ id, key, baseline })
    records.delete(id)
  }
  if (records.size > 0) fault(`${records.size} baselines have no series`)
  return { epochs, tokens, series, completes, requests }
}

/**
 * The bytes of a request.
 * @throws DamagedFileError where they aren't those that were stored
 */
export function checkedBytes(row: Row | undefined, { checksum, storedBytes }: RequestAbout): Uint8Array {
  const bytes = row?.['bytes']
  if (!(bytes instanceof Uint8Array) || bytes.byteLength !== storedBytes || crc32(bytes) !== checksum) {
    throw new DamagedFileError('the bytes of a request are not those that were stored')
  }
  return bytes
}

const selections = {
  epoch: 'SELECT id, json, checksum FROM epoch ORDER BY id',
  token: 'SELECT id, json, checksum FROM token ORDER BY id',
  complete: 'SELECT query, json, checksum FROM complete ORDER BY query',
  request: 'SELECT id, about AS json, checksum FROM request ORDER BY id',
  baseline: 'SELECT id, record FROM baseline ORDER BY id',
  series: 'SELECT id, query, key, checksum FROM series ORDER BY id',
} as const

/** Where the table can't be read on, the rows behind that place are read from the end. */
function readTable<Key, Value>(
  db: DatabaseSync,
  table: keyof typeof selections,
  fault: (what: string) => void,
  read: (row: Row) => readonly [Key, Value],
): Map<Key, Value> {
  const rows = new Map<Key, Value>()
  for (const order of ['', ' DESC']) {
    try {
      for (const row of db.prepare(selections[table] + order).iterate()) {
        try {
          const [key, value] = read(row)
          rows.set(key, value)
        } catch (error) {
          fault(`a row of ${table}: ${errorMessage(error)}`)
        }
      }
      break
    } catch (error) {
      fault(`${table}: ${errorMessage(error)}`)
    }
  }
  return rows
}

function numbered<Value>(row: Row, parse: (text: string) => Value): readonly [number, Value] {
  const id = numberOf(row['id'])
  return [id, parse(checkedText(id, row['json'], row['checksum']))]
}

function seriesOf(row: Row): readonly [number, { readonly query: string; readonly key: string }] {
  const id = numberOf(row['id'])
  const query = textOf(row['query'])
  const key = textOf(row['key'])
  checkedText(id, `${query}\0${key}`, row['checksum'])
  return [id, { query, key }]
}

function baselineOf({ id, record }: Row, columnLists: ColumnLists): readonly [number, BaselineRecord] {
  const baseline = record instanceof Uint8Array ? decodeBaseline(numberOf(id), record, columnLists) : undefined
  if (baseline === undefined) throw new DamagedFileError('not what was stored')
  return [numberOf(id), baseline]
}

function whole(
  { epochId, tokenId, ...rest }: BaselineRecord,
  query: string,
  epochs: StoreContents['epochs'],
  tokens: StoreContents['tokens'],
): Baseline | undefined {
  const epoch = epochs.get(epochId)
  const token = tokens.get(tokenId)
  if (epoch === undefined || (token === undefined && tokenId !== 0)) return undefined
  return { query, ...rest, ...(token === undefined ? {} : { token }), epoch }
}

/** One string for all that are equal, where each row would have its own. */
function sameText(known: Map<string, string>, text: string): string {
  const before = known.get(text)
  if (before === undefined) known.set(text, text)
  return before ?? text
}

function checkedText(
  key: string | number,
  text: SQLOutputValue | undefined,
  checksum: SQLOutputValue | undefined,
): string {
  if (rowChecksum(key, textOf(text)) !== checksum) throw new DamagedFileError('not what was stored')
  return textOf(text)
}

function numberOf(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new DamagedFileError('a number is missing')
  return value
}

function textOf(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new DamagedFileError('a text is missing')
  return value
}
