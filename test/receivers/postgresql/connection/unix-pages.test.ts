import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { QueryError } from '../../../../src/receivers/postgresql/connection/query-error.ts'
import { eventually } from '../../../support/eventually.ts'
import { ends, majors, usePostgres } from '../../../support/postgres.ts'
import { connectionOf, never, settingsOf, socketOf } from '../support/connecting.ts'

/** Rows of 15 to 4,014 bytes, 4 MB together: many times what a unix socket takes. */
const rows = 'SELECT /* otelephant rows */ i, repeat(chr(97 + i % 7), i % 4000) FROM generate_series(1, 2000) AS i'

async function failure(work: Promise<unknown>): Promise<QueryError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof QueryError) return error
  throw new Error('expected a QueryError', { cause: error })
}

async function statesOf(cluster: Cluster): Promise<readonly unknown[]> {
  const found = await cluster.query(`SELECT state FROM pg_stat_activity WHERE application_name = 'otelephant'`)
  return found.map(({ state }) => state)
}

describe.each(ends(majors))('a result that comes over a unix socket from PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { log_statement: 'all' } })

  test.each([
    ['', true],
    [' behind a pooler', false],
  ])('is the one that comes over TCP%s', async (_where, withOptions) => {
    const { cluster } = await postgres()
    await using overTcp = await connectionOf(settingsOf(cluster))
    await using connection = await connectionOf(settingsOf(socketOf(cluster)), 'postgres', withOptions)
    expect(connection.pooled).toBe(!withOptions)
    const expected = await overTcp.query('rows', rows, [], never)
    expect(await connection.query('rows', rows, [], never)).toEqual(expected)
    expect(expected).toHaveLength(2_000)
    expect(await statesOf(cluster)).toEqual(['idle', 'idle'])
  })

  test('comes in one transaction, in which the server waits between two pages', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(socketOf(cluster)))
    const text = 'SELECT /* 1.2 MB */ now()::text, repeat($1, 3000) FROM generate_series(1, 400)'
    const found = await connection.query('pages', text, ['x'], never)
    expect(new Set(found.map(([now]) => now)).size).toBe(1)
    const log = await cluster.log()
    const fetches = log.split('\n').filter((line) => line.includes('execute fetch from') && line.includes('1.2 MB'))
    expect(fetches.length).toBeGreaterThanOrEqual(1_200_000 / 128_000)
    expect(await statesOf(cluster)).toEqual(['idle'])
  })

  test('has fewer rows a page where they are long', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(socketOf(cluster)))
    const long = "SELECT repeat('x', 90000) FROM generate_series(1, 40)"
    const found = await connection.query('long', { text: long, rowBytes: 90_010 }, [], never)
    expect(found.map(([text]) => text?.length)).toEqual(Array(40).fill(90_000))
    expect(await connection.query('huge', "SELECT repeat('x', 3000000)", [], never)).toEqual([['x'.repeat(3_000_000)]])
  })

  test('can fail in the middle: the transaction ends and the connection stays', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(socketOf(cluster)))
    const [before] = await connection.query('backend', 'SELECT pg_backend_pid()', [], never)
    const fails = 'SELECT 1 / (i - 1500) FROM generate_series(1, 2000) AS i'
    expect((await failure(connection.query('division', fails, [], never))).code).toBe('22012')
    const take = (row: readonly (string | null)[]) => {
      if (row[0] === '1700') throw new QueryError('row 1700', new Error('unreadable'))
      return row
    }
    const unreadable = await failure(connection.read('rows', rows, [], take, never))
    expect(unreadable.message).toBe('row 1700: unreadable')
    const tooLarge = await failure(connection.read('rows', rows, [], (row) => row, never, 1_000_000))
    expect(tooLarge.code).toBe('too_large')
    expect(await statesOf(cluster)).toEqual(['idle'])
    expect(await connection.query('backend', 'SELECT pg_backend_pid()', [], never)).toEqual([before])
  })

  test('has the server’s limit for each page and the client’s for all: then the statement fails, not the connection', async () => {
    const { cluster } = await postgres()
    const limits = { statementTimeoutMs: 1_000, lockTimeoutMs: 100 }
    await using connection = await connectionOf(settingsOf(socketOf(cluster), { limits }))
    const [before] = await connection.query('backend', 'SELECT pg_backend_pid()', [], never)
    const slowly = (count: number) => ({
      text: `SELECT pg_sleep(0.01) FROM generate_series(1, ${count})`,
      rowBytes: 48_000,
    })
    expect(await connection.query('slow', slowly(110), [], never)).toHaveLength(110)
    expect((await failure(connection.query('slow', slowly(5_000), [], never))).code).toBe('timeout')
    expect((await failure(connection.query('slow', 'SELECT pg_sleep(20)', [], never))).code).toBe('57014')
    expect(await connection.query('backend', 'SELECT pg_backend_pid()', [], never)).toEqual([before])
    expect(await statesOf(cluster)).toEqual(['idle'])
  })

  test('can be aborted at any moment, and no cancel request hits what comes next', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(socketOf(cluster)))
    const [before] = await connection.query('backend', 'SELECT pg_backend_pid()', [], never)
    for (let round = 0; round < 30; round++) {
      const controller = new AbortController()
      let left = round * 65
      const take = () => {
        left -= 1
        if (left === 0) controller.abort(new Error('enough'))
      }
      const reading = connection.read('rows', rows, [], take, controller.signal)
      if (round === 0) controller.abort(new Error('enough'))
      await expect(reading).rejects.toThrow('enough')
      expect(await connection.query('next', 'SELECT pg_sleep(0.002), 7, pg_backend_pid()', [], never)).toEqual([
        ['', '7', before?.[0]],
      ])
    }
    expect(await statesOf(cluster)).toEqual(['idle'])
  })

  test('leaves a transaction of the caller alone', async () => {
    const { cluster } = await postgres()
    await using connection = await connectionOf(settingsOf(socketOf(cluster)))
    const ask = (text: string) => connection.query('part', text, [], never)
    await ask('BEGIN READ ONLY')
    const [first] = await ask('SELECT now()::text, i FROM generate_series(1, 500) AS i')
    await ask('SELECT pg_sleep(0.002)')
    expect((await ask('SELECT now()::text'))[0]?.[0]).toBe(first?.[0])
    await ask('ROLLBACK')
    expect((await ask('SELECT now()::text'))[0]?.[0]).not.toBe(first?.[0])
  })

  test('takes parameters: none, texts, numbers and lists with any sign', async () => {
    const { cluster } = await postgres()
    const list = ['a"b', 'c\\d', 'e,f', '{g}', '', 'NULL', ' h ']
    for (const server of [cluster, socketOf(cluster)]) {
      await using connection = await connectionOf(settingsOf(server))
      const text = 'SELECT $1::text, $2::int + 1, array_to_json($3::text[]), $4::bool'
      const [row] = await connection.query('parameters', text, [null, 41, list, true], never)
      expect([row?.[0], row?.[1], JSON.parse(row?.[2] ?? ''), row?.[3]]).toEqual([null, '42', list, 't'])
    }
  })

  test('is one statement with the collector’s comment in pg_stat_statements, however many pages it had', async () => {
    const { cluster } = await postgres()
    await cluster.query('SELECT pg_stat_statements_reset()')
    await using connection = await connectionOf(settingsOf(socketOf(cluster)))
    await connection.query('rows', rows, [], never)
    const own = await eventually(async () => {
      const found = await cluster.query(
        `SELECT calls::int, query LIKE '%otelephant rows%' AS marked FROM pg_stat_statements WHERE query LIKE '%chr(%'`,
      )
      expect(found).toHaveLength(1)
      return found
    })
    expect(own).toEqual([{ calls: 1, marked: true }])
  })
})
