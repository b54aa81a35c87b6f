import { expect, test } from 'vitest'
import { type Endpoint, type Respond, startEndpoint } from '../../../../src/demo/endpoint/endpoint.ts'
import { noExporterTelemetry } from '../../../../src/exporters/otlp/account/exporter-telemetry.ts'
import { MemoryStore } from '../../../../src/exporters/otlp/queue/memory-store.ts'
import { encodings } from '../../../../src/exporters/otlp/wire/encoding.ts'
import { newRelicLimits } from '../../../../src/exporters/otlp/wire/limits.ts'
import { at, backends, batch, orders, point, reading, scope, series } from '../../../deltas/support/points.ts'
import { unexplainedPoints } from '../../../support/unexplained-points.ts'
import { type ExporterOptions, exporterTo } from '../support/exporter-under-test.ts'
import { LastingStore } from '../support/lasting-store.ts'
import { logBatch, record, records } from '../support/log-records.ts'

const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 }

/** An endpoint of New Relic's kind, at the time of the tests' records, and an exporter to it. */
async function delivering(options: ExporterOptions = {}, respond?: Respond) {
  const endpoint = await startEndpoint({
    apiKey: 'key-of-the-test',
    now: () => at(20),
    ...(respond === undefined ? {} : { respond }),
  })
  const under = await exporterTo(endpoint.url, options)
  return {
    endpoint,
    ...under,
    async [Symbol.asyncDispose]() {
      await under.exporter.shutdown()
      await endpoint[Symbol.asyncDispose]()
    },
  }
}

/** Who arrived, in order. */
const pidsAt = ({ received }: Endpoint) =>
  received
    .logs()
    .map(({ attributes }) => Number(attributes['postgresql.pid']))
    .toSorted((one, other) => one - other)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

for (const encoding of encodings) {
  test(`an event arrives with all it has, under its resource, and breaks no rule (${encoding})`, async ({ signal }) => {
    await using under = await delivering({ target: { encoding, limits: newRelicLimits } })
    const said = { 'db.query.text': 'SELECT $1', 'postgresql.calls': 5, share: 0.25, 'is.standby': false }
    await under.exporter.consumeLogs(logBatch([record(10, said), record(11.5, {}, { trace })]), signal)
    await under.exporter.flush(signal)
    const common = {
      eventName: 'db.server.query_sample',
      severityNumber: 0,
      severityText: '',
      body: null,
      resource: orders.attributes,
      scope,
    }
    expect(under.endpoint.received.logs()).toEqual([
      {
        ...common,
        timeNs: BigInt(at(10)) * 1_000_000n,
        observedNs: BigInt(at(10)) * 1_000_000n,
        trace: undefined,
        attributes: { 'db.system.name': 'postgresql', ...said, 'postgresql.calls': 5n },
      },
      {
        ...common,
        timeNs: BigInt(at(11.5)) * 1_000_000n,
        observedNs: BigInt(at(11.5)) * 1_000_000n,
        trace,
        attributes: { 'db.system.name': 'postgresql' },
      },
    ])
    expect(under.endpoint.received.violations()).toEqual([])
    expect(under.endpoint.received.requests()).toMatchObject([{ path: '/v1/logs', status: 200, logs: 2, points: 0 }])
  })
}

test('what is beyond the limits is cut before it is sent', async ({ signal }) => {
  await using under = await delivering({ target: { limits: newRelicLimits } })
  const many = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`key${index}`, index]))
  const long = { 'db.query.text': 'x'.repeat(5_000), ['k'.repeat(300)]: 'v', ...many }
  const crowded = { attributes: { ...orders.attributes, ...many, 'server.address': 'y'.repeat(5_000) } }
  await under.exporter.consumeLogs(logBatch([record(10, long)], crowded), signal)
  await under.exporter.flush(signal)
  const [log] = under.endpoint.received.logs()
  expect(log?.attributes).toMatchObject({ 'db.query.text': 'x'.repeat(4_094), ['k'.repeat(255)]: 'v', key124: 124n })
  expect(Object.keys(log?.attributes ?? {})).toHaveLength(128)
  expect(Object.keys(log?.resource ?? {})).toHaveLength(64)
  expect(under.endpoint.received.violations()).toEqual([])
})

test("a log's texts are cut at 4,094 characters, and none of them in its middle", async ({ signal }) => {
  await using under = await delivering({ target: { limits: newRelicLimits } })
  const texts = {
    fits: 'a'.repeat(4_094),
    longer: 'b'.repeat(4_095),
    ends: `${'c'.repeat(4_092)}😀`,
    straddles: `${'d'.repeat(4_093)}😀`,
  }
  await under.exporter.consumeLogs(logBatch([record(10, texts)]), signal)
  await under.exporter.flush(signal)
  expect(under.endpoint.received.logs()[0]?.attributes).toMatchObject({
    fits: texts.fits,
    longer: 'b'.repeat(4_094),
    ends: texts.ends,
    straddles: 'd'.repeat(4_093),
  })
  expect(under.endpoint.received.violations()).toEqual([])
})

test('records that come together share a request, each under its resource; points go beside them', async ({
  signal,
}) => {
  await using under = await delivering({ target: { flushTimeoutMs: 20 } })
  const elsewhere = { attributes: { 'service.instance.id': 'other-host:5432' } }
  await Promise.all([
    under.exporter.consumeLogs(logBatch(records(2)), signal),
    under.exporter.consumeLogs(logBatch([record(10, { 'postgresql.pid': 3 })], elsewhere), signal),
    under.exporter.consume(batch(reading(10), [point(series(backends), 12), point(series(backends), 13)]), signal),
  ])
  await under.exporter.flush(signal)
  const requests = under.endpoint.received.requests().map(({ path, logs, points }) => ({ path, logs, points }))
  expect(requests.toSorted((one, other) => (one.path < other.path ? -1 : 1))).toEqual([
    { path: '/v1/logs', logs: 3, points: 0 },
    { path: '/v1/metrics', logs: 0, points: 2 },
  ])
  const owners = under.endpoint.received
    .logs()
    .map(({ attributes, resource }) => [attributes['postgresql.pid'], resource['service.instance.id']])
  expect(owners).toEqual([
    [1n, 'db.example.com:5432'],
    [2n, 'db.example.com:5432'],
    [3n, 'other-host:5432'],
  ])
  expect(under.exporter.account()).toEqual({ consumed: 5, sent: 5, queued: 0, dropped: {}, absorbed: {} })
})

test('no request is bigger than a million bytes before compression, and every record arrives once', async ({
  signal,
}) => {
  await using under = await delivering()
  const text = { 'db.query.text': 'x'.repeat(4_000) }
  await under.exporter.consumeLogs(logBatch(records(600, text)), signal)
  await under.exporter.flush(signal)
  expect(pidsAt(under.endpoint)).toEqual(upTo(600))
  const requests = under.endpoint.received.requests()
  expect(requests.length).toBeGreaterThan(2)
  for (const { status, decodedBytes } of requests) {
    expect(status).toBe(200)
    expect(decodedBytes).toBeLessThanOrEqual(1_000_000)
  }
})

test('a record that is too large for any request is dropped and counted, and takes no other with it', async ({
  signal,
}) => {
  const drops: unknown[] = []
  const logs = { ...noExporterTelemetry, dropped: (...drop: unknown[]) => drops.push(drop) }
  await using under = await delivering({ telemetry: { logs } })
  const huge = record(10, { 'postgresql.query_plan': 'x'.repeat(1_000_001), 'postgresql.pid': 9 })
  const [first, second] = records(2)
  const all = [first, huge, second].flatMap((one) => one ?? [])
  await under.exporter.consumeLogs(logBatch(all), signal)
  await under.exporter.flush(signal)
  expect(pidsAt(under.endpoint)).toEqual([1, 2])
  expect(drops).toEqual([['too_large', 1]])
  expect(under.exporter.account()).toEqual({ consumed: 3, sent: 2, queued: 0, dropped: { too_large: 1 }, absorbed: {} })
})

for (const encoding of encodings) {
  test(`413 halves a request until its parts fit (${encoding})`, async ({ signal }) => {
    const target = { encoding, compression: 'none' } as const
    await using under = await delivering({ target }, ({ body }) => (body.length > 5_000 ? { status: 413 } : undefined))
    await under.exporter.consumeLogs(logBatch(records(200)), signal)
    await under.exporter.flush(signal)
    expect(under.endpoint.received.requests()[0]).toMatchObject({ status: 413 })
    expect(pidsAt(under.endpoint)).toEqual(upTo(200))
    expect(under.exporter.account()).toMatchObject({ consumed: 200, sent: 200, queued: 0, dropped: {} })
  })

  test(`a record that is refused for good takes no other with it (${encoding})`, async ({ signal }) => {
    const target = { encoding, compression: 'none' } as const
    await using under = await delivering({ target }, ({ body }) =>
      body.includes('poison') ? { status: 400 } : undefined,
    )
    const bad = record(10, { 'postgresql.state': 'poison', 'postgresql.pid': 101 })
    await under.exporter.consumeLogs(logBatch([...records(100), bad]), signal)
    await under.exporter.flush(signal)
    expect(pidsAt(under.endpoint)).toEqual(upTo(100))
    expect(under.exporter.account()).toMatchObject({ consumed: 101, sent: 100, dropped: { rejected: 1 } })
    expect(under.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { records: 1, reason: 'rejected' } },
    ])
  })
}

test('records that a partial success rejects are dropped, and counted as records', async ({ signal }) => {
  const counted: unknown[] = []
  const logs = {
    ...noExporterTelemetry,
    sent: (items: number) => counted.push(['sent', items]),
    dropped: (reason: string, items: number) => counted.push([reason, items]),
  }
  const body = '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}'
  const headers = { 'content-type': 'application/json' }
  await using under = await delivering({ telemetry: { logs } }, () => ({ status: 200, headers, body }))
  await under.exporter.consumeLogs(logBatch(records(7)), signal)
  await under.exporter.flush(signal)
  expect(under.exporter.account()).toMatchObject({ consumed: 7, sent: 5, dropped: { rejected: 2 } })
  expect(counted).toEqual([
    ['sent', 5],
    ['rejected', 2],
  ])
})

test('a full queue refuses records as a whole batch, which is counted and in no account', async ({ signal }) => {
  const refused: number[] = []
  const logs = { ...noExporterTelemetry, enqueueFailed: (items: number) => refused.push(items) }
  const store = new MemoryStore({ capacityBytes: 50_000 })
  await using under = await delivering({ store, telemetry: { logs }, target: { compression: 'none' } }, () => 'reset')
  await under.exporter.consumeLogs(logBatch(records(3)), signal)
  const tooMany = logBatch(records(600, { 'db.query.text': 'x'.repeat(4_000) }))
  await expect(under.exporter.consumeLogs(tooMany, signal)).rejects.toThrow('the sending queue is full')
  expect(refused).toEqual([600])
  expect(under.exporter.account()).toMatchObject({ consumed: 3, queued: 3 })
  under.endpoint.respondWith(undefined)
})

test('records whose sender gave up before they were stored are not sent', async ({ signal }) => {
  await using under = await delivering({ target: { flushTimeoutMs: 60_000 } })
  const withdrawn = new AbortController()
  const lost = under.exporter.consumeLogs(logBatch([record(10, { 'postgresql.pid': 9 })]), withdrawn.signal)
  const taken = under.exporter.consumeLogs(logBatch(records(1)), signal)
  withdrawn.abort(new Error('the scrape was cancelled'))
  await expect(lost).rejects.toThrow('the scrape was cancelled')
  await under.exporter.flush(signal)
  await taken
  expect(pidsAt(under.endpoint)).toEqual([1])
  expect(under.exporter.account().consumed).toBe(1)
})

test('records are refused after shutdown', async ({ signal }) => {
  await using under = await delivering()
  await under.exporter.shutdown()
  await expect(under.exporter.consumeLogs(logBatch(records(1)), signal)).rejects.toThrow('shut down')
  expect(under.exporter.account().consumed).toBe(0)
})

test('what is queued for an address that is no longer configured is dropped and counted', async ({ signal }) => {
  const store = new LastingStore({ capacityBytes: 1_000_000 })
  await using before = await delivering({ store }, () => 'reset')
  await before.exporter.consumeLogs(logBatch(records(3)), signal)
  await before.exporter.shutdown()
  const urls = { metrics: `${before.endpoint.url}/v1/metrics` }
  await using after = await delivering({ store, target: { urls } })
  await after.exporter.flush(signal)
  expect(after.exporter.account()).toMatchObject({ consumed: 3, queued: 0, dropped: { unsendable: 3 } })
  expect(unexplainedPoints(after.exporter.account())).toBe(0)
})
