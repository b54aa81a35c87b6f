import { describe, expect, test } from 'vitest'
import { metricDefaults } from '../../generated/postgresql/config.ts'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { oneMajor } from '../support/postgres.ts'
import { Ledger } from './support/ledger.ts'
import { type Rig, startRig } from './support/rig.ts'
import { prepareWorkload, runReads, runRound } from './support/workload.ts'
import { app, catchUp, monitor, startWatched } from './support/world.ts'

const plain = 'plain'

/** Without the rights of pg_read_all_stats nobody can tell other roles' statements apart. */
const untold = { lossy: (label: string) => label.startsWith('postgresql.query.execution.time ') }

/** Nothing is archived here, who idles lags behind nobody, and no statement is slow. */
const quiet = [
  'db.query.count',
  'db.query.duration',
  'postgresql.wal.age',
  'postgresql.wal.delay',
  'postgresql.wal.lag',
]

/**
 * Of a statement only what has grown is sent, and the version of the extension decides what there is; sessions are sampled
 * when it suits them, and not here.
 */
const apart = /^postgresql\.(statements?|session|blocking)\./
const receiver = { session_sampling: { enabled: false } }

/** What only pg_read_all_stats may see. */
const privileged = [
  'db.connections.active',
  'db.connections.idle',
  'postgresql.connections',
  'postgresql.db_size',
  'postgresql.idle_in_transaction.oldest.age',
  'postgresql.replication.data_delay',
  'postgresql.replication.standbys',
  'postgresql.transaction.oldest.age',
]

/** Counters of writes, which a standby doesn't make, and what only a primary has. */
const ofPrimaries = [
  'postgresql.operations',
  'postgresql.replication.data_delay',
  'postgresql.replication_slot.retained_wal',
  'postgresql.table.vacuum.count',
]

async function startPrimary(major: Cluster['major']): Promise<Cluster> {
  const cluster = await startWatched(major)
  await cluster.query('CREATE EXTENSION pg_stat_statements')
  await cluster.query(`CREATE ROLE ${plain} LOGIN`)
  await cluster.query("SELECT pg_create_physical_replication_slot('spare', true)")
  await prepareWorkload(cluster, app)
  return cluster
}

/** Everything that the collector complained of. */
function complaints(rig: Rig): readonly string[] {
  return rig.lines.filter(({ level }) => level === 'warn' || level === 'error').map(({ message }) => message)
}

/** What the server logged about the collector, and who else failed to get in. */
async function serverErrors(cluster: Cluster, fromLength: number): Promise<readonly string[]> {
  const lines = (await cluster.log()).slice(fromLength).split('\n')
  return lines.filter((line) => /\b(?:ERROR|FATAL|PANIC)\b/.test(line) || line.startsWith('otelephant: WARNING'))
}

function delivered(rig: Rig): ReadonlySet<string> {
  return new Set(rig.received.series().map(({ metric }) => metric))
}

function missing(rig: Rig, except: readonly string[]): readonly string[] {
  const found = delivered(rig)
  const expected = Object.keys(metricDefaults).filter((name) => !apart.test(name) && !except.includes(name))
  return [...expected, 'postgresql.statement.calls', 'postgresql.statements.entries'].filter((name) => !found.has(name))
}

describe.each(oneMajor)('PostgreSQL %i, everything enabled', (major) => {
  test('pg_monitor alone is enough, on a primary and on a standby, and nobody logs an error', async ({ signal }) => {
    await using primary = await startPrimary(major)
    await using standby = await primary.standby()
    await catchUp(primary, standby)
    for (const { server, work, except } of [
      { server: primary, work: runRound, except: quiet },
      { server: standby, work: runReads, except: [...quiet, ...ofPrimaries] },
    ]) {
      const logged = (await server.log()).length
      await using rig = await startRig({ endpoint: server, username: monitor, receiver })
      const ledger = new Ledger(rig, server)
      // Somebody holds a lock.
      await using holder = await server.connect(app)
      await holder.query('BEGIN; SELECT FROM items LIMIT 1')
      for (let scrape = 0; scrape < 3; scrape++) {
        if (server === primary) await server.query('VACUUM items', app)
        await work(server, app)
        expect((await ledger.scrape(signal)).faults).toEqual([])
      }
      expect(complaints(rig)).toEqual([])
      expect(missing(rig, except)).toEqual([])
      expect(await serverErrors(server, logged)).toEqual([])
      expect(rig.account?.dropped).toEqual({})
    }
  })

  test('without any grant what is missing is told once, with the GRANT, and comes when it is given', async ({
    signal,
  }) => {
    await using primary = await startPrimary(major)
    await using standby = await primary.standby()
    await catchUp(primary, standby)
    const logged = (await primary.log()).length
    await using rig = await startRig({ endpoint: primary, username: plain, receiver })
    const ledger = new Ledger(rig, primary)
    const told: (readonly string[])[] = []
    for (let scrape = 0; scrape < 3; scrape++) {
      await runRound(primary, app)
      expect((await ledger.scrape(signal, untold)).faults).toEqual([])
      told.push(complaints(rig))
    }
    expect(told[2]).toEqual(told[0])
    for (const message of told[0] ?? []) {
      expect(message).toMatch(/^Not collected: .*: needs the rights of pg_read_all_stats: GRANT \S+ TO plain/)
    }
    const named = privileged.filter((name) => told[0]?.some((message) => message.includes(`${name}`)))
    expect(named).toEqual(privileged)
    expect(privileged.filter((name) => delivered(rig).has(name))).toEqual([])

    await primary.query(`GRANT pg_monitor TO ${plain}`)
    await runRound(primary, app)
    expect((await ledger.scrape(signal, untold)).faults).toEqual([])
    expect(privileged.filter((name) => !delivered(rig).has(name))).toEqual([])
    expect(complaints(rig)).toEqual(told[0])
    expect(await serverErrors(primary, logged)).toEqual([])
  })

  test('without any grant on a standby nothing is told twice and nothing false is sent', async ({ signal }) => {
    await using primary = await startPrimary(major)
    await using standby = await primary.standby()
    await catchUp(primary, standby)
    const logged = (await standby.log()).length
    await using rig = await startRig({ endpoint: standby, username: plain, receiver })
    const ledger = new Ledger(rig, standby)
    const told: (readonly string[])[] = []
    for (let scrape = 0; scrape < 3; scrape++) {
      await runReads(standby, app)
      expect((await ledger.scrape(signal, untold)).faults).toEqual([])
      told.push(complaints(rig))
    }
    expect(told[2]).toEqual(told[0])
    expect(privileged.filter((name) => delivered(rig).has(name))).toEqual([])
    expect(await serverErrors(standby, logged)).toEqual([])
  })
})
