import { request } from 'node:http'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Endpoint, type EndpointSettings, startEndpoint } from '../../src/demo/endpoint/endpoint.ts'
import { exportLogsRequest, exportMetricsRequest } from '../../src/demo/endpoint/otlp-proto.ts'
import type { Rule } from '../../src/demo/endpoint/violation.ts'

const nowMs = Date.UTC(2031, 4, 7, 8, 9, 10)
const hourMs = 3_600_000
const ns = (ms: number) => String(BigInt(ms) * 1_000_000n)

const key = '0123456789abcdef0123456789abcdef0123NRAL'
const jsonHeaders = { 'api-key': key, 'content-type': 'application/json' }
const protobufHeaders = { 'api-key': key, 'content-type': 'application/x-protobuf' }

const start = (settings: Partial<EndpointSettings> = {}) =>
  startEndpoint({ apiKey: key, now: () => nowMs, ...settings })

const text = (name: string, value: string) => ({ key: name, value: { stringValue: value } })
const many = (count: number) => Array.from({ length: count }, (_, index) => text(`key${index}`, `value ${index}`))

type Json = Readonly<Record<string, unknown>>

const delta = (point: Json = {}): Json => ({
  startTimeUnixNano: ns(nowMs - 30_000),
  timeUnixNano: ns(nowMs),
  asInt: '7',
  attributes: [text('state', 'active')],
  ...point,
})
const counter = (points: readonly Json[] = [delta()], metric: Json = {}, sum: Json = {}): Json => ({
  name: 'postgresql.commits',
  unit: '1',
  sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: points, ...sum },
  ...metric,
})
const gauge = (point: Json): Json => ({
  name: 'postgresql.lag',
  unit: 's',
  gauge: { dataPoints: [{ startTimeUnixNano: ns(nowMs), timeUnixNano: ns(nowMs), ...point }] },
})
const metrics = (list: readonly Json[], resource: readonly Json[] = [], scope: readonly Json[] = []): Json => ({
  resourceMetrics: [
    {
      resource: { attributes: [text('server.address', 'db1'), ...resource] },
      scopeMetrics: [{ scope: { name: 'lab', version: '3', attributes: scope }, metrics: list }],
    },
  ],
})

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const system = text('db.system.name', 'postgresql')
const logRecord = (over: Json = {}): Json => ({
  timeUnixNano: ns(nowMs - 5),
  eventName: 'db.server.query_sample',
  attributes: [system],
  ...over,
})
const logs = (
  logRecords: readonly Json[],
  resource: readonly Json[] = [text('service.instance.id', 'db1:5432')],
): Json => ({
  resourceLogs: [{ resource: { attributes: resource }, scopeLogs: [{ scope: { name: 'lab' }, logRecords }] }],
})

const post = (endpoint: Endpoint, body: Json, path = '/v1/metrics') =>
  fetch(`${endpoint.url}${path}`, { method: 'POST', headers: jsonHeaders, body: JSON.stringify(body) })

function encode(message: Json): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(exportMetricsRequest.encode(exportMetricsRequest.fromObject(message)).finish())
}

describe('answers', () => {
  const good = Buffer.from(JSON.stringify(metrics([counter()])))
  const { 'api-key': _, ...anonymous } = jsonHeaders
  for (const { claim, status, path = '/v1/metrics', method = 'POST', headers = jsonHeaders, body = good, refusal } of [
    { claim: 'a good request', status: 200 },
    { claim: 'a missing key', status: 401, headers: anonymous, refusal: /no api-key/ },
    { claim: 'a wrong key', status: 403, headers: { ...jsonHeaders, 'api-key': 'other' }, refusal: /another api-key/ },
    { claim: 'a wrong path', status: 404, path: '/v1/traces', refusal: /v1.traces/ },
    { claim: 'a GET', status: 405, method: 'GET', refusal: /GET/ },
    {
      claim: 'plain text',
      status: 415,
      headers: { ...jsonHeaders, 'content-type': 'text/plain' },
      refusal: /text.plain/,
    },
    { claim: 'an unknown encoding', status: 415, headers: { ...jsonHeaders, 'content-encoding': 'br' }, refusal: /br/ },
    { claim: 'a broken body', status: 400, body: Buffer.from('{"resourceMetrics": 7}'), refusal: /array/ },
    { claim: 'too much on the wire', status: 413, body: Buffer.alloc(1_000_001, ' '), refusal: /^wire size: 1000001/ },
    {
      claim: 'too much when decompressed',
      status: 413,
      headers: { ...jsonHeaders, 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(1_000_001, ' ')),
      refusal: /^decoded size: 1000001/,
    },
  ]) {
    test(`${claim} is answered with ${status} and no body`, async () => {
      await using endpoint = await start()
      const payload = method === 'GET' ? {} : { body: Uint8Array.from(body) }
      const response = await fetch(`${endpoint.url}${path}`, { method, headers: { ...headers }, ...payload })
      expect([response.status, await response.text()]).toEqual([status, ''])
      const [record] = endpoint.received.requests()
      expect(record).toMatchObject({ path, status, at: nowMs })
      if (refusal === undefined) expect(record?.refusal).toBeUndefined()
      else expect(record?.refusal).toMatch(refusal)
      expect(endpoint.received.points()).toHaveLength(status === 200 ? 1 : 0)
    })
  }

  test('exactly 1,000,000 bytes are taken', async () => {
    await using endpoint = await start()
    const body = JSON.stringify(metrics([counter()])).padEnd(1_000_000)
    const response = await fetch(`${endpoint.url}/v1/metrics`, { method: 'POST', headers: jsonHeaders, body })
    expect(response.status).toBe(200)
    expect(endpoint.received.requests()).toMatchObject([{ wireBytes: 1_000_000, decodedBytes: 1_000_000, points: 1 }])
  })
})

describe('what arrives', () => {
  const large = 2n ** 53n + 11n
  const message = metrics([
    counter([delta({ asInt: String(large) })]),
    gauge({ asDouble: 0.25, attributes: [{ key: 'pid', value: { intValue: '77' } }] }),
    { name: 'postgresql.wait', histogram: { dataPoints: [{}, {}], aggregationTemporality: 1 } },
  ])
  const points = [
    {
      metric: 'postgresql.commits',
      unit: '1',
      kind: 'sum',
      monotonic: true,
      temporality: 'delta',
      value: large,
      startNs: BigInt(ns(nowMs - 30_000)),
      timeNs: BigInt(ns(nowMs)),
      attributes: { state: 'active' },
      resource: { 'server.address': 'db1' },
      scope: { name: 'lab', version: '3' },
    },
    expect.objectContaining({ kind: 'gauge', monotonic: false, value: 0.25, attributes: { pid: 77n } }),
  ]
  const bytes = encode(message)

  for (const { encoding, headers, body } of [
    { encoding: 'protobuf', headers: protobufHeaders, body: bytes },
    { encoding: 'gzip', headers: { ...protobufHeaders, 'content-encoding': 'gzip' }, body: gzipSync(bytes) },
    { encoding: 'zstd', headers: { ...protobufHeaders, 'content-encoding': 'zstd' }, body: zstdCompressSync(bytes) },
    { encoding: 'JSON', headers: jsonHeaders, body: Buffer.from(JSON.stringify(message)) },
  ]) {
    test(`reads the same from ${encoding}, 64-bit integers to the digit`, async () => {
      await using endpoint = await start()
      await fetch(`${endpoint.url}/v1/metrics`, { method: 'POST', headers, body: Uint8Array.from(body) })
      expect(endpoint.received.points()).toEqual(points)
      expect(endpoint.received.violations()).toEqual([])
      // The histogram's points are counted, too.
      expect(endpoint.received.requests()).toMatchObject([{ status: 200, wireBytes: body.length, points: 4 }])
    })
  }

  test('log records are read from protobuf', async () => {
    await using endpoint = await start()
    const record = {
      timeUnixNano: ns(nowMs - 5),
      severityNumber: 9,
      severityText: 'INFO',
      eventName: 'db.server.top_query',
      body: { kvlistValue: { values: [text('calls', 'three')] } },
      attributes: [text('db.query.text', 'SELECT 1')],
      flags: 1,
      traceId: Buffer.from(traceId, 'hex'),
      spanId: Buffer.from(spanId, 'hex'),
    }
    const resource = { attributes: [text('server.address', 'db1')] }
    const scope = { name: 'lab', version: '3' }
    const request = { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] }
    const body = exportLogsRequest.encode(exportLogsRequest.fromObject(request)).finish()
    const url = `${endpoint.url}/v1/logs`
    await fetch(url, { method: 'POST', headers: protobufHeaders, body: Uint8Array.from(body) })
    expect(endpoint.received.logs()).toEqual([
      {
        timeNs: BigInt(ns(nowMs - 5)),
        observedNs: 0n,
        severityNumber: 9,
        severityText: 'INFO',
        eventName: 'db.server.top_query',
        body: { calls: 'three' },
        trace: { traceId, spanId, flags: 1 },
        attributes: { 'db.query.text': 'SELECT 1' },
        resource: { 'server.address': 'db1' },
        scope,
      },
    ])
    expect(endpoint.received.requests()).toMatchObject([{ points: 0, logs: 1 }])
  })

  test('log records are found by event and attributes, and counted by event for ever', async () => {
    await using endpoint = await start({ keepPoints: 2 })
    const pid = (value: string) => ({ key: 'postgresql.pid', value: { intValue: value } })
    const sample = (value: string) => logRecord({ attributes: [system, pid(value)] })
    await post(
      endpoint,
      logs([sample('77'), sample('78'), logRecord({ eventName: 'db.server.top_query' })]),
      '/v1/logs',
    )
    const { received } = endpoint
    expect(received.logs({ event: 'db.server.query_sample' })).toMatchObject([
      { timeNs: BigInt(ns(nowMs - 5)), attributes: { 'postgresql.pid': 78n } },
    ])
    expect(received.logs({ attributes: { 'postgresql.pid': 77n } })).toEqual([])
    expect(received.logs({ attributes: { 'service.instance.id': 'db1:5432' } })).toHaveLength(2)
    expect(Object.fromEntries(received.eventCounts())).toEqual({
      'db.server.query_sample': 2,
      'db.server.top_query': 1,
    })
  })

  for (const { encoding, headers } of [
    { encoding: 'JSON', headers: jsonHeaders },
    { encoding: 'protobuf', headers: protobufHeaders },
  ]) {
    test(`the trace of a log record is read from ${encoding}`, async () => {
      await using endpoint = await start()
      const hex = logs([logRecord({ traceId, spanId, flags: 1 })])
      const bytes = logs([
        logRecord({ traceId: Buffer.from(traceId, 'hex'), spanId: Buffer.from(spanId, 'hex'), flags: 1 }),
      ])
      const body =
        encoding === 'JSON'
          ? Buffer.from(JSON.stringify(hex))
          : Uint8Array.from(exportLogsRequest.encode(exportLogsRequest.fromObject(bytes)).finish())
      await fetch(`${endpoint.url}/v1/logs`, { method: 'POST', headers, body })
      expect(endpoint.received.logs()).toMatchObject([{ trace: { traceId, spanId, flags: 1 } }])
      expect(endpoint.received.violations()).toEqual([])
    })
  }

  test('deltas add up by series, whatever the order of the attributes; other values are the latest', async () => {
    await using endpoint = await start({ keepPoints: 2 })
    const [one, two] = [text('state', 'active'), text('db', 'shop')]
    const earlier = { startTimeUnixNano: ns(nowMs - 60_000), timeUnixNano: ns(nowMs - 30_000) }
    await post(endpoint, metrics([counter([delta({ attributes: [one, two] })]), gauge({ asDouble: 3.5 })]))
    await post(endpoint, metrics([counter([delta({ asInt: '10', attributes: [two, one], ...earlier })])]))
    await post(endpoint, metrics([counter([delta({ asInt: '100' })]), gauge({ asDouble: 9.5, ...earlier })]))
    const { received } = endpoint
    expect(received.series({ attributes: { db: 'shop' } })).toMatchObject([
      { total: 17n, points: 2, latest: { value: 7n } },
    ])
    expect(received.total({ metric: 'postgresql.commits' })).toBe(117)
    expect(received.total({ metric: 'postgresql.commits', attributes: { 'server.address': 'db2' } })).toBe(0)
    expect(received.series({ metric: 'postgresql.lag' })).toMatchObject([{ total: 3.5 }])
    // Five have come.
    expect(received.points()).toHaveLength(2)
  })

  test('delta windows that count some time twice are found', async () => {
    await using endpoint = await start()
    const window = (from: number, to: number) =>
      delta({ startTimeUnixNano: ns(nowMs - from), timeUnixNano: ns(nowMs - to) })
    await post(endpoint, metrics([counter([window(200, 100), window(400, 300), window(300, 200)])]))
    expect(endpoint.received.overlaps()).toEqual([])
    await post(endpoint, metrics([counter([window(350, 320)])]))
    expect(endpoint.received.overlaps()).toMatchObject([
      { first: { startNs: BigInt(ns(nowMs - 400)) }, second: { startNs: BigInt(ns(nowMs - 350)) } },
    ])
  })

  test('is waited for as a fact, and no longer than the signal allows', async () => {
    await using endpoint = await start()
    const waiting = endpoint.waitFor((received) => received.points().length === 2, AbortSignal.timeout(10_000))
    await post(endpoint, metrics([counter()]))
    await post(endpoint, metrics([counter()]))
    await waiting
    const inVain = endpoint.waitFor((received) => received.points().length === 3, AbortSignal.timeout(20))
    await expect(inVain).rejects.toThrow('aborted')
  })
})

describe('limits that New Relic applies in silence', () => {
  const long = 'x'.repeat(4_096)
  const withAttribute = (attribute: Json) => metrics([counter([delta({ attributes: [attribute] })])])
  const strings = (count: number) => Array.from({ length: count }, () => ({ stringValue: 'a' }))
  const log = (over: Json) => logs([logRecord(over)])
  const logWith = (attribute: Json) => log({ attributes: [system, attribute] })
  const instance = text('service.instance.id', 'db1:5432')
  const cases: readonly (readonly [Rule, Json])[] = [
    ['attribute_value_length', withAttribute(text('query', long))],
    ['attribute_value_length', logWith(text('query', 'x'.repeat(4_095)))],
    ['attribute_value_length', logs([logRecord()], [instance, text('region', 'x'.repeat(4_095))])],
    ['attribute_key_length', withAttribute(text('k'.repeat(256), 'v'))],
    ['attribute_key_duplicate', metrics([counter([delta({ attributes: [text('a', '1'), text('a', '2')] })])])],
    ['attribute_array_length', withAttribute({ key: 'pids', value: { arrayValue: { values: strings(65) } } })],
    ['attribute_complex', withAttribute({ key: 'plan', value: { kvlistValue: { values: [text('a', 'b')] } } })],
    [
      'attribute_complex',
      withAttribute({ key: 'mixed', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } }),
    ],
    ['attribute_null', withAttribute({ key: 'nothing' })],
    ['attribute_is_metric_name', withAttribute(text('postgresql.commits', 'v'))],
    ['attribute_reserved', withAttribute(text('count', 'v'))],
    ['attribute_reserved', metrics([counter()], [text('entity.guid', 'v')])],
    ['resource_attribute_count', metrics([counter()], many(64))],
    ['scope_attribute_count', metrics([counter()], [], many(9))],
    ['record_attribute_count', metrics([counter([delta({ attributes: many(129) })])])],
    ['metric_name_length', metrics([counter([delta()], { name: 'n'.repeat(256) })])],
    ['metric_name_characters', metrics([counter([delta()], { name: 'postgresql.commits/s' })])],
    ['description_present', metrics([counter([delta()], { description: 'Billed on every point.' })])],
    ['summary', metrics([{ name: 'postgresql.wait', summary: { dataPoints: [{}] } }])],
    ['temporality_unspecified', metrics([counter([delta()], {}, { aggregationTemporality: 0 })])],
    ['delta_not_monotonic', metrics([counter([delta()], {}, { isMonotonic: false })])],
    ['delta_negative', metrics([counter([delta({ asInt: '-1' })])])],
    ['delta_without_duration', metrics([counter([delta({ startTimeUnixNano: ns(nowMs) })])])],
    ['delta_without_duration', metrics([counter([delta({ startTimeUnixNano: '0' })])])],
    ['start_after_end', metrics([counter([delta({ startTimeUnixNano: ns(nowMs + 1) })])])],
    ['value_not_finite', metrics([gauge({ asDouble: 'NaN' })])],
    ['value_not_finite', metrics([gauge({ asDouble: '-Infinity' })])],
    ['value_missing', metrics([gauge({})])],
    ['time_too_old', metrics([counter([delta({ startTimeUnixNano: ns(nowMs - 48 * hourMs - 1) })])])],
    ['time_too_new', metrics([counter([delta({ timeUnixNano: ns(nowMs + 24 * hourMs + 1) })])])],
    ['attribute_value_length', logWith(text('query', long))],
    ['attribute_key_length', logWith(text('k'.repeat(256), 'v'))],
    ['attribute_key_duplicate', logWith(system)],
    ['attribute_null', logWith({ key: 'nothing' })],
    ['attribute_complex', logWith({ key: 'plan', value: { kvlistValue: { values: [text('a', 'b')] } } })],
    ['record_attribute_count', log({ attributes: [system, ...many(128)] })],
    ['record_array', logWith({ key: 'pids', value: { arrayValue: { values: strings(2) } } })],
    ['resource_attribute_count', logs([logRecord()], [instance, ...many(64)])],
    ['event_name_missing', log({ eventName: '' })],
    ['body_present', log({ body: { stringValue: '' } })],
    ['db_system_missing', log({ attributes: [text('db.system', 'postgresql')] })],
    ['instance_missing', logs([logRecord()], [])],
    ['instance_missing', logs([logRecord()], [text('service.instance.id', '')])],
    ['other_entity', logs([logRecord()], [instance, text('service.name', 'otelephant')])],
    ['other_entity', logs([logRecord()], [instance, text('host.name', 'collector-1')])],
    ['trace_invalid', log({ traceId })],
    ['trace_invalid', log({ spanId })],
    ['trace_invalid', log({ traceId: '0'.repeat(32), spanId })],
    ['trace_invalid', log({ traceId: traceId.slice(2), spanId })],
    ['time_too_old', log({ timeUnixNano: ns(nowMs - 49 * hourMs) })],
    ['time_too_new', log({ timeUnixNano: ns(nowMs + 25 * hourMs) })],
  ]
  for (const [index, [rule, body]] of cases.entries()) {
    const path = 'resourceLogs' in body ? '/v1/logs' : '/v1/metrics'
    test(`${rule} is found in ${path} and answered with 200 (${index + 1})`, async () => {
      await using endpoint = await start()
      expect((await post(endpoint, body, path)).status).toBe(200)
      expect(endpoint.received.violations().map((violation) => violation.rule)).toEqual([rule])
      expect(endpoint.received.violationCounts()).toEqual(new Map([[rule, 1]]))
    })
  }

  test('what is just within the limits breaks none', async () => {
    await using endpoint = await start()
    const attributes = [text('k'.repeat(255), 'x'.repeat(4_095)), ...many(127)]
    const oldest = delta({ attributes, startTimeUnixNano: ns(nowMs - 48 * hourMs) })
    const newest = delta({ timeUnixNano: ns(nowMs + 24 * hourMs) })
    const upDown = counter(
      [delta({ asInt: '-3', startTimeUnixNano: ns(nowMs) })],
      { name: 'n'.repeat(255) },
      {
        aggregationTemporality: 2,
        isMonotonic: false,
      },
    )
    await post(endpoint, metrics([counter([oldest, newest]), upDown], many(63), many(8)))
    await post(
      endpoint,
      log({ attributes: [system, text('query', 'x'.repeat(4_094)), ...many(126)], timeUnixNano: '0' }),
      '/v1/logs',
    )
    expect(endpoint.received.violations()).toEqual([])
    expect(endpoint.received.points()).toHaveLength(3)
  })
})

describe('faults', () => {
  test('an answer of the test is given to the letter, and what it refuses is not taken in', async () => {
    await using endpoint = await start({
      respond: ({ path, headers, body }) =>
        path === '/v1/metrics' && headers['api-key'] === key && body.length > 9
          ? { status: 429, headers: { 'retry-after': '29' }, body: 'slow down' }
          : undefined,
    })
    const response = await post(endpoint, metrics([counter()]))
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
      429,
      '29',
      'slow down',
    ])
    expect(endpoint.received.points()).toEqual([])
    endpoint.respondWith(undefined)
    expect((await post(endpoint, metrics([counter()]))).status).toBe(200)
    expect(endpoint.received.requests()).toMatchObject([
      { status: 429, points: 0 },
      { status: 200, points: 1 },
    ])
  })

  for (const { fault, taken } of [
    { fault: 'reset', taken: 0 },
    { fault: 'accept_then_reset', taken: 1 },
  ] as const) {
    test(`${fault} breaks the connection and takes in ${taken}`, async () => {
      await using endpoint = await start({ respond: () => fault })
      await expect(post(endpoint, metrics([counter()]))).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
      expect(endpoint.received.points()).toHaveLength(taken)
      expect(endpoint.received.requests()).toMatchObject([{ status: 'reset', points: taken }])
    })
  }

  test('hang leaves the client waiting until it gives up', async () => {
    await using endpoint = await start({ respond: () => 'hang' })
    const arrived = endpoint.waitFor((received) => received.requests().length === 1, AbortSignal.timeout(10_000))
    const client = request(`${endpoint.url}/v1/metrics`, { method: 'POST', headers: jsonHeaders })
    const outcome = new Promise((resolve) => {
      client.on('response', () => resolve('answered'))
      client.on('error', () => resolve('gave up'))
    })
    client.end(JSON.stringify(metrics([counter()])))
    await arrived
    client.destroy(new Error('deadline'))
    expect(await outcome).toBe('gave up')
    expect(endpoint.received.requests()).toMatchObject([{ status: 'hang', points: 0 }])
  })
})
