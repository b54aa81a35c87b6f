import { expect, test } from 'vitest'
import { RunningTotals } from '../../../../src/receivers/postgresql/activity/running-totals.ts'

const rest = { name: '(other)' }
const hourMs = 3_600_000

test('beyond the limit seconds go to the rest, and the sum stays true', () => {
  const totals = new RunningTotals<{ readonly name: string }>('run 7', 2)
  for (const [index, name] of ['a', 'b', 'c', 'd', 'a'].entries()) totals.add({ name }, rest, index + 1, 0, 1_000)
  expect(totals.read(1_000).map(({ labels, seconds }) => [labels.name, seconds])).toEqual([
    ['a', 6],
    ['b', 2],
    ['(other)', 7],
  ])
})

test('a total that ended begins at zero when it comes back, and its token says so', () => {
  const totals = new RunningTotals<{ readonly name: string }>('run 7', 2)
  totals.add({ name: 'a' }, rest, 5, 1_000, 2_000)
  const [before] = totals.read(hourMs)
  expect(before).toMatchObject({ seconds: 5, token: { timeMs: 1_000, exact: true } })
  expect(totals.read(hourMs + 2_000)).toEqual([])
  totals.add({ name: 'a' }, rest, 3, hourMs + 3_000, hourMs + 4_000)
  const [after] = totals.read(hourMs + 4_000)
  expect(after).toMatchObject({ seconds: 3, token: { timeMs: hourMs + 3_000, exact: true } })
  expect(after?.token.text).not.toBe(before?.token.text)
})
