import { describe, expect, test } from 'vitest'
import { eventDefaults, metricDefaults } from '../../../../generated/postgresql/config.ts'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { eventually } from '../../../support/eventually.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { tickingReceiver } from '../support/ticking.ts'
import { deny, type UsedObject, usedObjects } from './support/used-objects.ts'

const everything = (names: Readonly<Record<string, boolean>>) =>
  Object.fromEntries(Object.keys(names).map((name) => [name, { enabled: true }]))

/** Everything that can be collected. */
const config = {
  databases: ['shop'],
  metrics: everything(metricDefaults),
  events: everything(eventDefaults),
  session_sampling: { enabled: true, interval: '30s' },
  long_running: { transaction: '1ms', idle_in_transaction: '1ms', statement: '1ms' },
}

/** What some ticks bring, what is told of it, and what the log of the server has to say. */
async function watch(cluster: Cluster, ticks = 4) {
  await using under = await tickingReceiver(cluster, config, { scrapers: 4 })
  const from = (await cluster.log()).length
  const came = new Set<string>()
  for (let tick = 0; tick < ticks; tick++) for (const name of (await under.tick()).names) came.add(name)
  for (const { eventName } of under.records) came.add(eventName)
  return { came, told: under.messages('warn'), errors: failedSince((await cluster.log()).slice(from)) }
}

/** Each error that the server logged, with the beginning of the statement that it is about. */
function failedSince(log: string): string[] {
  return [...log.matchAll(/ERROR: (.*)\n(?:.*STATEMENT: (.{0,80}))?/g)].map(([, error, sql]) => `${error}: ${sql}`)
}

/** What is asked by name, each in another way: by code, in a view, in a sub-select, for a reset, to ask for rights. */
const usual: readonly (UsedObject & { readonly costs?: readonly string[] })[] = [
  ...Object.entries({
    pg_blocking_pids: ['postgresql.blocking.depth', 'postgresql.blocking.longest_wait', 'postgresql.blocking_episode'],
    pg_control_system: [],
    pg_is_in_recovery: ['postgresql.in_recovery'],
    pg_postmaster_start_time: ['postgresql.uptime'],
    pg_relation_size: ['postgresql.index.size'],
    pg_show_all_settings: [],
    pg_stat_get_archiver: [],
    pg_stat_get_db_stat_reset_time: [],
    pg_stat_get_db_xact_commit: ['postgresql.commits'],
    pg_stat_get_wal: [],
    has_function_privilege: [],
    set_config: [],
  }).map(([name, costs]) => ({ kind: 'function', name, costs }) as const),
  ...['pg_stat_get_activity', 'pg_lock_status', 'pg_stat_statements', 'pg_has_role', 'current_setting', 'count'].map(
    (name) => ({ kind: 'function', name }) as const,
  ),
  ...['pg_database', 'pg_stat_database', 'pg_class', 'pg_extension'].map((name) => ({ kind: 'table', name }) as const),
]

/** Functions that statements call without naming them, in casts and operators: the server refuses once, and tells. */
const unnamed: ReadonlySet<string> = new Set(['float8', 'int8', 'name', 'oid', 'text'])

/** Found out by being refused, once: without them nobody can ask what is granted, or how the session is set up. */
const foundOut: ReadonlySet<string> = new Set([
  ...['has_function_privilege', 'has_schema_privilege', 'has_table_privilege', 'pg_has_role', 'pg_class', 'pg_depend'],
  ...[
    'pg_extension',
    'pg_init_privs',
    'pg_namespace',
    'pg_proc',
    'pg_roles',
    'current_setting',
    'set_config',
    'version',
  ],
])

describe.each(endMajors)('PostgreSQL %i denies', (major) => {
  const postgres = usePostgres(major, { settings: { deadlock_timeout: '60s' } })

  test.runIf(process.env['OTELEPHANT_DENY'] === undefined)(
    'one of what the collector uses: only what needs it is missing, with the reason, and the log stays empty',
    async () => {
      await checkEach(async () => usual)
    },
    120_000,
  )

  /** `OTELEPHANT_DENY=all`: each function and relation that any statement of the collector's uses, one after the other. */
  test.runIf(process.env['OTELEPHANT_DENY'] === 'all')(
    'each of what the collector uses',
    async () => {
      await checkEach((cluster) => usedObjects(cluster, () => watch(cluster)))
    },
    590_000,
  )

  async function checkEach(
    choose: (cluster: Cluster) => Promise<readonly (UsedObject & { readonly costs?: readonly string[] })[]>,
  ) {
    const { cluster } = await postgres()
    await cluster.query('CREATE DATABASE shop')
    await cluster.query('CREATE TABLE jobs (id int PRIMARY KEY, note text)', 'shop')
    await using holder = await cluster.connect('shop')
    await using waiter = await cluster.connect('shop')
    await holder.query('BEGIN; LOCK TABLE jobs')
    const waiting = waiter.query('SELECT * FROM jobs').catch(() => undefined)
    // Who keeps others waiting for less than a second is no episode.
    const waited = `SELECT FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '1.5 s'`
    await eventually(async () => expect(await cluster.query(waited)).toHaveLength(1))
    const whole = await watch(cluster, 6)
    expect(whole.errors).toEqual([])
    expect([...whole.came]).toEqual(expect.arrayContaining(usual.flatMap(({ costs = [] }) => costs)))
    const faults: string[] = []
    for (const used of await choose(cluster)) {
      if (used.name === 'pg_stat_get_wal' && major < 14) continue
      await using _ = await deny(cluster, used, ['postgres', 'shop'])
      const soon = faultsOf(used, whole, await watch(cluster))
      // What needs a statement's text, or two samples, comes later on a busy machine; what is denied never does.
      faults.push(...(soon.length === 0 ? [] : faultsOf(used, whole, await watch(cluster, 12))))
    }
    await holder.query('ROLLBACK')
    await waiting
    expect(faults).toEqual([])
  }
})

type Watched = Awaited<ReturnType<typeof watch>>

/** @param costs what may be missing, where that is known; else what is missing must have been told */
function faultsOf(
  { name, costs }: UsedObject & { readonly costs?: readonly string[] },
  whole: Watched,
  { came, told, errors }: Watched,
): string[] {
  const lost = [...whole.came].filter((each) => !came.has(each))
  const isTold = told.some((message) => message.includes('GRANT') && message.includes(name))
  // What statements call without naming it: the server refuses each of them once.
  const most = foundOut.has(name) ? 1 : unnamed.has(name) ? Number.POSITIVE_INFINITY : 0
  return [
    ...(errors.length > most ? [`${name}: ${errors.length} errors: ${errors.join(' | ')}`] : []),
    ...(came.has('postgresql.up') ? [] : [`${name}: the server isn't up`]),
    ...(lost.length > 0 && !isTold && !unnamed.has(name) ? [`${name}: no GRANT is told, and lost are ${lost}`] : []),
    ...(costs !== undefined && lost.sort().join() !== [...costs].sort().join() ? [`${name}: lost are ${lost}`] : []),
  ]
}
