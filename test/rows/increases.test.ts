import { describe, expect, test } from 'vitest'
import { Increases, type Life } from '../../src/rows/increases.ts'
import { life, measuring, tokenOf } from './support/rows.ts'

test('the first result has nothing to compare with', () => {
  const [measured] = measuring()(['a', 7, 11, 13])
  expect(measured).toMatchObject({ identity: 'a', row: ['a', 7, 11, 13], increases: undefined })
})

test('a row has grown by what its counters are more, and not in what only stands beside them', () => {
  const measure = measuring()
  measure(['a', 7, 11, 13])
  expect(measure(['a', 10, 16, 90]).map(({ increases }) => increases)).toEqual([[0, 3, 5]])
})

test("a row that wasn't there has grown by all that it has", () => {
  const measure = measuring()
  measure(['a', 7, 11, 13])
  expect(measure(['a', 7, 11, 13], ['b', 5, 6, 7]).map(({ increases }) => increases)).toEqual([
    [0, 0, 0],
    [0, 5, 6],
  ])
})

test('a counter that fell alone counts nothing, or proves that the whole row was counted from zero', () => {
  const grown = (fallsWhenReset: boolean) => {
    const measure = measuring(fallsWhenReset)
    measure(['a', 7, 11, 13])
    return measure(['a', 6, 20, 13]).map(({ increases }) => increases)
  }
  expect([grown(false), grown(true)]).toEqual([[[0, 0, 9]], [[0, 6, 20]]])
})

describe('a token', () => {
  const grown = (exact: boolean, then: string, now: string, value: number) => {
    const increases = new Increases([1], false)
    increases.measure([{ identity: 'a', row: ['a', 7], token: tokenOf(then, exact) }], life)
    return increases.measure([{ identity: 'a', row: ['a', value], token: tokenOf(now, exact) }], life)[0]
      ?.increases?.[1]
  }

  test('that is exact and has moved says that all is new', () => {
    expect([grown(true, 'then', 'then', 9), grown(true, 'then', 'now', 9)]).toEqual([2, 9])
  })

  test('that moves for other reasons too says so only of what fell', () => {
    expect([grown(false, 'then', 'now', 9), grown(false, 'then', 'now', 5)]).toEqual([2, 5])
    expect(grown(false, 'then', 'then', 5)).toBe(0)
  })
})

test("rows of another server, or of other databases, aren't compared", () => {
  const increases = new Increases([1], false)
  const measure = (value: number, of: Life) =>
    increases.measure([{ identity: 'a', row: ['a', value], token: undefined }], of)[0]
  const elsewhere = { ...life, epoch: { ...life.epoch, server: 'server-2' } }
  expect(measure(7, life)?.increases).toBeUndefined()
  expect(measure(9, elsewhere)?.increases).toBeUndefined()
  expect(measure(12, elsewhere)?.increases).toEqual([0, 3])
  expect(measure(13, { ...elsewhere, excluded: '16384' })?.increases).toBeUndefined()
})

test('numbers of any size and NULL grow', () => {
  const measure = measuring()
  measure(['a', 2n ** 60n, null, 0])
  expect(measure(['a', 2n ** 61n, 4, 0]).map(({ increases }) => increases)).toEqual([[0, 2 ** 60, 4]])
})

describe('where rows are sums over things that come and go', () => {
  const grown = (token: string) => {
    const increases = new Increases([1, 2], false)
    increases.measure([{ identity: 'a', row: ['a', 7, 11], token: tokenOf('then', false) }], life)
    return increases
      .measure([{ identity: 'a', row: ['a', 6, 20], token: tokenOf(token, false) }], life)
      .map((row) => row.increases)
  }

  test('a counter that fell has not grown, and the others have', () => {
    expect(grown('then')).toEqual([[0, 0, 9]])
  })

  test('a counter that fell while its token moved was counted from zero', () => {
    expect(grown('now')).toEqual([[0, 6, 9]])
  })
})
