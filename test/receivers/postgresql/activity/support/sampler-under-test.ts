import { EventsBuilder } from '../../../../../generated/postgresql/events.ts'
import { type MetricName, MetricsBuilder, metrics } from '../../../../../generated/postgresql/metrics.ts'
import type { Cluster } from '../../../../../src/demo/embedded-postgres/cluster.ts'
import type { Attributes } from '../../../../../src/pdata/attributes.ts'
import type { LogRecord } from '../../../../../src/pdata/log-record.ts'
import { GraphPace } from '../../../../../src/receivers/postgresql/activity/graph-pace.ts'
import {
  SessionSampler,
  type SessionSamplerSettings,
} from '../../../../../src/receivers/postgresql/activity/session-sampler.ts'
import type { Sink } from '../../../../../src/scraper/scraper.ts'
import { childStatementTexts } from '../../../../../src/sql-text/pool/child-statement-texts.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { memoryLogger } from '../../../../support/memory-logger.ts'
import { factoryOf } from '../../../../support/series-factory.ts'
import { connectionOf, never, settingsOf, socketOf } from '../../support/connecting.ts'
import { watchingOn } from '../../support/watching.ts'

export const intervalMs = 1_000

/** A series of one metric: its labels, and what it has come to. */
export type LabelledValue = Attributes & { readonly value: number }

/** A sink that keeps the records that it is given. */
export function keepingSink(): Sink & { readonly records: LogRecord[] } {
  const records: LogRecord[] = []
  return {
    records,
    async metrics() {},
    async logs(batch) {
      records.push(...batch.records)
    },
  }
}

/** The builders of events and of metrics that no other test's settings bear on. */
export function eventsBuilder(...enabled: readonly string[]): EventsBuilder {
  return new EventsBuilder({
    resource: { attributes: {} },
    scope: { name: 'test', version: '1' },
    enabled: new Set(enabled),
  })
}

export function metricsBuilder(): MetricsBuilder {
  return new MetricsBuilder({
    factory: factoryOf({ vocabulary: 'semconv', endpoint: 'db:5432' }),
    enabled: new Set(Object.keys(metrics)),
  })
}

/** A sampler with a session of its own, whose time passes when a test says so; the server's goes on by itself. */
export async function samplerOn(
  cluster: Cluster,
  overrides: Partial<SessionSamplerSettings> & { readonly username?: string } = {},
) {
  const clock = new FakeClock()
  const logger = memoryLogger()
  const session = await connectionOf(settingsOf(socketOf(cluster), { username: overrides.username ?? 'monitor' }))
  const { observed, databases, watch } = await watchingOn(session, clock, logger, ['postgresql.session.time'])
  const skipped: string[] = []
  const asked: string[] = []
  const sink = keepingSink()
  const texts = childStatementTexts({ logger })
  const sampler = new SessionSampler({
    connection: { current: observed },
    databases,
    affected: { bySample: ['postgresql.session.time'], byGraph: ['postgresql.blocking_episode'] },
    clock,
    intervalMs,
    run: 'run 7',
    statementLabel: () => undefined,
    byStatement: true,
    blocking: true,
    pace: new GraphPace(),
    events: eventsBuilder('postgresql.blocking_episode'),
    texts,
    watch,
    measured: (query) => asked.push(query),
    skipped: (reason) => skipped.push(reason),
    ...overrides,
  })
  const builder = metricsBuilder()
  const sample = async (afterMs = intervalMs) => {
    await clock.advance(afterMs)
    await sampler.scrape(sink, never)
  }
  return {
    sampler,
    session,
    clock,
    sink,
    skipped,
    asked,
    sample,
    messages: () => logger.lines.map(({ message }) => message),
    /** Every series of a metric: its labels and its value. */
    series: (metric: MetricName): LabelledValue[] => {
      sampler.record(builder)
      const { points } = builder.take(readingAt(clock.now()))
      return points
        .filter(({ series }) => series.metric.name === metric)
        .map((point) => ({ ...point.series.attributes, value: Number(point.value) }))
    },
    [Symbol.asyncDispose]: async () => {
      await texts.close()
      await session.close()
    },
  }
}

export function readingAt(timeMs: number) {
  const epoch = { server: 'test', witnesses: [] }
  return { query: 'test', filter: 'all', startedMs: timeMs, timeMs, epoch, completes: true }
}

export function sum(series: readonly { readonly value: number }[]): number {
  return series.reduce((total, { value }) => total + value, 0)
}
