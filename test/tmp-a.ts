import { startCluster } from '../src/demo/embedded-postgres.ts'
import { userCodeSql } from '../src/receivers/postgresql/plans/user-code.ts'
for (const major of [13, 18] as const) {
  await using cluster = await startCluster({ templates: '/work/main/node_modules/.cache/otelephant', major, settings: {max_locks_per_transaction: '2000'} })
  await using c = await cluster.connect()
  await c.query(`do $$ begin for i in 1..8000 loop execute format('create table t%s(a int primary key, b text default %L)', i, 'x'); end loop;
    for i in 1..2000 loop execute format('create function f%s(a int) returns int language sql as %L', i, 'select 1'); end loop;  end $$;
   create table p(k int) partition by range (k); create index on p(k); create index on p((k+1));
   do $$ begin for i in 1..2000 loop execute format('create table p%s partition of p for values from (%s) to (%s)', i, i, i+1); end loop; end $$; vacuum analyze`.replace('; vacuum analyze', ''))
  await c.query('vacuum analyze')
  await c.query('set search_path = pg_catalog')
  const words = Array.from({ length: 400 }, (_, i) => `column_${i}`).join(', ')
  const q = async (text: string) => { const t = performance.now(); const r = await c.query({ text: userCodeSql, values: [text, ['public'], 200] }).then((r: any) => JSON.stringify(r.rows), (e) => `ERR ${e.code} ${e.message}`); console.log(major, text.slice(0, 50), r, (performance.now()-t).toFixed(1)) }
  for (const s of ['select * from t1 where a = $1', `select ${words} from t1, t2`, 'select * from p where k=$1', 'select f7(a) from t8']) { await q(s); await q(s) }
}
