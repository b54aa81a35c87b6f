import { expect, test } from 'vitest'
import { fillOfPoints, fillOfRecords } from '../../../../src/exporters/otlp/request/fill.ts'
import type { Series } from '../../../../src/pdata/series.ts'
import { batch, point, reading, rowsRead, series } from '../../../deltas/support/points.ts'
import { logBatch, records } from '../support/log-records.ts'

/** A batch of counter rows, each added to one of these series. */
function batchOf(rows: number, targets: readonly Series[]) {
  return {
    ...batch(reading(10), []),
    counterRows: {
      columns: ['calls'],
      metrics: [rowsRead],
      rows: Array.from({ length: rows }, (_, index) => ({
        key: `row ${index}`,
        values: [index],
        targets: [targets[index % targets.length]],
      })),
      fallsWhenReset: true,
    },
  }
}

test('points wait for others until there are 4,000 of them', () => {
  const points = Array.from({ length: 2_000 }, (_, index) => point(series(rowsRead, { index }), 7))
  expect(fillOfPoints(batch(reading(10), points))).toBe(0.5)
})

test('counter rows count by the series that they are added to, not by themselves', () => {
  expect(fillOfPoints(batchOf(12_000, [series(rowsRead)]))).toBe(1 / 4_000)
  const many = Array.from({ length: 4_000 }, (_, index) => series(rowsRead, { index }))
  expect(fillOfPoints(batchOf(4_000, many))).toBe(1)
})

test('log records fill a request by their texts', () => {
  expect(fillOfRecords(logBatch(records(200, { 'db.query.text': 'x'.repeat(4_000) })))).toBeLessThan(1)
  expect(fillOfRecords(logBatch(records(230, { 'db.query.text': 'x'.repeat(4_000) })))).toBeGreaterThan(1)
})
