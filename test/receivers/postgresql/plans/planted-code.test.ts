import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import type { Connection } from '../../../../src/demo/embedded-postgres/connect.ts'
import { explainFunctionScript } from '../../../../src/receivers/postgresql/plans/explain-function.ts'
import { oneMajor, usePostgres } from '../../../support/postgres.ts'
import { planted, spied, spyFunctions } from './planted-code.ts'
import { usePlans } from './reading-plans.ts'

/** A database in which `app` has planted everything, and `monitor` may read and write what `app` owns. */
async function plantedDatabase(cluster: Cluster, database: string): Promise<void> {
  const mine = planted.filter(({ since = 0 }) => cluster.major >= since)
  await cluster.query(
    `CREATE SCHEMA app; CREATE SCHEMA app_hidden; CREATE TABLE app.t (a int, b text); ${spyFunctions}
      CREATE VIEW app_hidden.v AS SELECT app.spy_stable(1) AS a`,
    database,
  )
  // The domain goes first: a view casts to it by its name in a text.
  for (const { sql } of mine.toSorted((left) => (left.kind === 'a domain check' ? -1 : 0))) {
    if (sql !== '') await cluster.query(sql, database)
  }
  await cluster.query(
    `GRANT USAGE ON SCHEMA app, app_hidden TO monitor;
      GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA app, app_hidden TO monitor;
      INSERT INTO app.t SELECT i, i FROM generate_series(1, 500) AS i; ANALYZE app.t`,
    database,
  )
}

/** How often planted functions have run. */
async function runs(cluster: Cluster): Promise<number> {
  return (await cluster.log()).split(`LOG:  ${spied}`).length - 1
}

async function explainPlainly(client: Connection, statement: string): Promise<void> {
  await client.query(`BEGIN; SET LOCAL search_path = app; PREPARE x AS ${statement}`)
  const nulls = statement.includes('$1') ? '(NULL)' : ''
  await client.query(`SET LOCAL plan_cache_mode = force_generic_plan; EXPLAIN EXECUTE x${nulls}`)
  await client.query('ROLLBACK; DEALLOCATE ALL')
}

const readingPlans = usePlans()

describe.each(oneMajor)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)
  const mine = planted.filter(({ since = 0 }) => major >= since)
  const expected = mine.map(({ kind }) => [
    kind,
    kind === 'a function in an escaped name' ? 'unreadable' : 'calls_function',
  ])

  async function reasons(cluster: Cluster, database: string, config = {}): Promise<(string | undefined)[][]> {
    const outcomes = await readingPlans(cluster, { database, config }).readAll(mine.map(({ statement }) => statement))
    return mine.map(({ kind }, index) => {
      const outcome = outcomes[index]
      return [kind, outcome?.kind === 'absent' ? outcome.reason : outcome?.kind]
    })
  }

  test('what a plain EXPLAIN runs is not run by ours, whatever leads to it', async () => {
    const { cluster, database } = await postgres()
    await cluster.query('CREATE ROLE app; ALTER ROLE app SET search_path = app, public')
    await plantedDatabase(cluster, database)
    const ran: string[] = []
    for (const { kind, statement } of mine) {
      const before = await runs(cluster)
      await using client = await cluster.connect(database, 'monitor')
      await explainPlainly(client, statement)
      if ((await runs(cluster)) > before) ran.push(kind)
    }
    expect(mine.filter((each) => each.runs && !ran.includes(each.kind))).toEqual([])
    const before = await runs(cluster)
    expect(await reasons(cluster, database)).toEqual(expected)
    expect(await runs(cluster)).toBe(before)
  })

  test.skipIf(major < 14)('nor through the function that explains, whoever calls it', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await plantedDatabase(cluster, database)
    await cluster.query('REVOKE ALL ON ALL TABLES IN SCHEMA app FROM monitor', database)
    await cluster.query(explainFunctionScript('otelephant.explain', 'monitor'), database)
    const before = await runs(cluster)
    const readOnly = mine.filter(({ statement }) => statement.startsWith('SELECT'))
    const found = new Map(
      (await reasons(cluster, database, { function: 'otelephant.explain' })).map(([kind, reason]) => [kind, reason]),
    )
    for (const { kind } of readOnly) expect([kind, found.get(kind)]).toEqual(expected.find(([name]) => name === kind))

    await using client = await cluster.connect(database, 'monitor')
    await client.query(`CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE plpgsql STABLE
        AS $$ BEGIN RAISE LOG '${spied}'; RETURN (SELECT count(*) FROM app.t); END $$;
      CREATE FUNCTION pg_temp.mine(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT pg_temp.mine()';
      CREATE OPERATOR pg_temp.@@@@ (RIGHTARG = int, FUNCTION = pg_temp.mine);
      CREATE TEMP TABLE t_mine (a int); CREATE DOMAIN pg_temp.d AS int CHECK (pg_temp.mine() > 0)`)
    for (const statement of [
      'SELECT pg_temp.mine()',
      'SELECT 1 WHERE 1 = OPERATOR(pg_temp.@@@@) 5',
      'SELECT $1::pg_temp.d',
      'SELECT 1; SELECT pg_temp.mine()',
      'EXECUTE planted(pg_temp.mine())',
      'SELECT query_to_xml($1, true, true, $2)',
    ]) {
      await client.query('BEGIN READ ONLY')
      const { rows } = await client.query<{ refused: string }>(
        "SELECT otelephant.explain($1, $2, 200) ->> 'refused' AS refused",
        [statement, ['app']],
      )
      await client.query('ROLLBACK')
      const refused = rows[0]?.refused
      expect([statement, refused]).toEqual([
        statement,
        expect.stringMatching(/^(calls_function|unsupported_statement)$/),
      ])
    }
    expect(await runs(cluster)).toBe(before)
  })

  test.skipIf(major < 14)('nor by a schema that is named after its owner', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query(explainFunctionScript('otelephant.explain', 'monitor'), database)
    await cluster.query(
      `CREATE SCHEMA otelephant_explain; GRANT USAGE ON SCHEMA otelephant_explain TO PUBLIC;
        CREATE FUNCTION otelephant_explain.hidden() RETURNS int LANGUAGE plpgsql STABLE
        AS $$ BEGIN RAISE LOG '${spied}'; RETURN 41; END $$`,
      database,
    )
    const before = await runs(cluster)
    await using client = await cluster.connect(database, 'monitor')
    await client.query('BEGIN READ ONLY')
    const { rows } = await client.query(
      `SELECT otelephant.explain('SELECT hidden()', $1, 200) ->> 'refused' AS refused`,
      [['$user']],
    )
    expect([rows, await runs(cluster)]).toEqual([[{ refused: 'unreadable' }], before])
  })
})
