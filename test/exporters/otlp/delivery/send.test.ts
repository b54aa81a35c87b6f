import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { createDispatcher } from '../../../../src/exporters/otlp/delivery/dispatcher.ts'
import { type SendSettings, send } from '../../../../src/exporters/otlp/delivery/send.ts'
import { OtlpServer } from '../support/otlp-server.ts'

const outgoing = {
  bytes: Uint8Array.of(1, 2, 3),
  encoding: 'protobuf',
  compression: 'none',
  points: 50,
} as const

async function attempt(
  url: string,
  options: Partial<SendSettings> & { readonly signal?: AbortSignal } = {},
): ReturnType<typeof send> {
  const { signal = new AbortController().signal, ...settings } = options
  const dispatcher = createDispatcher({ rejectUnauthorized: true })
  try {
    return await send(outgoing, { url, headers: {}, timeoutMs: 10_000, dispatcher, ...settings }, signal)
  } finally {
    await dispatcher.destroy()
  }
}

for (const { status, headers = {}, expected } of [
  { status: 200, expected: { kind: 'accepted', rejected: 0 } },
  { status: 202, expected: { kind: 'accepted', rejected: 0 } },
  { status: 307, headers: { location: '/elsewhere' }, expected: { kind: 'permanent' } },
  { status: 400, expected: { kind: 'permanent' } },
  { status: 401, expected: { kind: 'permanent' } },
  { status: 403, expected: { kind: 'permanent' } },
  { status: 404, expected: { kind: 'permanent' } },
  { status: 408, expected: { kind: 'retryable' } },
  { status: 413, expected: { kind: 'too_large' } },
  { status: 415, expected: { kind: 'permanent' } },
  { status: 429, headers: { 'retry-after': '7' }, expected: { kind: 'retryable', retryAfterMs: 7_000 } },
  { status: 500, expected: { kind: 'retryable' } },
  { status: 501, expected: { kind: 'permanent' } },
  { status: 503, headers: { 'retry-after': '86400' }, expected: { kind: 'retryable', retryAfterMs: 86_400_000 } },
  { status: 504, expected: { kind: 'retryable' } },
]) {
  test(`HTTP ${status} is ${expected.kind}`, async () => {
    await using server = await OtlpServer.listen()
    server.answer = (response) => response.writeHead(status, headers).end()
    expect(await attempt(`${server.url}/v1/metrics`)).toMatchObject(expected)
    expect(server.received).toHaveLength(1)
  })
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`HTTP ${status} does not carry the key to another host`, async () => {
    await using other = await OtlpServer.listen()
    await using server = await OtlpServer.listen()
    server.answer = (response) => response.writeHead(status, { location: other.url }).end()
    const outcome = await attempt(server.url, { headers: { 'api-key': 'abc' } })
    expect(outcome).toMatchObject({ kind: 'permanent', error: { status } })
    expect(other.received).toEqual([])
  })
}

test('an error carries the status and what the endpoint said', async () => {
  await using server = await OtlpServer.listen()
  server.answer = (response) => response.writeHead(400).end('start time is in the future')
  const outcome = await attempt(server.url)
  expect(outcome).toMatchObject({ error: { status: 400, message: 'HTTP 400: start time is in the future' } })
})

const rejecting = Buffer.from([0x0a, 0x06, 0x08, 0x07, 0x12, 0x02, 0x6e, 0x6f])
for (const { path, encoding, body, expected } of [
  { path: '/v1/metrics', encoding: 'x-protobuf', body: rejecting, expected: 7 },
  {
    path: '/v1/metrics',
    encoding: 'json',
    body: Buffer.from('{"partialSuccess":{"rejectedDataPoints":"9","errorMessage":"no"}}'),
    expected: 9,
  },
  { path: '/v1/logs', encoding: 'x-protobuf', body: rejecting, expected: 7 },
  {
    path: '/v1/logs',
    encoding: 'json',
    body: Buffer.from('{"partialSuccess":{"rejectedLogRecords":"11","errorMessage":"no"}}'),
    expected: 11,
  },
]) {
  test(`a partial success of ${path} in ${encoding} tells how much was rejected`, async () => {
    await using server = await OtlpServer.listen()
    server.answer = (response) => response.writeHead(200, { 'content-type': `application/${encoding}` }).end(body)
    expect(await attempt(`${server.url}${path}`)).toEqual({
      kind: 'accepted',
      status: 200,
      rejected: expected,
      message: 'no',
    })
  })
}

for (const body of ['null', '{', '{"partialSuccess":3}', '{"partialSuccess":{"rejectedDataPoints":null}}']) {
  test(`a 2xx with the body ${body} is accepted whole`, async () => {
    await using server = await OtlpServer.listen()
    server.answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    expect(await attempt(server.url)).toEqual({ kind: 'accepted', status: 200, rejected: 0 })
  })
}

for (const { encoding, said, body } of [
  ...['-3', '"-50"', '51', '1e99', '7.5', '"NaN"', 'true', '99999999999999999999'].map((count) => ({
    encoding: 'json',
    said: count.replaceAll('"', ''),
    body: Buffer.from(`{"partialSuccess":{"rejectedDataPoints":${count}}}`),
  })),
  // Of 64 bits, all set: -1.
  {
    encoding: 'x-protobuf',
    said: '-1',
    body: Buffer.from([0x0a, 0x0b, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
  },
  { encoding: 'x-protobuf', said: '51', body: Buffer.from([0x0a, 0x02, 0x08, 51]) },
]) {
  test(`a partial success in ${encoding} that rejects ${said} of 50 points rejects none`, async () => {
    await using server = await OtlpServer.listen()
    server.answer = (response) => response.writeHead(200, { 'content-type': `application/${encoding}` }).end(body)
    expect(await attempt(server.url)).toEqual({ kind: 'accepted', status: 200, rejected: 0, impossible: said })
  })
}

for (const { encoding, body } of [
  {
    encoding: 'json',
    body: Buffer.from(
      `{"partialSuccess":{"rejectedDataPoints":"7","errorMessage":"a\\n\\u001b[2Jb${'😀'.repeat(500_000)}"}}`,
    ),
  },
  {
    encoding: 'x-protobuf',
    body: Buffer.concat([
      // 1: 1,000,012 bytes of {1: 7, 2: 1,000,006 bytes}
      Buffer.from([0x0a, 0xcc, 0x84, 0x3d, 0x08, 0x07, 0x12, 0xc6, 0x84, 0x3d]),
      Buffer.from(`a\n\u001b[2Jb${'😀'.repeat(250_000)}`),
    ]),
  },
]) {
  test(`a partial success in ${encoding} whose message is a megabyte long counts, and its message is cut and plain`, async () => {
    await using server = await OtlpServer.listen()
    server.answer = (response) => response.writeHead(200, { 'content-type': `application/${encoding}` }).end(body)
    const outcome = await attempt(server.url)
    expect(outcome).toMatchObject({ kind: 'accepted', rejected: 7 })
    const message = outcome.kind === 'accepted' ? (outcome.message ?? '') : ''
    expect(message).toMatch(/^a \[2Jb(😀){500,512}$/u)
  })
}

test('an endless answer is read up to its limit', async () => {
  await using server = await OtlpServer.listen()
  server.answer = (response) => {
    response.writeHead(400)
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    }
    response.on('drain', pour)
    pour()
  }
  expect(await attempt(server.url)).toMatchObject({ kind: 'permanent', error: { status: 400 } })
})

test('an answer that drips past the deadline is retryable', async () => {
  await using server = await OtlpServer.listen()
  server.answer = (response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 10)
    response.on('close', () => clearInterval(drip))
  }
  const outcome = await attempt(server.url, { timeoutMs: 150 })
  expect(outcome).toMatchObject({ kind: 'retryable', error: { message: expect.stringContaining('within 150 ms') } })
})

test('an endpoint that never answers is retryable after the deadline', async () => {
  await using server = await OtlpServer.listen()
  server.answer = () => undefined
  expect(await attempt(server.url, { timeoutMs: 100 })).toMatchObject({ kind: 'retryable' })
})

test('a port that refuses is retryable and says so', async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  probe.close()
  await once(probe, 'close')
  const outcome = await attempt(`http://127.0.0.1:${port}/v1/metrics`)
  expect(outcome).toMatchObject({ kind: 'retryable', error: { message: expect.stringContaining('ECONNREFUSED') } })
})

test('a connection that is cut is retryable', async () => {
  await using server = await OtlpServer.listen()
  server.answer = (response) => response.destroy()
  expect(await attempt(server.url)).toMatchObject({ kind: 'retryable' })
})

test('an abort by the caller rejects with its reason', async () => {
  await using server = await OtlpServer.listen()
  const controller = new AbortController()
  server.answer = () => controller.abort(new Error('shutting down'))
  await expect(attempt(server.url, { signal: controller.signal })).rejects.toThrow('shutting down')
})

test('the request says what it is', async () => {
  await using server = await OtlpServer.listen()
  await attempt(`${server.url}/v1/metrics`, { headers: { 'api-key': 'abc', 'user-agent': 'otelephant/7.8.9' } })
  expect(server.received[0]?.path).toBe('/v1/metrics')
  expect(server.received[0]?.headers).toMatchObject({
    'api-key': 'abc',
    'user-agent': 'otelephant/7.8.9',
    'content-type': 'application/x-protobuf',
    'content-length': '3',
  })
  expect(server.received[0]?.headers).not.toHaveProperty('content-encoding')
})
