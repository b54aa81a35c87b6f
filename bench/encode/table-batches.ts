import { queries, sourcedMetrics } from '../../generated/postgresql/queries.ts'
import type { Batch } from '../../src/pdata/batch.ts'
import type { ResetToken } from '../../src/pdata/reading.ts'
import { SeriesFactory } from '../../src/pdata/series-factory.ts'
import { composeQueries } from '../../src/receivers/postgresql/compose/compose.ts'
import type { ComposedQuery } from '../../src/receivers/postgresql/compose/composed-query.ts'
import { nothingKnown } from '../../src/receivers/postgresql/server/capabilities.ts'
import { RowPoints } from '../../src/rows/row-points.ts'

const capabilities = { ...nothingKnown, server: [18], role: 'primary' } as const
const resource = {
  attributes: {
    'service.instance.id': 'db-1.example.com:5432',
    'server.address': 'db-1.example.com',
    'server.port': 5432,
  },
}
const scope = { name: 'otelephant/receiver/postgresql', version: '0.0.0' }
const token: ResetToken = { text: '2029-12-01 10:00:00+00', timeMs: Date.UTC(2029, 11, 1, 10), exact: false }
const epoch = { server: '7421873423487234', witnesses: [token, { ...token, text: '2029-12-01 10:00:01+00' }] }
const startMs = Date.UTC(2030, 0, 1)
/** Ten points of each row: as many as a request takes. */
const batchRows = 400

/** The batches that a scrape of a database with many tables gives: every metric of the query `table`. */
export class TableBatches {
  readonly #query: ComposedQuery
  readonly #rows: RowPoints

  constructor() {
    const enabled = new Set(sourcedMetrics.map(({ info }) => info.name))
    const plan = {
      queries,
      metrics: sourcedMetrics,
      enabled,
      intervals: {},
      limits: {},
      collectionIntervalMs: 30_000,
      sliceRows: batchRows,
    }
    const query = composeQueries(plan, 'database', capabilities).queries.find(({ name }) => name === 'table')
    if (query === undefined) throw new Error('the query `table` is not in the plan')
    this.#query = query
    const factory = new SeriesFactory({ endpoint: 'db-1.example.com:5432', resource, scope, vocabulary: 'both' })
    this.#rows = new RowPoints({ query, factory, origin: { oid: '16384', name: 'orders' } })
  }

  /** @param scrape its number; the values grow with it */
  *scrape(scrape: number, points: number): Generator<Batch> {
    const rows = points / this.#query.points.length
    const timeMs = startMs + scrape * 30_000
    for (let from = 0; from < rows; from += batchRows) {
      const slice = Array.from({ length: Math.min(batchRows, rows - from) }, (_, at) => this.#row(from + at, scrape))
      const completes = from + batchRows >= rows
      const reading = { query: 'table', filter: this.#query.digest, startedMs: timeMs - 1, timeMs, epoch, completes }
      yield {
        resource,
        scope,
        reading,
        points: this.#rows.points(
          slice,
          slice.map(() => token),
        ),
      }
    }
    this.#rows.completed()
  }

  #row(row: number, scrape: number): (string | number)[] {
    return this.#query.columns.map(({ name }, column) => {
      if (name === 'oid') return String(16_400 + row)
      if (name === 'schema') return `schema_${row % 20}`
      if (name === 'relation') return `table_of_orders_${row}`
      return ((row * 7_919 + column * 104_729) % 2_000_003) + scrape * (1 + ((row + column) % 97))
    })
  }
}
