import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { backends, batch, point, reading, series } from '../../../../deltas/support/points.ts'
import { unexplainedPoints } from '../../../../support/unexplained-points.ts'
import { exporterTo } from '../../support/exporter-under-test.ts'
import { type RawAnswer, RawEndpoint } from '../../support/raw-endpoint.ts'

const points = 6

/** What becomes of a request of six points that is answered so, when all that comes after is well. */
async function delivered(answers: readonly RawAnswer[], signal: AbortSignal) {
  await using endpoint = await RawEndpoint.listen(answers)
  const backoff = { initialMs: 1, maxMs: 1, multiplier: 1, jitter: 0 }
  await using under = await exporterTo(endpoint.url, { target: { backoff, timeoutMs: 2_000 } })
  const gauges = Array.from({ length: points }, (_, index) => point(series(backends, { index }), index + 1))
  await under.exporter.consume(batch(reading(1), gauges), signal)
  await under.exporter.flush(signal)
  const account = under.exporter.account()
  expect(unexplainedPoints(account), JSON.stringify(account)).toBe(0)
  expect(account).toMatchObject({ consumed: points, queued: 0 })
  return { sent: account.sent, dropped: account.dropped, requests: endpoint.requests, lines: under.lines }
}

function http(status: string, headers: readonly string[] = [], body: Buffer | string = ''): RawAnswer {
  const length = Buffer.byteLength(body)
  const head = [`HTTP/1.1 ${status}`, `content-length: ${length}`, ...headers].join('\r\n')
  return (socket) => socket.write(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)]))
}

/** Bytes to the letter, and then the end of the connection. */
function bytes(...parts: readonly (Buffer | string)[]): RawAnswer {
  return (socket) => socket.end(Buffer.concat(parts.map((part) => Buffer.from(part))))
}

/** Pours until nobody listens any more. */
function flood(head: string, chunk: string): RawAnswer {
  return (socket: Socket) => {
    socket.write(head)
    const pour = () => {
      while (!socket.destroyed && socket.writable && socket.write(chunk));
    }
    socket.on('drain', pour)
    pour()
  }
}

const taken = { sent: points, dropped: {}, requests: 1 }
/** Sent again, and then taken. */
const again = { sent: points, dropped: {}, requests: 2 }
const rejected = { sent: 0, dropped: { rejected: points }, requests: 1 }
const json = 'content-type: application/json'

for (const { name, answer, expected } of [
  {
    name: '100, then 200',
    answer: bytes('HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    expected: again,
  },
  {
    name: '103, then 200',
    answer: bytes('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    expected: taken,
  },
  {
    name: '101',
    answer: bytes('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'),
    expected: again,
  },
  { name: '201', answer: http('201 Created'), expected: taken },
  { name: '203 with a text', answer: http('203 Non-Authoritative Information', [], 'ok'), expected: taken },
  { name: '204', answer: bytes('HTTP/1.1 204 No Content\r\n\r\n'), expected: taken },
  { name: '205', answer: http('205 Reset Content'), expected: taken },
  { name: '206', answer: http('206 Partial Content', ['content-range: bytes 0-1/9'], '{}'), expected: taken },
  { name: '299', answer: http('299 Odd'), expected: taken },
  { name: '300', answer: http('300 Multiple Choices'), expected: rejected },
  { name: '304', answer: bytes('HTTP/1.1 304 Not Modified\r\n\r\n'), expected: rejected },
  { name: '308 to nowhere', answer: http('308 Permanent Redirect', ['location: ::']), expected: rejected },
  { name: '402', answer: http('402 Payment Required'), expected: rejected },
  { name: '404', answer: http('404 Not Found', [], 'no such path'), expected: rejected },
  { name: '405', answer: http('405 Method Not Allowed', ['allow: GET']), expected: rejected },
  { name: '406', answer: http('406 Not Acceptable'), expected: rejected },
  { name: '407', answer: http('407 Proxy Authentication Required'), expected: rejected },
  { name: '408', answer: http('408 Request Timeout'), expected: again },
  { name: '409', answer: http('409 Conflict'), expected: rejected },
  { name: '410', answer: http('410 Gone'), expected: rejected },
  { name: '411', answer: http('411 Length Required'), expected: rejected },
  { name: '418', answer: http("418 I'm a teapot"), expected: rejected },
  { name: '421', answer: http('421 Misdirected Request'), expected: rejected },
  { name: '422', answer: http('422 Unprocessable Content'), expected: rejected },
  { name: '431', answer: http('431 Request Header Fields Too Large'), expected: rejected },
  { name: '451', answer: http('451 Unavailable For Legal Reasons'), expected: rejected },
  { name: '499', answer: http('499 Client Closed Request'), expected: rejected },
  { name: '500', answer: http('500 Internal Server Error'), expected: again },
  { name: '501', answer: http('501 Not Implemented'), expected: rejected },
  { name: '505', answer: http('505 HTTP Version Not Supported'), expected: again },
  {
    name: '511 with a page',
    answer: http('511 Network Authentication Required', ['content-type: text/html'], '<html>'),
    expected: again,
  },
  { name: '599', answer: http('599 Odd'), expected: again },
  { name: '600', answer: http('600 Beyond'), expected: again },
  { name: '999', answer: http('999 Beyond'), expected: again },
  { name: 'a status of two digits', answer: bytes('HTTP/1.1 20 OK\r\n\r\n'), expected: again },
  { name: 'HTTP/1.0', answer: bytes('HTTP/1.0 200 OK\r\n\r\n'), expected: taken },
  { name: 'HTTP/2', answer: bytes('HTTP/2 200 OK\r\n\r\n'), expected: again },
  { name: 'no HTTP', answer: bytes('SSH-2.0-OpenSSH_9.6\r\n'), expected: again },
  { name: 'nothing', answer: bytes(''), expected: again },
  { name: 'a TLS alert', answer: bytes(Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46])), expected: again },
  { name: '429 with Retry-After: -1', answer: http('429 Too Many', ['retry-after: -1']), expected: again },
  { name: '429 with Retry-After: NaN', answer: http('429 Too Many', ['retry-after: NaN']), expected: again },
  { name: '429 with Retry-After: 1e99', answer: http('429 Too Many', ['retry-after: 1e99']), expected: again },
  { name: '503 with an empty Retry-After', answer: http('503 Unavailable', ['retry-after: ']), expected: again },
  {
    name: '503 with a date in the past',
    answer: http('503 Unavailable', ['retry-after: Wed, 21 Oct 2015 07:28:00 GMT']),
    expected: again,
  },
  {
    name: '503 with two Retry-Afters',
    answer: http('503 Unavailable', ['retry-after: 0', 'retry-after: 9000']),
    expected: again,
  },
  {
    name: 'a body that is shorter than its length',
    answer: bytes('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{}'),
    expected: again,
  },
  {
    name: 'a body that is longer than its length',
    answer: bytes('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{}{}{}'),
    expected: taken,
  },
  {
    name: 'two lengths',
    answer: bytes('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'),
    expected: again,
  },
  { name: 'a length below zero', answer: bytes('HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}'), expected: again },
  {
    name: 'a length and chunks',
    answer: bytes('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'),
    expected: again,
  },
  {
    name: 'chunks without an end',
    answer: bytes('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n'),
    expected: again,
  },
  {
    name: 'a chunk of a false size',
    answer: bytes('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'),
    expected: again,
  },
  { name: 'a body up to the end of the connection', answer: bytes('HTTP/1.1 200 OK\r\n\r\n{}'), expected: taken },
  {
    name: 'a compressed body that is cut off',
    answer: http('200 OK', ['content-encoding: gzip', json], gzipSync('{"partialSuccess":{}}').subarray(0, 14)),
    expected: taken,
  },
  {
    name: 'a body that says it is compressed and is not',
    answer: http('200 OK', ['content-encoding: br', json], '{}'),
    expected: taken,
  },
  {
    name: 'a coding that nobody knows',
    answer: http('200 OK', ['content-encoding: x-rot13', json], '{}'),
    expected: taken,
  },
  {
    name: 'headers without end',
    answer: flood('HTTP/1.1 200 OK\r\n', `x-flood: ${'a'.repeat(1_000)}\r\n`),
    expected: again,
  },
  { name: 'one header without end', answer: flood('HTTP/1.1 200 OK\r\nx-flood: ', 'a'.repeat(1_000)), expected: again },
  {
    name: 'a body of 100 MB',
    answer: flood('HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n', 'a'.repeat(16_384)),
    expected: taken,
  },
  {
    name: 'a body of 100 MB to a 404',
    answer: flood('HTTP/1.1 404 Not Found\r\ncontent-length: 100000000\r\n\r\n', 'a'.repeat(16_384)),
    expected: rejected,
  },
  {
    name: 'a web page without end',
    answer: flood('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '5\r\n<html\r\n'),
    expected: again,
  },
  {
    name: 'a partial success below zero',
    answer: http('200 OK', [json], '{"partialSuccess":{"rejectedDataPoints":"-6"}}'),
    expected: taken,
  },
  {
    name: 'a partial success of more than was sent',
    answer: http('200 OK', [json], '{"partialSuccess":{"rejectedDataPoints":"7"}}'),
    expected: taken,
  },
  {
    name: 'a partial success of all',
    answer: http('200 OK', [json], '{"partialSuccess":{"rejectedDataPoints":"6"}}'),
    expected: rejected,
  },
  {
    name: 'a partial success of some',
    answer: http(
      '200 OK',
      [json],
      '{"partialSuccess":{"rejectedDataPoints":"2","errorMessage":"\\u0000\\u0007\\u001b[31m"}}',
    ),
    expected: { sent: 4, dropped: { rejected: 2 }, requests: 1 },
  },
]) {
  test(`the account adds up when a request is answered with ${name}`, async ({ signal }) => {
    const { lines, ...became } = await delivered([answer], signal)
    expect(became).toEqual(expected)
    // Nothing that an endpoint says may move the cursor of whoever reads the log.
    // oxlint-disable-next-line no-control-regex
    for (const line of lines) expect(JSON.stringify(line.fields)).not.toMatch(/\\u00[01]/)
  })
}

test('the account adds up when every answer is another one', async ({ signal }) => {
  const answers = ['500 A', '429 B', '413 C', '400 D', '503 E', '200 F', '408 G', '413 H', '400 I', '502 J'].map(
    (status) => http(status, [], status.startsWith('200') ? '<html>' : ''),
  )
  expect(await delivered(answers, signal)).toMatchObject({ dropped: {} })
})
