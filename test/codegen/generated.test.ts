import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { describe, expect, test } from 'vitest'
import {
  eventDefaults,
  eventsConfig,
  intervalsConfig,
  limitsConfig,
  metricDefaults,
  metricsConfig,
  queryIntervals,
  resourceAttributesConfig,
} from '../../generated/postgresql/config.ts'
import { EventsBuilder, events } from '../../generated/postgresql/events.ts'
import { entities, MetricsBuilder, metrics } from '../../generated/postgresql/metrics.ts'
import { queries, sourcedMetrics } from '../../generated/postgresql/queries.ts'
import { resource } from '../../generated/postgresql/resource.ts'
import { instruments } from '../../generated/postgresql/telemetry.ts'
import { pascalCase } from '../../src/metadata/identifier.ts'
import { factoryOf } from '../support/series-factory.ts'
import { root } from './support/generator.ts'

describe('the builder of points', () => {
  function builder(enabled: Iterable<string>): MetricsBuilder {
    return new MetricsBuilder({
      factory: factoryOf({ scope: { name: 'sample', version: '7' }, endpoint: 'db:5432' }),
      enabled: new Set(enabled),
    })
  }
  const epoch = { server: '4711', witnesses: [] }
  const reading = { query: 'table', filter: '', startedMs: 1, timeMs: 2, epoch, completes: true }

  const sampled = { database: 'shop', hash: '50fde20626009aba', 'postgresql.wait_event_type': 'Lock' } as const

  test('records a point with the attributes of its entity and its own', () => {
    const built = builder(['postgresql.statement.session.time'])
    built.recordPostgresqlStatementSessionTime(17.25, sampled)
    expect(built.take(reading).points).toMatchObject([
      {
        value: 17.25,
        series: {
          metric: metrics['postgresql.statement.session.time'],
          attributes: {
            'db.namespace': 'shop',
            'postgresql.database.name': 'shop',
            'query.hash': '50fde20626009aba',
            'postgresql.wait_event_type': 'Lock',
          },
        },
      },
    ])
  })

  test('refuses a value that an attribute never has, and a part that is missing', () => {
    const built = builder([])
    // @ts-expect-error
    built.recordPostgresqlStatementSessionTime(1, { ...sampled, database: 7 })
    const { database: _, ...nowhere } = sampled
    // @ts-expect-error
    built.recordPostgresqlStatementSessionTime(1, nowhere)
    // @ts-expect-error
    built.recordPostgresqlBlockingDepth(1, {})
    expect(built.take(reading).points).toEqual([])
  })

  test('has a method for every metric that no query feeds', () => {
    const fed = new Set(sourcedMetrics.map(({ info }) => info.name))
    const methods = Object.keys(metrics).flatMap((name) => (fed.has(name) ? [] : [`record${pascalCase(name)}`]))
    expect(Object.getOwnPropertyNames(MetricsBuilder.prototype).toSorted()).toEqual(
      [...methods, 'constructor'].toSorted(),
    )
  })
})

describe('the builder of records', () => {
  const plan = {
    'postgresql.queryid': '-4711',
    'db.namespace': 'shop',
    'postgresql.userid': '10',
    'postgresql.rolname': null,
    'postgresql.query_plan': '[]',
    'query.hash': '50fde20626009aba',
    'db.query.summary': 'SELECT orders',
    'db.operation.name': 'SELECT',
    'db.collection.name': undefined,
    'postgresql.plan.hash': 'a1b2',
    'postgresql.plan.changed': false,
  } as const

  function builder(enabled: readonly string[]): EventsBuilder {
    const scope = { name: 'sample', version: '7' }
    return new EventsBuilder({ resource: { attributes: {} }, scope, enabled: new Set(enabled) })
  }

  test('records an event with the attributes that are known and the system', () => {
    const built = builder(['db.server.query_plan'])
    built.recordDbServerQueryPlan(1_700_000_000_123, plan)
    const { 'postgresql.rolname': _, 'db.collection.name': __, ...known } = plan
    expect(built.take().records).toEqual([
      {
        eventName: 'db.server.query_plan',
        timeMs: 1_700_000_000_123,
        attributes: { 'db.system.name': 'postgresql', ...known },
      },
    ])
  })

  test('refuses an attribute of another type, one that is missing and one that is constant', () => {
    const built = builder([])
    // @ts-expect-error
    built.recordDbServerQueryPlan(1, { ...plan, 'postgresql.plan.changed': 'no' })
    const { 'query.hash': _, ...unhashed } = plan
    // @ts-expect-error
    built.recordDbServerQueryPlan(1, unhashed)
    // @ts-expect-error
    built.recordDbServerQueryPlan(1, { ...plan, 'db.system.name': 'postgresql' })
    // @ts-expect-error
    built.isEnabled('db.server.query_plans')
    expect(built.take().records).toEqual([])
  })

  test('has a method for every event, each of them about this system', () => {
    const methods = Object.keys(events).map((name) => `record${pascalCase(name)}`)
    expect(methods.length).toBeGreaterThan(2)
    expect(Object.getOwnPropertyNames(EventsBuilder.prototype).toSorted()).toEqual(
      [...methods, 'constructor'].toSorted(),
    )
    for (const { constants } of Object.values(events)) expect(constants).toEqual({ 'db.system.name': 'postgresql' })
  })

  test("has upstream's attributes, in its order", () => {
    expect(events['db.server.top_query'].attributes.slice(0, 19)).toEqual([
      'db.system.name',
      'db.namespace',
      'db.query.text',
      'db.query.comment_tags',
      'db.query.comment_tags.nr_service_guid',
      'postgresql.calls',
      'postgresql.rows',
      'postgresql.shared_blks_dirtied',
      'postgresql.shared_blks_hit',
      'postgresql.shared_blks_read',
      'postgresql.shared_blks_written',
      'postgresql.temp_blks_read',
      'postgresql.temp_blks_written',
      'postgresql.queryid',
      'postgresql.userid',
      'postgresql.rolname',
      'postgresql.total_exec_time',
      'postgresql.total_plan_time',
      'postgresql.query_plan',
    ])
  })
})

describe('the tables', () => {
  test('agree with each other', () => {
    expect(Object.keys(metricDefaults)).toEqual(Object.keys(metrics))
    expect(Object.keys(eventDefaults)).toEqual(Object.keys(events))
    expect(Object.keys(queryIntervals)).toEqual(queries.map(({ name }) => name))
    for (const { info, entity, sources } of sourcedMetrics) {
      expect(Object.values(metrics)).toContain(info)
      expect(Object.values(entities)).toContain(entity)
      for (const { query } of sources) expect(Object.keys(queryIntervals)).toContain(query)
    }
  })
})

describe('the configuration', () => {
  test('switches metrics by name and knows no others', () => {
    expect(metricsConfig.parse({ 'postgresql.deadlocks': { enabled: true } })).toEqual({
      'postgresql.deadlocks': { enabled: true },
    })
    expect(metricsConfig.safeParse({ 'postgresql.deadlock': { enabled: true } }).success).toBe(false)
    expect(metricsConfig.safeParse({ 'postgresql.deadlocks': { enable: true } }).success).toBe(false)
  })

  test('switches events by name and knows no others', () => {
    expect(eventsConfig.parse({ 'db.server.top_query': { enabled: true } })).toEqual({
      'db.server.top_query': { enabled: true },
    })
    expect(eventsConfig.safeParse({ 'db.server.top_queries': { enabled: true } }).success).toBe(false)
    expect(eventsConfig.safeParse({ 'db.server.top_query': { enable: true } }).success).toBe(false)
    expect(Object.keys(eventsConfig.shape)).toEqual(Object.keys(events))
  })

  test("leaves upstream's events off", () => {
    const { 'db.server.query_sample': sample, 'db.server.top_query': top, 'db.server.query_plan': plan } = eventDefaults
    expect([sample, top, plan]).toEqual([false, false, false])
  })

  test('takes intervals of queries as durations above zero', () => {
    expect(intervalsConfig.parse({ table: '90s' })).toEqual({ table: 90_000 })
    expect(intervalsConfig.safeParse({ table: '0s' }).success).toBe(false)
    expect(intervalsConfig.safeParse({ tables: '90s' }).success).toBe(false)
  })

  test('takes limits for the queries that have one', () => {
    expect(limitsConfig.parse({ table: 31 })).toEqual({ table: 31 })
    expect(limitsConfig.safeParse({ table: 0 }).success).toBe(false)
    expect(limitsConfig.safeParse({ instance: 31 }).success).toBe(false)
    expect(Object.keys(limitsConfig.shape)).toEqual(
      queries.flatMap(({ name, top }) => (top === undefined ? [] : [name])),
    )
  })

  test('is described to editors with every key that is derived', async () => {
    const schema: unknown = JSON.parse(await readFile(join(root, 'generated/postgresql/config.schema.json'), 'utf8'))
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: {
        endpoint: { type: 'string' },
        metrics: { properties: { 'postgresql.backends': { properties: { enabled: { type: 'boolean' } } } } },
        events: { properties: { 'db.server.top_query': { properties: { enabled: { default: false } } } } },
        intervals: { properties: { table: { type: 'string' } } },
        limits: { properties: { table: { type: 'integer', default: 100 } } },
        resource_attributes: { properties: { 'server.port': { properties: { override_value: { type: 'integer' } } } } },
      },
    })
  })
})

test('the resource has the attributes that are enabled, with the values of the user', () => {
  const config = resourceAttributesConfig.parse({
    'server.port': { enabled: false },
    'service.instance.id': { override_value: 'orders' },
  })
  const values = { 'server.address': 'db', 'server.port': 5433, 'service.instance.id': 'db:5433' }
  expect(resource(values, config)).toEqual({ 'server.address': 'db', 'service.instance.id': 'orders' })
})

test('the instruments measure under their names, units and attributes', async ({ onTestFinished }) => {
  class Reader extends MetricReader {
    protected override async onShutdown(): Promise<void> {}
    protected override async onForceFlush(): Promise<void> {}
  }
  const reader = new Reader()
  const provider = new MeterProvider({ readers: [reader] })
  onTestFinished(() => provider.shutdown())
  const made = instruments(provider.getMeter('sample'))
  made.otelephantPostgresqlQueries.add(3, { outcome: 'failure', query: 'table', receiver: 'postgresql' })
  // @ts-expect-error
  made.otelephantPostgresqlQueries.add(4, { outcome: 'perhaps', query: 'table', receiver: 'postgresql' })
  const { resourceMetrics } = await reader.collect()
  expect(resourceMetrics.scopeMetrics[0]?.metrics).toMatchObject([
    {
      descriptor: { name: 'otelephant_postgresql_queries', unit: '{query}' },
      dataPoints: [
        { value: 3, attributes: { outcome: 'failure', query: 'table', receiver: 'postgresql' } },
        { value: 4 },
      ],
    },
  ])
})

test('the documentation says of a metric all that a user needs', async () => {
  const text = await readFile(join(root, 'generated/postgresql/documentation.md'), 'utf8')
  const sections = text.split('\n### ')
  const writes = sections.find((section) => section.startsWith('postgresql.bgwriter.buffers.writes\n'))
  expect(writes).toContain('source=backend: requires PostgreSQL <17')
  expect(writes).toContain('| `source` | ')
  const table = sections.find((section) => section.startsWith('postgresql.operations\n'))
  expect(table).toContain('`db.namespace` (semconv)')
  expect(table).toContain('`postgresql.table.name` (legacy)')
  expect(table).toContain('[table](#query-table), every 5m')
  const lag = sections.find((section) => section.startsWith('postgresql.wal.lag\n'))
  expect(lag).toContain('`GRANT pg_read_all_stats TO otelephant`')
})

test('the documentation says of an event what it carries, and which value is always the same', async () => {
  const text = await readFile(join(root, 'generated/postgresql/documentation.md'), 'utf8')
  const sections = text.split('\n### ')
  expect(text).toContain('[db.server.top_query](#dbservertop_query)')
  const top = sections.find((section) => section.startsWith('db.server.top_query\n'))
  expect(top).toContain('- off by default; development\n')
  expect(top).toContain('| `db.system.name` | The kind of database. | `postgresql` |')
  expect(top).toContain('| `postgresql.total_exec_time` | Time spent executing in the interval, in seconds. | double |')
  const sampled = sections.find((section) => section.startsWith('db.server.query_sample\n'))
  expect(sampled).toContain('in milliseconds. | double |')
})
