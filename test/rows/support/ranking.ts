import { expect } from 'vitest'
import { systemClock } from '../../../src/component/clock.ts'
import type { QueryDefinition } from '../../../src/metadata/query.ts'
import type { SourcedMetric } from '../../../src/metadata/sourced-metric.ts'
import type { AttributeValue } from '../../../src/pdata/attributes.ts'
import type { Batch, CounterRow } from '../../../src/pdata/batch.ts'
import { composeQueries } from '../../../src/receivers/postgresql/compose/compose.ts'
import type { RowComputer } from '../../../src/receivers/postgresql/queries/row-computer.ts'
import {
  composeSettings,
  inspect,
  keepingSink,
  metricOf,
  queryOf,
  runnerOf,
} from '../../receivers/postgresql/support/composing.ts'
import { connectionOf, never, settingsOf } from '../../receivers/postgresql/support/connecting.ts'
import { usePostgres } from '../../support/postgres.ts'

/** A row as the server has it. */
export interface ServerRow {
  readonly id: number
  readonly place?: string
  readonly name: string
  readonly calls: number
  readonly size?: number
}

export type Shown = readonly [attributes: Readonly<Record<string, AttributeValue>>, value: unknown]

const columns: QueryDefinition['columns'] = {
  id: { sql: 'r.id', type: 'string' },
  place: { sql: 'r.place', type: 'string' },
  name: { sql: 'r.name', type: 'string' },
  calls: { sql: 'r.calls', type: 'int' },
  size: { sql: 'r.size', type: 'int' },
}

const source = { query: 'rows', attributes: { place: 'place', name: 'name' } }
const counter = { kind: 'sum', monotonic: true } as const

/** A counter and gauges of every way to show the others over the columns of a row. */
export const metrics: readonly SourcedMetric[] = [
  metricOf('calls', { ...source, points: [{ value: 'calls', attributes: {} }] }, counter),
  { ...metricOf('size', { ...source, points: [{ value: 'size', attributes: {} }] }), others: 'sum' },
  { ...metricOf('size.max', { ...source, points: [{ value: 'size', attributes: {} }] }), others: 'max' },
  metricOf('size.own', { ...source, points: [{ value: 'size', attributes: {} }] }),
]

export interface RankingSettings {
  readonly definition?: Partial<QueryDefinition>
  readonly metrics?: readonly SourcedMetric[]
  readonly computer?: RowComputer
}

/** Two rows keep series of their own, ranked by their calls. */
export function usePlaces(major: Parameters<typeof usePostgres>[0]) {
  const postgres = usePostgres(major)

  return async function ranking(settings: RankingSettings = {}) {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query('CREATE TABLE rows (id int, place text, name text, calls bigint, size bigint)', database)
    const client = await cluster.connect(database)
    const connection = await connectionOf(settingsOf(cluster, { username: 'postgres' }), database)
    const query = queryOf('rows', {
      from: 'public.rows AS r',
      identity: ['id'],
      top: { rows: 2, by: ['calls'], others: ['name'] },
      ...settings.definition,
      columns: { ...columns, ...settings.definition?.columns },
    })
    const settingsOfAll = composeSettings({ queries: [query], metrics: settings.metrics ?? metrics })
    const { serverState, capabilities } = await inspect(connection, settingsOfAll)
    const [composed = expect.fail('nothing composed')] = composeQueries(settingsOfAll, 'server', capabilities).queries
    const { computer } = settings
    const runner = runnerOf(composed, systemClock(), computer === undefined ? {} : { computer })

    return {
      /** What one result of just these rows comes to. */
      async result(...rows: readonly ServerRow[]) {
        const json = JSON.stringify(rows.map((row) => ({ place: 'north', ...row })))
        await client.query('TRUNCATE rows')
        await client.query(`INSERT INTO rows SELECT * FROM json_populate_recordset(NULL::rows, '${json}') ORDER BY id`)
        const sink = keepingSink()
        await runner.run({ connection, serverState, databases: [], excluded: '' }, sink, never)
        return resultOf(sink.batches)
      },
      async [Symbol.asyncDispose]() {
        await client.end()
        await connection.close()
      },
    }
  }
}

function resultOf([batch = expect.fail('no batch'), ...more]: readonly Batch[]) {
  expect(more).toEqual([])
  const { counterRows = expect.fail('no counter rows'), points, reading } = batch
  const target = ({ targets }: CounterRow, metric: string) =>
    targets[counterRows.metrics.findIndex(({ name }) => name === metric)]
  return {
    counterRows,
    points,
    reading,
    /** Attributes and value of every point of a gauge. */
    gauge: (metric: string): Shown[] =>
      points
        .filter(({ series }) => series.metric.name === metric)
        .map(({ series, value }) => [series.attributes, value]),
    /** Of every row in the order of its id, the attributes that a counter is shown under. */
    shown: (metric: string) => counterRows.rows.map((row) => target(row, metric)?.attributes),
    /** As `shown`, the series. */
    series: (metric: string) => counterRows.rows.map((row) => target(row, metric)),
  }
}
