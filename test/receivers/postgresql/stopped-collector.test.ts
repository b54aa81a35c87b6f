import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { isMajor, type Major } from '../../../src/demo/embedded-postgres/major.ts'
import { eventually } from '../../support/eventually.ts'
import { majors, usePostgres } from '../../support/postgres.ts'

const program = fileURLToPath(new URL('fixtures/scrape-continuously.ts', import.meta.url))
const every: readonly Major[] = [13, 14, 15, 16, 17, 18].filter(isMajor)
const tested = process.env['OTELEPHANT_LONG'] === '1' ? every : majors.slice(-1)

/** Stops of what is read rarely. */
const rounds = process.env['OTELEPHANT_LONG'] === '1' ? 3 : 1
/** What a stopped collector may hold back vacuum for. */
const heldMs = 15_000
/** Statements that it is stopped in the middle of. */
const moments = ['table', 'table_io', 'table_size', 'index', 'server state', 'index_size', 'statement']

const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function startCollector(...args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return child
}

/** A collector that has scraped everything once. */
async function collector(...args: readonly string[]): Promise<ChildProcess> {
  const child = startCollector(...args)
  for await (const line of createInterface(child.stdout)) if (line === 'ok') break
  return child
}

const tables = (count: number) => `DO $$ BEGIN FOR i IN 1..${count} LOOP
  EXECUTE format('CREATE TABLE a_table_with_a_name_of_some_length_%s (id int PRIMARY KEY, note text)', i); END LOOP; END $$`

/** Statements whose counters fill a socket's buffer several times over, and the texts of those that are named as well. */
const statements = (times: number) => `DO $$ BEGIN FOR time IN 1..${times} LOOP FOR i IN 1..1000 LOOP
  EXECUTE format('SELECT /* %s */ FROM a_table_with_a_name_of_some_length_0_%s', repeat('a long text ', 600), i);
  END LOOP; END LOOP; END $$`

/** Backends of collectors that hold back vacuum, or could. */
async function holders(cluster: Cluster) {
  return cluster.query(
    `SELECT a.pid, a.state, a.wait_event, left(a.query, 60) AS query FROM pg_stat_activity AS a
     WHERE a.application_name = 'otelephant' AND (a.backend_xmin IS NOT NULL OR a.xact_start IS NOT NULL)`,
  )
}

const settings = {
  max_locks_per_transaction: '1000',
  autovacuum: 'off',
  'pg_stat_statements.track': 'all',
  'pg_stat_statements.track_utility': 'off',
}

describe.each(tested)('a collector that stops for good while it scrapes 3,000 tables of PostgreSQL %i', (major) => {
  /** A server each: what one test waits for must not be another's. */
  const servers = { tcp: usePostgres(major, { settings }), unix: usePostgres(major, { settings }) }

  async function watchedDatabase(transport: keyof typeof servers) {
    const { cluster, database } = await servers[transport]()
    for (let part = 0; part < 3; part++) {
      await cluster.query(tables(1_000).replaceAll('length_%s', `length_${part}_%s`), database)
    }
    await cluster.query(statements(1), database)
    return { cluster, database }
  }

  /** Stops the collector while its statement runs, and sees that it holds nothing for long. */
  async function stopped(child: ChildProcess, moment: string, cluster: Cluster) {
    await using watcher = await cluster.connect()
    const busy = `SELECT FROM pg_stat_activity WHERE application_name = 'otelephant'
      AND state IN ('active', 'idle in transaction') AND query LIKE '%/* otelephant ${moment} %'`
    await eventually(async () => expect((await watcher.query(busy)).rowCount, moment).toBe(1), { intervalMs: 1 })
    child.kill('SIGSTOP')
    await eventually(async () => expect(await holders(cluster), moment).toEqual([]), { timeoutMs: heldMs })
    child.kill('SIGCONT')
    const waits = `SELECT FROM pg_stat_activity WHERE application_name = 'otelephant'`
    await eventually(async () => expect((await watcher.query(waits)).rowCount, moment).toBeGreaterThan(0))
  }

  test.concurrent.each(['tcp', 'unix'] as const)(
    'over %s holds no transaction for long, whatever it was doing',
    async (transport) => {
      const { cluster, database } = await watchedDatabase(transport)
      const host = transport === 'tcp' ? cluster.host : cluster.socketDirectory
      const args = [transport, host, String(cluster.port), database]
      for (const moment of moments) {
        // A new one each time: what was cut off isn't tried again at once.
        const child = await collector(...args)
        await stopped(child, moment, cluster)
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await eventually(async () => expect(await holders(cluster)).toEqual([]), { timeoutMs: heldMs, intervalMs: 50 })
      // Texts are read rarely: each stop is another collector's first reading.
      for (let round = 0; round < rounds; round++) {
        const workload = cluster.query(statements(30), database)
        const child = startCollector(...args)
        await stopped(child, 'statement_texts', cluster)
        await workload
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    },
    600_000,
  )
})
