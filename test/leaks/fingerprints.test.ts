import { describe, expect, test } from 'vitest'
import { childStatementTexts } from '../../src/sql-text/pool/child-statement-texts.ts'
import { corpus } from '../sql-text/support/corpus.ts'
import { memoryLogger } from '../support/memory-logger.ts'
import { endMajors, usePostgres } from '../support/postgres.ts'

/**
 * Several statements at once, and a block, whose parts are shown; `N'a'`, shown as `N$1`, which is a name; and what the
 * grammar wants a literal for; and a string that ends elsewhere with standard_conforming_strings off.
 */
const differ = /^(?:BEGIN|SET app\.key = \S+);|^DO\b|\bN'|SIMILAR|\\'/

describe.each(endMajors)('PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { 'pg_stat_statements.track_utility': 'off' } })

  test('what pg_stat_statements shows of a statement has the fingerprint of the statement', async ({ signal }) => {
    const { cluster, database } = await postgres()
    await using control = await cluster.connect(database, 'postgres')
    await control.query('CREATE ROLE app LOGIN; GRANT ALL ON SCHEMA public TO app')
    await control.query(
      'CREATE TABLE orders (id int, state text, note text); CREATE TABLE t (name text, a int, b text)',
    )
    await control.query('GRANT ALL ON orders, t TO app')
    const shownOf = async () => {
      const { rows } = await control.query(
        "SELECT s.query FROM pg_stat_statements AS s JOIN pg_roles AS r ON r.oid = s.userid WHERE r.rolname = 'app'",
      )
      return rows.map(({ query }) => String(query))
    }
    const pairs: { readonly sql: string; readonly shown: string }[] = []
    for (const { sql, parses } of corpus) {
      if (!parses || differ.test(sql)) continue
      await control.query('SELECT pg_stat_statements_reset()')
      {
        await using connection = await cluster.connect(database, 'app')
        await connection.query(sql).catch(() => undefined)
      }
      const [shown, ...others] = await shownOf()
      if (shown !== undefined && others.length === 0) pairs.push({ sql, shown })
    }
    expect(pairs.length).toBeGreaterThan(50)
    const texts = childStatementTexts({ logger: memoryLogger() })
    try {
      const own = await texts.read(
        pairs.map(({ sql }) => sql),
        signal,
      )
      const shown = await texts.read(
        pairs.map((pair) => pair.shown),
        signal,
      )
      const others = pairs.filter((_, at) => own[at]?.fingerprint !== shown[at]?.fingerprint)
      expect(others).toEqual([])
    } finally {
      await texts.close()
    }
  }, 60_000)
})
