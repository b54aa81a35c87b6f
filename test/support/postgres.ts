import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import type { Cluster } from '../../src/demo/embedded-postgres/cluster.ts'
import { isMajor, type Major } from '../../src/demo/embedded-postgres/major.ts'
import { type ClusterOptions, startCluster } from '../../src/demo/embedded-postgres.ts'
import { inMemory } from './in-memory.ts'

/** The majors that tests of every version run on: OTELEPHANT_PG_MAJORS, e.g. `13,14,18`; the ends without. */
export const majors: readonly Major[] = (process.env['OTELEPHANT_PG_MAJORS'] ?? '13,18').split(',').map((text) => {
  const major = Number(text)
  if (!isMajor(major)) throw new Error(`OTELEPHANT_PG_MAJORS: expected majors from 13 to 18, found ${text}`)
  return major
})

/** For tests that take long and depend little on the version: the newest, unless OTELEPHANT_PG_MAJORS asks for more. */
export const oneMajor: readonly Major[] = process.env['OTELEPHANT_PG_MAJORS'] === undefined ? majors.slice(-1) : majors

/** With OTELEPHANT_PG_ENDS=1, as CI has it, the oldest and the newest of them. */
export function ends(list: readonly Major[]): readonly Major[] {
  return process.env['OTELEPHANT_PG_ENDS'] === '1' && list.length > 2 ? [...list.slice(0, 1), ...list.slice(-1)] : list
}

/** As {@link oneMajor}, for tests that the versions between the oldest and the newest change least: in CI these two. */
export const endMajors: readonly Major[] = ends(oneMajor)

/** As {@link endMajors}, the oldest. */
export const oldestMajor: readonly Major[] =
  process.env['OTELEPHANT_PG_MAJORS'] === undefined ? majors.slice(0, 1) : ends(majors)

const templates = fileURLToPath(new URL('../../node_modules/.cache/otelephant', import.meta.url))

/**
 * Where there is a file system in memory with room, clusters are made there: a CREATE DATABASE makes a thousand files, and
 * ext4 is slow at that while others like them are being deleted.
 */
const parent = inMemory() ?? '/tmp'

/** A cluster of the test's own, to be disposed by it; starts in 0.2 s after the first of its major. */
export function startTestCluster(options: ClusterOptions): Promise<Cluster> {
  return startCluster({ templates, parent, ...options })
}

/** A cluster that the tests of one file share. */
export interface SharedPostgres {
  readonly cluster: Cluster
  /** Empty but for pg_stat_statements, and this file's own. */
  readonly database: string
  /** LOGIN and pg_monitor, nothing else. */
  readonly monitor: 'monitor'
  /** One more database like `database`; gives its name. */
  readonly createDatabase: () => Promise<string>
}

/**
 * To be called at the top of a file or `describe`: gives a function that starts the cluster when it is first called.
 * The cluster stops after the last test.
 */
export function usePostgres(major: Major, options: Omit<ClusterOptions, 'major'> = {}): () => Promise<SharedPostgres> {
  let shared: Promise<SharedPostgres> | undefined
  afterAll(async () => {
    const started = await shared?.catch(() => undefined)
    await started?.cluster.stop('fast')
  })
  return () => {
    shared ??= prepare(startTestCluster({ major, ...options }))
    return shared
  }
}

async function prepare(starting: Promise<Cluster>): Promise<SharedPostgres> {
  const cluster = await starting
  for (const database of ['template1', 'postgres']) await cluster.query('CREATE EXTENSION pg_stat_statements', database)
  await cluster.query('CREATE ROLE monitor LOGIN IN ROLE pg_monitor')
  let databases = 0
  const createDatabase = async () => {
    databases += 1
    const name = `test_${databases}`
    await cluster.query(`CREATE DATABASE ${name}`)
    return name
  }
  return { cluster, database: await createDatabase(), monitor: 'monitor', createDatabase }
}
