import { describe, expect, test } from 'vitest'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { never } from '../support/connecting.ts'
import { busySessions } from './support/busy-sessions.ts'
import { samplerOn, sum } from './support/sampler-under-test.ts'

const clients = 'client backend'

describe.each(endMajors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off', deadlock_timeout: '60s' } })

  test('each second counts for what each session does in it, but for idle ones', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const [sleeper, holder, first, second] = [
      await sessions.worker(),
      await sessions.worker(),
      await sessions.worker(),
      await sessions.worker(),
    ]
    await sessions.worker()
    await sleeper.begin('SELECT pg_sleep(60)')
    await holder.query('BEGIN; UPDATE stock SET n = 1 WHERE id = 1')
    for (const waiter of [first, second]) await waiter.begin('UPDATE stock SET n = 2 WHERE id = 1')
    await using under = await samplerOn(cluster)
    for (let samples = 0; samples < 4; samples++) await under.sample()
    const series = under.series('postgresql.session.time')
    const of = (waitClass: string) => series.filter((one) => one['postgresql.wait_event_type'] === waitClass)
    expect(of('Timeout')).toEqual([
      {
        'db.namespace': sessions.database,
        'postgresql.backend_type': clients,
        'postgresql.wait_event_type': 'Timeout',
        'postgresql.wait_event': 'PgSleep',
        value: 3,
      },
    ])
    expect(of('IdleInTransaction')).toEqual([
      {
        'db.namespace': sessions.database,
        'postgresql.backend_type': clients,
        'postgresql.wait_event_type': 'IdleInTransaction',
        value: 3,
      },
    ])
    expect(sum(of('Lock'))).toBe(6)
    expect(new Set(of('Lock').map((one) => one['postgresql.wait_event']))).toEqual(new Set(['transactionid', 'tuple']))
    expect(sum(series.filter((one) => one['postgresql.backend_type'] === clients))).toBe(12)
  })

  test('a session that runs is on the CPU', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const worker = await sessions.worker()
    await worker.begin('SELECT count(*) FROM generate_series(1, 1000000000000) AS g(i) WHERE i % 7 = 9')
    await using under = await samplerOn(cluster)
    // It also reads and writes its temporary file, at times.
    for (let samples = 0; samples < 12; samples++) await under.sample()
    const series = under.series('postgresql.session.time').filter((one) => one['db.namespace'] === sessions.database)
    expect(sum(series)).toBe(11)
    expect(series.map((one) => one['postgresql.wait_event_type'])).toContain('CPU')
  })

  test('a gap between two samples counts for two intervals, as more of it is not known', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const sleeper = await sessions.worker()
    await sleeper.begin('SELECT pg_sleep(60)')
    await using under = await samplerOn(cluster)
    await under.sample()
    await under.sample(1_500)
    expect(sum(under.series('postgresql.session.time'))).toBe(1.5)
    await under.sample(60_000)
    expect(sum(under.series('postgresql.session.time'))).toBe(3.5)
  })

  test('a sample is skipped, and counted, while the session is busy with something else', async () => {
    const { cluster } = await postgres()
    await using under = await samplerOn(cluster)
    await under.sample()
    const busy = under.session.query('busy', 'SELECT pg_sleep(0.2)', [], never)
    await under.sample()
    expect(under.skipped).toEqual(['busy'])
    await busy
    await under.sample()
    expect([under.skipped, under.asked]).toEqual([['busy'], ['session_sample', 'session_sample']])
  })

  test('nothing is asked and nothing fails while there is no session', async () => {
    const { cluster } = await postgres()
    await using under = await samplerOn(cluster, { connection: { current: undefined } })
    await under.sample()
    await under.sample()
    expect([under.asked, under.series('postgresql.session.time')]).toEqual([[], []])
  })

  test('nobody is asked who blocks whom while nobody waits for a lock', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const sleeper = await sessions.worker()
    await sleeper.begin('SELECT pg_sleep(60)')
    await using under = await samplerOn(cluster)
    for (let samples = 0; samples < 8; samples++) await under.sample()
    expect(new Set(under.asked)).toEqual(new Set(['session_sample']))
    const gauges = [
      'postgresql.blocking.sessions',
      'postgresql.blocking.depth',
      'postgresql.blocking.longest_wait',
    ] as const
    await under.sample()
    expect(gauges.flatMap((name) => under.series(name))).toEqual([{ value: 0 }])
  })

  test('a role that may not see the others is told of the GRANT, once, and counts nothing', async () => {
    const { cluster } = await postgres()
    await cluster.query('CREATE ROLE blind LOGIN')
    await using sessions = await busySessions(await postgres())
    const sleeper = await sessions.worker()
    await sleeper.begin('SELECT pg_sleep(60)')
    await using under = await samplerOn(cluster, { username: 'blind' })
    for (let samples = 0; samples < 3; samples++) await under.sample()
    expect(under.messages()).toEqual([
      'Not collected: postgresql.session.time: needs the rights of pg_read_all_stats: GRANT pg_read_all_stats TO blind.',
    ])
    expect([under.series('postgresql.session.time'), under.asked]).toEqual([[], []])
  })

  test('sessions with track_activities off do not count, as nothing tells them from idle ones, and the user is told once', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const [sleeper, tracked] = [await sessions.worker(), await sessions.worker()]
    await sleeper.query('SET track_activities = off')
    sleeper.query('SELECT pg_sleep(60)').catch(() => undefined)
    await tracked.begin('SELECT pg_sleep(60)')
    await using under = await samplerOn(cluster)
    for (let samples = 0; samples < 3; samples++) await under.sample()
    const spent = under.series('postgresql.session.time').filter((one) => one['db.namespace'] === sessions.database)
    expect(sum(spent)).toBe(2)
    expect(under.messages()).toEqual([expect.stringContaining('ALTER SYSTEM SET track_activities = on')])
  })
})

describe.each(endMajors.filter((major) => major >= 14))('on PostgreSQL %i, with query ids,', (major) => {
  const postgres = usePostgres(major, { settings: { autovacuum: 'off', compute_query_id: 'on' } })

  test('time by statement is under the labels that statements have, and comes to what clients spent', async () => {
    const { cluster } = await postgres()
    await using sessions = await busySessions(await postgres())
    const [known, unknown] = [await sessions.worker(), await sessions.worker()]
    await known.begin('SELECT pg_sleep(60)')
    await unknown.begin("SELECT 'unknown', pg_sleep(60)")
    const [row] = await cluster.query(
      `SELECT query_id::text AS id, datid::text AS oid FROM pg_stat_activity WHERE pid = ${known.pid}`,
    )
    const label = (oid: string, id: string) => (oid === row?.['oid'] && id === row['id'] ? 'cafe' : undefined)
    await using under = await samplerOn(cluster, { statementLabel: label })
    for (let samples = 0; samples < 4; samples++) await under.sample()
    const at = { 'db.namespace': sessions.database, 'postgresql.wait_event_type': 'Timeout' }
    expect(under.series('postgresql.statement.session.time')).toEqual(
      expect.arrayContaining([
        { ...at, 'query.hash': 'cafe', value: 3 },
        { ...at, 'query.hash': '(other)', value: 3 },
      ]),
    )
    await under.sample()
    const backends = under.series('postgresql.session.time').filter((one) => one['postgresql.backend_type'] === clients)
    expect(sum(under.series('postgresql.statement.session.time'))).toBe(sum(backends))
  })

  test('where compute_query_id is off the user is told how to switch it on, once', async () => {
    const { cluster } = await postgres()
    await cluster.query("ALTER SYSTEM SET compute_query_id = 'off'")
    await cluster.query('SELECT pg_reload_conf()')
    await using under = await samplerOn(cluster)
    await expect
      .poll(async () => {
        await under.sample()
        return under.messages()
      })
      .toEqual([expect.stringContaining('ALTER SYSTEM SET compute_query_id = auto')])
  })
})
