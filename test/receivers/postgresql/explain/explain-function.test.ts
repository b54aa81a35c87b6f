import { describe, expect, test } from 'vitest'
import { explainBody, explainFunctionScript } from '../../../../src/receivers/postgresql/explain/explain-function.ts'
import { majors, usePostgres } from '../../../support/postgres.ts'
import { usePlans } from './support/reading-plans.ts'

const readingPlans = usePlans()
const script = explainFunctionScript('otelephant.explain', 'monitor')
test('nothing in the function depends on what a backslash means where it is called', () => {
  expect(explainBody).not.toContain(String.raw`\ `.trim())
})

const config = { function: 'otelephant.explain' }
const text = 'SELECT * FROM secret.t WHERE a = $1 AND b > $2'

/** How one thing about the function is made other than the script makes it, and back. */
const spoiled = [
  {
    change: 'ALTER FUNCTION otelephant.explain OWNER TO postgres',
    detail: 'its owner is not otelephant_explain, its owner is a superuser, its owner can log in',
  },
  {
    change: 'ALTER ROLE otelephant_explain LOGIN',
    undo: 'ALTER ROLE otelephant_explain NOLOGIN',
    detail: 'its owner can log in',
  },
  {
    change: 'ALTER ROLE otelephant_explain BYPASSRLS',
    undo: 'ALTER ROLE otelephant_explain NOBYPASSRLS',
    detail: 'its owner has powers beyond reading',
  },
  {
    change: 'GRANT pg_write_all_data TO otelephant_explain',
    undo: 'REVOKE pg_write_all_data FROM otelephant_explain',
    detail: 'its owner has powers beyond reading',
  },
  {
    change: 'GRANT DELETE ON secret.t TO otelephant_explain',
    undo: 'REVOKE DELETE ON secret.t FROM otelephant_explain',
    detail: 'its owner may write',
  },
  { change: 'ALTER FUNCTION otelephant.explain SET search_path = public', detail: 'its settings are others' },
  { change: 'ALTER FUNCTION otelephant.explain RESET ALL', detail: 'its settings are others' },
  { change: 'ALTER FUNCTION otelephant.explain SECURITY INVOKER', detail: 'it is not SECURITY DEFINER' },
  { change: 'GRANT EXECUTE ON FUNCTION otelephant.explain TO PUBLIC', detail: 'everybody may call it' },
  {
    change: 'REVOKE EXECUTE ON FUNCTION otelephant.explain FROM monitor',
    detail: 'EXECUTE on it or USAGE on its schema is not granted',
  },
  {
    change: `CREATE OR REPLACE FUNCTION otelephant.explain(text, text[], integer) RETURNS json LANGUAGE plpgsql
      SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
      AS 'BEGIN RETURN NULL; END'`,
    detail: 'it does something else (of another version of the script?)',
  },
]

describe.each(majors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)

  async function secretDatabase(): Promise<string> {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query(
      `CREATE SCHEMA secret; CREATE TABLE secret.t (a int, b int); CREATE INDEX by_a ON secret.t (a);
        INSERT INTO secret.t SELECT i, i FROM generate_series(1, 3000) AS i; ANALYZE secret.t`,
      database,
    )
    return database
  }

  test.runIf(major < 14)('before 14 there is no role that may only read, and so no function', async () => {
    const { cluster } = await postgres()
    const outcome = await readingPlans(cluster, { database: await secretDatabase(), config }).read(text)
    expect(outcome).toMatchObject({ reason: 'function_refused', detail: expect.stringContaining('PostgreSQL 14') })
  })

  test.skipIf(major < 14)(
    'a role that may read nothing sees plans through the function, and nothing but plans',
    async () => {
      const { cluster } = await postgres()
      const database = await secretDatabase()
      expect(await readingPlans(cluster, { database }).read(text)).toMatchObject({ reason: 'denied' })
      // Twice: an update of the collector brings a newer script.
      for (let times = 0; times < 2; times += 1) await cluster.query(script, database)
      const reading = readingPlans(cluster, { database, config })
      const outcome = await reading.read(text)
      expect(outcome).toMatchObject({ kind: 'plan', json: expect.stringContaining('"Index Name":"by_a"') })
      expect(outcome).toMatchObject({ json: expect.stringContaining('(a = $1)') })
      expect(await reading.read('DELETE FROM secret.t WHERE a = $1')).toMatchObject({ reason: 'denied' })
      await using client = await cluster.connect(database, 'monitor')
      await expect(client.query('SELECT * FROM secret.t')).rejects.toMatchObject({ code: '42501' })
      await expect(client.query(`SELECT otelephant.explain('SELECT 1', '{}', 9)`)).rejects.toThrow(
        'read-only transaction',
      )
      await cluster.query('CREATE ROLE nobody LOGIN')
      await using other = await cluster.connect(database, 'nobody')
      await expect(other.query(`SELECT otelephant.explain('SELECT 1', '{}', 9)`)).rejects.toMatchObject({
        code: '42501',
      })
    },
  )

  test.skipIf(major < 14)(
    'a function that is not as the script makes it is refused, with what is wrong with it',
    async () => {
      const { cluster } = await postgres()
      const database = await secretDatabase()
      const detail = async () => {
        const reading = readingPlans(cluster, { database, config })
        const outcome = await reading.read(text)
        return outcome?.kind === 'absent' ? [outcome.reason, outcome.detail, reading.warnings().length] : outcome?.kind
      }
      expect(await detail()).toEqual(['function_refused', 'there is no function otelephant.explain', 1])
      await cluster.query(script, database)
      for (const { change, undo, detail: fault } of spoiled) {
        await cluster.query(change, database)
        const refused = ['function_refused', `the function otelephant.explain is refused: ${fault}`, 1]
        expect([change, await detail()]).toEqual([change, refused])
        await cluster.query(undo ?? `DROP FUNCTION otelephant.explain; ${script}`, database)
      }
      expect(await detail()).toBe('plan')
    },
  )
})
