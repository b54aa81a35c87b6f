import { expect, test } from 'vitest'
import { RequestSize, targetRequestItems } from '../../../../src/exporters/otlp/request/request-size.ts'
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

test('counter rows count by the series that they are added to, not by themselves', () => {
  const size = new RequestSize('protobuf')
  size.addBatch(batchOf(3 * targetRequestItems, [series(rowsRead)]))
  expect(size.full).toBe(false)
  const many = Array.from({ length: targetRequestItems }, (_, index) => series(rowsRead, { index }))
  size.addBatch(batchOf(targetRequestItems, many))
  expect(size.full).toBe(true)
})

for (const encoding of ['protobuf', 'json'] as const) {
  test(`log records fill a request by their texts (${encoding})`, () => {
    const size = new RequestSize(encoding)
    size.addLogs(logBatch(records(200, { 'db.query.text': 'x'.repeat(4_000) })))
    expect(size.full).toBe(false)
    size.addLogs(logBatch(records(30, { 'db.query.text': 'x'.repeat(4_000) })))
    expect(size.full).toBe(true)
  })
}

test('what is too large for one request is spread over as few as it takes', () => {
  const size = new RequestSize('protobuf')
  const points = (count: number) => Array.from({ length: count }, (_, index) => point(series(rowsRead, { index }), 7))
  expect(size.itemsPerRequest).toBe(1)
  size.addBatch(batch(reading(10), points(targetRequestItems)))
  expect(size.itemsPerRequest).toBe(targetRequestItems)
  size.addBatch(batch(reading(10), points(200)))
  expect(size.itemsPerRequest).toBe(2_100)
  size.addLogs(logBatch(records(600, { 'db.query.text': 'x'.repeat(4_000) })))
  expect(size.itemsPerRequest).toBe(1_600)
})
