import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { otlpHttpConfig, otlpHttpTarget } from '../../../src/exporters/otlp/otlp-http-config.ts'
import { otlpHttpExporter } from '../../../src/exporters/otlp/otlp-http-exporter.ts'

const issues = (config: unknown) =>
  (otlpHttpConfig.safeParse(config).error?.issues ?? []).map((one) => one.path.join('.'))

test('an endpoint is all that is needed; the defaults are those of the Collector', () => {
  const target = otlpHttpTarget(otlpHttpConfig.parse({ endpoint: 'https://otlp.example.com:4318/base/' }))
  expect(target).toEqual({
    urls: {
      metrics: 'https://otlp.example.com:4318/base/v1/metrics',
      logs: 'https://otlp.example.com:4318/base/v1/logs',
    },
    headers: {},
    compression: 'gzip',
    encoding: 'protobuf',
    temporality: 'cumulative',
    timeoutMs: 30_000,
    backoff: { initialMs: 5_000, maxMs: 30_000, multiplier: 1.5, jitter: 0.5 },
    flushTimeoutMs: 200,
    concurrency: 8,
    tls: { rejectUnauthorized: true },
  })
})

test('metrics_endpoint is used as it is', () => {
  const config = otlpHttpConfig.parse({
    metrics_endpoint: 'http://localhost:4318/in',
    headers: { authorization: 'Bearer t' },
  })
  expect(otlpHttpTarget(config)).toMatchObject({
    urls: { metrics: 'http://localhost:4318/in' },
    headers: { authorization: 'Bearer t' },
  })
  expect(JSON.stringify(config)).not.toContain('Bearer t')
})

test('an address of one signal stands above the base address', () => {
  const config = otlpHttpConfig.parse({ endpoint: 'http://localhost:4318', logs_endpoint: 'http://logs:80/x' })
  expect(otlpHttpTarget(config).urls).toEqual({ metrics: 'http://localhost:4318/v1/metrics', logs: 'http://logs:80/x' })
})

test('a pipeline whose signal has no address is refused', () => {
  const config = otlpHttpConfig.parse({ logs_endpoint: 'http://logs:80/x' })
  expect(otlpHttpExporter.refuses?.(config, 'metrics')).toBe('it needs endpoint or metrics_endpoint')
  expect(otlpHttpExporter.refuses?.(config, 'logs')).toBeUndefined()
})

for (const { config, path } of [
  { config: {}, path: 'endpoint' },
  { config: { endpoint: 'localhost:4317' }, path: 'endpoint' },
  { config: { endpoint: 'http://a', headers: { 'x y': 'v' } }, path: 'headers.x y' },
  { config: { endpoint: 'http://a', timeout: '0s' }, path: 'timeout' },
  { config: { endpoint: 'http://a', compression: 'snappy' }, path: 'compression' },
  { config: { endpoint: 'http://a', tls: { ca_file: '/nowhere/ca.pem' } }, path: 'tls.ca_file' },
  { config: { endpoint: 'http://a', sending_queue: { storage: '' } }, path: 'sending_queue.storage' },
  { config: { endpoint: 'http://a', sending_queue: { max_size: '1MB' } }, path: 'sending_queue.max_size' },
  { config: { endpoint: 'http://a', sending_queue: { max_age: '49h' } }, path: 'sending_queue.max_age' },
  { config: { endpoint: 'http://a', sending_queue: { max_age: '30s' } }, path: 'sending_queue.max_age' },
  { config: { endpoint: 'http://a', sending_queue: { on_full: 'drop_newest' } }, path: 'sending_queue.on_full' },
]) {
  test(`${JSON.stringify(config)} is refused at ${path}`, () => {
    expect(issues(config)).toEqual([path])
  })
}

test('certificates are read with the configuration', ({ onTestFinished }) => {
  const directory = mkdtempSync(join(tmpdir(), 'otel-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'ca.pem')
  writeFileSync(file, 'not a certificate')
  expect(issues({ endpoint: 'http://a', tls: { ca_file: file } })).toEqual(['tls.ca_file'])
  const pem = readFileSync(new URL('../../support/certificates/ca.crt', import.meta.url), 'utf8')
  writeFileSync(file, pem)
  const config = otlpHttpConfig.parse({ endpoint: 'http://a', tls: { ca_file: file, insecure_skip_verify: true } })
  expect(otlpHttpTarget(config).tls).toEqual({ ca: pem, rejectUnauthorized: false })
})
