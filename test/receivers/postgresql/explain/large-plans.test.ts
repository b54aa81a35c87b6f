import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../src/demo/embedded-postgres/cluster.ts'
import { explainFunctionScript } from '../../../../src/receivers/postgresql/explain/explain-function.ts'
import { endMajors, usePostgres } from '../../../support/postgres.ts'
import { startTcpProxy } from '../../../support/tcp-proxy.ts'
import { usePlans } from './support/reading-plans.ts'

const program = fileURLToPath(new URL('fixtures/read-plans.ts', import.meta.url))
const run = promisify(execFile)
const mebibyte = 1_048_576

/** Conditions without a literal, whose constant the planner makes: of 84 MB, 3.6 MB and 0.6 MB. */
const huge = 'b = repeat(md5(pi()::text), exp(pi() * pi() + pi() + sqrt(pi()))::int)'
const large = 'b = repeat(md5(pi()::text), exp(pi() * pi() + sqrt(pi()))::int)'
const fitting = 'b = repeat(md5(pi()::text), exp(pi() * pi())::int)'

interface Report {
  readonly outcomes: readonly { readonly kind: string; readonly reason?: string }[]
  readonly told: readonly { readonly level: string; readonly message: string }[]
  readonly rise: number
}

async function read(cluster: Cluster, database: string, settings: readonly string[], statements: readonly string[]) {
  const args = [program, cluster.host, String(cluster.port), database, ...settings, ...statements]
  const { stdout } = await run(process.execPath, args)
  const report: Report = JSON.parse(stdout)
  return report
}

const readingPlans = usePlans()

describe.each(endMajors)('plans of PostgreSQL %i that are larger than they may be', (major) => {
  const postgres = usePostgres(major)

  async function database() {
    const { cluster, createDatabase } = await postgres()
    const name = await createDatabase()
    await cluster.query(
      `CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO monitor; CREATE TABLE app.t (a int, b text);
        GRANT SELECT ON app.t TO monitor; INSERT INTO app.t SELECT i, i FROM generate_series(1, 300) AS i; ANALYZE app.t`,
      name,
    )
    return { cluster, name }
  }

  const tooLarge = { kind: 'absent', reason: 'too_large' }
  const tooSlow = { kind: 'absent', reason: 'timed_out', detail: '57014' }
  const aPlan = expect.objectContaining({ kind: 'plan' })
  const usual = 'SELECT * FROM app.t WHERE a = $1'

  test('a constant of 84 MB gives no plan and leaves the collector small', async () => {
    const { cluster, name } = await database()
    const statements = ['a', 'b'].map((column) => `SELECT ${column} FROM app.t WHERE ${huge}`)
    const report = await read(cluster, name, ['monitor', ''], [...statements, usual])
    const ends = report.outcomes.map(({ reason }) => reason)
    // Which of the two depends on how fast the server is.
    for (const outcome of report.outcomes.slice(0, -1)) expect([tooLarge, tooSlow]).toContainEqual(outcome)
    expect(report.outcomes.at(-1)).toEqual(aPlan)
    expect(report.told).toHaveLength(new Set(ends.slice(0, -1)).size)
    expect(report.rise).toBeLessThan(50 * mebibyte)
  }, 120_000)

  test('a plan of more than 1 MiB is none, which is told once', async () => {
    const { cluster, name } = await database()
    const statements = ['a', 'b'].map((column) => `SELECT ${column} FROM app.t WHERE ${large}`)
    const report = await read(cluster, name, ['monitor', ''], [...statements, usual])
    expect(report.outcomes).toEqual([tooLarge, tooLarge, aPlan])
    const message = 'No plan of a statement whose plan is larger than 1 MiB: it holds values that the planner made.'
    expect(report.told).toMatchObject([{ level: 'warn', message }])
  })

  test.skipIf(major < 14)('the function keeps such a plan to itself', async () => {
    const { cluster, name } = await database()
    await cluster.query('CREATE ROLE explainer LOGIN')
    await cluster.query(explainFunctionScript('otelephant.explain', 'explainer'), name)
    const from = (await cluster.log()).length
    const statements = [`SELECT a FROM app.t WHERE ${large}`, usual]
    const report = await read(cluster, name, ['explainer', 'otelephant.explain'], statements)
    expect(report.outcomes).toEqual([tooLarge, aPlan])
    // Nothing had to be cancelled.
    expect((await cluster.log()).slice(from)).not.toContain('ERROR')
  })

  test('many that are just small enough leave it small, too', async () => {
    const { cluster, name } = await database()
    const statements = Array.from({ length: 60 }, (_, index) => `SELECT ${index} FROM app.t WHERE ${fitting}`)
    const report = await read(cluster, name, ['monitor', ''], statements)
    expect(report.outcomes).toEqual(statements.map(() => aPlan))
    expect(report.rise).toBeLessThan(50 * mebibyte)
  })

  test('a statement that ends the connection is left alone, and the others are asked again', async () => {
    const { cluster, name } = await database()
    await using proxy = await startTcpProxy({ target: { host: cluster.host, port: cluster.port } })
    const reading = readingPlans(proxy, { database: name })
    const statements = [`SELECT a FROM app.t WHERE ${fitting}`, usual]
    await proxy.set({ kind: 'reset_after', bytes: 200_000 })
    const lost = { kind: 'absent', reason: 'connection_lost', detail: expect.any(String) }
    const unreachable = { kind: 'absent', reason: 'unreachable', detail: expect.any(String) }
    expect(await reading.readAll(statements)).toEqual([lost, unreachable])
    await proxy.set({ kind: 'pass' })
    expect(await reading.readAll(statements)).toEqual([undefined, aPlan])
  })
})
