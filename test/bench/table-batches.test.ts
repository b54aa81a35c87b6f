import { expect, test } from 'vitest'
import { TableBatches } from '../../bench/encode/table-batches.ts'
import { median } from '../../bench/median.ts'
import { renderReport } from '../../bench/table.ts'

test('a scrape has just so many points, in batches of at most 4,000, and the last completes the result', () => {
  const batches = [...new TableBatches().scrape(0, 10_000)]
  expect(batches.map(({ points }) => points.length)).toEqual([4_000, 4_000, 2_000])
  expect(batches.map(({ reading }) => reading.completes)).toEqual([false, false, true])
})

test('a series is one object from scrape to scrape, and its value grows', () => {
  const tables = new TableBatches()
  const [first] = tables.scrape(0, 10)
  const [second] = tables.scrape(1, 10)
  expect(first?.points).toHaveLength(10)
  for (const [at, point] of first?.points.entries() ?? []) {
    expect(second?.points[at]?.series).toBe(point.series)
    expect(Number(second?.points[at]?.value)).toBeGreaterThan(Number(point.value))
  }
})

test('the median is the middle value, or the mean of the middle two', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([9, 1, 5, 6])).toBe(5.5)
  expect(() => median([])).toThrow('no values')
})

test('a report is a table with numbers to the right', () => {
  const text = renderReport({
    title: 'T',
    headings: ['case', 'ms'],
    rows: [
      ['a', 1.234],
      ['bcdef', 100],
    ],
    notes: ['n'],
  })
  expect(text).toBe('### T\n\n| case  |   ms |\n| ----- | ---: |\n| a     | 1.23 |\n| bcdef |  100 |\n\n- n\n')
})
