import { expect, test } from 'vitest'
import type { Batch } from '../../src/pdata/batch.ts'
import type { EntityInfo } from '../../src/pdata/entity.ts'
import type { MetricInfo } from '../../src/pdata/metric.ts'
import { PointsBuilder } from '../../src/pdata/points-builder.ts'
import type { Reading, ResetToken } from '../../src/pdata/reading.ts'
import type { SeriesFactorySettings } from '../../src/pdata/series-factory.ts'
import { factoryOf } from '../support/series-factory.ts'

const operations: MetricInfo = {
  name: 'operations',
  description: 'Rows inserted and updated.',
  unit: '1',
  kind: 'sum',
  monotonic: true,
  valueType: 'int',
  zeros: 'skip',
}
const table: EntityInfo = {
  type: 'table',
  parts: ['database', 'schema'],
  attributes: [
    { name: 'namespace', value: '{database}|{schema}', vocabulary: 'semconv' },
    { name: 'database.name', value: '{database}', vocabulary: 'legacy' },
  ],
}

interface Values {
  readonly database: string
  readonly schema: string | null
  readonly operation?: string | null
}

class SampleBuilder extends PointsBuilder {
  recordOperations(value: number | bigint | null, values: Values, token?: ResetToken): void {
    this.record(operations, table, value, { operation: null, ...values }, token)
  }
}

function builder(settings: Partial<SeriesFactorySettings> = {}, enabled: readonly string[] = ['operations']) {
  return new SampleBuilder({
    factory: factoryOf({ scope: { name: 'sample', version: '7' }, endpoint: 'db:5432', ...settings }),
    enabled: new Set(enabled),
  })
}

function reading(timeMs = 1_000): Reading {
  const epoch = { server: '4711', witnesses: [] }
  return { query: 'sample', filter: 'all', startedMs: timeMs - 5, timeMs, epoch, completes: true }
}

function onlySeries({ points }: Batch) {
  const [point, ...others] = points
  if (point === undefined || others.length > 0) throw new Error(`expected one point, found ${points.length}`)
  return point.series
}

const shop: Values = { database: 'shop', schema: 'public' }

test('what is recorded is handed over once', () => {
  const sample = builder()
  sample.recordOperations(11n, shop)
  sample.recordOperations(13, { ...shop, operation: 'upd' })
  expect(sample.take(reading()).points.map(({ value }) => value)).toEqual([11n, 13])
  expect(sample.take(reading()).points).toEqual([])
})

test('a metric that is not enabled is not recorded', () => {
  const sample = builder({}, ['another'])
  sample.recordOperations(11, shop)
  expect(sample.take(reading()).points).toEqual([])
})

test('null records nothing, zero is a value', () => {
  const sample = builder()
  sample.recordOperations(null, shop)
  sample.recordOperations(0, shop)
  expect(sample.take(reading()).points.map(({ value }) => value)).toEqual([0])
})

for (const { vocabulary, expected } of [
  { vocabulary: 'both', expected: { namespace: 'shop|public', 'database.name': 'shop', operation: 'ins' } },
  { vocabulary: 'semconv', expected: { namespace: 'shop|public', operation: 'ins' } },
  { vocabulary: 'legacy', expected: { 'database.name': 'shop', operation: 'ins' } },
] as const) {
  test(`the vocabulary ${vocabulary} gives ${Object.keys(expected).join(', ')}`, () => {
    const sample = builder({ vocabulary })
    sample.recordOperations(11, { ...shop, operation: 'ins' })
    expect(onlySeries(sample.take(reading())).attributes).toEqual(expected)
  })
}

test('an attribute with a part that is NULL is left off, and so is an attribute that is NULL', () => {
  const sample = builder()
  sample.recordOperations(11, { database: 'shop', schema: null, operation: null })
  expect(onlySeries(sample.take(reading())).attributes).toEqual({ 'database.name': 'shop' })
})

test('the same series is the same object from scrape to scrape, in whatever order its values are given', () => {
  const sample = builder()
  sample.recordOperations(11, { database: 'shop', schema: 'public', operation: 'ins' })
  const first = onlySeries(sample.take(reading(1_000)))
  sample.recordOperations(12, { operation: 'ins', schema: 'public', database: 'shop' })
  expect(onlySeries(sample.take(reading(31_000)))).toBe(first)
})

test('the key does not depend on the vocabulary, but on the endpoint', () => {
  const key = (settings: Partial<SeriesFactorySettings>): string => {
    const sample = builder(settings)
    sample.recordOperations(11, shop)
    return onlySeries(sample.take(reading())).key
  }
  expect(key({ vocabulary: 'semconv' })).toBe(key({ vocabulary: 'legacy' }))
  expect(key({ endpoint: 'db:5433' })).not.toBe(key({ endpoint: 'db:5432' }))
})

test('a series that two results in a row did not have is forgotten; one that one did not have is not', () => {
  const sample = builder()
  const record = (value: number, values: Values) => {
    sample.recordOperations(value, values)
    return onlySeries(sample.take(reading()))
  }
  const rare: Values = { database: 'attic', schema: 'public' }
  const rarely = record(5, rare)
  const often = record(7, shop)
  expect(record(6, rare)).toBe(rarely)
  expect(record(8, shop)).toBe(often)
  expect(record(9, shop)).toBe(often)
  const again = record(6, rare)
  expect(again).not.toBe(rarely)
  expect(again.key).toBe(rarely.key)
})

test('a counter carries the token that it was recorded with, and none without', () => {
  const built = builder()
  const token = { text: 'run 7', timeMs: 500, exact: true }
  built.recordOperations(3, { database: 'shop', schema: 'public' }, token)
  built.recordOperations(4, { database: 'shop', schema: 'audit' })
  const { points } = built.take(reading())
  expect(points.map((point) => point.token)).toEqual([token, undefined])
})
