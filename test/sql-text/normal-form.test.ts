import { expect, test } from 'vitest'
import { redactMessage } from '../../src/sql-text/error-message.ts'
import { normalForm } from '../../src/sql-text/normal-form.ts'

for (const [sql, expected] of [
  ["SELECT 'a',\n\t 1", 'SELECT ?, ?'],
  ['SELECT a FROM t WHERE b = $1 AND c = 2;', 'SELECT a FROM t WHERE b = $1 AND c = ?'],
  ['SELECT true, FALSE, NULL', 'SELECT true, FALSE, NULL'],
  ['SELECT a FROM t WHERE b IN (1, -2, 3) AND c IN ($1, $2)', 'SELECT a FROM t WHERE b IN (?) AND c IN ($1)'],
  ['SELECT a FROM t WHERE b IN (SELECT c FROM u)', 'SELECT a FROM t WHERE b IN (SELECT c FROM u)'],
  ["INSERT INTO t VALUES (1, 'a'), (2, DEFAULT), (3, 'b')", 'INSERT INTO t VALUES (?, ?), (?, DEFAULT)'],
  ['SELECT ARRAY[1, 2], ARRAY[a, b, a], a[1]', 'SELECT ARRAY[?], ARRAY[a, b, a], a[?]'],
  ['SELECT f(1, 2)', 'SELECT f(?, ?)'],
  ['SELECT a-1, a - 1, (-1)', 'SELECT a-?, a - ?, (?)'],
  ['SELECT a /* x */ FROM/**/t -- y', 'SELECT a FROM t'],
  ['SET app.key TO DEFAULT', 'SET app.key TO DEFAULT'],
  ['UPDATE t SET a = b', 'UPDATE t SET a = b'],
  ['CREATE TABLE t (password text)', 'CREATE TABLE t (password text)'],
  ['SELECT "a""b", U&"c" FROM "D"', 'SELECT "a""b", U&"c" FROM "D"'],
  // Read with backslash escapes, the first string goes on: nothing after it can be trusted.
  ["SELECT 'a\\' AS b, 'c\\' AS d", 'SELECT ?'],
  ["SELECT 'a\\\\' AS b", 'SELECT ? AS b'],
  ["SELECT a LIKE 'b' ESCAPE '\\' AND c", 'SELECT a LIKE ? ESCAPE ?'],
  ['SELECT "cut', 'SELECT ?'],
  ['SELECT a FROM t WHERE b IN (1, 2, 3', 'SELECT a FROM t WHERE b IN (?'],
  ['SELECT a FROM t WHERE b IN (1, f(2', 'SELECT a FROM t WHERE b IN (?'],
  ['', ''],
  [' ; -- nothing', ''],
  // The expressions of a plan.
  ["((o.state = 'x'::text) AND (o.total > '5'::numeric))", '((o.state = ?::text) AND (o.total > ?::numeric))'],
  ["(id = ANY ('{1,2}'::integer[]))", '(id = ANY (?::integer[]))'],
] as const) {
  test(`${JSON.stringify(sql)} is ${JSON.stringify(expected)}`, () => {
    expect(normalForm(sql)).toBe(expected)
  })
}

test("a list's length makes no difference to the text", () => {
  const list = (count: number) => Array.from({ length: count }, (_, index) => index).join(', ')
  const texts = [1, 2, 1_000, 50_000].map((count) => normalForm(`SELECT 1 FROM t WHERE a IN (${list(count)})`))
  expect(new Set(texts).size).toBe(1)
})

test('a text of brackets only costs no more than its length', () => {
  const startMs = performance.now()
  for (const piece of ['(', 'IN (1,', 'VALUES (', 'ARRAY[', '$a', '$$', "'", '/*', '"', ';', '--\n', "'\\'", '1e+'])
    normalForm(piece.repeat(50_000))
  expect(performance.now() - startMs).toBeLessThan(10_000)
})

test('a message loses what is in quotes of any language, and numbers', () => {
  expect(redactMessage('invalid input syntax for type integer: "s3cret"')).not.toMatch(/s3cret/)
  expect(redactMessage('syntaxe en entrée invalide : « s3cret »')).not.toMatch(/s3cret/)
  expect(redactMessage('value "12" is out of range (34) near \'s3cret\'')).not.toMatch(/s3cret|12|34/)
  expect(redactMessage('column "a" does not exist')).toBe('column ? does not exist')
  // What is quoted may have quotes of its own.
  expect(redactMessage('syntax error at or near ""s3cret""')).toBe('syntax error at or near ?')
  expect(redactMessage('duplicate key "a", "b": "s3cret')).not.toMatch(/s3cret/)
  expect(redactMessage('ungültige Byte-Sequenz für Kodierung »UTF8«: 0xe4 0x73')).toBe(
    'ungültige Byte-Sequenz für Kodierung ? : ? ?',
  )
  expect(redactMessage('значение «s3cret», ‘s3cret’ ٤٧')).not.toMatch(/s3cret|٤/)
})
