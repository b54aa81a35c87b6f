import { startCluster } from '../src/demo/embedded-postgres.ts'
const major = Number(process.argv[2] ?? 18)
await using cluster = await startCluster({ major, templates: '/work/main/node_modules/.cache/otelephant', settings: {shared_buffers: '256MB', max_stack_depth: '6MB'} } as never)
await cluster.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
const client = await cluster.connect()
const t0 = performance.now()
for (let i = 0; i < 5200; i++) {
  // distinct column aliases don't count in the jumble? use column refs
  const n = i.toString(2).padStart(13, '0')
  const body = Array.from(n, (b) => b === '1' ? 'c.relname' : 'c.relkind').join(', ')
  await client.query(`SELECT ${body} AS a${'x'.repeat(40)}${i} /* ${'y'.repeat(9700)} */ FROM pg_class AS c WHERE false`)
}
console.log('built', performance.now() - t0)
console.log(await client.query('SELECT count(*), avg(length(query))::int AS len FROM pg_stat_statements').then(r => r.rows))
const q = process.argv[3] ?? 'default'
const { composePlan } = await import('../src/receivers/postgresql/plan.ts')
const { queries, sourcedMetrics } = await import('../generated/postgresql/queries.ts')
const { metricDefaults } = await import('../generated/postgresql/config.ts')
const { topQueryColumns } = await import('../src/receivers/postgresql/statements/top-queries.ts')
const ext = (await client.query("SELECT e.extversion, (SELECT string_agg(a.attname, ',') FROM pg_attribute a WHERE a.attrelid='pg_stat_statements'::regclass AND attnum>0) cols FROM pg_extension e WHERE extname='pg_stat_statements'")).rows[0] as any
const cap = { server: [major], role: 'primary', userName: 'x', extensions: new Map([['pg_stat_statements', {version: ext.extversion.split('.').map(Number), schema: 'public', reachable: true, loaded: true, columns: new Set(ext.cols.split(','))}]]), privileges: new Map([['role pg_read_all_stats', true]]) } as any
const enabled = new Set(Object.entries(metricDefaults).filter(([n, on]) => q === 'all' || on).map(([n]) => n))
const plan = composePlan({ queries, metrics: sourcedMetrics, enabled, extra: {statement: topQueryColumns}, intervals: {}, limits: {}, collectionIntervalMs: 30000, sliceRows: 250 } as any, 'server', cap)
const st = plan.queries.find(({name}) => name === 'statement')!
console.log(st.text)
const dbs = (await client.query('SELECT array_agg(oid) AS o FROM pg_database')).rows[0] as any
await client.query("SET jit=off; SET max_parallel_workers_per_gather=0")
const med = (a: number[]) => a.sort((x, y) => x - y)[a.length >> 1]!
async function bench(label: string, sql: string, params: unknown[] = []) {
  const wall: number[] = [], srv: number[] = []
  for (let i = 0; i < 15; i++) {
    const s = performance.now(); const r = await client.query({ text: sql, values: params as any, rowMode: 'array' } as any); wall.push(performance.now() - s)
  }
  for (let i = 0; i < 15; i++) {
    const e = await client.query({ text: 'EXPLAIN (ANALYZE, TIMING OFF' + (major >= 17 ? ', SERIALIZE TEXT' : '') + ') ' + sql, values: params as any } as any)
    srv.push(Number(/Execution Time: ([\d.]+)/.exec(e.rows.map((r: any) => r['QUERY PLAN']).join('\n'))![1]))
  }
  console.log(label.padEnd(30), 'wall', med(wall).toFixed(1), 'explain', med(srv).toFixed(1))
}
const values = st.parameters.map((p: string) => p === 'databases' ? '{' + dbs.o.join(',') + '}' : '0')
await bench('composed', st.text, values)
const core = "s.dbid, s.userid, s.toplevel, s.queryid"
const ints = "s.calls, s.rows, s.shared_blks_hit, s.shared_blks_read, s.temp_blks_read, s.temp_blks_written, s.shared_blks_dirtied, s.shared_blks_written"
const from = 'FROM public.pg_stat_statements(false) AS s'
await bench('count', `SELECT count(*) ${from}`)
await bench('sum', `SELECT sum(calls) ${from}`)
await bench('6 cols', `SELECT s.dbid, s.userid, s.queryid, s.calls, s.rows, s.shared_blks_hit ${from}`)
await bench('core+ints', `SELECT ${core}, ${ints} ${from}`)
if (st.text.includes('total_exec_time')) {
await bench('core+ints+exec', `SELECT ${core}, ${ints}, s.total_exec_time ${from}`)
await bench('core+ints+exec/1000', `SELECT ${core}, ${ints}, s.total_exec_time/1000 ${from}`)
await bench('core+ints+exec+plan', `SELECT ${core}, ${ints}, s.total_exec_time, s.total_plan_time ${from}`)
await bench('core+ints+wal', `SELECT ${core}, ${ints}, s.wal_bytes ${from}`)
await bench('core+ints+wal::int8', `SELECT ${core}, ${ints}, s.wal_bytes::int8 ${from}`)
}
if (st.text.includes('stats_since')) { await bench('core+ints+since', `SELECT ${core}, ${ints}, s.stats_since ${from}`)
await bench('core+ints+since epoch', `SELECT ${core}, ${ints}, extract(epoch from s.stats_since) ${from}`)
await bench('core+ints+since float', `SELECT ${core}, ${ints}, (extract(epoch from s.stats_since)*1000000)::int8 ${from}`) }
await bench('join', `SELECT ${core}, ${ints} ${from} JOIN pg_database AS d ON d.oid = s.dbid WHERE d.oid = ANY ($1)`, [values[0]])
await bench('where dbid any', `SELECT ${core}, ${ints} ${from} WHERE s.dbid = ANY ($1)`, [values[0]])
await bench('concat', `SELECT concat_ws(',', ${core}, ${ints}) ${from}`)
await bench('texts(10)', `SELECT DISTINCT ON (s.dbid, s.queryid) s.dbid, s.queryid, left(s.query, 1000000) FROM public.pg_stat_statements(true) AS s JOIN (SELECT dbid, queryid FROM public.pg_stat_statements(false) LIMIT 10) k ON k.dbid = s.dbid AND k.queryid = s.queryid`)
await bench('texts(250)', `SELECT DISTINCT ON (s.dbid, s.queryid) s.dbid, s.queryid, left(s.query, 1000000) FROM public.pg_stat_statements(true) AS s JOIN (SELECT dbid, queryid FROM public.pg_stat_statements(false) LIMIT 250) k ON k.dbid = s.dbid AND k.queryid = s.queryid`)
await client.end()
