import { afterEach, describe, expect, test } from 'vitest'
import type { Connection } from '../../../../src/receivers/postgresql/connection/connection.ts'
import { majors, usePostgres } from '../../../support/postgres.ts'
import { connectionOf, never, settingsOf } from '../support/connecting.ts'

const prepared = 'SELECT name, statement FROM pg_prepared_statements ORDER BY name'

describe.each(majors)('what is asked over and over on PostgreSQL %i', (major) => {
  const postgres = usePostgres(major)
  const connections: Connection[] = []
  afterEach(() => Promise.all(connections.splice(0).map((connection) => connection.close())))

  async function open(database?: string) {
    const { cluster } = await postgres()
    const connection = await connectionOf(settingsOf(cluster), database)
    connections.push(connection)
    const repeated = (text: string, ...values: readonly unknown[]) =>
      connection.query('repeated', { text, repeats: true }, values, never)
    return { connection, repeated, names: () => connection.query('names', prepared, [], never) }
  }

  test('is parsed once', async () => {
    const { repeated, names } = await open()
    const text = 'SELECT $1::int + 1'
    for (let n = 0; n < 8; n++) expect(await repeated(text, n)).toEqual([[String(n + 1)]])
    expect(await names()).toEqual([[expect.stringMatching(/^otelephant_[0-9a-f]{32}$/), text]])
  })

  test('has a name once it was parsed, whatever becomes of it', async () => {
    const { repeated, names } = await open()
    await expect(repeated('SELECT 1 / $1::int', 0)).rejects.toThrow('division by zero')
    expect(await repeated('SELECT 1 / $1::int', 1)).toEqual([['1']])
    await expect(repeated('SELECT nothing_of_that_name')).rejects.toThrow('nothing_of_that_name')
    await expect(repeated('SELECT nothing_of_that_name')).rejects.toThrow('nothing_of_that_name')
    expect(await names()).toEqual([[expect.stringMatching(/^otelephant_/), 'SELECT 1 / $1::int']])
  })

  test('is answered where its name is forgotten, and has none from then on', async () => {
    const { connection, repeated, names } = await open()
    await repeated('SELECT 1')
    await connection.query('deallocate', 'DEALLOCATE ALL', [], never)
    expect(await repeated('SELECT 1')).toEqual([['1']])
    expect(await repeated('SELECT 2')).toEqual([['2']])
    expect(await names()).toEqual([])
  })

  /** The name that any connection gives a text. */
  async function nameOf(text: string): Promise<string> {
    const { repeated, names } = await open()
    await repeated(text)
    const [[name] = []] = await names()
    return name ?? expect.fail('no name')
  }

  test('is answered where somebody else has taken its name', async () => {
    const { connection, repeated } = await open()
    await connection.query('prepare', `PREPARE ${await nameOf('SELECT 1')} AS SELECT 3`, [], never)
    expect(await repeated('SELECT 1')).toEqual([['1']])
  })

  test('is never taken for the statement of another connection, whose server process a pooler may give it', async () => {
    const { connection, repeated } = await open()
    await repeated('SELECT 1')
    await connection.query('deallocate', 'DEALLOCATE ALL', [], never)
    await connection.query('prepare', `PREPARE ${await nameOf('SELECT 2')} AS SELECT 2`, [], never)
    expect(await repeated('SELECT 1')).toEqual([['1']])
  })

  test('is answered where it has other columns now', async () => {
    const { cluster, createDatabase } = await postgres()
    const database = await createDatabase()
    await cluster.query('CREATE TABLE wide AS SELECT 1 AS a; GRANT SELECT ON wide TO PUBLIC', database)
    const { repeated } = await open(database)
    expect(await repeated('SELECT * FROM public.wide')).toEqual([['1']])
    await cluster.query('ALTER TABLE wide ADD b int DEFAULT 2', database)
    expect(await repeated('SELECT * FROM public.wide')).toEqual([['1', '2']])
  })

  test('has a name as long as the connection has few', async () => {
    const { repeated, names } = await open()
    for (let n = 0; n < 40; n++) expect(await repeated(`SELECT ${n}`)).toEqual([[String(n)]])
    expect(await names()).toHaveLength(32)
  })
})
