import { expect, test } from 'vitest'
import { scoresOf } from '../../src/rows/scores.ts'
import { measuring } from './support/rows.ts'

/** Ranked by two counters and a gauge. */
const ranking = { rows: 7, by: [1, 2, 3], counters: [1, 2], others: [], set: 'table' }

test('a row scores its largest share of any column: counters by their growth, others by what they are', () => {
  const measure = measuring()
  measure(['a', 900, 50, 1], ['b', 10, 50, 1], ['c', 10, 50, 1])
  const measured = measure(['a', 901, 50, 1], ['b', 13, 52, 5], ['c', 10, 58, 4])
  expect(scoresOf(measured, ranking)).toEqual(
    new Map([
      ['a', 1 / 4],
      ['b', 3 / 4],
      ['c', 8 / 10],
    ]),
  )
})

test('the first result ranks by what the counters have come to', () => {
  const measured = measuring()(['a', 60, 0, 0], ['b', 20, 0, 0], ['c', 0, 0, 0])
  expect([...scoresOf(measured, ranking).values()]).toEqual([60 / 80, 20 / 80, 0])
})

test('where nothing happens nobody scores', () => {
  const measure = measuring()
  measure(['a', 60, 5, 0], ['b', 20, 5, null])
  expect([...scoresOf(measure(['a', 60, 5, 0], ['b', 20, 5, null]), ranking).values()]).toEqual([0, 0])
})

test('what is negative is no share', () => {
  expect([...scoresOf(measuring()(['a', 0, 0, -7], ['b', 0, 0, 14]), ranking).values()]).toEqual([0, 1])
})
