import { type Change, insert, run } from './change.ts'
import { app } from './world.ts'

export const tableChanges: readonly Change[] = [
  {
    name: 'a table created between two scrapes',
    async act(cluster) {
      await cluster.query('CREATE TABLE fresh (n int)', app)
      await insert(cluster, app, { fresh: 40 })
    },
    inserted: { 'app public.fresh': 40 },
  },
  {
    name: 'a table dropped and created under the same name',
    async prepare(cluster) {
      await cluster.query('CREATE TABLE again (n int)', app)
      await insert(cluster, app, { again: 90 })
    },
    async act(cluster) {
      await insert(cluster, app, { again: 20 })
      await run(cluster, app, ['DROP TABLE again', 'CREATE TABLE again (n int)'])
      await insert(cluster, app, { again: 30 })
    },
    // The 20 went with the table before anybody could read them.
    inserted: { 'app public.again': 30 },
  },
  {
    name: 'two tables that swap their names',
    async prepare(cluster) {
      await run(cluster, app, ['CREATE TABLE left_one (n int)', 'CREATE TABLE right_one (n int)'])
      await insert(cluster, app, { left_one: 100, right_one: 5 })
    },
    async act(cluster) {
      await cluster.query(
        `BEGIN; ALTER TABLE left_one RENAME TO mid; ALTER TABLE right_one RENAME TO left_one;
          ALTER TABLE mid RENAME TO right_one; COMMIT`,
        app,
      )
      await insert(cluster, app, { left_one: 2, right_one: 3 })
    },
    inserted: { 'app public.left_one': 2, 'app public.right_one': 3 },
  },
  {
    name: 'a table that moves to another schema',
    async prepare(cluster) {
      await run(cluster, app, ['CREATE SCHEMA archive', 'CREATE TABLE moved (n int)'])
      await insert(cluster, app, { moved: 60 })
    },
    async act(cluster) {
      await insert(cluster, app, { moved: 8 })
      await cluster.query('ALTER TABLE moved SET SCHEMA archive', app)
    },
    inserted: { 'app archive.moved': 8 },
  },
  {
    name: 'a table that is truncated and rewritten',
    async prepare(cluster) {
      await cluster.query('CREATE TABLE rewritten (n int PRIMARY KEY)', app)
      await insert(cluster, app, { rewritten: 70 })
    },
    async act(cluster) {
      await run(cluster, app, ['TRUNCATE rewritten', 'VACUUM FULL rewritten'])
      await insert(cluster, app, { rewritten: 6 })
    },
    inserted: { 'app public.rewritten': 6 },
  },
]
