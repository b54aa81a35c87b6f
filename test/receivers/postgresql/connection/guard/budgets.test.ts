import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../../src/demo/embedded-postgres/cluster.ts'
import type { Connection, TextRow } from '../../../../../src/receivers/postgresql/connection/connection.ts'
import { QueryError } from '../../../../../src/receivers/postgresql/connection/query-error.ts'
import { eventually } from '../../../../support/eventually.ts'
import { ends, majors, usePostgres } from '../../../../support/postgres.ts'
import { connectionOf, never, settingsOf } from '../../support/connecting.ts'
import { startRefusingPooler } from '../support/refusing-pooler.ts'

const mebibyte = 1_048_576
const asIs = (row: TextRow) => row

/** The error that a statement fails with. */
async function failureOf(connection: Connection, text: string, maxBytes?: number): Promise<QueryError> {
  const error: unknown = await connection.read('attempt', text, [], asIs, never, maxBytes).then(
    () => 'nothing failed',
    (reason: unknown) => reason,
  )
  if (error instanceof QueryError) return error
  throw new Error('expected a QueryError', { cause: error })
}

/** Statements that answer with more than is wanted, and what is said of them. */
const excessive = [
  {
    what: 'a long result',
    text: "SELECT repeat('a', 1000) FROM (SELECT generate_series(1, 40000000)) AS s",
    says: 'the result is larger than 32 MiB',
  },
  {
    what: 'rows without columns',
    text: 'SELECT FROM (SELECT generate_series(1, 400000000)) AS s',
    says: 'the result is larger than 32 MiB',
  },
  {
    what: 'rows of NULLs',
    text: 'SELECT NULL, NULL, NULL FROM (SELECT generate_series(1, 400000000)) AS s',
    says: 'the result is larger than 32 MiB',
  },
  { what: 'a long row', text: "SELECT repeat('b', 9000000)", says: 'a row is larger than 8 MiB' },
  { what: 'a row of 40 MB', text: "SELECT repeat('c', 40000000)", says: 'a row is larger than 8 MiB' },
  {
    what: 'a long error',
    text: "SELECT repeat('d', 100000)::int",
    says: "the server's ErrorResponse is longer than 64 KiB",
  },
]

async function poolerless(cluster: Cluster) {
  return { ...cluster, host: cluster.host, port: cluster.port, async [Symbol.asyncDispose]() {} }
}

describe.each(ends(majors))('a result from PostgreSQL %i that is larger than it may be', (major) => {
  const postgres = usePostgres(major)

  describe.each([
    ['', poolerless],
    [' behind a pooler', startRefusingPooler],
  ] as const)('on a connection%s', (_, reach) => {
    test.each(excessive)(
      '$what fails as too large, ends on the server, and leaves the connection as it was',
      async ({ text, says }) => {
        const { cluster } = await postgres()
        await using server = await reach(cluster)
        await using connection = await connectionOf(settingsOf(server), 'postgres', reach === poolerless)
        const [before] = await connection.query('backend', 'SELECT pg_backend_pid()', [], never)
        const error = await failureOf(connection, text)
        expect([error.code, error.message]).toEqual(['too_large', `attempt: ${says} (too_large)`])
        // The next statement has its own answer, and the whole budget.
        const [after] = await connection.query(
          'backend',
          "SELECT pg_backend_pid() FROM repeat('e', 7000000)",
          [],
          never,
        )
        expect(after).toEqual(before)
        await eventually(async () => {
          const held = `SELECT state FROM pg_stat_activity WHERE application_name = 'otelephant' AND state <> 'idle'`
          expect(await cluster.query(held)).toEqual([])
        })
      },
    )
  })

  test('a statement may have a smaller budget of its own', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(cluster))
    const text = "SELECT repeat('f', 1000000), repeat('g', 60000)"
    expect((await failureOf(connection, text, mebibyte)).message).toContain('the result is larger than 1 MiB')
    const [row] = await connection.query('the same', text, [], never)
    expect(row?.map((column) => column?.length)).toEqual([1_000_000, 60_000])
  })

  test('rows that fit in are all there', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(cluster))
    const rows = await connection.query(
      'many',
      "SELECT i, repeat('h', 200) FROM generate_series(1, 100000) AS i",
      [],
      never,
    )
    expect([rows.length, rows.at(-1)?.[0]]).toEqual([100_000, '100000'])
  })
})
