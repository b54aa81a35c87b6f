import { expect, test } from 'vitest'
import type { OtlpExporter } from '../../../../src/exporters/otlp/exporter.ts'
import { backends, batch, point, reading, series } from '../../../deltas/support/points.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { decodeRequest, pointsOf } from '../support/decode-request.ts'
import { type ExporterOptions, exporterTo } from '../support/exporter-under-test.ts'
import { OtlpServer, type ReceivedRequest } from '../support/otlp-server.ts'

const gauge = series(backends)
const gaugeIn = ({ body }: ReceivedRequest) => pointsOf(decodeRequest(body))[0]?.value

/** Has the exporter store one request with this value. */
async function store(exporter: OtlpExporter, clock: FakeClock, value: number, signal: AbortSignal): Promise<void> {
  const taken = exporter.consume(batch(reading(value), [point(gauge, value)]), signal)
  await clock.advance(0)
  await taken
}

async function failing(
  status: number,
  headers: Record<string, string> = {},
  options: Omit<ExporterOptions, 'clock'> = {},
) {
  const server = await OtlpServer.listen()
  const clock = new FakeClock()
  server.answer = (response) => response.writeHead(status, headers).end('no')
  const under = await exporterTo(server.url, { ...options, clock })
  return {
    server,
    clock,
    ...under,
    async [Symbol.asyncDispose]() {
      server.answer = (response) => response.writeHead(202).end()
      await under.exporter.shutdown()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('a failed request is tried again after the back-off, which grows', async ({ signal }) => {
  await using under = await failing(503)
  const { clock, server, exporter } = under
  await store(exporter, clock, 11, signal)
  for (const [index, delayMs] of [5_000, 7_500, 11_250].entries()) {
    await server.whenReceived(index + 1)
    await clock.whenSleeping(1, signal)
    await clock.advance(delayMs - 1)
    expect(server.received).toHaveLength(index + 1)
    await clock.advance(1)
  }
  await server.whenReceived(4)
  expect(exporter.account()).toMatchObject({ consumed: 1, queued: 1, dropped: {} })
})

test('Retry-After is kept to', async ({ signal }) => {
  await using under = await failing(429, { 'retry-after': '3600' })
  const { clock, server, exporter, lines } = under
  await store(exporter, clock, 11, signal)
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  server.answer = (response) => response.writeHead(202).end()
  await clock.advance(3_599_999)
  expect(server.received).toHaveLength(1)
  const flushed = exporter.flush(signal)
  await clock.advance(1)
  await flushed
  expect(server.received).toHaveLength(2)
  expect(lines.some(({ fields }) => 'until' in fields)).toBe(false)
})

test('a Retry-After of days is kept to but for one small request an hour, and one WARN says until when', async ({
  signal,
}) => {
  await using under = await failing(429, { 'retry-after': '172800' })
  const { clock, server, exporter, lines } = under
  const startMs = clock.now()
  await store(exporter, clock, 11, signal)
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  for (const value of [12, 13]) await store(exporter, clock, value, signal)
  for (const hour of [1, 2, 3]) {
    await clock.advance(startMs + hour * 3_600_000 - 1 - clock.now())
    expect(server.received).toHaveLength(hour)
    await clock.advance(1)
    await server.whenReceived(1 + hour)
    await clock.whenSleeping(1, signal)
  }
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { fields: { until: new Date(startMs + 172_800_000).toISOString(), error: 'HTTP 429: no' } },
  ])
  server.answer = (response) => response.writeHead(202).end()
  const flushed = exporter.flush(signal)
  await clock.advance(3_600_000)
  await flushed
  expect(exporter.account()).toMatchObject({ consumed: 3, sent: 3, queued: 0, dropped: {} })
  expect(lines.at(-1)).toMatchObject({ level: 'info', message: 'Delivery works again.' })
})

test('a Retry-After that has no end is said and tried every hour', async ({ signal }) => {
  await using under = await failing(503, { 'retry-after': '9'.repeat(400) })
  const { clock, server, exporter, lines } = under
  await store(exporter, clock, 11, signal)
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { fields: { until: expect.stringMatching(/^21\d\d-/) } },
  ])
  await clock.advance(3_600_000)
  await server.whenReceived(2)
})

test('a web page in place of an answer is one ERROR, and what it answered goes again', async ({ signal }) => {
  await using under = await failing(200, { 'content-type': 'text/html' })
  const { clock, server, exporter, lines, statuses } = under
  server.answer = (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Hotel Wi-Fi</title></html>')
  await store(exporter, clock, 11, signal)
  for (const tries of [1, 2, 3]) {
    await server.whenReceived(tries)
    await clock.whenSleeping(1, signal)
    await clock.advance(20_000)
  }
  expect(exporter.account()).toMatchObject({ consumed: 1, sent: 0, queued: 1, dropped: {} })
  expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
    { message: expect.stringContaining('captive portal'), fields: { error: 'HTTP 200: a web page: Hotel Wi-Fi' } },
  ])
  expect(statuses.at(-1)).toMatchObject({ kind: 'recoverable' })
  server.answer = (response) => response.writeHead(200).end()
  const flushed = exporter.flush(signal)
  await clock.advance(60_000)
  await flushed
  expect(exporter.account()).toMatchObject({ sent: 1, queued: 0 })
  expect(lines.at(-1)).toMatchObject({ level: 'info', message: 'Delivery works again.' })
})

test('Retry-After: 0 makes no tight loop', async ({ signal }) => {
  await using under = await failing(503, { 'retry-after': '0' })
  await store(under.exporter, under.clock, 11, signal)
  await under.server.whenReceived(1)
  await under.clock.whenSleeping(1, signal)
  await under.clock.advance(999)
  expect(under.server.received).toHaveLength(1)
})

test('after an outage the newest request goes first, then the backlog from newest to oldest', async ({ signal }) => {
  await using under = await failing(503, { 'retry-after': '5' }, { target: { concurrency: 1 } })
  const { clock, server, exporter } = under
  await store(exporter, clock, 11, signal)
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  for (const value of [12, 13, 14]) await store(exporter, clock, value, signal)
  expect(server.received).toHaveLength(1)
  server.answer = (response) => response.writeHead(202).end()
  const flushed = exporter.flush(signal)
  await clock.advance(5_000)
  await flushed
  const [, probe, ...rest] = server.received.map(gaugeIn)
  expect(rest).toEqual([14, 13, 12, 11].filter((value) => value !== probe))
  expect(exporter.account()).toMatchObject({ consumed: 4, sent: 4, queued: 0 })
})

test('while one request waits after a failure, others go', async ({ signal }) => {
  await using under = await failing(503)
  const { clock, server, exporter } = under
  await store(exporter, clock, 11, signal)
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  server.answer = (response) => response.writeHead(202).end()
  await store(exporter, clock, 12, signal)
  await server.whenReceived(2)
  const flushed = exporter.flush(signal)
  await clock.advance(5_000)
  await flushed
  expect(server.received.map(gaugeIn)).toEqual([11, 12, 11])
})

test('after five failures in a row only the smallest request goes, until it is taken', async ({ signal }) => {
  await using under = await failing(503)
  const { clock, server, exporter, lines } = under
  const big = [21, 22, 23, 24].map((value) => point(series(backends, { relation: `${value}`.repeat(50) }), value))
  const taken = exporter.consume(batch(reading(1), big), signal)
  await clock.advance(0)
  await taken
  await store(exporter, clock, 11, signal)
  for (const value of [12, 13, 14]) await store(exporter, clock, value, signal)
  await server.whenReceived(5)
  await clock.whenSleeping(1, signal)
  await clock.settle()
  for (const value of [15, 16]) await store(exporter, clock, value, signal)
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(2)
  const pointsIn = ({ body }: ReceivedRequest) => pointsOf(decodeRequest(body)).length
  await clock.advance(5_000)
  await server.whenReceived(6)
  await clock.whenSleeping(1, signal)
  expect(server.received.slice(5).map(pointsIn)).toEqual([1])
  server.answer = (response) => response.writeHead(202).end()
  const flushed = exporter.flush(signal)
  await clock.advance(30_000)
  await flushed
  expect(server.received.slice(6).map(pointsIn)[0]).toBe(1)
  expect(exporter.account()).toMatchObject({ consumed: 10, sent: 10, queued: 0 })
  expect(lines.at(-1)).toMatchObject({ level: 'info', message: 'Delivery works again.' })
})

test('a status tells of the outage and of its end', async ({ signal }) => {
  await using under = await failing(503)
  const { clock, server, exporter, statuses, lines } = under
  await store(exporter, clock, 11, signal)
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  expect(statuses).toEqual([{ kind: 'starting' }, { kind: 'ok' }, { kind: 'recoverable', reason: 'HTTP 503: no' }])
  server.answer = (response) => response.writeHead(202).end()
  const flushed = exporter.flush(signal)
  await clock.advance(5_000)
  await flushed
  expect(statuses.at(-1)).toEqual({ kind: 'ok' })
  expect(lines.map(({ level }) => level)).toEqual(['info', 'warn', 'info'])
})

for (const status of [401, 403]) {
  test(`HTTP ${status} keeps the data, is permanent and said once, and is tried again every minute`, async ({
    signal,
  }) => {
    await using under = await failing(status)
    const { clock, server, exporter, statuses, lines } = under
    await store(exporter, clock, 11, signal)
    for (const tries of [1, 2, 3]) {
      await server.whenReceived(tries)
      await clock.whenSleeping(1, signal)
      await clock.advance(59_999)
      expect(server.received).toHaveLength(tries)
      await clock.advance(1)
    }
    expect(statuses.at(-1)).toMatchObject({ kind: 'permanent', reason: expect.stringContaining(String(status)) })
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(exporter.account()).toMatchObject({ queued: 1, dropped: {} })
  })
}

test('a key that works again delivers all that was kept', async ({ signal }) => {
  await using under = await failing(403)
  const { clock, server, exporter, statuses } = under
  await store(exporter, clock, 11, signal)
  await server.whenReceived(1)
  await clock.whenSleeping(1, signal)
  server.answer = (response) => response.writeHead(202).end()
  const flushed = exporter.flush(signal)
  await clock.advance(60_000)
  await flushed
  expect(statuses.at(-1)).toEqual({ kind: 'ok' })
  expect(exporter.account()).toMatchObject({ sent: 1, queued: 0 })
})

test('an endpoint without zstd gets gzip from then on', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  server.answer = (response, { headers }) =>
    response.writeHead(headers['content-encoding'] === 'zstd' ? 415 : 202).end()
  await using under = await exporterTo(server.url)
  for (const value of [11, 12]) {
    await under.exporter.consume(batch(reading(value), [point(gauge, value)]), signal)
    await under.exporter.flush(signal)
  }
  expect(server.received.map((request) => [request.headers['content-encoding'], gaugeIn(request)])).toEqual([
    ['zstd', 11],
    ['gzip', 11],
    ['gzip', 12],
  ])
  expect(under.exporter.account()).toMatchObject({ sent: 2, dropped: {} })
})

for (const { status, reason } of [
  { status: 400, reason: 'rejected' },
  { status: 404, reason: 'rejected' },
  { status: 413, reason: 'too_large' },
]) {
  test(`HTTP ${status} drops a request of one point as ${reason}, says what the endpoint said, and goes on`, async ({
    signal,
  }) => {
    await using server = await OtlpServer.listen()
    server.answer = (response, _, index) =>
      index === 0 ? response.writeHead(status).end('bad start time') : response.writeHead(202).end()
    await using under = await exporterTo(server.url)
    for (const value of [11, 12]) {
      await under.exporter.consume(batch(reading(value), [point(gauge, value)]), signal)
      await under.exporter.flush(signal)
    }
    expect(under.exporter.account()).toMatchObject({ consumed: 2, sent: 1, queued: 0, dropped: { [reason]: 1 } })
    expect(under.lines.slice(1)).toMatchObject([
      { level: 'error', fields: { error: `HTTP ${status}: bad start time` } },
    ])
    expect(under.statuses.map(({ kind }) => kind)).toEqual(['starting', 'ok', 'recoverable', 'ok'])
  })
}

test('rejected points of a partial success are dropped, the others sent', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  server.answer = (response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"partialSuccess":{"rejectedDataPoints":"2","errorMessage":"too old"}}')
  await using under = await exporterTo(server.url)
  const points = [11, 12, 13].map((value) => point(series(backends, { value }), value))
  await under.exporter.consume(batch(reading(10), points), signal)
  await under.exporter.flush(signal)
  expect(under.exporter.account()).toMatchObject({ consumed: 3, sent: 1, dropped: { rejected: 2 } })
  expect(under.lines.slice(1)).toMatchObject([{ level: 'error', fields: { points: 2, message: 'too old' } }])
})

test('no more requests are in flight than num_consumers', async ({ signal }) => {
  await using server = await OtlpServer.listen()
  const clock = new FakeClock()
  const held: (() => void)[] = []
  server.answer = (response) => held.push(() => response.writeHead(202).end())
  await using under = await exporterTo(server.url, { clock, target: { concurrency: 3 } })
  for (const value of [11, 12, 13, 14, 15, 16, 17]) await store(under.exporter, clock, value, signal)
  const most: number[] = []
  for (const round of [2, 4, 7]) {
    await server.whenReceived(round)
    await clock.settle()
    most.push(held.length)
    for (const finish of held.splice(0)) finish()
  }
  await under.exporter.flush(signal)
  expect(most).toEqual([2, 2, 3])
  expect(under.exporter.account()).toMatchObject({ sent: 7, queued: 0 })
})

test('a flush that is aborted rejects and loses nothing', async ({ signal }) => {
  await using under = await failing(503)
  await store(under.exporter, under.clock, 11, signal)
  await under.server.whenReceived(1)
  const controller = new AbortController()
  const flushed = under.exporter.flush(controller.signal)
  controller.abort(new Error('no time'))
  await expect(flushed).rejects.toThrow('no time')
  expect(under.exporter.account()).toMatchObject({ queued: 1 })
})
