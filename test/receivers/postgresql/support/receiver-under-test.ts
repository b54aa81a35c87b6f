import { metrics as noMeters } from '@opentelemetry/api'
import type { z } from 'zod'
import type { Clock } from '../../../../src/component/clock.ts'
import type { Consumer } from '../../../../src/component/consumer.ts'
import type { Status } from '../../../../src/component/status.ts'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import type { Batch, Point } from '../../../../src/pdata/batch.ts'
import type { LogRecord } from '../../../../src/pdata/log-record.ts'
import { PostgresqlReceiver } from '../../../../src/receivers/postgresql/receiver.ts'
import { postgresqlConfig } from '../../../../src/receivers/postgresql/settings/config.ts'
import { memoryLogger } from '../../../support/memory-logger.ts'
import { never } from './connecting.ts'
import { shownPoints } from './shown-points.ts'
import { SkippingClock } from './skipping-clock.ts'

export interface ReceiverOptions {
  readonly clock?: Clock
  readonly consumer?: Consumer
  readonly env?: Readonly<Record<string, string>>
  readonly connectTimeoutMs?: number
}

/** A receiver as `monitor` on a server, with a clock that can be skipped, and all that it gives. */
export function receiverOf(
  server: { readonly host: string; readonly port: number },
  config: Partial<z.input<typeof postgresqlConfig>> = {},
  options: ReceiverOptions = {},
) {
  const clock = new SkippingClock()
  const logger = memoryLogger()
  const batches: Batch[] = []
  const records: LogRecord[] = []
  const statuses: Status[] = []
  const consumer: Consumer = options.consumer ?? {
    async consume(batch) {
      batches.push(batch)
    },
    async consumeLogs(batch) {
      records.push(...batch.records)
    },
  }
  const parsed = postgresqlConfig.parse({
    endpoint: `${server.host}:${server.port}`,
    username: 'monitor',
    instance: 'orders',
    // What watches the sessions has ticks of its own, and tests of its own.
    session_sampling: { enabled: false },
    long_running: { transaction: '0s', idle_in_transaction: '0s', statement: '0s' },
    ...config,
  })
  const settings = {
    id: 'postgresql/test',
    clock: options.clock ?? clock,
    logger,
    meter: noMeters.getMeter('test'),
    version: '1.2.3',
    hostName: 'collector-1',
    env: options.env ?? {},
    connectionSpacingMs: 0,
    ...(options.connectTimeoutMs !== undefined && { connectTimeoutMs: options.connectTimeoutMs }),
  }
  const receiver = new PostgresqlReceiver(parsed, settings, consumer)
  return {
    receiver,
    clock,
    logger,
    batches,
    /** Log records, of whatever batch. */
    records,
    statuses,
    host: { report: (status: Status) => statuses.push(status) },
    /** What was given since so many batches. */
    since: (mark: number) => collected(batches.slice(mark), undefined),
    /** Everything that one scrape of everything gives; what it throws, if all fails, is `error`. */
    collect: async () => {
      const from = batches.length
      const error: unknown = await receiver.collect(never).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      return collected(batches.slice(from), error)
    },
    messages: (level: 'warn' | 'info') =>
      logger.lines.filter((line) => line.level === level).map(({ message }) => message),
    [Symbol.asyncDispose]: () => receiver.shutdown(),
  }
}

export type Collected = ReturnType<typeof collected>

function collected(batches: readonly Batch[], error: unknown) {
  const points = batches.flatMap(shownPoints)
  return {
    batches,
    points,
    error,
    names: new Set(points.map(({ series }) => series.metric.name)),
    /** The values of a metric whose attributes include these. */
    values: (metric: string, attributes: Readonly<Record<string, unknown>> = {}): (number | bigint)[] =>
      points.filter((point) => isOf(point, metric, attributes)).map(({ value }) => value),
    /** The attributes of a metric's points. */
    attributes: (metric: string) =>
      points.filter(({ series }) => series.metric.name === metric).map(({ series }) => series.attributes),
  }
}

function isOf({ series }: Point, metric: string, attributes: Readonly<Record<string, unknown>>): boolean {
  return (
    series.metric.name === metric &&
    Object.entries(attributes).every(([name, value]) => series.attributes[name] === value)
  )
}

/** Lines of the server's log since `from` that say ERROR or FATAL. */
export async function serverErrors(cluster: Cluster, from: number): Promise<string[]> {
  const log = (await cluster.log()).slice(from)
  return log.split('\n').filter((line) => /\b(ERROR|FATAL|PANIC):/.test(line))
}
