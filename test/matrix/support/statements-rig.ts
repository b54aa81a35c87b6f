import { metricDefaults } from '../../../generated/postgresql/config.ts'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { startEndpoint } from '../../../src/demo/endpoint/endpoint.ts'
import type { ReceivedLog, ReceivedPoint } from '../../../src/demo/endpoint/received-point.ts'
import type { CounterRows } from '../../../src/pdata/batch.ts'
import { exporterTo } from '../../exporters/otlp/support/exporter-under-test.ts'
import { never } from '../../receivers/postgresql/support/connecting.ts'
import { receiverOf } from '../../receivers/postgresql/support/receiver-under-test.ts'
import { apiKey } from './rig.ts'
import { counters } from './statements-oracle.ts'
import { databases } from './statements-workload.ts'

/** What one scrape delivered. */
export interface Delivered {
  readonly points: readonly ReceivedPoint[]
  readonly logs: readonly ReceivedLog[]
  /** The rows of pg_stat_statements as the exporter got them. */
  readonly rows: CounterRows
  /** Over all series, by metric. */
  readonly totals: ReadonlyMap<string, number>
}

export interface StatementsRig extends AsyncDisposable {
  /** Reads once and delivers. */
  scrape(): Promise<Delivered>
}

/** A receiver of statements only, whose rows can be looked at on their way, an exporter and New Relic's stand-in. */
export async function startStatementsRig(cluster: Cluster): Promise<StatementsRig> {
  await using stack = new AsyncDisposableStack()
  const endpoint = stack.use(await startEndpoint({ apiKey }))
  const { exporter } = stack.use(await exporterTo(endpoint.url, { target: { headers: { 'api-key': apiKey } } }))
  const wanted = new Set([...counters.map(({ metric }) => metric), 'postgresql.statements.incomplete'])
  const config = {
    databases: [...databases],
    // So few that most rows share "(other)".
    limits: { statement: 5 },
    metrics: Object.fromEntries(Object.keys(metricDefaults).map((name) => [name, { enabled: wanted.has(name) }])),
    events: { 'db.server.top_query': { enabled: true } },
  }
  let rows: CounterRows | undefined
  const consumer: NonNullable<Parameters<typeof receiverOf>[2]>['consumer'] = {
    async consume(batch, signal) {
      rows = batch.counterRows ?? rows
      await exporter.consume(batch, signal)
    },
    consumeLogs: (batch, signal) => exporter.consumeLogs(batch, signal),
  }
  const { receiver } = stack.use(receiverOf(cluster, config, { consumer }))
  const seen = { points: 0, logs: 0 }
  const moved = stack.move()
  return {
    async scrape() {
      await receiver.collect(never)
      await exporter.flush(never)
      const { received } = endpoint
      const points = received.points().slice(seen.points)
      const logs = received.logs().slice(seen.logs)
      seen.points += points.length
      seen.logs += logs.length
      if (rows === undefined) throw new Error('no rows were read')
      const totals = new Map<string, number>()
      for (const { metric, value } of points) totals.set(metric, (totals.get(metric) ?? 0) + Number(value))
      return { points, logs, rows, totals }
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}
