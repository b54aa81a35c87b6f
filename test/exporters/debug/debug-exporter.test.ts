import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { type DebugConfig, debugConfig } from '../../../src/exporters/debug/debug-config.ts'
import { DebugExporter } from '../../../src/exporters/debug/debug-exporter.ts'
import { batch, commits, lag, point, reading, rowsRead, series } from '../otlp/points.ts'

async function printed(config: Partial<DebugConfig>, signal: AbortSignal) {
  let text = ''
  const output = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, callback) {
      text += String(chunk)
      setImmediate(callback)
    },
  })
  const exporter = new DebugExporter({ config: { ...debugConfig.parse({}), ...config }, output })
  const rows = series(rowsRead, { operation: 'ins', 'db.namespace': 'orders|public' })
  await exporter.consume(
    batch(reading(10), [point(series(commits), 700), point(rows, 5), point(series(lag), 1.5)]),
    signal,
  )
  await exporter.consume(batch(reading(40), [point(series(commits), 742), point(rows, 5)]), signal)
  return { text, account: exporter.account() }
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
