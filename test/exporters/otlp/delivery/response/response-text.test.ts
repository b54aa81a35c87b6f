import { expect, test } from 'vitest'
import { createDispatcher } from '../../../../../src/exporters/otlp/delivery/dispatcher.ts'
import { send } from '../../../../../src/exporters/otlp/delivery/send.ts'
import { OtlpServer } from '../../support/otlp-server.ts'

const licenseKey = 'eu01xx7391739173917391739173NRAL'

/** What the log says of an answer with that body. */
async function saidOf(status: number, contentType: string | undefined, body: Buffer | string): Promise<string> {
  await using server = await OtlpServer.listen()
  server.answer = (response) =>
    response.writeHead(status, contentType === undefined ? {} : { 'content-type': contentType }).end(body)
  const dispatcher = createDispatcher({ rejectUnauthorized: true })
  try {
    const outgoing = { bytes: Uint8Array.of(1), encoding: 'protobuf', compression: 'none', points: 5 } as const
    const headers = { 'api-key': licenseKey, authorization: 'Bearer zq7391token', 'user-agent': 'otelephant/7.8.9' }
    const settings = { url: server.url, headers, timeoutMs: 10_000, dispatcher }
    const outcome = await send(outgoing, settings, new AbortController().signal)
    return outcome.kind === 'accepted' ? 'accepted' : outcome.error.message
  } finally {
    await dispatcher.destroy()
  }
}

/** A google.rpc.Status: its code, its message, and a detail that nobody reads. */
function status(message: string): Buffer {
  const text = Buffer.from(message)
  const length = text.length < 128 ? [text.length] : [(text.length & 0x7f) | 0x80, text.length >> 7]
  return Buffer.concat([Buffer.from([0x08, 0x03, 0x12, ...length]), text, Buffer.from([0x1a, 0x02, 0x0a, 0x00])])
}

const protobuf = 'application/x-protobuf'
for (const { name, type, body, expected } of [
  { name: 'a status in protobuf', type: protobuf, body: status('too old'), expected: 'too old' },
  { name: 'a status in protobuf without a type', type: undefined, body: status('too old'), expected: 'too old' },
  { name: 'a status with no message', type: protobuf, body: Buffer.from([0x08, 0x0d]), expected: 'code 13' },
  { name: 'a status in JSON', type: 'application/json', body: '{"code":3,"message":"too old"}', expected: 'too old' },
  {
    name: 'a status in JSON that is cut',
    type: 'application/json',
    body: '{"code":3,"message":"too old, and',
    expected: 'too old, and',
  },
  { name: "a gateway's JSON", type: 'application/json', body: '{"error":{"message":"no"}}', expected: 'no' },
  { name: 'JSON of another kind', type: 'application/json', body: '{"why": 7}', expected: '{"why": 7}' },
  {
    name: 'a text',
    type: 'text/plain',
    body: 'start time is in the future\n',
    expected: 'start time is in the future',
  },
  { name: 'a page', type: 'text/html', body: '<h1>Bad Gateway</h1>', expected: 'a web page' },
  {
    name: 'a page with a title',
    type: undefined,
    body: '\n<!doctype html><title>\n 502 Bad Gateway </title>',
    expected: 'a web page: 502 Bad Gateway',
  },
  {
    name: 'no text',
    type: undefined,
    body: Buffer.from([0x1f, 0x8b, 0xff, 0x00]),
    expected: '4 bytes that are no text',
  },
  {
    name: 'what moves a cursor or turns a line',
    type: 'text/plain',
    body: 'a\r\nb\u001b[2J\u0007c\u202ed',
    expected: 'a b [2J c d',
  },
  {
    name: 'the key and the token, and only them',
    type: protobuf,
    body: status(`unknown key ${licenseKey}, token zq7391token of otelephant/7.8.9`),
    expected: 'unknown key [redacted], token [redacted] of otelephant/7.8.9',
  },
]) {
  test(`an answer's text is its message: ${name}`, async () => {
    expect(await saidOf(404, type, body)).toBe(`HTTP 404: ${expected}`)
  })
}

test('a long text is cut between two characters', async () => {
  expect(await saidOf(500, 'text/plain', `a${'😀'.repeat(600)}`)).toBe(`HTTP 500: a${'😀'.repeat(511)}`)
})
