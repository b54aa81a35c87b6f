import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { type DebugConfig, debugConfig } from '../../../src/exporters/debug/debug-config.ts'
import { DebugExporter } from '../../../src/exporters/debug/debug-exporter.ts'
import { batch, commits, lag, point, reading, rowsRead, series } from '../../deltas/support/points.ts'
import { logBatch, record } from '../otlp/support/log-records.ts'

/** An exporter, and the text that it has printed. */
function printing(config: Partial<DebugConfig>) {
  let text = ''
  const output = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, callback) {
      text += String(chunk)
      setImmediate(callback)
    },
  })
  const exporter = new DebugExporter({ config: { ...debugConfig.parse({}), ...config }, output })
  return { exporter, text: () => text }
}

async function printed(config: Partial<DebugConfig>, signal: AbortSignal) {
  const { exporter, text } = printing(config)
  const rows = series(rowsRead, { operation: 'ins', 'db.namespace': 'orders|public' })
  await exporter.consume(
    batch(reading(10), [point(series(commits), 700), point(rows, 5), point(series(lag), 1.5)]),
    signal,
  )
  await exporter.consume(batch(reading(40), [point(series(commits), 742), point(rows, 5)]), signal)
  return { text: text(), account: exporter.account() }
}

async function printedLogs(verbosity: DebugConfig['verbosity'], signal: AbortSignal) {
  const { exporter, text } = printing({ verbosity })
  const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 }
  const records = [record(10, { 'db.query.text': 'SELECT\n$1' }, { trace }), record(11, { 'postgresql.pid': 77 })]
  await exporter.consumeLogs(logBatch(records), signal)
  return { text: text(), account: exporter.account() }
}

test('a line per point says what would be sent, as the server counts it', async ({ signal }) => {
  const { text, account } = await printed({}, signal)
  expect(text).toBe(
    [
      'postgresql.commits{db.namespace="orders"} 700 1',
      'postgresql.operations{operation="ins", db.namespace="orders|public"} 5 1',
      'postgresql.wal.lag{db.namespace="orders"} 1.5 s',
      'postgresql.commits{db.namespace="orders"} 742 1',
      'postgresql.operations{operation="ins", db.namespace="orders|public"} 5 1',
      '',
    ].join('\n'),
  )
  expect(account).toEqual({ consumed: 5, sent: 5, queued: 0, dropped: {}, absorbed: {} })
})

test('as deltas, it leaves out what there is nothing to send of', async ({ signal }) => {
  const { text, account } = await printed({ temporality: 'delta' }, signal)
  expect(text).toBe(
    'postgresql.wal.lag{db.namespace="orders"} 1.5 s\npostgresql.commits{db.namespace="orders"} +42 1\n',
  )
  expect(account).toEqual({ consumed: 5, sent: 2, queued: 0, dropped: {}, absorbed: { first_sight: 2, zero: 1 } })
})

test('basic is a line per batch', async ({ signal }) => {
  const { text } = await printed({ verbosity: 'basic', temporality: 'delta' }, signal)
  expect(text).toBe(
    'db.example.com:5432 database: 3 points, 1 to send, complete\ndb.example.com:5432 database: 2 points, 1 to send, complete\n',
  )
})

test('detailed adds the kind, the times, the resource and the scope', async ({ signal }) => {
  const { text } = await printed({ verbosity: 'detailed', temporality: 'delta' }, signal)
  expect(text).toContain('  delta monotonic sum int, 2030-01-01T00:00:10.000Z to 2030-01-01T00:00:40.000Z\n')
  expect(text).toContain('  resource {service.instance.id="db.example.com:5432"} scope otelephant/postgresql 7.8.9\n')
})

test('a line per log record says what would be sent', async ({ signal }) => {
  const { text, account } = await printedLogs('normal', signal)
  expect(text).toBe(
    [
      'db.server.query_sample{db.system.name="postgresql", db.query.text="SELECT\\n$1"}',
      'db.server.query_sample{db.system.name="postgresql", postgresql.pid=77}',
      '',
    ].join('\n'),
  )
  expect(account).toEqual({ consumed: 2, sent: 2, queued: 0, dropped: {}, absorbed: {} })
})

test('basic is a line per batch of log records', async ({ signal }) => {
  expect((await printedLogs('basic', signal)).text).toBe('otelephant/postgresql: 2 log records\n')
})

test('detailed adds the time, the trace, the resource and the scope of a log record', async ({ signal }) => {
  const { text } = await printedLogs('detailed', signal)
  expect(text).toContain(
    '\n  log record, 2030-01-01T00:00:10.000Z, trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331 flags 1\n',
  )
  expect(text).toContain('\n  log record, 2030-01-01T00:00:11.000Z\n')
  expect(text).toContain('  resource {service.instance.id="db.example.com:5432"} scope otelephant/postgresql 7.8.9\n')
})

test('rows of a query with top rows are printed as the series that they are added to', async ({ signal }) => {
  const { exporter, text } = printing({ temporality: 'delta' })
  const other = series(rowsRead, { query: '(other)' })
  const rows = (values: readonly number[]) => ({
    columns: ['calls'],
    metrics: [rowsRead],
    rows: values.map((value, index) => ({ key: `row ${index}`, values: [value], targets: [other] })),
    fallsWhenReset: true,
  })
  await exporter.consume({ ...batch(reading(10), []), counterRows: rows([700, 50]) }, signal)
  await exporter.consume({ ...batch(reading(40), []), counterRows: rows([711, 53]) }, signal)
  expect(text()).toBe('postgresql.operations{query="(other)"} +14 1\n')
  expect(exporter.account()).toMatchObject({ sent: 1, absorbed: { first_sight: 2, folded: 2 } })
})
