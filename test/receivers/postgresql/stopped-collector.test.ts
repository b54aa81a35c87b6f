import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { isMajor, type Major } from '../../../src/demo/embedded-postgres/major.ts'
import { eventually } from '../../support/eventually.ts'
import { majors, usePostgres } from '../../support/postgres.ts'

const program = fileURLToPath(new URL('fixtures/scrape-continuously.ts', import.meta.url))
const every: readonly Major[] = [13, 14, 15, 16, 17, 18].filter(isMajor)
const tested = process.env['OTELEPHANT_LONG'] === '1' ? every : majors.slice(-1)

/** What a stopped collector may hold back vacuum for. */
const heldMs = 15_000
/** Statements that it is stopped in the middle of. */
const moments = ['table', 'table_io', 'table_size', 'index', 'observe', 'index_size']

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A collector that has scraped everything once. */
async function collector(...args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  for await (const line of createInterface(child.stdout)) if (line === 'ok') break
  return child
}

const tables = (count: number) => `DO $$ BEGIN FOR i IN 1..${count} LOOP
  EXECUTE format('CREATE TABLE a_table_with_a_name_of_some_length_%s (id int PRIMARY KEY, note text)', i); END LOOP; END $$`

/** Backends of collectors that hold back vacuum, or could. */
async function holders(cluster: Cluster) {
  return cluster.query(
    `SELECT a.pid, a.state, a.wait_event, left(a.query, 60) AS query FROM pg_stat_activity AS a
     WHERE a.application_name = 'otelephant' AND (a.backend_xmin IS NOT NULL OR a.xact_start IS NOT NULL)`,
  )
}

describe.each(tested)('a collector that stops for good while it scrapes 3,000 tables of PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { max_locks_per_transaction: '1000', autovacuum: 'off' } })

  test.each(['tcp', 'unix'])(
    'over %s holds no transaction for long, whatever it was doing',
    async (transport) => {
      const { cluster, createDatabase } = await postgres()
      const database = await createDatabase()
      for (let part = 0; part < 3; part++) {
        await cluster.query(tables(1_000).replaceAll('length_%s', `length_${part}_%s`), database)
      }
      const host = transport === 'tcp' ? cluster.host : cluster.socketDirectory
      const child = await collector(transport, host, String(cluster.port), database)
      await using watcher = await cluster.connect()
      for (const moment of moments) {
        const busy = `SELECT FROM pg_stat_activity WHERE application_name = 'otelephant' AND state = 'active'
          AND query LIKE '%/* otelephant ${moment} %'`
        await eventually(async () => expect((await watcher.query(busy)).rowCount).toBe(1), { intervalMs: 0 })
        child.kill('SIGSTOP')
        await eventually(async () => expect(await holders(cluster)).toEqual([]), { timeoutMs: heldMs, intervalMs: 50 })
        child.kill('SIGCONT')
      }
      child.kill('SIGKILL')
      await once(child, 'exit')
      await eventually(async () => expect(await holders(cluster)).toEqual([]), { timeoutMs: heldMs, intervalMs: 50 })
    },
    180_000,
  )
})
