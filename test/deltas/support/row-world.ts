import type { Temporality } from '../../../src/deltas/outgoing-point.ts'
import { Ledger } from '../../../src/exporters/otlp/account/ledger.ts'
import type { DeliveryStore } from '../../../src/exporters/otlp/queue/delivery-store.ts'
import { StoreFullError } from '../../../src/exporters/otlp/queue/store-full-error.ts'
import { PointEnqueuer } from '../../../src/exporters/otlp/request/enqueue.ts'
import { Compressor } from '../../../src/exporters/otlp/wire/compressor.ts'
import type { CounterRow, CounterRows } from '../../../src/pdata/batch.ts'
import type { MetricInfo } from '../../../src/pdata/metric.ts'
import type { ResetToken } from '../../../src/pdata/reading.ts'
import type { Series } from '../../../src/pdata/series.ts'
import { type DecodedPoint, decodeRequest, pointsOf } from '../../exporters/otlp/support/decode-request.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { batch, commits, epoch, ioTime, reading, rowsRead, series, token } from './points.ts'

/** What is counted of a row: whole numbers, whole numbers whose zeros aren't sent, and fractions. */
export const columns = ['calls', 'rows', 'time'] as const
export type Column = (typeof columns)[number]
export const infos: Readonly<Record<Column, MetricInfo>> = { calls: commits, rows: rowsRead, time: ioTime }

/** How the rows of a query tell that they were zeroed. */
export interface Kind {
  readonly name: string
  readonly token: 'of each row' | 'of all' | 'none'
  readonly fallsWhenReset: boolean
  /** New rows may have taken over counters of others, so their absence proves nothing. */
  readonly inherits: boolean
}

export const kinds: readonly Kind[] = [
  { name: 'statements since 1.11', token: 'of each row', fallsWhenReset: true, inherits: false },
  { name: 'older statements', token: 'none', fallsWhenReset: true, inherits: false },
  { name: 'tables', token: 'of all', fallsWhenReset: false, inherits: false },
  { name: 'sums over indexes', token: 'none', fallsWhenReset: false, inherits: false },
  { name: 'indexes', token: 'of all', fallsWhenReset: false, inherits: true },
]

export interface ServerRow {
  readonly counters: Record<Column, number>
  /** Second at which it was zeroed. */
  since: number
}

/** A server's rows, by id, and all that tells of resets. */
export class RowServer {
  readonly rows = new Map<string, ServerRow>()
  readonly name: string
  /** Second of the last reset of all. */
  reset = -5_000
  /** Second at which its processes started; a crash sets the witnesses to it as well. */
  processes = -1_000

  constructor(name: string) {
    this.name = name
  }

  row(id: string, second: number): ServerRow {
    let row = this.rows.get(id)
    if (row === undefined) {
      row = { counters: { calls: 0, rows: 0, time: 0 }, since: second }
      this.rows.set(id, row)
    }
    return row
  }

  zero(row: ServerRow, second: number): void {
    for (const column of columns) row.counters[column] = 0
    row.since = second
  }

  zeroAll(second: number): void {
    for (const row of this.rows.values()) this.zero(row, second)
    this.reset = second
  }

  crash(second: number): void {
    this.zeroAll(second)
    this.processes = second
  }

  tokenOf(row: ServerRow, { token: of }: Kind): ResetToken | undefined {
    if (of === 'none') return undefined
    return of === 'of each row' ? token(row.since, true) : token(this.reset)
  }

  get epoch() {
    const archiver = this.processes === -1_000 ? -999 : this.processes
    return epoch(this.processes, archiver, this.name, this.processes)
  }
}

/** Which series a row's values are shown under: `undefined` for none. */
export type Place = 'own' | 'pair' | '(other)' | undefined

/** One reading: of all rows that aren't hidden, these columns, each shown somewhere. */
export interface Shown {
  readonly columns: readonly Column[]
  hides(id: string): boolean
  place(id: string, column: Column): Place
}

const known = new Map<string, Series>()

function seriesOf(id: string, column: Column, place: Place): Series | undefined {
  if (place === undefined) return undefined
  // Two neighbours that look alike.
  const name = place === 'own' ? id : place === 'pair' ? `pair ${Math.floor(Number(id) / 2)}` : place
  const key = `${column} ${name}`
  const one = known.get(key) ?? series(infos[column], { name })
  known.set(key, one)
  return one
}

/** One array for each choice of columns, as a receiver has them. */
const columnLists = new Map<string, readonly Column[]>()

export function visible(server: RowServer, shown: Shown): [id: string, row: ServerRow][] {
  return [...server.rows].filter(([id]) => !shown.hides(id))
}

export function rowsOf(server: RowServer, kind: Kind, shown: Shown): CounterRows {
  const name = shown.columns.join()
  const chosen = columnLists.get(name) ?? shown.columns
  columnLists.set(name, chosen)
  const rows = visible(server, shown).map(([id, row]): CounterRow => {
    const moved = server.tokenOf(row, kind)
    return {
      key: `row ${id}`,
      values: chosen.map((column) => row.counters[column]),
      targets: chosen.map((column) => seriesOf(id, column, shown.place(id, column))),
      ...(moved === undefined ? {} : { token: moved }),
    }
  })
  const { fallsWhenReset } = kind
  return { columns: chosen, metrics: chosen.map((column) => infos[column]), rows, fallsWhenReset }
}

type Put = Parameters<DeliveryStore['put']>

/** What an exporter makes of counter rows, over a store that can be made to refuse. */
export class RowsUnderTest {
  readonly ledger = new Ledger(0)
  /** Points that are stored and not yet taken out. */
  readonly puts: { readonly requests: number; readonly baselines: number }[] = []
  sent = 0
  refusing = false
  readonly #open: () => DeliveryStore
  readonly #temporality: Temporality
  readonly #maxRequestBytes: number
  #store: DeliveryStore
  #enqueuer: PointEnqueuer

  /** @param open again where the store is reopened */
  constructor(open: () => DeliveryStore, temporality: Temporality, maxRequestBytes: number) {
    this.#open = open
    this.#temporality = temporality
    this.#maxRequestBytes = maxRequestBytes
    this.#store = open()
    this.#enqueuer = this.#make()
  }

  /** As after a restart of the process. */
  reopen(): void {
    this.#store[Symbol.dispose]()
    this.#store = this.#open()
    this.#enqueuer = this.#make()
  }

  /** @returns the points that came of a reading; `undefined` where it was refused */
  read(server: RowServer, kind: Kind, shown: Shown, second: number): readonly DecodedPoint[] | undefined {
    const of = reading(second, {
      filter: shown.columns.join(),
      epoch: server.epoch,
      completes: !kind.inherits,
    })
    this.puts.length = 0
    const refused = this.#enqueuer.store([{ ...batch(of, []), counterRows: rowsOf(server, kind, shown) }])
    const points = this.#takeOut()
    return refused.size > 0 ? undefined : points
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]()
  }

  #takeOut(): readonly DecodedPoint[] {
    const points: DecodedPoint[] = []
    for (let request = this.#store.take(); request !== undefined; request = this.#store.take()) {
      points.push(...pointsOf(decodeRequest(request.bytes, 'json')))
      this.#store.remove(request)
    }
    this.sent += points.length
    return points
  }

  #make(): PointEnqueuer {
    const put = (...[requests, baselines, completes]: Put) => {
      if (this.refusing) throw new StoreFullError(7, 7)
      this.#store.put(requests, baselines, completes)
      this.puts.push({ requests: requests.length, baselines: baselines.length })
    }
    const forward: DeliveryStore = {
      survives: this.#store.survives,
      baseline: (...of) => this.#store.baseline(...of),
      lastComplete: (query) => this.#store.lastComplete(query),
      put,
      take: (which) => this.#store.take(which),
      release: (request) => this.#store.release(request),
      remove: (request) => this.#store.remove(request),
      replace: (request, pieces) => this.#store.replace(request, pieces),
      size: () => this.#store.size(),
      oldestMs: () => this.#store.oldestMs(),
      onDropped: (listener) => this.#store.onDropped(listener),
      [Symbol.dispose]: () => this.#store[Symbol.dispose](),
    }
    return new PointEnqueuer({
      store: forward,
      ledger: this.ledger.metrics,
      clock: new FakeClock(),
      temporality: this.#temporality,
      encoding: 'json',
      compressor: new Compressor('none'),
      limits: undefined,
      maxRequestBytes: this.#maxRequestBytes,
    })
  }
}
