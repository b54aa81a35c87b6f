import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { isOwnStatement } from '../../../../src/receivers/postgresql/server/own-statements.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { usePlans } from './support/reading-plans.ts'

/** Orders and their customers, in a schema that only `app` looks into, readable by `monitor`. */
const shop = `CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO monitor;
  CREATE TABLE shop.customers (id int PRIMARY KEY, name text);
  CREATE TABLE shop.orders (id int PRIMARY KEY, customer int, total int, placed timestamptz);
  INSERT INTO shop.customers SELECT i, 'customer ' || i FROM generate_series(1, 700) AS i;
  INSERT INTO shop.orders SELECT i, i % 700, i, now() FROM generate_series(1, 9000) AS i;
  GRANT SELECT ON ALL TABLES IN SCHEMA shop TO monitor; ANALYZE shop.customers, shop.orders`

const join =
  'SELECT o.total FROM orders AS o JOIN customers AS c ON c.id = o.customer WHERE c.name = $1 AND o.total > $2'

async function shopOf(cluster: Cluster, createDatabase: () => Promise<string>): Promise<string> {
  const database = await createDatabase()
  await cluster.query(shop, database)
  await cluster.query(`DO $$ BEGIN CREATE ROLE app; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
  await cluster.query(`ALTER ROLE app IN DATABASE ${database} SET search_path = "$user", shop`)
  return database
}

const readingPlans = usePlans()

describe.each(endMajors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major, { settings: { 'pg_stat_statements.track': 'all', max_connections: '40' } })

  test('a plan comes with its nodes and conditions, for the search_path of the role whose statement it is', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await shopOf(cluster, createDatabase)
    const reading = readingPlans(cluster, { database })
    const outcome = await reading.read(join)
    expect(outcome).toMatchObject({
      kind: 'plan',
      reduced: false,
      replaces: undefined,
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
    if (outcome?.kind !== 'plan') return
    const [{ Plan: root }] = JSON.parse(outcome.json)
    expect(root['Node Type']).toBe('Hash Join')
    expect(outcome.json).toContain('(name = $1)')
    expect(outcome.totalCost).toBe(root['Total Cost'])
    expect(outcome.totalCost).toBeGreaterThan(100)
    expect(reading.counts).toEqual(new Map([['plan', 1]]))
  })

  test('statements of every plannable kind are planned, as pg_stat_statements has them', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await shopOf(cluster, createDatabase)
    await cluster.query('GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO monitor', database)
    const run = [
      join.replace('$1', "'customer 7'").replace('$2', '5'),
      "SELECT extract(year FROM placed), date '2020-02-02' FROM orders WHERE placed > now() - interval '1 day'",
      "/* app: shop */ -- and more\n SELECT id FROM orders WHERE placed < timestamp with time zone '2020-02-02' LIMIT 3",
      'SELECT count(*) FROM orders WHERE id IN (1, 2, 3) AND total BETWEEN 4 AND 5',
      '(SELECT id FROM orders) UNION ALL SELECT id FROM customers ORDER BY 1',
      'WITH few AS (SELECT * FROM orders WHERE total < 9) SELECT * FROM few',
      "INSERT INTO customers VALUES (1001, 'x') ON CONFLICT DO NOTHING",
      'UPDATE orders SET total = 6 WHERE id = 8',
      'DELETE FROM orders WHERE id = 9',
      'TABLE customers',
      'VALUES (1, 2)',
      ...(major >= 15
        ? ['MERGE INTO orders AS o USING customers AS c ON c.id = o.id WHEN MATCHED THEN UPDATE SET total = 3']
        : []),
    ]
    {
      await using client = await cluster.connect(database)
      await client.query('SET search_path = shop')
      await client
        .query('SELECT pg_stat_statements_reset()')
        .catch(() => client.query('SELECT public.pg_stat_statements_reset()'))
      for (const text of run) await client.query(text)
    }
    const rows = await cluster.query(
      `SELECT s.query FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
        WHERE d.datname = current_database() AND s.query ~ 'orders|customers|VALUES'`,
      database,
    )
    const texts = rows.map(({ query }) => String(query))
    expect(texts).toHaveLength(run.length)
    const outcomes = await readingPlans(cluster, { database }).readAll(texts)
    expect(
      texts.filter((_, index) => outcomes[index]?.kind !== 'plan').map((text, index) => [text, outcomes[index]]),
    ).toEqual([])
  })

  test('a plan is asked for once within its TTL, and one that has changed says which it replaces', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await shopOf(cluster, createDatabase)
    const reading = readingPlans(cluster, { database, config: { cache_ttl: '10m' } })
    const text = 'SELECT * FROM orders WHERE total = $1'
    const first = await reading.read(text)
    expect(first?.kind === 'plan' && first.json).toContain('Seq Scan')
    await reading.clock.advance(10 * 60_000 - 1)
    expect(await reading.read(text)).toBeUndefined()
    expect(reading.connections()).toBe(1)
    await reading.clock.advance(1)
    const same = await reading.read(text)
    expect(same).toEqual(first)
    await cluster.query('CREATE INDEX by_total ON shop.orders (total); ANALYZE shop.orders', database)
    await reading.clock.advance(10 * 60_000)
    const changed = await reading.read(text)
    expect(changed).toMatchObject({ kind: 'plan', replaces: first?.kind === 'plan' && first.hash })
    expect(changed?.kind === 'plan' && changed.json).toContain('by_total')
    expect(changed?.kind === 'plan' && changed.hash).not.toBe(first?.kind === 'plan' && first.hash)
  })

  test('one interval asks for as many as it may, in one session a database that is closed after', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await shopOf(cluster, createDatabase)
    const reading = readingPlans(cluster, { database, config: { max_per_interval: 2 } })
    const texts = ['SELECT 1 FROM orders', 'DISCARD ALL', 'SELECT 2 FROM orders', 'SELECT 3 FROM orders']
    const kinds = async () =>
      (await reading.readAll(texts)).map((each) => (each?.kind === 'absent' ? each.reason : each?.kind))
    expect(await kinds()).toEqual(['plan', 'unsupported_statement', 'plan', 'postponed'])
    expect(reading.connections()).toBe(1)
    expect(await kinds()).toEqual([undefined, undefined, undefined, 'plan'])
    expect(Object.fromEntries(reading.counts)).toEqual({ plan: 3, unsupported_statement: 1, postponed: 1 })
    await expect
      .poll(() => cluster.query(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'monitor'`))
      .toEqual([{ n: 0 }])
  })

  test('what was asked for a plan is known to be ours by its text in pg_stat_statements', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await shopOf(cluster, createDatabase)
    const reading = readingPlans(cluster, { database })
    expect(await reading.read(join)).toMatchObject({ kind: 'plan' })
    const rows = await cluster.query(
      `SELECT s.query FROM pg_stat_statements(true) AS s JOIN pg_roles AS r ON r.oid = s.userid
      JOIN pg_database AS d ON d.oid = s.dbid WHERE d.datname = '${database}' AND r.rolname = 'monitor'`,
      database,
    )
    const ours = rows.map(({ query }) => String(query))
    expect(ours.some((query) => query.startsWith('EXPLAIN'))).toBe(true)
    // What every client sends is kept as the first of them wrote it, and what the session asks about itself isn't marked.
    const unmarked = ours.filter((query) => !isOwnStatement(query))
    expect(unmarked.filter((query) => !/^(BEGIN|ROLLBACK|DEALLOCATE|SELECT pg_catalog)/.test(query))).toEqual([])
  })

  test('a server is not asked what would only be an error in its log', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await shopOf(cluster, createDatabase)
    await cluster.query(
      `CREATE SCHEMA closed; CREATE TABLE closed.t (a int); CREATE TABLE shop.secret (a int);
        CREATE TABLE shop.p (k int) PARTITION BY RANGE (k); CREATE INDEX ON shop.p (k); GRANT SELECT ON shop.p TO monitor;
        DO $$ BEGIN FOR i IN 1..12 LOOP
          EXECUTE format('CREATE TABLE shop.p%s PARTITION OF shop.p FOR VALUES FROM (%s) TO (%s)', i, i, i + 1);
        END LOOP; END $$;
        GRANT SELECT ON shop.p7 TO monitor;
        CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;
        CREATE FOREIGN TABLE shop.far (a int) SERVER far; GRANT SELECT ON shop.far TO monitor`,
      database,
    )
    const from = (await cluster.log()).length
    const reading = readingPlans(cluster, { database, config: { max_relations: 25 } })
    for (const [text, reason] of [
      ['SELECT * FROM closed.t', 'denied'],
      ['SELECT * FROM secret', 'denied'],
      ['SELECT * FROM p WHERE k = $1', 'too_many_relations'],
      ['SELECT * FROM far', 'foreign_table'],
      ['SELECT 1; SELECT 2', 'several_statements'],
      [`SELECT ${'1 + '.repeat(9_000)} 1`, 'too_long'],
      ['<insufficient privilege>', 'unsupported_statement'],
      ['CREATE TABLE x AS SELECT 1', 'unsupported_statement'],
    ] as const) {
      expect([text.slice(0, 40), await reading.read(text)]).toEqual([
        text.slice(0, 40),
        expect.objectContaining({ reason }),
      ])
    }
    expect(await reading.read('SELECT * FROM p7 WHERE k = $1')).toMatchObject({ kind: 'plan' })
    expect((await cluster.log()).slice(from)).not.toMatch(/ERROR|FATAL/)
    expect(reading.warnings()).toEqual([
      expect.stringContaining('otelephant sql explain-function'),
      expect.stringContaining('shop.far: planning may ask another server'),
    ])
    const wider = readingPlans(cluster, { database, config: { max_relations: 26 } })
    const whole = await wider.read('SELECT * FROM p WHERE k = $1')
    const partitions = Array.from({ length: 12 }, (_, index) => expect.stringContaining(`"p${index + 1}"`))
    for (const partition of partitions) expect(whole).toMatchObject({ kind: 'plan', json: partition })
  })

  test('what the server refuses is told by its code, without its words, and the next statement goes on', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await shopOf(cluster, createDatabase)
    const outcomes = await readingPlans(cluster, { database }).readAll([
      'SELECT * FROM no_such_table',
      'SELECT date_trunc($1, placed) FROM orders GROUP BY date_trunc($2, placed)',
      'SELECT * FROM orders WHERE id = $1',
    ])
    expect(outcomes).toMatchObject([
      { kind: 'absent', reason: 'rejected', detail: '42P01' },
      { kind: 'absent', reason: 'rejected', detail: '42803' },
      { kind: 'plan' },
    ])
  })

  test('functions of trusted extensions are planned, and not those that their owner put in', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await shopOf(cluster, createDatabase)
    await cluster.query(
      `CREATE EXTENSION citext SCHEMA shop; CREATE EXTENSION pg_trgm SCHEMA shop; CREATE EXTENSION tablefunc SCHEMA shop;
        CREATE TABLE shop.people (name shop.citext); CREATE INDEX ON shop.people USING gin (name shop.gin_trgm_ops);
        GRANT SELECT ON shop.people TO monitor;
        CREATE FUNCTION shop.planted() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION shop.planted() OWNER TO app;
        ALTER EXTENSION pg_trgm ADD FUNCTION shop.planted()`,
      database,
    )
    const outcomes = await readingPlans(cluster, { database }).readAll([
      'SELECT similarity(name, $1) FROM people WHERE name = $2 AND name % $3',
      'SELECT planted() FROM people',
      'SELECT * FROM crosstab($1) AS c(a text, b text)',
    ])
    expect(outcomes).toMatchObject([
      { kind: 'plan' },
      { reason: 'calls_function', detail: 'function shop.planted()' },
      { reason: 'calls_function', detail: expect.stringContaining('crosstab') },
    ])
  })

  test('a role that may do too much gets no plans, and is told once', async () => {
    const { cluster, createDatabase } = await postgres()
    const [database, other] = [await shopOf(cluster, createDatabase), await shopOf(cluster, createDatabase)]
    await cluster.query(`CREATE ROLE boss SUPERUSER; CREATE ROLE "member" LOGIN NOINHERIT IN ROLE boss;
      CREATE ROLE past_rls LOGIN BYPASSRLS; CREATE ROLE maker LOGIN CREATEROLE;
      CREATE ROLE runner LOGIN IN ROLE pg_execute_server_program`)
    const from = (await cluster.log()).length
    for (const [username, detail] of [
      ['postgres', 'the role "postgres" is too powerful (a superuser'],
      ['member', 'the role may act as "boss" (a superuser)'],
      ['past_rls', 'the role "past_rls" is too powerful (BYPASSRLS)'],
      ['maker', 'the role "maker" is too powerful (CREATEROLE)'],
      ['runner', 'the role may act as "pg_execute_server_program"'],
    ] as const) {
      const reading = readingPlans(cluster, { database, username })
      const outcomes = await reading.readAll(['SELECT 1 FROM shop.orders', 'SELECT 2 FROM shop.orders'])
      const refused = { kind: 'absent', reason: 'unsafe_role', detail: expect.stringContaining(detail) }
      expect(outcomes).toEqual([refused, refused])
      await reading.reader.read(
        [{ ...reading.statementOf('SELECT 3'), databaseName: other }],
        AbortSignal.timeout(9_000),
      )
      expect(reading.warnings()).toEqual([expect.stringContaining(`No plans: ${detail}`)])
    }
    expect((await cluster.log()).slice(from)).not.toMatch(/ERROR/)
  })

  test('a planner that is kept waiting by a lock is left alone until the TTL is over', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await shopOf(cluster, createDatabase)
    await using holder = await cluster.connect(database)
    await holder.query('BEGIN; LOCK TABLE shop.orders')
    const reading = readingPlans(cluster, { database })
    expect(await reading.read(join)).toEqual({ kind: 'absent', reason: 'timed_out', detail: '55P03' })
    await holder.query('ROLLBACK')
    expect(await reading.read(join)).toBeUndefined()
  })

  test('a database that is gone is unreachable now, and asked again with the next interval', async () => {
    const { cluster } = await postgres()
    const reading = readingPlans(cluster, { database: 'gone' })
    expect(await reading.read(join)).toEqual({ kind: 'absent', reason: 'unreachable', detail: '3D000' })
    expect(await reading.read(join)).toMatchObject({ reason: 'unreachable' })
  })

  test('switched off, it opens no connection', async () => {
    const { cluster, database } = await postgres()
    const reading = readingPlans(cluster, { database, config: { enabled: false } })
    expect([await reading.read(join), reading.connections()]).toEqual([undefined, 0])
  })
})
