import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyOfTheProject, insertBefore } from '../support/project-copy.ts'
import { root, start, startCommand } from './support/otelephant.ts'
import { licenseKey } from './support/secrets.ts'
import { endpointOf, useWatched } from './support/watched.ts'

const watched = useWatched()

/** The part of the metadata that the metric belongs to. */
const part = 'metadata/databases.yaml'

/** All that somebody writes for a new metric: the column that it is read from, and the metric. */
const column = '      sessions: {sql: s.sessions, type: int, requires: {server: ">=14"}}\n'
const metric = `  postgresql.sessions:
    enabled: true
    description: Sessions that were established to the database.
    unit: "{session}"
    sum: {value_type: int, monotonic: true}
    entity: postgresql.database
    source:
      - query: database
        points:
          - {value: sessions}
`

test('a new metric is one entry in one file of the metadata: generated, collected and delivered, no other file touched', async () => {
  const folder = await copyOfTheProject()
  const metadata = await readFile(join(root, part), 'utf8')
  const withColumn = insertBefore(metadata, '      temp_bytes: {sql: s.temp_bytes, type: int}\n', column)
  await writeFile(join(folder, part), insertBefore(withColumn, '  postgresql.temp.io:\n', metric))
  const generated = await startCommand(process.execPath, ['codegen/main.ts'], { cwd: folder }).ended
  expect(generated.code, generated.stderr).toBe(0)

  const { cluster, database } = await watched()
  const endpoint = await endpointOf()
  const sets = [
    `exporters.newrelic.endpoint=${endpoint.url}`,
    'receivers.postgresql.collection_interval=1s',
    `receivers.postgresql.databases=[${database}]`,
    'service.telemetry.logs.level=debug',
  ]
  const otelephant = start(['run', '--once', ...sets.flatMap((set) => ['--set', set])], {
    cwd: folder,
    main: join(folder, 'src/main.ts'),
    env: { DATABASE_URL: cluster.connectionString('postgres', 'monitor'), NEW_RELIC_LICENSE_KEY: licenseKey },
  })
  await otelephant.logged('Scraped.', { scraper: 'server' })
  for (let connection = 0; connection < 7; connection += 1) await cluster.query('SELECT 1', database)
  const { code, stderr } = await otelephant.ended
  expect(code, stderr).toBe(0)

  const [point, ...others] = endpoint.received.points({ metric: 'postgresql.sessions' })
  expect(others).toEqual([])
  expect(point).toMatchObject({
    unit: '{session}',
    kind: 'sum',
    monotonic: true,
    temporality: 'delta',
    attributes: { 'db.namespace': database, 'postgresql.database.name': database },
    resource: { 'server.port': BigInt(cluster.port) },
  })
  expect(Number(point?.value)).toBeGreaterThanOrEqual(7)
}, 60_000)

test('a metric over a column that nobody declared fails at generate time, with its place', async () => {
  const folder = await copyOfTheProject()
  const metadata = await readFile(join(root, part), 'utf8')
  const withMetric = insertBefore(metadata, '  postgresql.temp.io:\n', metric)
  await writeFile(join(folder, part), withMetric)
  const { code, stderr } = await startCommand(process.execPath, ['codegen/main.ts'], { cwd: folder }).ended
  const line = withMetric.split('\n').indexOf('          - {value: sessions}') + 1
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`^\\S*${part}:${line}:\\d+: .*sessions`))
})
