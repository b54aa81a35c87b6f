import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../../src/component/clock.ts'
import type { QueryDefinition } from '../../../../src/metadata/query.ts'
import { composeQueries } from '../../../../src/receivers/postgresql/compose/compose.ts'
import { majors, usePostgres } from '../../../support/postgres.ts'
import { composeSettings, inspect, keepingSink, metricOf, queryOf, runnerOf } from '../support/composing.ts'
import { connectionOf, never, settingsOf } from '../support/connecting.ts'
import { serverErrors } from '../support/receiver-under-test.ts'

const postgres = usePostgres(majors.at(-1) ?? 18, { settings: { log_statement: 'all' } })

/** Sizes of tables that wait for locks, since they don't look whether there are any. */
const blindSizes: Partial<QueryDefinition> = {
  slice: { from: 'pg_class AS c', alias: 'c', where: "c.relname ~ '^t[0-9]$'", key: 'c.oid' },
  identity: ['oid'],
  takesLocks: true,
  columns: { oid: { sql: 'c.oid', type: 'string' }, size: { sql: 'pg_table_size(c.oid)', type: 'int' } },
}

async function runnerOn(database: string, definition: Partial<QueryDefinition>, sliceRows: number) {
  const { cluster } = await postgres()
  const connection = await connectionOf(settingsOf(cluster, { username: 'postgres' }), database)
  const settings = composeSettings({
    queries: [queryOf('sizes', definition)],
    metrics: [metricOf('size', { query: 'sizes', points: [{ value: 'size', attributes: {} }] })],
    sliceRows,
  })
  const { serverState, capabilities } = await inspect(connection, settings)
  const [query = expect.fail('nothing composed')] = composeQueries(settings, 'server', capabilities).queries
  const sink = keepingSink()
  const runner = runnerOf(query, systemClock())
  return {
    connection,
    sink,
    run: () => runner.run({ connection, serverState, databases: [], excluded: '' }, sink, never),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

async function tablesLocked(count: number) {
  const { cluster, createDatabase } = await postgres()
  const database = await createDatabase()
  const tables = Array.from({ length: count }, (_, i) => `CREATE TABLE t${i} (id int);`)
  await cluster.query(tables.join(''), database)
  const holder = await cluster.connect(database)
  await holder.query(`BEGIN; LOCK TABLE t${count - 1} IN ACCESS EXCLUSIVE MODE`)
  return { cluster, database, holder }
}

describe('a slice that meets the lock_timeout', () => {
  test('is halved once; then the query fails, and what came before stays, incomplete', async () => {
    const { cluster, database, holder } = await tablesLocked(6)
    await using under = await runnerOn(database, blindSizes, 4)
    const from = (await cluster.log()).length
    const start = performance.now()
    await expect(under.run()).rejects.toMatchObject({ code: '55P03' })
    expect(performance.now() - start).toBeLessThan(4_000)
    const limits = (await cluster.log())
      .slice(from)
      .matchAll(/execute (?:<unnamed>|\w+):.*otelephant sizes.*\n.*DETAIL: .*\$2 = '(\d)'/g)
    expect([...limits].map(([, rows]) => rows)).toEqual(['4', '4', '2'])
    expect(await serverErrors(cluster, from)).toHaveLength(2)
    expect(under.sink.batches.map(({ points, reading }) => [points.length, reading.completes])).toEqual([[4, false]])
    await holder.end()
  })

  test('is read in half when the lock is gone by then', async () => {
    const { cluster, database, holder } = await tablesLocked(6)
    await using under = await runnerOn(database, blindSizes, 4)
    // The first try's waiting ends with an ERROR; the lock is given back while the log is looked at.
    const running = under.run()
    const from = (await cluster.log()).length
    while ((await serverErrors(cluster, from)).length === 0);
    await holder.query('ROLLBACK')
    await running
    const sizes = under.sink.batches.map(({ points, reading }) => [points.length, reading.completes])
    expect(sizes).toEqual([
      [4, false],
      [2, false],
      [0, true],
    ])
    await holder.end()
  })
})

test('a column that is not of its type fails the query, and says which column', async () => {
  const { database } = await postgres()
  const columns = { size: { sql: "'much'", type: 'int' } } as const
  await using under = await runnerOn(database, { columns }, 4)
  await expect(under.run()).rejects.toThrow('sizes.size: expected an integer, found "much"')
})

test('a big result comes in batches of one request, and only the last completes it', async () => {
  const { database } = await postgres()
  await using under = await runnerOn(
    database,
    {
      from: 'generate_series(1, 9000) AS i',
      identity: ['i'],
      columns: { i: { sql: 'i', type: 'int' }, size: { sql: 'i * 2', type: 'int' } },
    },
    4,
  )
  await under.run()
  expect(under.sink.batches.map(({ points, reading }) => [points.length, reading.completes])).toEqual([
    [4_000, false],
    [4_000, false],
    [1_000, true],
  ])
  expect(new Set(under.sink.batches.map(({ reading }) => reading.startedMs)).size).toBe(1)
})

test('an empty result is a complete one', async () => {
  const { database } = await postgres()
  await using under = await runnerOn(database, { ...blindSizes, where: 'false' }, 4)
  await under.run()
  expect(under.sink.batches.map(({ points, reading }) => [points.length, reading.completes])).toEqual([[0, true]])
})
