import { describe, expect, test } from 'vitest'
import { events } from '../../../../generated/postgresql/events.ts'
import { GraphPace } from '../../../../src/receivers/postgresql/activity/graph-pace.ts'
import { QuerySamples, type QuerySamplesSettings } from '../../../../src/receivers/postgresql/activity/query-samples.ts'
import { childStatementTexts } from '../../../../src/sql-text/pool/child-statement-texts.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { memoryLogger } from '../../../support/memory-logger.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { connectionOf, never, settingsOf, socketOf } from '../support/connecting.ts'
import { watchingOn } from '../support/watching.ts'
import { busySessions } from './support/busy-sessions.ts'
import { eventsBuilder, keepingSink } from './support/sampler-under-test.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const traceId = '0af7651916cd43dd8448eb211c80319c'

describe.each(endMajors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, {
    settings: { autovacuum: 'off', deadlock_timeout: '60s', ...(major >= 14 ? { compute_query_id: 'on' } : {}) },
  })

  async function samples(overrides: Partial<QuerySamplesSettings> = {}) {
    const { cluster } = await postgres()
    const session = await connectionOf(settingsOf(socketOf(cluster)))
    const texts = childStatementTexts({ logger: memoryLogger() })
    try {
      const sink = keepingSink()
      const { observed, ...watching } = await watchingOn(session, new FakeClock(), memoryLogger())
      const settings = {
        events: eventsBuilder('db.server.query_sample'),
        texts,
        clock: new FakeClock(),
        measured() {},
        pace: new GraphPace(),
        maxRows: 1_000,
        onlyDatabases: [],
        excludedDatabases: [],
        ...watching,
        ...overrides,
      }
      await new QuerySamples(settings).scrape(observed, sink, never)
      return sink.records
    } finally {
      await texts.close()
      await session.close()
    }
  }

  test('each session that runs, waits or keeps others waiting is told of, as upstream tells it', async () => {
    await using sessions = await busySessions(await postgres())
    const [holder, waiter, sleeper, idle] = [
      await sessions.worker(),
      await sessions.worker(traceparent),
      await sessions.worker(),
      await sessions.worker(),
    ]
    await idle.query('SELECT 1')
    await holder.query('SELECT pg_advisory_lock(7)')
    await waiter.begin(`SELECT 'secret', pg_advisory_lock(7) /* nr_service_guid='abc' */`)
    await sleeper.begin(`/* traceparent='${traceparent.replace('b7', 'c7')}' */ SELECT pg_sleep(60)`)
    const records = await samples({ onlyDatabases: [sessions.database] })
    const byPid = new Map(records.map((record) => [record.attributes['postgresql.pid'], record]))
    expect([...byPid.keys()]).toEqual([holder.pid, waiter.pid, sleeper.pid])
    expect(byPid.get(waiter.pid)?.trace).toEqual({ traceId, spanId: 'b7ad6b7169203331', flags: 1 })
    expect(byPid.get(sleeper.pid)?.trace).toEqual({ traceId, spanId: 'c7ad6b7169203331', flags: 1 })
    expect(byPid.get(holder.pid)?.trace).toBeUndefined()
    const attributes = byPid.get(waiter.pid)?.attributes ?? {}
    expect(attributes).toMatchObject({
      'db.system.name': 'postgresql',
      'db.namespace': sessions.database,
      'db.query.comment_tags.nr_service_guid': 'abc',
      'user.name': 'postgres',
      'postgresql.state': 'active',
      'postgresql.session.duration': 0,
      'postgresql.application_name': traceparent,
      'network.peer.address': '',
      'network.peer.port': -1,
      'postgresql.client_hostname': '',
      'postgresql.wait_event': 'advisory',
      'postgresql.wait_event_type': 'Lock',
      'postgresql.query_id': major >= 14 ? expect.stringMatching(/^-?\d+$/) : '',
      'postgresql.total_exec_time': expect.any(Number),
      'postgresql.blocking.pids': `{${holder.pid}}`,
      'postgresql.blocking.start_time': major >= 14 ? expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) : '',
      'postgresql.blocking.wait_duration': 0,
      'postgresql.blocking.lock.mode': 'ExclusiveLock',
      'postgresql.blocking.lock.type': 'advisory',
      'postgresql.blocking.lock.relation': '',
    })
    const missing = events['db.server.query_sample'].attributes.filter((name) => attributes[name] === undefined)
    expect(missing).toEqual(['db.collection.name'])
    expect(byPid.get(holder.pid)?.attributes).toMatchObject({
      'postgresql.state': 'idle',
      'postgresql.blocking.pids': '{}',
    })
    expect(JSON.stringify(records)).not.toContain('secret')
  })

  test('a text that cannot be read is left off with its hashes, and the rest is told', async () => {
    await using sessions = await busySessions(await postgres())
    const sleeper = await sessions.worker()
    await sleeper.begin('SELECT pg_sleep(60)')
    const unreadable = { read: async () => [], redact: async () => [], close: async () => {} }
    const [record] = await samples({ texts: unreadable, onlyDatabases: [sessions.database] })
    expect(record?.attributes['postgresql.pid']).toBe(sleeper.pid)
    expect(Object.keys(record?.attributes ?? {}).filter((name) => /text|hash|summary|operation/.test(name))).toEqual([])
  })

  test('the longest come first where more than allowed are there, and excluded databases are left out', async () => {
    const shared = await postgres()
    await using sessions = await busySessions(shared)
    await using others = await busySessions(shared)
    const [first, second, excluded] = [await sessions.worker(), await sessions.worker(), await others.worker()]
    for (const worker of [excluded, first, second]) await worker.begin('SELECT pg_sleep(60)')
    const excludedDatabases = [others.database]
    const records = await samples({ maxRows: 1, excludedDatabases })
    expect(records.map(({ attributes }) => attributes['postgresql.pid'])).toEqual([first.pid])
  })

  test('after an expensive lock graph nobody is asked for blockers', async () => {
    await using sessions = await busySessions(await postgres())
    const [holder, waiter] = [await sessions.worker(), await sessions.worker()]
    await holder.query('BEGIN; LOCK TABLE stock')
    await waiter.begin('SELECT FROM stock')
    const clock = new FakeClock()
    const pace = new GraphPace()
    pace.looked(clock.now(), 11)
    const records = await samples({ clock, pace, onlyDatabases: [sessions.database] })
    expect(records.map(({ attributes }) => attributes['postgresql.pid'])).toEqual([holder.pid, waiter.pid])
    expect(records.map(({ attributes }) => attributes['postgresql.blocking.pids'])).toEqual([undefined, undefined])
  })
})
