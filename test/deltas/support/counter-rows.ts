import type { CounterRow, CounterRows } from '../../../src/pdata/batch.ts'
import type { Series } from '../../../src/pdata/series.ts'
import { commits, ioTime, rowsRead, series } from './points.ts'

const columns = ['calls', 'rows', 'time']
const metrics = [commits, rowsRead, ioTime]

/** The series of that name, by column. */
export const shown = (name: string): readonly Series[] => metrics.map((metric) => series(metric, { name }))

/** Values of calls, rows and time; of the same row unless said otherwise. */
export function row(
  values: CounterRow['values'],
  targets: CounterRow['targets'] = shown('own'),
  more: Partial<CounterRow> = {},
): CounterRow {
  return { key: 'row 7', values, targets, ...more }
}

export function counterRows(rows: readonly CounterRow[], fallsWhenReset = true): CounterRows {
  return { columns, metrics, rows, fallsWhenReset }
}
