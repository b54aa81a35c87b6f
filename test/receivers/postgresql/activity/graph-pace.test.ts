import { expect, test } from 'vitest'
import { GraphPace } from '../../../../src/receivers/postgresql/activity/graph-pace.ts'

test('a cheap graph may be asked for again after 5 s, a costlier one when it costs 0.05 % of the time, an expensive one after a minute', () => {
  const pace = new GraphPace()
  expect(pace.allows(0)).toBe(true)
  pace.looked(0, 2.5)
  expect([pace.allows(4_999), pace.allows(5_000)]).toEqual([false, true])
  pace.looked(0, 10)
  expect([pace.allows(19_999), pace.allows(20_000)]).toEqual([false, true])
  expect(pace.isResting(1)).toBe(false)
  pace.looked(5_000, 10.1)
  expect([pace.allows(64_999), pace.allows(65_000)]).toEqual([false, true])
  expect(pace.isResting(64_999)).toBe(true)
})
