import { expect, test } from 'vitest'
import { LogSize } from '../../../../src/exporters/otlp/request/log-size.ts'
import { RequestSize, targetRequestPoints } from '../../../../src/exporters/otlp/request/split.ts'
import type { Series } from '../../../../src/pdata/series.ts'
import { batch, reading, rowsRead, series } from '../../../deltas/support/points.ts'
import { logBatch, records } from '../support/log-records.ts'

/** A batch of folded rows, each added to one of these series. */
function folded(rows: number, targets: readonly Series[]) {
  return {
    ...batch(reading(10), []),
    folded: {
      columns: ['calls'],
      metrics: [rowsRead],
      rows: Array.from({ length: rows }, (_, index) => ({
        ...{ key: `row ${index}`, values: [index], targets: [targets[index % targets.length]] },
      })),
      fallsWhenReset: true,
    },
  }
}

test('folded rows count by the series that they are added to, not by themselves', () => {
  const size = new RequestSize('protobuf')
  size.add(folded(3 * targetRequestPoints, [series(rowsRead)]))
  expect(size.full).toBe(false)
  const many = Array.from({ length: targetRequestPoints }, (_, index) => series(rowsRead, { index }))
  size.add(folded(targetRequestPoints, many))
  expect(size.full).toBe(true)
})

for (const encoding of ['protobuf', 'json'] as const) {
  test(`log records fill a request by their texts (${encoding})`, () => {
    const size = new LogSize(encoding)
    size.add(logBatch(records(200, { 'db.query.text': 'x'.repeat(4_000) })))
    expect(size.full).toBe(false)
    size.add(logBatch(records(30, { 'db.query.text': 'x'.repeat(4_000) })))
    expect(size.full).toBe(true)
  })
}
