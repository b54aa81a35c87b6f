import { fingerprintSync, loadModule, parseSync, scanSync } from 'libpg-query'
import { beforeAll, describe, expect, test } from 'vitest'
import { keywords } from '../../src/sql-text/keywords.ts'
import type { ShownText } from '../../src/sql-text/pool/statement-texts.ts'
import { readStatement } from '../../src/sql-text/read-statement.ts'

beforeAll(loadModule)

const read = (sql: ShownText) => readStatement(sql, { parse: parseSync, fingerprint: fingerprintSync }, [])

describe('the text of a statement', () => {
  for (const [sql, expected] of [
    ["SET app.key TO secret, 'other'", 'SET app.key TO ?, ?'],
    ['SET LOCAL TIME ZONE secret', 'SET LOCAL TIME ZONE ?'],
    ['ALTER ROLE update SET app.key = secret', 'ALTER ROLE update SET app.key = ?'],
    ['ALTER DATABASE "update" SET app.key = "secret"', 'ALTER DATABASE "update" SET app.key = ?'],
    ['SET ROLE secret', 'SET ROLE ?'],
    ['UPDATE t SET app.key = word', 'UPDATE t SET app.key = word'],
    [
      'CREATE SUBSCRIPTION s CONNECTION $$x$$ PUBLICATION p WITH (slot_name = secret)',
      'CREATE SUBSCRIPTION s CONNECTION ? PUBLICATION p WITH (slot_name = ?)',
    ],
    [
      'CREATE TABLE t (a int) WITH (fillfactor = secret, toast.x = secret)',
      'CREATE TABLE t (a int) WITH (fillfactor = ?, toast.x = ?)',
    ],
    [
      'CREATE TRIGGER r AFTER INSERT ON t EXECUTE FUNCTION f(secret)',
      'CREATE TRIGGER r AFTER INSERT ON t EXECUTE FUNCTION f(?)',
    ],
    ['EXECUTE p(secret, 1)', 'EXECUTE p(?, ?)'],
    ['CREATE TABLE q PARTITION OF p FOR VALUES IN (secret)', 'CREATE TABLE q PARTITION OF p FOR VALUES IN (?)'],
    [
      'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SET app.key = secret AS $$x$$',
      'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SET app.key = ? AS ?',
    ],
    ['CREATE ROLE r LOGIN IN ROLE a CONNECTION LIMIT 3', 'CREATE ROLE r LOGIN IN ROLE a CONNECTION LIMIT ?'],
    ['CREATE DATABASE d OWNER o TEMPLATE t pin = secret', 'CREATE DATABASE d OWNER o TEMPLATE t pin = ?'],
    ['COPY t FROM STDIN; secret\t42', 'COPY t FROM STDIN'],
    ['SELECT $1, $12373911053::int', 'SELECT ?, ?::int'],
    ['SELECT U&"c", U&"d\\0061t"', 'SELECT U&"c", ?'],
    ['SELECT a AS "A b", größe FROM "T""" WHERE b IN ($1, $2)', 'SELECT a AS "A b", größe FROM "T""" WHERE b IN (?)'],
    [`SELECT "${'x'.repeat(70)}", ${'Y'.repeat(70)} FROM t`, `SELECT "${'x'.repeat(70)}", ${'Y'.repeat(70)} FROM t`],
    // By PostgreSQL's grammar these are columns, whatever was meant.
    ['SELECT a FROM t WHERE b = "word" AND c = word', 'SELECT a FROM t WHERE b = "word" AND c = word'],
    ['autovacuum: VACUUM ANALYZE public.orders (to prevent wraparound)', 'VACUUM ANALYZE public.orders'],
  ] as const) {
    test(`${sql.slice(0, 70)}: ${expected.slice(0, 70)}`, () => {
      expect(read(sql).text).toBe(expected)
    })
  }
})

describe('of a text that may hold values as words only the command is told', () => {
  for (const [sql, command] of [
    ['ALTER ROLE r PASSWORD secret', 'ALTER ROLE'],
    ['ALTER ROLE r PASSWORD=secret', 'ALTER ROLE'],
    ['ALTER ROLE r PASSWORD:secret', 'ALTER ROLE'],
    ['ALTER ROLE r PASSWORD (secret)', 'ALTER ROLE'],
    ["EXPLAIN ALTER ROLE r PASSWORD 'secret'", 'EXPLAIN'],
    ["PREPARE p AS ALTER ROLE r PASSWORD 'secret'", 'PREPARE'],
    ["SELECT a FROM t WHERE b LIKE 'x' ESCAPE '\\' AND c = secret", 'SELECT'],
    ['SELECT a FROM t WHERE b = \u2018my secret word\u2019', 'SELECT'],
    ['SELECT \u2018a , secret, b\u2019', 'SELECT'],
    ['SELECT a FROM t WHERE b = \u0664\u0667secret', 'SELECT'],
    ['SELECT a FROM t WHERE b\u00a0= secret', 'SELECT'],
    ['SELECT a FROM t WHERE b = \ufffdsecret', 'SELECT'],
    ['SELECT $1secret', 'SELECT'],
    ["SELECT 'O'secret", 'SELECT'],
    ['SELECT 5"secret"', 'SELECT'],
    ['COPY t FROM STDIN\nsecret\t42', 'COPY'],
    ['\ufeffSELECT secret', ''],
    ['CREATE secret', 'CREATE'],
    ['ALTER secret x', 'ALTER'],
    ['secret', ''],
    ['', ''],
  ] as const) {
    test(JSON.stringify(sql), () => {
      const { text, operation, summary, fingerprint, hasSafeId, tags } = read(sql)
      expect({ text, summary, hasSafeId, tags }).toEqual({
        text: undefined,
        summary: command,
        hasSafeId: false,
        tags: {},
      })
      expect(operation).toBe(command === '' ? undefined : command)
      // A hash of the value could be found by trying values.
      expect(fingerprint).toBe(read(sql.replaceAll('secret', 'another')).fingerprint)
    })
  }
})

describe('a text that the server cut', () => {
  for (const [cut, text] of [
    ["SELECT a, b FROM t WHERE c = 'secr", 'SELECT a, b FROM t WHERE c = ?'],
    ['WITH w AS (SELECT a FROM t WHERE b IN (1, 2, 3', 'WITH w AS (SELECT a FROM t WHERE b IN (?'],
    ['UPDATE t SET a = $1, b = $tag$ secr', 'UPDATE t SET a = ?, b = ?'],
    ['SELECT a FROM t /* secr', 'SELECT a FROM t'],
    // Behind it there may be anything.
    ['SELECT a FROM t; ALTER ROLE r PASSWORD secr', undefined],
    ['ALTER ROLE r SET app.key = secr', 'ALTER ROLE r SET app.key = ?'],
    ['ALTER ROLE r CONNECTION LIMIT 3 SET app.key = secr', undefined],
    ["SELECT 'a\\' AS secret, '", undefined],
    ["SELECT 'O'Brien, secret', 'x", undefined],
  ] as const) {
    test(`${cut}: ${text}`, () => {
      expect(read({ cut })).toMatchObject({ text, hasSafeId: false })
    })
  }

  test('is told by its command alone where it is whole', () => {
    expect(read("SELECT a, b FROM t WHERE c = 'secr")).toMatchObject({ text: undefined, summary: 'SELECT' })
  })
})

describe('the id that the server gives is safe to tell', () => {
  for (const [sql, isSafe] of [
    ['SELECT 1', true],
    ['(SELECT 1) UNION SELECT 2;', true],
    ['VALUES (1)', true],
    ['TABLE t', true],
    ['INSERT INTO t SELECT 1', true],
    ['WITH d AS (DELETE FROM t RETURNING a) UPDATE u SET a = 1', true],
    ['DELETE FROM t', true],
    ['MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE', true],
    ['SELECT $1; DELETE FROM t', true],
    ['SELECT 1 INTO t', false],
    ['SELECT 1 INTO t UNION SELECT 2', false],
    ['SELECT 1 UNION SELECT 2 UNION SELECT 3', true],
    ['CREATE TABLE t AS SELECT 1', false],
    ['EXPLAIN SELECT 1', false],
    ['PREPARE p AS SELECT 1', false],
    ['DECLARE c CURSOR FOR SELECT 1', false],
    ['EXECUTE p(1)', false],
    ['CALL p(1)', false],
    ['DO $$ $$', false],
    ['COPY (SELECT 1) TO STDOUT', false],
    ["ALTER ROLE r PASSWORD 'secret'", false],
    ["SELECT 1; ALTER ROLE r PASSWORD 'secret'", false],
    ['SELECT FROM WHERE', false],
    ['', false],
  ] as const) {
    test(`${sql}: ${isSafe}`, () => {
      expect(read(sql).hasSafeId).toBe(isSafe)
    })
  }
})

test("the keywords are the parser's", () => {
  const kinds = [...keywords].map((word) => scanSync(word).tokens.map(({ keywordName }) => keywordName))
  expect(kinds.filter(([kind, ...more]) => kind === undefined || kind === 'NO_KEYWORD' || more.length > 0)).toEqual([])
  expect(keywords.size).toBe(494)
})
