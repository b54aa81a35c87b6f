import { fingerprintSync, loadModule, parseSync } from 'libpg-query'
import { beforeAll, expect, test } from 'vitest'
import type { ShownText } from '../../src/sql-text/pool/statement-texts.ts'
import { readStatement } from '../../src/sql-text/read-statement.ts'

beforeAll(loadModule)

const read = (sql: ShownText) => readStatement(sql, { parse: parseSync, fingerprint: fingerprintSync }, [])

for (const [sql, summary, operation, collection] of [
  ["SELECT * FROM wuser_table WHERE username = 'x'", 'SELECT wuser_table', 'SELECT', 'wuser_table'],
  [
    'INSERT INTO shipping_details (a) SELECT a FROM orders',
    'INSERT shipping_details SELECT orders',
    'INSERT',
    undefined,
  ],
  ['SELECT * FROM songs, artists WHERE songs.a = artists.id', 'SELECT songs artists', 'SELECT', undefined],
  [
    'SELECT d FROM (SELECT * FROM orders o JOIN customers c ON o.c = c.i) x',
    'SELECT SELECT orders customers',
    'SELECT',
    undefined,
  ],
  ['select * from "song list", public.Artists', 'SELECT "song list" public.Artists', 'SELECT', undefined],
  ['SELECT * FROM t a JOIN t b ON a.x = b.x', 'SELECT t', 'SELECT', 't'],
  ['WITH orders AS (SELECT * FROM orders) SELECT * FROM orders', 'SELECT orders SELECT', 'SELECT', 'orders'],
  [
    'WITH d AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM d',
    'DELETE t INSERT u SELECT',
    'INSERT',
    undefined,
  ],
  ['WITH RECURSIVE r AS (SELECT 1 UNION SELECT n FROM r) SELECT * FROM r, t', 'SELECT SELECT SELECT t', 'SELECT', 't'],
  ['MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET a = 1', 'MERGE t u', 'MERGE', undefined],
  ['UPDATE t SET a = 1 FROM u', 'UPDATE t u', 'UPDATE', undefined],
  ['SELECT * FROM t FOR UPDATE OF t', 'SELECT t', 'SELECT', 't'],
  ['VALUES (1)', 'VALUES', 'VALUES', undefined],
  ['TABLE orders', 'TABLE orders', 'TABLE', 'orders'],
  ["COPY orders FROM '/x'", 'COPY orders', 'COPY', 'orders'],
  ['COPY (SELECT * FROM orders) TO STDOUT', 'COPY SELECT orders', 'COPY', 'orders'],
  ['CALL audit.run(1)', 'CALL audit.run', 'CALL', undefined],
  ['DO $$ BEGIN END $$', 'DO', 'DO', undefined],
  ['EXPLAIN (ANALYZE) DELETE FROM t', 'EXPLAIN DELETE t', 'EXPLAIN', 't'],
  ['PREPARE p AS UPDATE t SET a = $1', 'PREPARE UPDATE t', 'PREPARE', 't'],
  ['CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)', 'CREATE INDEX t', 'CREATE INDEX', 't'],
  ['CREATE OR REPLACE VIEW v AS SELECT * FROM t', 'CREATE VIEW v SELECT t', 'CREATE VIEW', undefined],
  ['REFRESH MATERIALIZED VIEW mv', 'REFRESH MATERIALIZED VIEW mv', 'REFRESH MATERIALIZED VIEW', 'mv'],
  ['GRANT SELECT, UPDATE ON t TO r', 'GRANT t', 'GRANT', 't'],
  ['BEGIN; UPDATE t SET a = 1; COMMIT', 'BEGIN UPDATE t COMMIT', 'BEGIN', 't'],
  ["SELECT 'ünïcode 😀' FROM größe", 'SELECT größe', 'SELECT', 'größe'],
  ['SELECT * FROM t WHERE', 'SELECT', 'SELECT', undefined],
  ['CREATE TABLE t (a int', 'CREATE TABLE', 'CREATE TABLE', undefined],
  ["ecret' FROM t", '', undefined, undefined],
] as const) {
  test(`${sql}: ${summary}`, () => {
    expect(read(sql)).toMatchObject({ summary, operation, collection })
  })
}

test('a summary ends with a whole name, at 255 characters', () => {
  const tables = Array.from({ length: 60 }, (_, index) => `table_${index}`)
  const { summary } = read(`SELECT * FROM ${tables.join(', ')}`)
  expect(summary.length).toBeLessThanOrEqual(255)
  expect(summary.length).toBeGreaterThan(240)
  expect(tables).toContain(summary.split(' ').at(-1))
})

test('where a string can be read in two ways, nothing after it is told', () => {
  expect(read("SELECT 'a\\' FROM secret, 'b\\'").summary).toBe('SELECT')
  expect(read("SELECT 'a\\' AS x FROM secret WHERE b = 'c\\'").collection).toBeUndefined()
})

test('cuts of one statement share a fingerprint, though their values end them a few words apart', () => {
  const columns = Array.from({ length: 40 }, (_, index) => `column_${index}`).join(', ')
  const statement = (value: string) =>
    `SELECT ${columns} FROM t WHERE a = '${value}' AND b = 'x' AND c = 'y' AND d = 1 AND e = 2 AND f = 3 ORDER BY g`
  const cut = (value: string) => read({ cut: `${statement(value).slice(0, 560)} (` }).fingerprint
  expect(cut('short')).toBe(cut('quite a bit longer'))
  expect(read({ cut: 'SELECT a FROM t WHERE b IN (1, 2, 3' }).fingerprint).toBe(
    read({ cut: 'SELECT a FROM t WHERE b IN (1, 2' }).fingerprint,
  )
  expect(read({ cut: 'SELECT a FROM t WHERE (' }).fingerprint).not.toBe(
    read({ cut: 'SELECT a FROM u WHERE (' }).fingerprint,
  )
})

test('two passwords have one fingerprint, which libpg_query would tell apart', () => {
  const [one, two] = ["ALTER ROLE r PASSWORD 'one'", "ALTER ROLE r PASSWORD 'two'"]
  expect(fingerprintSync(one)).not.toBe(fingerprintSync(two))
  expect(read(one).fingerprint).toBe(read(two).fingerprint)
})
