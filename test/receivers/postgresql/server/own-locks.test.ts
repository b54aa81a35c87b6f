import { describe, expect, test } from 'vitest'
import { majors, usePostgres } from '../../../support/postgres.ts'
import { receiverOf } from '../support/receiver-under-test.ts'

const metric = 'postgresql.database.locks'

describe.each(majors)('the locks that PostgreSQL %i is asked for', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off', max_prepared_transactions: '3' } })

  test('leave out all sessions of the collector, and nobody else', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query(
      `CREATE TABLE kept (id int); CREATE TABLE visited (id int); CREATE TABLE asked (id int);
       GRANT ALL ON kept, visited, asked TO monitor`,
      database,
    )
    const config = { databases: [database], metrics: { [metric]: { enabled: true } } }
    await using under = receiverOf(cluster, config)
    // Another session of ours, as the one for visits is while the kept one asks.
    await using ours = await cluster.connect(database, 'monitor', 'otelephant')
    await using person = await cluster.connect(database, 'monitor', 'psql')
    await using namesake = await cluster.connect(database, 'postgres', 'otelephant')
    await ours.query('BEGIN; LOCK kept IN ROW SHARE MODE; SELECT pg_advisory_lock(7)')
    await person.query('BEGIN; LOCK visited IN ROW EXCLUSIVE MODE')
    await namesake.query('BEGIN; LOCK asked IN SHARE MODE')
    const { attributes, values } = await under.collect()
    const relations = attributes(metric).map(({ relation }) => relation)
    expect(relations).not.toContain('kept')
    expect(values(metric, { relation: 'visited', mode: 'RowExclusiveLock' })).toEqual([1])
    expect(values(metric, { relation: 'asked', mode: 'ShareLock' })).toEqual([1])
    // Each of the two transactions holds its own virtual transaction's; no lock of ours is among those of no database.
    expect(values(metric, { lock_type: 'virtualxid' })).toEqual([2])
    expect(values(metric, { lock_type: 'advisory' })).toEqual([])
    await ours.query('ROLLBACK')
  })

  test('hold those of a prepared transaction, which no session has', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query('CREATE TABLE prepared (id int)', database)
    await using client = await cluster.connect(database)
    await client.query("BEGIN; LOCK prepared IN EXCLUSIVE MODE; PREPARE TRANSACTION 'left'")
    try {
      const config = { databases: [database], metrics: { [metric]: { enabled: true } } }
      await using under = receiverOf(cluster, config)
      const { values } = await under.collect()
      expect(values(metric, { relation: 'prepared', mode: 'ExclusiveLock' })).toEqual([1])
    } finally {
      await client.query("ROLLBACK PREPARED 'left'")
    }
  })
})
