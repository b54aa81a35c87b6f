import { describe, expect, test } from 'vitest'
import { QueryError } from '../../src/receivers/postgresql/connection/query-error.ts'
import { connectionOf, never, settingsOf } from '../receivers/postgresql/support/connecting.ts'
import { hostileCorpus } from '../sql-text/support/hostile-corpus.ts'
import { majors, oneMajor, usePostgres } from '../support/postgres.ts'

/** The error's message, or the empty text where there is none. */
async function messageOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return ''
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return error.message
  }
}

describe.each(oneMajor)('PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)

  test("what the server says of a statement that fails has no value in it, and names where it can't be one", async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(cluster))
    const messages: string[] = []
    const leaking: string[] = []
    for (const { sql, secret } of hostileCorpus) {
      // The names of roles and settings are what they are.
      if (!sql.startsWith('SELECT') && !sql.startsWith('VALUES') && !sql.startsWith('INSERT')) continue
      for (const text of [sql, `SELECT ${secret}::text::date`, `SELECT 'zq${secret}'::int`]) {
        const message = await messageOf(connection.query('sample', text, [], never))
        messages.push(message)
        if (message.includes(secret) && !/ (?:column|relation|type|function|schema) /.test(message))
          leaking.push(message)
      }
    }
    expect(leaking).toEqual([])
    expect(messages.filter((message) => message !== '').length).toBeGreaterThan(150)
    expect(await messageOf(connection.query('sample', 'SELECT a FROM missing', [], never))).toBe(
      'sample: relation "missing" does not exist (42P01)',
    )
    expect(await messageOf(connection.query('sample', "SELECT 'x'::int", [], never))).toBe(
      'sample: invalid input syntax for type integer: ? (22P02)',
    )
  })
})

describe.each(majors.filter((major) => major >= 17))('PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)

  test('what code of the database raises at a login is told by its SQLSTATE alone', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query(
      `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
        $$BEGIN IF session_user = 'monitor' THEN RAISE EXCEPTION 'P0001 zq73910001' USING DETAIL = 'zq73910001'; END IF; END$$;
      CREATE EVENT TRIGGER refuse ON login EXECUTE FUNCTION refuse()`,
      database,
    )
    const message = await messageOf(connectionOf(settingsOf(cluster), database))
    expect(message).toMatch(/an error that code in the database raised \(P0001\)$/)
  })
})
