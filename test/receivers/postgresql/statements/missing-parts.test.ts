import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { eventually } from '../../../support/eventually.ts'
import { oneMajor, startTestCluster } from '../../../support/postgres.ts'
import { receiverOf } from '../support/receiver-under-test.ts'

const calls = 'postgresql.statement.calls'
const reload = 'SELECT pg_reload_conf()'

interface Case {
  readonly name: string
  /** Over the cluster's settings. */
  readonly settings?: Readonly<Record<string, string>>
  readonly prepare: readonly string[]
  /** More keys of the receiver's configuration. */
  readonly receiver?: Parameters<typeof receiverOf>[1]
  /** What the warning says, each of them once. */
  readonly says: readonly RegExp[]
  readonly level?: 'info'
  /** Metrics that come all the same. */
  readonly comes: readonly string[]
  readonly since?: number
}

const create = 'CREATE EXTENSION pg_stat_statements'
const monitored = 'CREATE ROLE monitor LOGIN IN ROLE pg_monitor'
/** Metrics of the server that need no extension. */
const others = ['postgresql.backends', 'postgresql.commits']

const cases: readonly Case[] = [
  {
    name: 'without the extension, how to create it',
    prepare: [monitored],
    says: [
      /^Not collected: .*postgresql\.statement\.calls.*: needs the extension pg_stat_statements: CREATE EXTENSION/,
    ],
    comes: others,
  },
  {
    name: 'without the extension, also where only the event is wanted',
    prepare: [monitored],
    receiver: {
      preset: 'simple',
      metrics: {
        'db.query.count': { enabled: false },
        'db.query.duration': { enabled: false },
        'postgresql.commits': { enabled: true },
      },
      events: { 'db.server.top_query': { enabled: true } },
    },
    says: [/^Not collected: db\.server\.top_query: needs the extension pg_stat_statements/],
    comes: ['postgresql.commits'],
  },
  {
    name: 'without its library, how to preload it',
    settings: { shared_preload_libraries: '' },
    prepare: [monitored, create],
    says: [/^Not collected: .*needs the library .*: add pg_stat_statements to shared_preload_libraries and restart/],
    comes: others,
  },
  {
    name: 'without its library, though its settings are in the file',
    settings: { shared_preload_libraries: '', 'pg_stat_statements.max': '1000' },
    prepare: [monitored, create],
    says: [/^Not collected: .*: add pg_stat_statements to shared_preload_libraries/],
    comes: others,
  },
  {
    name: 'in a schema that the role may not look into, the GRANT',
    prepare: [monitored, 'CREATE SCHEMA "Stats"', `${create} SCHEMA "Stats"`],
    says: [/^Not collected: .*GRANT USAGE ON SCHEMA "Stats" TO monitor/],
    comes: others,
  },
  {
    name: 'in an old version, what that lacks',
    prepare: [monitored, `${create} VERSION '1.4'`],
    says: [
      /^Not collected: postgresql\.statement\.wal\.bytes: needs wal_bytes .* 1\.4 doesn't have: ALTER EXTENSION pg_stat_statements UPDATE/,
    ],
    comes: [...others, 'postgresql.statements.entries'],
  },
  {
    name: 'with the texts hidden, the GRANT',
    prepare: ['CREATE ROLE monitor LOGIN', create],
    says: [/^Not collected: .*postgresql\.statement\.calls.*: GRANT pg_read_all_stats TO monitor/],
    comes: ['postgresql.commits'],
  },
  {
    name: 'with compute_query_id off, how to switch it on',
    settings: { compute_query_id: 'off' },
    prepare: [monitored, create],
    says: [
      /^No statement is counted, as compute_query_id is off: ALTER SYSTEM SET compute_query_id = auto, then SELECT pg_reload_conf\(\)\.$/,
    ],
    comes: [...others, 'postgresql.statements.entries'],
    since: 14,
  },
  {
    name: 'with pg_stat_statements.track none, how to switch it on',
    settings: { 'pg_stat_statements.track': 'none' },
    prepare: [monitored, create],
    says: [
      /^No statement is counted, as pg_stat_statements\.track is none: ALTER SYSTEM SET pg_stat_statements\.track = top, then SELECT pg_reload_conf\(\)\.$/,
    ],
    comes: [...others, 'postgresql.statements.entries'],
  },
  {
    name: 'without planning and I/O times that are wanted, how to switch them on',
    settings: { track_io_timing: 'off' },
    prepare: [monitored, create],
    receiver: {
      metrics: {
        'postgresql.statement.plan.time': { enabled: true },
        'postgresql.statement.shared_blocks.read.time': { enabled: true },
      },
    },
    level: 'info',
    says: [
      /^Always 0, as pg_stat_statements\.track_planning is off: postgresql\.statement\.plan\.time: ALTER SYSTEM SET pg_stat_statements\.track_planning = on/,
      /^Always 0, as track_io_timing is off: postgresql\.statement\.shared_blocks\.read\.time: ALTER SYSTEM SET track_io_timing = on/,
    ],
    comes: [...others, 'postgresql.statements.entries'],
  },
]

async function prepared(cluster: Cluster, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await cluster.query(sql)
}

describe.each(oneMajor)('PostgreSQL %i says', (major) => {
  for (const { name, settings = {}, prepare, receiver = {}, says, level = 'warn', comes, since = 0 } of cases) {
    test.skipIf(major < since)(`${name}, once, and the rest goes on`, async () => {
      await using cluster = await startTestCluster({ major, settings })
      await prepared(cluster, prepare)
      await using watched = receiverOf(cluster, { databases: ['postgres'], ...receiver })
      const first = await watched.collect()
      const second = await watched.collect()
      const messages = watched.messages(level)
      for (const sentence of says)
        expect(
          messages.filter((message) => sentence.test(message)),
          messages.join('\n'),
        ).toHaveLength(1)
      for (const { names, error } of [first, second]) {
        expect(error).toBeUndefined()
        expect([...names]).toEqual(expect.arrayContaining([...comes]))
      }
    })
  }

  test('nothing where nothing is missing', async () => {
    await using cluster = await startTestCluster({ major })
    await prepared(cluster, [monitored, 'CREATE SCHEMA "Stats"', `${create} SCHEMA "Stats"`])
    await prepared(cluster, ['GRANT USAGE ON SCHEMA "Stats" TO monitor'])
    await using watched = receiverOf(cluster, { databases: ['postgres'] })
    await watched.collect()
    await watched.collect()
    expect(watched.messages('warn').filter((message) => !message.includes('tls'))).toEqual([])
    expect(countersOf(watched.batches)).toContain(calls)
  })

  test('with track_activities off, how to switch it on, and the statements are counted', async () => {
    await using cluster = await startTestCluster({ major, settings: { track_activities: 'off' } })
    await prepared(cluster, [monitored, create])
    await using client = await cluster.connect()
    await client.query('SELECT 1')
    await using watched = receiverOf(cluster, {
      databases: ['postgres'],
      initial_delay: '0s',
      session_sampling: { enabled: true, interval: '20ms' },
    })
    await watched.receiver.start(watched.host)
    const told = () => expect(watched.messages('warn').join()).toMatch(/ALTER SYSTEM SET track_activities = on/)
    const counted = () => expect(countersOf(watched.batches)).toContain(calls)
    for (const claim of [told, counted]) await eventually(claim)
  })

  test('that statements are counted no more when that is switched off, and counts what is preloaded later', async () => {
    await using cluster = await startTestCluster({ major, settings: { shared_preload_libraries: '' } })
    await prepared(cluster, [monitored, create])
    await using watched = receiverOf(cluster, { databases: ['postgres'] })
    await watched.collect()
    expect(countersOf(watched.batches)).not.toContain(calls)
    await cluster.query("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    await cluster.restart('fast')
    await watched.collect()
    expect(countersOf(watched.batches)).toContain(calls)
    await cluster.query("ALTER SYSTEM SET pg_stat_statements.track = 'none'")
    await cluster.query(reload)
    const told = () => watched.messages('warn').some((message) => message.startsWith('No statement is counted'))
    // The session hears of the reload between two of its statements.
    for (let turn = 0; turn < 5 && !told(); turn += 1) await watched.collect()
    expect(told()).toBe(true)
  })
})

/** The metrics of the counter rows that were given. */
function countersOf(batches: ReturnType<typeof receiverOf>['batches']): ReadonlySet<string> {
  return new Set(batches.flatMap(({ counterRows }) => (counterRows?.metrics ?? []).map(({ name }) => name)))
}
