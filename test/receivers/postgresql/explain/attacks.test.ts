import { beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { explainFunctionScript } from '../../../../src/receivers/postgresql/explain/explain-function.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { type Attack, canary, groundSql } from './support/attacks/attack.ts'
import { casts } from './support/attacks/casts.ts'
import { functions } from './support/attacks/functions.ts'
import { operators } from './support/attacks/operators.ts'
import { relations } from './support/attacks/relations.ts'
import { systemCode } from './support/attacks/system-code.ts'
import { types } from './support/attacks/types.ts'
import { writes } from './support/attacks/writes.ts'
import { usePlans } from './support/reading-plans.ts'

const attacks: readonly Attack[] = [
  ...functions,
  ...operators,
  ...types,
  ...casts,
  ...relations,
  ...writes,
  ...systemCode,
]
const readingPlans = usePlans()

describe.each(endMajors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)
  const mine = attacks.filter(({ since = 0 }) => since <= major)

  beforeAll(async () => {
    const { cluster } = await postgres()
    await cluster.query('CREATE ROLE app LOGIN; CREATE ROLE explainer LOGIN')
    await cluster.query('CREATE DATABASE ground')
    await cluster.query(groundSql, 'ground')
    if (major >= 14) await cluster.query(explainFunctionScript('otelephant.explain', 'explainer'), 'ground')
  })

  test('there are sixty attacks at least, each of a kind of its own', () => {
    expect(new Set(mine.map(({ kind }) => kind)).size).toBe(mine.length)
    expect(mine.filter((attack) => isRun(attack, major)).length).toBeGreaterThanOrEqual(60)
  })

  test.each(mine.map((attack) => [attack.kind, attack] as const))(
    '%s: what a plain EXPLAIN runs, ours does not',
    async (_, attack) => {
      const { cluster } = await postgres()
      const database = await plantedDatabase(cluster, attack)
      const statement = await withOids(cluster, database, attack.statement)
      const path = attack.path ?? 'app, public'
      const before = await runs(cluster)
      await explainPlainly(cluster, database, statement, path)
      expect((await runs(cluster)) > before).toBe(isRun(attack, major))

      const { refused: reason, detail } = attack
      const refused = { kind: 'absent', reason, detail: expect.stringContaining(detail) }
      const from = await runs(cluster)
      expect(await readingPlans(cluster, { database }).read(statement)).toEqual(refused)
      if (major >= 14 && statement.startsWith('SELECT')) {
        const config = { function: 'otelephant.explain' }
        expect(await readingPlans(cluster, { database, username: 'explainer', config }).read(statement)).toEqual(
          refused,
        )
      }
      expect(await runs(cluster)).toBe(from)
    },
  )

  test('what nothing was planted in has a plan, for the role and through the function', async () => {
    const { cluster } = await postgres()
    await cluster.query('CREATE DATABASE plain TEMPLATE ground')
    await cluster.query('ALTER ROLE app IN DATABASE plain SET search_path = app, public')
    const statement = 'SELECT * FROM t WHERE a = $1'
    const [config, username] = [{ function: 'otelephant.explain' }, 'explainer']
    const mine = readingPlans(cluster, { database: 'plain' })
    expect(await mine.read(statement)).toMatchObject({ kind: 'plan' })
    if (major < 14) return
    const through = readingPlans(cluster, { database: 'plain', username, config })
    expect(await through.read(statement)).toMatchObject({ kind: 'plan' })
  })

  test('what is not on the list is told once for each database, with what it is', async () => {
    const { cluster } = await postgres()
    const [pair, domain] = [types[0], types.find(({ kind }) => kind === 'a domain')]
    if (pair === undefined || domain === undefined) throw new Error('no such attack')
    const reading = readingPlans(cluster, { database: await plantedDatabase(cluster, pair) })
    for (const { statement } of [pair, domain]) await reading.read(statement)
    expect(reading.warnings()).toEqual([expect.stringMatching(/ may reach the .*app\.pair, which isn't on the list /)])
  })

  test.skipIf(major < 14)('who may call the function gets nothing of its own run by its owner', async () => {
    const { cluster } = await postgres()
    await cluster.query('CREATE DATABASE own TEMPLATE ground')
    const before = await runs(cluster)
    await using client = await cluster.connect('own', 'explainer')
    await client.query(`CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE plpgsql STABLE
        AS $$ BEGIN RAISE LOG '${canary} for %', session_user; RETURN (SELECT count(*) FROM app.t); END $$;
      CREATE FUNCTION pg_temp.mine(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT pg_temp.mine()';
      CREATE OPERATOR pg_temp.@@@@ (RIGHTARG = int, FUNCTION = pg_temp.mine);
      CREATE DOMAIN pg_temp.d AS int CHECK (pg_temp.mine() > 0); CREATE TYPE pg_temp.c AS (x pg_temp.d)`)
    for (const [statement, schemas] of [
      ['SELECT pg_temp.mine()', ['app']],
      ['SELECT 1 WHERE 1 = OPERATOR(pg_temp.@@@@) 5', ['app']],
      ['SELECT $1::pg_temp.d', ['app']],
      ["SELECT '(4)'::c", ['app', 'pg_temp']],
      ['SELECT 1; SELECT pg_temp.mine()', ['app']],
      ['EXECUTE planted(pg_temp.mine())', ['app']],
      ['SELECT query_to_xml($1, true, true, $2)', ['app']],
      ['SELECT mine()', ['$user']],
    ] as const) {
      await client.query('BEGIN READ ONLY')
      const { rows } = await client.query("SELECT otelephant.explain($1, $2, 200) ->> 'refused' AS refused", [
        statement,
        schemas,
      ])
      await client.query('ROLLBACK')
      const reasons = /^(not_allowed|calls_function|unsupported_statement|unreadable)$/
      expect([statement, rows]).toEqual([statement, [{ refused: expect.stringMatching(reasons) }]])
    }
    expect(await runs(cluster)).toBe(before)
  })
})

function isRun({ runs: expected }: Attack, major: number): boolean {
  if (typeof expected === 'boolean') return expected
  return (expected.from ?? 0) <= major && major <= (expected.until ?? major)
}

let databases = 0

/** A database of the role `app`, in which it has planted what the attack needs. */
async function plantedDatabase(cluster: Cluster, attack: Attack): Promise<string> {
  const { bySuperuser = '', sql = '', path = 'app, public' } = attack
  databases += 1
  const name = `planted_${databases}`
  await cluster.query(`CREATE DATABASE ${name} OWNER app TEMPLATE ground`)
  await cluster.query(`ALTER ROLE app IN DATABASE ${name} SET search_path = ${path}`)
  await cluster.query(`${bySuperuser}; GRANT SELECT ON ALL TABLES IN SCHEMA app TO monitor`, name)
  await using client = await cluster.connect(name, 'app')
  await client.query(sql)
  return name
}

async function withOids(cluster: Cluster, database: string, statement: string): Promise<string> {
  const [, name] = /OID\(([\w.]+)\)/.exec(statement) ?? []
  if (name === undefined) return statement
  const kinds = ['class', 'proc', 'type'].map((kind) => `to_reg${kind}('${name}')::oid`)
  const [row] = await cluster.query(`SELECT coalesce(${kinds.join(', ')}) AS oid`, database)
  return statement.replace(`OID(${name})`, String(row?.['oid']))
}

/** How often planted code has run for us: autovacuum runs some of it too, as it should, in its own name. */
async function runs(cluster: Cluster): Promise<number> {
  return (await cluster.log()).match(new RegExp(`LOG:  ${canary} for (?:monitor|explainer)`, 'g'))?.length ?? 0
}

/** As anybody would who doesn't know what hides there. What the server refuses in the end may have run before. */
async function explainPlainly(cluster: Cluster, database: string, statement: string, path: string): Promise<void> {
  await using client = await cluster.connect(database, 'monitor')
  await client.query(`BEGIN READ ONLY; SET LOCAL search_path = ${path}; SET LOCAL plan_cache_mode = force_generic_plan`)
  const nulls = statement.includes('$1') ? '(NULL)' : ''
  await client.query(`PREPARE x AS ${statement}`).catch(() => {})
  await client.query(`EXPLAIN EXECUTE x${nulls}`).catch(() => {})
}
