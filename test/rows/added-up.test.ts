import { expect, test } from 'vitest'
import { addedUp } from '../../src/rows/added-up.ts'
import { tokenOf } from './support/rows.ts'

const read = (row: readonly (string | number | bigint | null)[], token?: string) => ({
  identity: `${row[0]} ${row[1]}`,
  row,
  token: token === undefined ? undefined : tokenOf(token),
})

test('rows of one identity are one: counters added, the larger of what else they hold', () => {
  const rows = [
    read(['a', 2, 'x', 5, 10n]),
    read(['b', 2, 'x', 50, 1]),
    read(['a', 2, 'x', 7, 3]),
    read(['a', 2, 'x', 4, null]),
  ]
  expect(addedUp(rows, new Set([4]))).toEqual([read(['a', 2, 'x', 7, 13n]), read(['b', 2, 'x', 50, 1])])
})

test('rows that differ stay as they are, each with its token', () => {
  const rows = [read(['a', 1], 'first'), read(['b', 2], 'second')]
  expect(addedUp(rows, new Set([1]))).toBe(rows)
})
