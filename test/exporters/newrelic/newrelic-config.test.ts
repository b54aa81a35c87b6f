import { expect, test } from 'vitest'
import { newrelicConfig, newrelicTarget } from '../../../src/exporters/newrelic/newrelic-config.ts'

for (const { key, endpoint } of [
  { key: 'eu01xx0123456789abcdef0123456789abcdNRAL', endpoint: 'https://otlp.eu01.nr-data.net/v1/metrics' },
  { key: 'jp01xx0123456789abcdef0123456789abcdNRAL', endpoint: 'https://otlp.jp.nr-data.net/v1/metrics' },
  { key: 'gov01x0123456789abcdef0123456789abcdNRAL', endpoint: 'https://gov-otlp.nr-data.net/v1/metrics' },
  { key: 'ea0123456789abcdef0123456789abcdef012345', endpoint: 'https://otlp.nr-data.net/v1/metrics' },
]) {
  test(`a key that begins with ${key.slice(0, 6)} goes to ${endpoint}`, () => {
    const target = newrelicTarget(newrelicConfig.parse({ api_key: key }))
    expect(target).toMatchObject({
      urls: { metrics: endpoint, logs: endpoint.replace('metrics', 'logs') },
      headers: { 'api-key': key },
    })
  })
}

test('deltas go out as protobuf with zstd, within the limits', () => {
  const target = newrelicTarget(newrelicConfig.parse({ api_key: 'abc' }))
  expect(target).toMatchObject({ temporality: 'delta', encoding: 'protobuf', compression: 'zstd' })
  const counts = { resourceAttributes: 64, recordAttributes: 128 }
  expect(target.limits).toMatchObject({
    metrics: { valueLength: 4_095, ...counts },
    logs: { valueLength: 4_094, ...counts },
  })
})

test('a region and an endpoint stand above the key', () => {
  const eu = newrelicConfig.parse({ api_key: 'abc', region: 'eu' })
  expect(newrelicTarget(eu).urls.metrics).toBe('https://otlp.eu01.nr-data.net/v1/metrics')
  const proxy = newrelicConfig.parse({ api_key: 'abc', region: 'eu', endpoint: 'http://localhost:4318' })
  expect(newrelicTarget(proxy).urls).toEqual({
    metrics: 'http://localhost:4318/v1/metrics',
    logs: 'http://localhost:4318/v1/logs',
  })
})

for (const key of ['', 'abc\n', 'NRAK-ABCDEF']) {
  test(`the key ${JSON.stringify(key)} is refused, and not shown`, () => {
    const result = newrelicConfig.safeParse({ api_key: key })
    expect(result.error?.issues.map(({ path }) => path)).toEqual([['api_key']])
    if (key !== '') expect(JSON.stringify(result.error?.issues)).not.toContain(key)
  })
}
