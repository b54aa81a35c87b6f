import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createDispatcher } from '../../../../../src/exporters/otlp/delivery/dispatcher.ts'
import { send } from '../../../../../src/exporters/otlp/delivery/send.ts'
import { OtlpServer } from '../../support/otlp-server.ts'

async function outcomeOf(status: number, headers: Record<string, string>, body: Buffer | string) {
  await using server = await OtlpServer.listen()
  server.answer = (response) => response.writeHead(status, headers).end(body)
  const dispatcher = createDispatcher({ rejectUnauthorized: true })
  try {
    const outgoing = { bytes: Uint8Array.of(1), encoding: 'protobuf', compression: 'none', points: 5 } as const
    const settings = { url: server.url, headers: {}, timeoutMs: 10_000, dispatcher }
    return await send(outgoing, settings, new AbortController().signal)
  } finally {
    await dispatcher.destroy()
  }
}

const page = '<!DOCTYPE html><html><title>Sign in</title></html>'
const html = { 'content-type': 'text/html; charset=utf-8' }

for (const { name, status = 200, headers = {}, body } of [
  { name: 'with its type', headers: html, body: page },
  { name: 'with its type in capitals', headers: { 'content-type': 'Text/HTML' }, body: page },
  { name: 'of another status', status: 202, headers: html, body: page },
  { name: 'of a part', status: 206, headers: html, body: page },
  { name: 'as XHTML', headers: { 'content-type': 'application/xhtml+xml' }, body: page },
  { name: 'without a type', body: page },
  { name: 'of a false type', headers: { 'content-type': 'application/json' }, body: page },
  { name: 'after blank lines and a mark of its encoding', body: `\ufeff\r\n\t ${page}` },
  { name: 'in UTF-16', body: Buffer.from(`\ufeff${page}`, 'utf16le') },
  { name: 'compressed, without a type', headers: { 'content-encoding': 'gzip' }, body: gzipSync(page) },
  {
    name: 'compressed and cut off',
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(page.repeat(50)).subarray(0, 80),
  },
  { name: 'that says it is a page, and is a text', headers: html, body: 'Please sign in' },
]) {
  test(`a web page delivers nothing: ${name}`, async () => {
    expect(await outcomeOf(status, headers, body)).toMatchObject({ kind: 'retryable', isWebPage: true })
  })
}

for (const { name, status = 200, headers = {}, body } of [
  { name: 'nothing', body: '' },
  { name: 'nothing, of the type of a page', headers: html, body: '' },
  { name: '204', status: 204, body: '' },
  { name: '205', status: 205, body: '' },
  { name: 'an empty message', headers: { 'content-type': 'application/x-protobuf' }, body: '' },
  { name: 'empty JSON', headers: { 'content-type': 'application/json' }, body: '{}' },
  { name: 'a word', headers: { 'content-type': 'text/plain' }, body: 'ok' },
  { name: 'anything without a type', body: Buffer.from([0x00, 0x01, 0x02]) },
  {
    name: 'a compressed answer that is cut off',
    headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    body: gzipSync('{}').subarray(0, 11),
  },
  {
    name: 'a compressed answer that would become 100 MB',
    headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    body: gzipSync(Buffer.alloc(100_000_000)).subarray(0, 60_000),
  },
]) {
  test(`what isn't a web page delivers: ${name}`, async () => {
    expect(await outcomeOf(status, headers, body)).toEqual({ kind: 'accepted', status, rejected: 0 })
  })
}
