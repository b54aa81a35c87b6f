import { describe, expect, test } from 'vitest'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { django } from './support/ordinary/django.ts'
import { hibernate } from './support/ordinary/hibernate.ts'
import { rails } from './support/ordinary/rails.ts'
import { usePlans } from './support/reading-plans.ts'

const applications = [rails, django, hibernate]
const extensions = ['uuid-ossp', 'citext', 'hstore', 'pg_trgm', 'pgcrypto', 'unaccent', 'btree_gist', 'ltree']

/** Even where only what is known to be dangerous is refused, this one runs a function of a user's. */
const dangerous = 'select full_name(c) from customer c where c.id = $1'

/** What the list costs: a column of a domain. */
const unlisted = 'SELECT "addresses".* FROM "addresses" WHERE "addresses"."user_id" = $1'

const readingPlans = usePlans()

describe.each(endMajors)('on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)

  test('ordinary statements of Rails, Django and Hibernate are on the list, nine of ten at least', async () => {
    const { cluster, database } = await postgres()
    for (const name of extensions) await cluster.query(`CREATE EXTENSION "${name}" SCHEMA public`, database)
    const withoutPlan: string[][] = []
    for (const { name, schema, statements } of applications) {
      await cluster.query(`CREATE ROLE ${name}; CREATE SCHEMA ${name} AUTHORIZATION ${name}`, database)
      await cluster.query(`SET search_path = ${name}, public; ${schema}`, database)
      await cluster.query(
        `GRANT USAGE ON SCHEMA ${name} TO monitor; GRANT ALL ON ALL TABLES IN SCHEMA ${name} TO monitor;
          GRANT ALL ON ALL SEQUENCES IN SCHEMA ${name} TO monitor; ANALYZE`,
        database,
      )
      const outcomes = await readingPlans(cluster, { database, userName: name }).readAll(statements)
      for (const [index, statement] of statements.entries()) {
        const outcome = outcomes[index]
        if (outcome?.kind !== 'plan') withoutPlan.push([statement, outcome?.detail ?? ''])
      }
    }
    expect(withoutPlan).toEqual([
      [unlisted, 'type rails.postcode'],
      [dangerous, 'function hibernate.full_name(hibernate.customer)'],
    ])
    const all = applications.flatMap(({ statements }) => statements)
    expect(new Set(all).size).toBe(all.length)
    expect(all.length - 1).toBeGreaterThanOrEqual(100)
    expect((all.length - withoutPlan.length) / (all.length - 1)).toBeGreaterThanOrEqual(0.9)
  }, 60_000)
})
