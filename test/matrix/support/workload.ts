import { EventEmitter, once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Cluster } from '../../../src/demo/embedded-postgres/cluster.ts'
import { eventually } from '../../support/eventually.ts'

/** What one round adds, exactly. */
export const oneRound = { ins: 7, upd: 5, del: 3, calls: 4 } as const

/** Run in the database of the workload. */
export const schema = `
  CREATE SEQUENCE numbers;
  CREATE TABLE items (id int PRIMARY KEY, note text NOT NULL, page text NOT NULL);
  ALTER TABLE items ALTER page SET STORAGE EXTERNAL;
  CREATE INDEX items_note ON items (note);
  CREATE FUNCTION touch(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN n; END $$;
  INSERT INTO items SELECT nextval('numbers'), 'note ' || n, repeat('p', 3000) FROM generate_series(1, 1000) AS n;
  CREATE TABLE other (id int PRIMARY KEY);
  INSERT INTO other SELECT generate_series(1, 500);
  SELECT touch(n) FROM generate_series(1, 300) AS n;
`

const round = [
  `INSERT INTO items SELECT nextval('numbers'), 'new', repeat('q', 3000) FROM generate_series(1, ${oneRound.ins})`,
  `UPDATE items SET note = note || '+' WHERE id BETWEEN 1 AND ${oneRound.upd}`,
  `DELETE FROM items WHERE id IN (SELECT id FROM items ORDER BY id DESC LIMIT ${oneRound.del})`,
  `SELECT touch(n) FROM generate_series(1, ${oneRound.calls}) AS n`,
  'SELECT length(page) FROM items WHERE id = 10',
  'BEGIN; SELECT 1; ROLLBACK',
]

const seenSql = `SELECT COALESCE((SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'items'), 0)::int AS ins,
  COALESCE((SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'items'), 0)::int AS upd,
  COALESCE((SELECT n_tup_del FROM pg_stat_user_tables WHERE relname = 'items'), 0)::int AS del,
  COALESCE((SELECT calls FROM pg_stat_user_functions WHERE funcname = 'touch'), 0)::int AS calls`

/** Creates the workload's database; resolves when the statistics tell of all that is in it. */
export async function prepareWorkload(cluster: Cluster, database: string): Promise<void> {
  await cluster.query(`CREATE DATABASE ${database}`)
  await cluster.query(schema, database)
  await untilStatistics(cluster, database, seenSql, [{ ins: 1000, upd: 0, del: 0, calls: 300 }])
}

/** Runs one round; resolves when the statistics tell of it. */
export async function runRound(cluster: Cluster, database: string): Promise<void> {
  const [seen] = await cluster.query(seenSql, database)
  {
    await using client = await cluster.connect(database)
    for (const sql of round) await client.query(sql)
  }
  const then = Object.entries(oneRound).map(([name, add]) => [name, Number(seen?.[name]) + add])
  await untilStatistics(cluster, database, seenSql, [Object.fromEntries(then)])
}

/** Rounds that run one after the other. */
export interface RunningRounds extends AsyncDisposable {
  /** Resolves when one more is done, and the statistics tell of it. */
  another(): Promise<void>
  /** Ends them and waits until the statistics tell of them all; how many there were. */
  stop(): Promise<number>
}

/** Runs rounds, some tens a second, until they are stopped. Their statistics are told at once, from 15 on. */
export async function startRounds(cluster: Cluster, database: string): Promise<RunningRounds> {
  const [seen] = await cluster.query(seenSql, database)
  const stopping = new AbortController()
  const done = new EventEmitter()
  const running = repeatRounds(cluster, database, () => done.emit('round'), stopping.signal)
  const end = () => {
    stopping.abort()
    return running
  }
  return {
    async another() {
      // One may have begun before.
      for (let round = 0; round < 2; round++) await Promise.race([once(done, 'round'), running])
    },
    async stop() {
      const rounds = await end()
      const then = Object.entries(oneRound).map(([name, add]) => [name, Number(seen?.[name]) + rounds * add])
      await untilStatistics(cluster, database, seenSql, [Object.fromEntries(then)])
      return rounds
    },
    async [Symbol.asyncDispose]() {
      await end()
    },
  }
}

async function repeatRounds(
  cluster: Cluster,
  database: string,
  ended: () => void,
  signal: AbortSignal,
): Promise<number> {
  await using client = await cluster.connect(database)
  const tell = cluster.major >= 15 ? ['SELECT pg_stat_force_next_flush()'] : []
  for (let rounds = 0; ; rounds++) {
    if (signal.aborted) return rounds
    for (const sql of [...round, ...tell]) await client.query(sql)
    ended()
    await delay(10)
  }
}

/** Reads only, so for a standby. */
export async function runReads(cluster: Cluster, database: string): Promise<void> {
  const sql = `SELECT COALESCE((SELECT calls FROM pg_stat_user_functions WHERE funcname = 'touch'), 0)::int AS calls`
  const [seen] = await cluster.query(sql, database)
  {
    await using client = await cluster.connect(database)
    await client.query('SELECT count(*) FROM other')
    await client.query('SELECT length(page) FROM items WHERE id = 10')
    await client.query(`SELECT touch(n) FROM generate_series(1, ${oneRound.calls}) AS n`)
  }
  await untilStatistics(cluster, database, sql, [{ calls: Number(seen?.['calls']) + oneRound.calls }])
}

/** Statistics arrive late, up to a second: waits until the server's own view says so. */
export async function untilStatistics(
  cluster: Cluster,
  database: string,
  sql: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  await eventually(async () => expect(await cluster.query(sql, database)).toEqual(rows), { timeoutMs: 20_000 })
}

/** Does something that resets statistics; resolves when what the query says has changed. */
export async function untilReset(
  cluster: Cluster,
  act: () => Promise<unknown>,
  sql: string,
  database?: string,
): Promise<void> {
  const before = await cluster.query(sql, database)
  await act()
  await eventually(async () => expect(await cluster.query(sql, database)).not.toEqual(before), { timeoutMs: 20_000 })
}
