import { expect, test } from 'vitest'
import { explainable } from '../../../../src/receivers/postgresql/explain/explainable.ts'

test.each([
  ['SELECT $1', 'SELECT $1', 1, false],
  ['  \n/* a /* b */ -- c */ -- d\n\tselect $2, $11', 'select $2, $11', 11, false],
  [
    '/*+ hint */WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x',
    'WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x',
    0,
    true,
  ],
  ['((SELECT a FROM t)) UNION TABLE t', '((SELECT a FROM t)) UNION TABLE t', 0, false],
  ['SELECT a FROM t FOR KEY SHARE', 'SELECT a FROM t FOR KEY SHARE', 0, true],
  ['SELECT EXTRACT($1 FROM a) FROM t', 'SELECT pg_catalog.date_part($1, a) FROM t', 1, false],
  [
    'SELECT interval $1, a::date, date $2 FROM t',
    'SELECT CAST($1 AS interval), a::date, CAST($2 AS date) FROM t',
    2,
    false,
  ],
  [
    'SELECT timestamp(3) with time zone $1, "date" $2',
    'SELECT CAST($1 AS timestamp(3) with time zone), "date" $2',
    2,
    false,
  ],
  ['SELECT update, x.date FROM t LIMIT $1', 'SELECT update, x.date FROM t LIMIT $1', 1, true],
])('%j is prepared as %j', (text, prepared, parameters, writes) => {
  expect(explainable(text)).toEqual({ kind: 'explainable', text: prepared, parameters, writes })
})

test.each([
  ['SELECT 1; DROP TABLE t', 'several_statements'],
  ["SELECT ';'", 'several_statements'],
  ['COPY t TO STDOUT', 'unsupported_statement'],
  ['EXPLAIN SELECT 1', 'unsupported_statement'],
  ['/* SELECT 1', 'unsupported_statement'],
  ['-- SELECT 1', 'unsupported_statement'],
  ['/* a */ */ SELECT 1', 'unsupported_statement'],
  ['SELECTED', 'unsupported_statement'],
  ['', 'unsupported_statement'],
  [`SELECT ${'x'.repeat(40_000)}`, 'too_long'],
])('%.30j is refused: %s', (text, reason) => {
  expect(explainable(text)).toEqual({ kind: 'absent', reason })
})
