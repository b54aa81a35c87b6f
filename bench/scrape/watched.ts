import { limitsConfig, metricDefaults } from '../../generated/postgresql/config.ts'
import { systemClock } from '../../src/component/clock.ts'
import type { Consumer } from '../../src/component/consumer.ts'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { pointsIn } from '../../src/pdata/points-in.ts'
import { ownTelemetry } from '../../src/receivers/internal/own-telemetry.ts'
import { postgresqlReceiverWith } from '../../src/receivers/postgresql/receiver.ts'
import { createLogger } from '../../src/telemetry/create-logger.ts'

/** A query's cost as the receiver's own telemetry has it. */
export interface QueryCost {
  readonly query: string
  readonly calls: number
  readonly ms: number
}

/**
 * A receiver that scrapes when told to, with every metric enabled, and a consumer that only counts.
 * @param databases all, where it is left out
 */
export function watch(cluster: Cluster, ownRows: number, databases: readonly string[] = []) {
  const own = ownTelemetry({ name: 'benchmark', version: '0.0.0' })
  let points = 0
  const consumer: Consumer = {
    async consume(batch) {
      points += pointsIn(batch)
    },
    async consumeLogs() {},
  }
  const factory = postgresqlReceiverWith({ connectionSpacingMs: 0 })
  const config = factory.config.parse({
    endpoint: `${cluster.host}:${cluster.port}`,
    username: 'otelephant',
    tls: { insecure: true },
    databases,
    limits: Object.fromEntries(Object.keys(limitsConfig.shape).map((query) => [query, ownRows])),
    metrics: Object.fromEntries(Object.keys(metricDefaults).map((metric) => [metric, { enabled: true }])),
  })
  const settings = {
    id: 'postgresql',
    clock: systemClock(),
    logger: createLogger({ level: 'error' }),
    meter: own.meter,
  }
  const receiver = factory.create(config, { ...settings, version: '0.0.0', hostName: 'bench', env: {} }, consumer)
  return {
    scrape: async () => void (await receiver.collect(AbortSignal.timeout(60_000))),
    /** Since the last call. */
    takePoints() {
      const taken = points
      points = 0
      return taken
    },
    async costs(): Promise<QueryCost[]> {
      const { resourceMetrics } = await own.collect()
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
      const sums = (name: string) => {
        const found = metrics.find(({ descriptor }) => descriptor.name === name)
        const sum = new Map<string, number>()
        for (const { attributes, value } of found?.dataPoints ?? []) {
          const query = String(attributes['query'])
          sum.set(query, (sum.get(query) ?? 0) + (typeof value === 'number' ? value : 0))
        }
        return sum
      }
      const seconds = sums('otelephant_postgresql_query_duration')
      return [...sums('otelephant_postgresql_queries')].map(([query, calls]) => ({
        query,
        calls,
        ms: (1_000 * (seconds.get(query) ?? 0)) / calls,
      }))
    },
    async [Symbol.asyncDispose]() {
      await receiver.shutdown()
      await own[Symbol.asyncDispose]()
    },
  }
}
