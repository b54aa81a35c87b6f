import { metricDefaults } from '../../generated/postgresql/config.ts'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { type Endpoint, startEndpoint } from '../../src/demo/endpoint/endpoint.ts'
import type { ReceivedLog, ReceivedPoint } from '../../src/demo/endpoint/received-point.ts'
import type { Batch } from '../../src/pdata/batch.ts'
import { exporterTo } from '../exporters/otlp/exporter-under-test.ts'
import { receiverOf } from '../receivers/postgresql/receiver-under-test.ts'
import { counters } from './statements-oracle.ts'
import { databases } from './statements-workload.ts'

const apiKey = 'de3000000000000000000000000000000000NRAL'
const never = new AbortController().signal

/** What one scrape delivered. */
export interface Delivered {
  readonly points: readonly ReceivedPoint[]
  readonly logs: readonly ReceivedLog[]
  /** The rows of pg_stat_statements as the exporter got them. */
  readonly rows: NonNullable<Batch['folded']>
  /** Over all series, by metric. */
  readonly totals: ReadonlyMap<string, number>
}

/** A receiver of statements only, whose rows can be looked at on their way, an exporter and New Relic's stand-in. */
export class StatementsRig implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack
  readonly #endpoint: Endpoint
  readonly #scrape: () => Promise<unknown>
  readonly #rows: NonNullable<Batch['folded']>[]
  readonly messages: (level: 'warn' | 'info') => readonly string[]
  #points = 0
  #logs = 0

  private constructor(
    parts: Pick<StatementsRig, 'messages'> & {
      readonly stack: AsyncDisposableStack
      readonly endpoint: Endpoint
      readonly scrape: () => Promise<unknown>
      readonly rows: NonNullable<Batch['folded']>[]
    },
  ) {
    this.#stack = parts.stack
    this.#endpoint = parts.endpoint
    this.#scrape = parts.scrape
    this.#rows = parts.rows
    this.messages = parts.messages
  }

  static async start(cluster: Cluster): Promise<StatementsRig> {
    await using stack = new AsyncDisposableStack()
    const endpoint = stack.use(await startEndpoint({ apiKey }))
    const { exporter } = stack.use(await exporterTo(endpoint.url, { target: { headers: { 'api-key': apiKey } } }))
    const rows: NonNullable<Batch['folded']>[] = []
    const wanted = new Set([...counters.map(({ metric }) => metric), 'postgresql.statements.incomplete'])
    const metrics = Object.fromEntries(
      Object.keys(metricDefaults).map((name) => [name, { enabled: wanted.has(name) }] as const),
    )
    const watched = stack.use(
      receiverOf(
        cluster,
        {
          databases: [...databases],
          // The lowest that makes some share "(other)".
          limits: { statement: 5 },
          metrics,
          events: { 'db.server.top_query': { enabled: true } },
        },
        {
          consumer: {
            async consume(batch, signal) {
              if (batch.folded !== undefined) rows.push(batch.folded)
              await exporter.consume(batch, signal)
            },
            consumeLogs: (batch, signal) => exporter.consumeLogs(batch, signal),
          },
        },
      ),
    )
    const scrape = async () => {
      await watched.receiver.collect(never)
      await exporter.flush(never)
    }
    return new StatementsRig({ stack: stack.move(), endpoint, rows, scrape, messages: watched.messages })
  }

  /** Reads once and delivers. */
  async scrape(): Promise<Delivered> {
    await this.#scrape()
    const { received } = this.#endpoint
    const points = received.points().slice(this.#points)
    const logs = received.logs().slice(this.#logs)
    this.#points += points.length
    this.#logs += logs.length
    const rows = this.#rows.at(-1)
    if (rows === undefined) throw new Error('no rows were read')
    const totals = new Map<string, number>()
    for (const { metric, value } of points) totals.set(metric, (totals.get(metric) ?? 0) + Number(value))
    return { points, logs, rows, totals }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }
}
