import { metricDefaults } from '../../generated/postgresql/config.ts'
import type { Consumer } from '../../src/component/consumer.ts'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import type { Connection } from '../../src/demo/embedded-postgres/connect.ts'
import { ownTelemetry } from '../../src/receivers/internal/own-telemetry.ts'
import { postgresqlReceiverWith } from '../../src/receivers/postgresql/receiver.ts'
import { createLogger } from '../../src/telemetry/create-logger.ts'
import { LeapingClock } from '../../test/support/leaping-clock.ts'
import { measuredRole } from '../role-cost.ts'
import { Recording, type Visit } from '../scrape/recording.ts'
import { Traffic } from './traffic.ts'

/** As often as the query `statement` runs. */
const cycleMs = 60_000
const signal = AbortSignal.timeout(300_000)

/** What the collector's own statements cost the server in one cycle, by the name in their comments. */
export type CycleCosts = ReadonlyMap<string, { readonly calls: number; readonly ms: number }>

export interface Cycles {
  readonly costs: readonly CycleCosts[]
  /** The session of the last cycle. */
  readonly visit: Visit
  readonly points: number
  readonly events: number
}

/** Cycles of the real receiver in this process, a minute apart on a clock that is told to go on, with traffic between them. */
export async function collectorCycles(cluster: Cluster, metrics: 'default' | 'all', count: number): Promise<Cycles> {
  await using own = ownTelemetry({ name: 'benchmark', version: '0.0.0' })
  await using traffic = await Traffic.on(cluster)
  await using stateReader = await cluster.connect()
  using recording = new Recording()
  const clock = new LeapingClock()
  const taken = { points: 0, events: 0 }
  const consumer: Consumer = {
    async consume(batch) {
      taken.points += batch.points.length
      for (const { targets } of batch.counterRows?.rows ?? []) taken.points += targets.length
    },
    async consumeLogs(batch) {
      taken.events += batch.records.length
    },
  }
  const factory = postgresqlReceiverWith({ connectionSpacingMs: 0 })
  const config = factory.config.parse({
    endpoint: `${cluster.host}:${cluster.port}`,
    username: measuredRole,
    events: { 'db.server.top_query': { enabled: true } },
    metrics: metricsOf(metrics),
  })
  const logger = createLogger({ level: 'error' })
  const settings = { id: 'postgresql', clock, logger, meter: own.meter, version: '0.0.0', hostName: 'bench', env: {} }
  const receiver = factory.create(config, settings, consumer)
  try {
    const costs: CycleCosts[] = []
    let visits: readonly Visit[] = []
    for (let cycle = 0; cycle < count; cycle++) {
      await traffic.cycle()
      clock.leap(cycleMs)
      const before = await totals(stateReader)
      visits = await recording.during(async () => void (await receiver.collect(signal)))
      costs.push(since(before, await totals(stateReader)))
    }
    const visit = visits.find(({ statements }) => statements.some(({ text }) => text.includes(marker('statement'))))
    if (visit === undefined) throw new Error('the collector asked for no statements')
    return { costs, visit, ...taken }
  } finally {
    await receiver.shutdown()
  }
}

export function marker(query: string): string {
  return `/* otelephant ${query} */`
}

/** None but those of statements: what else is read at the same time would be measured with them. */
function metricsOf(which: 'default' | 'all') {
  const entries = Object.entries(metricDefaults).map(([metric, isOn]) => {
    const isStatements = /^(postgresql\.statement|db\.query\.)/.test(metric)
    return [metric, { enabled: isStatements && (isOn || which === 'all') }] as const
  })
  return Object.fromEntries(entries)
}

async function totals(stateReader: Connection): Promise<CycleCosts> {
  const { rows } = await stateReader.query<{ name: string; calls: string; ms: number }>(
    `SELECT substring(s.query FROM '/\\* otelephant (\\w+) \\*/') AS name, sum(s.calls) AS calls,
      sum(s.total_exec_time + s.total_plan_time) AS ms
    FROM pg_stat_statements(true) AS s WHERE s.userid = '${measuredRole}'::regrole GROUP BY 1`,
  )
  return new Map(rows.map(({ name, calls, ms }) => [name, { calls: Number(calls), ms }]))
}

function since(before: CycleCosts, now: CycleCosts): CycleCosts {
  return new Map(
    [...now].map(([name, { calls, ms }]) => {
      const earlier = before.get(name) ?? { calls: 0, ms: 0 }
      return [name, { calls: calls - earlier.calls, ms: ms - earlier.ms }]
    }),
  )
}
