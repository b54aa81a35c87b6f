import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TopRows } from '../../src/rows/top-rows.ts'

/** Scores of rows in the order of their rank, best first. */
function ranked(rows: readonly string[]): Map<string, number> {
  return new Map(rows.map((row, at) => [row, 1 / (at + 1)]))
}

function kept(top: TopRows, rows: Iterable<string>): string[] {
  return [...rows].filter((row) => top.has(row))
}

const alphabet = [...'abcdefghij']

test('as long as there are no more rows than wanted, all are kept, idle ones too', () => {
  const top = new TopRows(3)
  top.settle(
    'table',
    new Map([
      ['a', 0],
      ['b', 0.7],
      ['c', 0],
    ]),
  )
  expect(kept(top, alphabet)).toEqual(['a', 'b', 'c'])
})

test('of more rows than wanted the first N are kept, and none that has no score', () => {
  const top = new TopRows(4)
  top.settle('table', ranked(alphabet))
  expect(kept(top, alphabet)).toEqual(['a', 'b', 'c', 'd'])
  const idle = new TopRows(4)
  idle.settle('table', new Map(alphabet.map((row) => [row, row === 'j' ? 0.3 : 0])))
  expect(kept(idle, alphabet)).toEqual(['j'])
})

test('a row enters at N, stays to 1.5 N and leaves with the third result beyond that', () => {
  const top = new TopRows(4)
  top.settle('table', ranked([...'abcdxefghi']))
  const seen = ['abcxdefghi', 'abcdexfghi', 'abcdefxghi', 'abcdefgxhi', 'abcdefghix'].map((order) => {
    top.settle('table', ranked([...order]))
    return top.has('x')
  })
  expect(seen).toEqual([true, true, true, true, false])
  top.settle('table', ranked([...'abcdxefghi']))
  expect(top.has('x')).toBe(false)
})

test('a row that comes back within 1.5 N is forgiven', () => {
  const top = new TopRows(2)
  for (const order of ['xabcd', 'abcdx', 'abcdx', 'abxcd', 'abcdx', 'abcdx']) {
    top.settle('table', ranked([...order]))
    expect([order, top.has('x')]).toEqual([order, true])
  }
  top.settle('table', ranked([...'abcdx']))
  expect(top.has('x')).toBe(false)
})

test('a row that is gone is no longer kept', () => {
  const top = new TopRows(2)
  top.settle('table', ranked([...'xabcd']))
  top.settle('table', ranked([...'abcd']))
  expect(kept(top, ['x'])).toEqual([])
})

describe('a shared set', () => {
  test('keeps what ranks high in any of its sources', () => {
    const top = new TopRows(2)
    top.settle('table', ranked([...'abcd']))
    top.settle('table_size', ranked([...'dcba']))
    // b is within 1.5 N.
    expect(kept(top, alphabet)).toEqual(['a', 'b', 'd'])
  })

  test('keeps a row that only one of the sources has', () => {
    const top = new TopRows(2)
    top.settle('table', ranked([...'abcd']))
    top.settle('table_size', ranked(['e']))
    expect(top.has('e')).toBe(true)
  })
})

const wanted = fc.integer({ min: 1, max: 6 })
/** Distinct scores, some of them zero, of rows that come and go. */
const results = fc.array(
  fc
    .tuple(fc.shuffledSubarray(alphabet), fc.nat({ max: 10 }))
    .map(
      ([rows, active]) =>
        new Map(rows.map((row, at) => [row, at < active ? 1 - at / (alphabet.length + 1) : 0] as const)),
    ),
  { minLength: 1, maxLength: 30 },
)

test('what is kept is bounded, holds the first N, and never takes or loses a row between N and 1.5 N', () => {
  fc.assert(
    fc.property(wanted, results, (rows, sequence) => {
      const top = new TopRows(rows)
      const edge = Math.ceil(1.5 * rows)
      let before = new Set<string>()
      for (const scores of sequence) {
        const order = [...scores].filter(([, score]) => score > 0).map(([row]) => row)
        top.settle('table', scores)
        const now = new Set(kept(top, alphabet))
        if (scores.size <= rows) expect(now).toEqual(new Set(scores.keys()))
        else {
          expect(now.size).toBeLessThanOrEqual(edge)
          for (const row of order.slice(0, rows)) expect(now).toContain(row)
          for (const row of order.slice(rows, edge)) expect([row, now.has(row)]).toEqual([row, before.has(row)])
          for (const row of order.slice(edge)) expect([row, now.has(row) && !before.has(row)]).toEqual([row, false])
        }
        before = now
      }
    }),
    { numRuns: 500 },
  )
})
