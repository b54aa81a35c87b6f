import { expect, test } from 'vitest'
import { longStatement, statementCount, textBytes } from '../../bench/statements/long-statements.ts'

test('each number shows other columns, so that PostgreSQL takes it for another statement', () => {
  const shown = Array.from({ length: statementCount }, (_, number) =>
    longStatement(number).replaceAll(/ AS column_\w+/g, ''),
  )
  expect(new Set(shown).size).toBe(statementCount)
})

test('a statement is about 10 kB long', () => {
  for (const number of [0, statementCount - 1]) {
    expect(longStatement(number).length / textBytes).toBeCloseTo(1, 1)
  }
})
