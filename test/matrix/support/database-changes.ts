import { type Change, insert, run } from './change.ts'
import { app, monitor } from './world.ts'

const ofDatabase = (name: string) => (label: string) => label.includes(`"postgresql.database.name":"${name}"`)
const ofStatements = (label: string) => label.startsWith('postgresql.query.execution.time ')

export const databaseChanges: readonly Change[] = [
  {
    name: 'a database dropped and created under the same name',
    async prepare(cluster) {
      await run(cluster, 'postgres', ['CREATE DATABASE shop'])
      await cluster.query('CREATE TABLE sales (n int)', 'shop')
      await insert(cluster, 'shop', { sales: 80 })
    },
    async act(cluster) {
      await run(cluster, 'postgres', ['DROP DATABASE shop', 'CREATE DATABASE shop'])
      await cluster.query('CREATE TABLE sales (n int)', 'shop')
      await insert(cluster, 'shop', { sales: 25 })
    },
    inserted: { 'shop public.sales': 25 },
  },
  {
    name: 'a database made of another one',
    prepare: (cluster) => insert(cluster, app, { fresh: 11 }),
    async act(cluster) {
      await cluster.query(`CREATE DATABASE copy TEMPLATE ${app}`)
      await insert(cluster, 'copy', { fresh: 12 })
    },
    inserted: { 'copy public.fresh': 12, 'app public.fresh': 0 },
  },
  {
    name: 'a database that gets another name',
    prepare: (cluster) => insert(cluster, 'copy', { fresh: 13 }),
    async act(cluster) {
      await cluster.query('ALTER DATABASE copy RENAME TO duplicate')
      await insert(cluster, 'duplicate', { fresh: 14 })
    },
    inserted: { 'duplicate public.fresh': 14 },
  },
  {
    name: 'a database that took no connections and now does',
    async prepare(cluster) {
      await cluster.query('CREATE DATABASE shut')
      await cluster.query('CREATE TABLE hidden (n int)', 'shut')
      await insert(cluster, 'shut', { hidden: 500 })
      await cluster.query('ALTER DATABASE shut ALLOW_CONNECTIONS false')
    },
    act: (cluster) => cluster.query('ALTER DATABASE shut ALLOW_CONNECTIONS true'),
    inserted: { 'shut public.hidden': 0 },
    unknownBefore: ofDatabase('shut'),
    unknown: ofDatabase('shut'),
  },
  {
    name: 'a database that nobody was granted and now is',
    async prepare(cluster) {
      await run(cluster, 'postgres', ['CREATE DATABASE closed', 'REVOKE CONNECT ON DATABASE closed FROM PUBLIC'])
      await cluster.query('CREATE TABLE hidden (n int)', 'closed')
      await insert(cluster, 'closed', { hidden: 600 })
    },
    act: (cluster) => cluster.query(`GRANT CONNECT ON DATABASE closed TO ${monitor}`),
    inserted: { 'closed public.hidden': 0 },
    unknownBefore: ofDatabase('closed'),
    unknown: ofDatabase('closed'),
  },
  {
    name: 'an extension created after its library has counted for long',
    act: (cluster) => cluster.query('CREATE EXTENSION pg_stat_statements'),
    unknown: ofStatements,
  },
  {
    name: 'an extension dropped and created again',
    act: (cluster) =>
      run(cluster, 'postgres', ['DROP EXTENSION pg_stat_statements', 'CREATE EXTENSION pg_stat_statements']),
  },
]
