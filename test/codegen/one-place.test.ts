import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyOfTheProject, insertBefore } from '../support/project-copy.ts'
import { type Run, runNodeIn } from './support/generator.ts'

/** A copy of the project with one piece more in one file, and what is generated of it. */
async function copyWith(file: string, pieces: Readonly<Record<string, string>>): Promise<string> {
  const folder = await copyOfTheProject()
  const path = join(folder, file)
  let text = await readFile(path, 'utf8')
  for (const [anchor, piece] of Object.entries(pieces)) text = insertBefore(text, anchor, piece)
  await writeFile(path, text)
  expect(await runNodeIn(folder, 'codegen/main.ts')).toMatchObject({ code: 0, stderr: '' })
  return folder
}

/** Checks the types of a file of the copy and of all that it imports. */
async function types(folder: string, file: string): Promise<Run> {
  await writeFile(join(folder, 'tsconfig.one.json'), JSON.stringify({ extends: './tsconfig.json', include: [file] }))
  return runNodeIn(folder, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.one.json')
}

const right = { code: 0, stdout: '', stderr: '' }

test('a configuration key, a nested one too, is added in one place: type, schema, JSON schema and reference have it', async () => {
  const folder = await copyWith('metadata.yaml', {
    '  preset:\n':
      '  patience:\n    type: string\n    format: positive_duration\n    default: 17s\n    description: What it waits for.\n',
    '      max_relations: {':
      '      max_depth: {type: integer, minimum: 3, default: 23, description: What it descends to.}\n',
  })
  const use = `
    import { type PostgresqlConfig, postgresqlConfig } from './src/receivers/postgresql/settings/config.ts'
    const { patience, plans }: PostgresqlConfig = postgresqlConfig.parse({ username: 'monitor', plans: { max_depth: 31 } })
    const ms: number = patience
    const depth: number = plans.max_depth
    const { error } = postgresqlConfig.safeParse({ username: 'monitor', patience: '0s', plans: { max_depth: 2 } })
    const { plans: byDefault } = postgresqlConfig.parse({ username: 'monitor' })
    console.log(JSON.stringify([ms, depth, byDefault.max_depth, error?.issues.map(({ path }) => path.join('.'))]))
  `
  await writeFile(join(folder, 'use.ts'), use)
  expect(await types(folder, 'use.ts')).toEqual(right)
  const { stdout } = await runNodeIn(folder, 'use.ts')
  expect(JSON.parse(stdout)).toEqual([17_000, 31, 23, ['patience', 'plans.max_depth']])

  const schema: unknown = JSON.parse(await readFile(join(folder, 'generated/postgresql/config.schema.json'), 'utf8'))
  const nested = { properties: { max_depth: { type: 'integer', minimum: 3, default: 23 } } }
  expect(schema).toMatchObject({ properties: { patience: { type: 'string', default: '17s' }, plans: nested } })
  const reference = await readFile(join(folder, 'generated/postgresql/documentation.md'), 'utf8')
  expect(reference).toContain('| `patience` | duration above 0 | `17s` | What it waits for. |')
  expect(reference).toContain('| `plans.max_depth` | integer, at least 3 | `23` | What it descends to. |')

  await writeFile(join(folder, 'use.ts'), use.replace('plans.max_depth', 'plans.max_deptH'))
  expect(await types(folder, 'use.ts')).toMatchObject({ code: 1, stdout: expect.stringContaining('max_deptH') })
}, 120_000)

test('a key that two exporters share is added in one place: both have it', async () => {
  const folder = await copyWith('src/exporters/otlp/delivery.yaml', {
    '      max_age:\n': '      max_naps: {type: integer, minimum: 3, default: 29, description: How often it rests.}\n',
  })
  const use = `
    import { newrelicConfig } from './src/exporters/newrelic/newrelic-config.ts'
    import { otlpHttpConfig } from './src/exporters/otlp/otlp-http-config.ts'
    const byDefault: number = newrelicConfig.parse({ api_key: 'key' }).sending_queue.max_naps
    const sending_queue = { max_naps: 31 }
    const given: number = otlpHttpConfig.parse({ endpoint: 'http://localhost', sending_queue }).sending_queue.max_naps
    console.log(JSON.stringify([byDefault, given]))
  `
  await writeFile(join(folder, 'use.ts'), use)
  expect(await types(folder, 'use.ts')).toEqual(right)
  expect(JSON.parse((await runNodeIn(folder, 'use.ts')).stdout)).toEqual([29, 31])
  for (const exporter of ['newrelic', 'otlp']) {
    const reference = await readFile(join(folder, `generated/${exporter}/documentation.md`), 'utf8')
    expect(reference).toContain('| `sending_queue.max_naps` | integer, at least 3 | `29` | How often it rests. |')
    const schema = await readFile(join(folder, `generated/${exporter}/config.schema.json`), 'utf8')
    expect(schema).toContain('"max_naps"')
  }
}, 120_000)

test('an instrument about itself is added in one place: type and documentation have it', async () => {
  const instrument = `    otelcol_scraper_naps:
      enabled: true
      stability: development
      description: Naps between two scrapes.
      unit: "{nap}"
      sum: {value_type: int, monotonic: true, aggregation_temporality: cumulative}
      attributes: [scraper]
`
  const folder = await copyWith('src/scraper/metadata.yaml', {
    '    otelcol_scraper_scraped_log_records:\n': instrument,
  })
  const use = `
    import type { Instruments } from './generated/scraper/telemetry.ts'
    export const nap = ({ otelcolScraperNaps }: Instruments) => otelcolScraperNaps.add(1, { scraper: 'server' })
  `
  await writeFile(join(folder, 'use.ts'), use)
  expect(await types(folder, 'use.ts')).toEqual(right)
  const documentation = await readFile(join(folder, 'generated/scraper/documentation.md'), 'utf8')
  expect(documentation).toContain(
    '| `otelcol_scraper_naps` | counter, int | {nap} | Naps between two scrapes. | `scraper` |',
  )

  await writeFile(join(folder, 'use.ts'), use.replace('{ scraper:', '{ scrapper:'))
  expect(await types(folder, 'use.ts')).toMatchObject({ code: 1, stdout: expect.stringContaining('scrapper') })
}, 120_000)

test('a column that code reads or computes under a name that metadata.yaml does not have fails the type check', async () => {
  const folder = await copyOfTheProject()
  const statements = 'src/receivers/postgresql/statements'
  const check = () => types(folder, 'src/receivers/postgresql/receiver.ts')
  expect(await check()).toEqual(right)
  const misspelt = {
    [`${statements}/statement-increase.ts`]: ["of('calls')", "of('callz')"],
    [`${statements}/top-queries.ts`]: ["'shared_dirtied', 'shared_hit'", "'shared_dirtied', 'shared_hitz'"],
    [`${statements}/tracking-check.ts`]: ["'plan_time'", "'plan_timez'"],
    [`${statements}/statements.ts`]: ['  operation: (', '  operationz: ('],
  } as const
  for (const [file, [was, is]] of Object.entries(misspelt)) {
    const text = await readFile(join(folder, file), 'utf8')
    await writeFile(join(folder, file), insertBefore(text, was, '').replace(was, is))
  }
  const { code, stdout } = await check()
  expect(code).toBe(1)
  for (const word of ['callz', 'shared_hitz', 'plan_timez', 'operationz']) expect(stdout).toContain(word)
}, 120_000)

test('a column that metadata.yaml leaves to code, which code does not compute, fails the type check', async () => {
  const folder = await copyOfTheProject()
  const part = join(folder, 'metadata/statements.yaml')
  const metadata = await readFile(part, 'utf8')
  await writeFile(part, metadata.replaceAll(/\bmean_ms\b/g, 'average_ms'))
  expect(await runNodeIn(folder, 'codegen/main.ts')).toMatchObject({ code: 0, stderr: '' })
  const { code, stdout } = await types(folder, 'src/receivers/postgresql/receiver.ts')
  expect(code).toBe(1)
  expect(stdout).toContain('mean_ms')
}, 120_000)

test('what is said of a key of the grammar is in the reference and in the fault', async () => {
  const folder = await copyOfTheProject()
  const grammar = join(folder, 'src/metadata/grammar/instrument-grammar.ts')
  const text = await readFile(grammar, 'utf8')
  await writeFile(grammar, text.replace("'a unit of UCUM'", "'what it is measured in: of UCUM'"))
  const reference = join(folder, 'docs/metadata.md')
  const stale = await runNodeIn(folder, 'codegen/main.ts', '--check')
  expect(stale).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('docs/metadata.md: differs from the grammar'),
  })
  expect(await readFile(reference, 'utf8')).not.toContain('what it is measured in')
  expect(await runNodeIn(folder, 'codegen/main.ts')).toMatchObject({ code: 0, stderr: '' })
  expect(await readFile(reference, 'utf8')).toContain('| `unit`, required | `By` | what it is measured in: of UCUM |')
  const part = join(folder, 'metadata/statements.yaml')
  await writeFile(part, (await readFile(part, 'utf8')).replace(/^ {4}unit: .*\n/m, ''))
  const { stderr } = await runNodeIn(folder, 'codegen/main.ts')
  expect(stderr).toMatch(/::unit: is required \(expected string\): what it is measured in\n/)
})

test('a choice that is added to the metadata is missing where code tells the choices apart', async () => {
  const folder = await copyWith('src/exporters/newrelic/metadata.yaml', {
    ']\n    description: The account': ', au',
  })
  const { code, stdout } = await types(folder, 'src/exporters/newrelic/region.ts')
  expect([code, stdout]).toEqual([1, expect.stringContaining("Property 'au' is missing")])
})
