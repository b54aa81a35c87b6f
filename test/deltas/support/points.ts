import type { Attributes } from '../../../src/pdata/attributes.ts'
import type { Batch, Point } from '../../../src/pdata/batch.ts'
import type { MetricInfo } from '../../../src/pdata/metric.ts'
import type { Reading, ResetToken, StatisticsEpoch } from '../../../src/pdata/reading.ts'
import type { Series } from '../../../src/pdata/series.ts'

/** 2030-01-01: what the tests' moments count from, in milliseconds. */
export const dayMs = Date.UTC(2030, 0, 1)
export const at = (second: number): number => dayMs + second * 1_000

export const commits: MetricInfo = {
  name: 'postgresql.commits',
  description: 'The number of commits.',
  unit: '1',
  kind: 'sum',
  monotonic: true,
  valueType: 'int',
  zeros: 'send',
}
export const rowsRead: MetricInfo = { ...commits, name: 'postgresql.operations', zeros: 'skip' }
export const ioTime: MetricInfo = { ...commits, name: 'postgresql.io.time', unit: 's', valueType: 'double' }
export const backends: MetricInfo = { ...commits, name: 'postgresql.backends', unit: '{backend}', monotonic: false }
export const lag: MetricInfo = {
  ...backends,
  name: 'postgresql.wal.lag',
  unit: 's',
  kind: 'gauge',
  valueType: 'double',
}

export const orders = { attributes: { 'service.instance.id': 'db.example.com:5432' } }
export const scope = { name: 'otelephant/postgresql', version: '7.8.9' }

export function series(metric: MetricInfo, attributes: Attributes = { 'db.namespace': 'orders' }): Series {
  return { metric, attributes, key: `${metric.name}\0${JSON.stringify(attributes)}` }
}

export function point(of: Series, value: number | bigint, token?: ResetToken): Point {
  return { series: of, value, ...(token === undefined ? {} : { token }) }
}

/** @param second when it moved, or undefined where the server says NULL */
export function token(second: number | undefined, exact = false): ResetToken {
  return second === undefined
    ? { text: '', timeMs: undefined, exact }
    : { text: String(at(second)), timeMs: at(second), exact }
}

/** An epoch whose two witnesses were set at these seconds, and whose processes were started at that one, if known. */
export function epoch(bgwriter = -1_000, archiver = -999, server = 'server-1', processes?: number): StatisticsEpoch {
  const witnesses = [token(bgwriter), token(archiver)]
  return { server, witnesses, ...(processes === undefined ? {} : { incarnation: token(processes) }) }
}

/** A reading whose result was asked for half a second before it arrived. */
export function reading(second: number, changes: Partial<Reading> = {}): Reading {
  return {
    query: 'db.example.com:5432\0database',
    filter: 'all',
    startedMs: at(second) - 500,
    timeMs: at(second),
    epoch: epoch(),
    completes: true,
    ...changes,
  }
}

export function batch(of: Reading, points: readonly Point[], resource: Batch['resource'] = orders): Batch {
  return { resource, scope, reading: of, points }
}
