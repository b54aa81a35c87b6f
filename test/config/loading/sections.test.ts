import { expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/loading/config-error.ts'
import { checkSections } from '../../../src/config/loading/sections.ts'
import { load, withoutFolder } from '../support/config-files.ts'

const good = `receivers:
  postgresql/orders: {endpoint: a:1}
  postgresql:
exporters: {newrelic: {}, debug: {}}
service:
  telemetry: {logs: {level: debug}}
  pipelines:
    metrics: {receivers: [postgresql/orders], exporters: [newrelic, debug]}
    logs/own: {receivers: [postgresql], exporters: [debug], processors: []}
`

async function faults(configs: readonly string[], sets: readonly string[] = []): Promise<string[]> {
  const checked = checkSections(await load(configs, { sets }))
  return checked.faults.length === 0 ? [] : withoutFolder(new ConfigError(checked.faults).message)
}

test('the frame lists components, pipelines and telemetry; a bare key is a component', async () => {
  expect(checkSections(await load([good]))).toEqual({
    faults: [],
    receivers: [
      { type: 'postgresql', name: 'orders', text: 'postgresql/orders' },
      { type: 'postgresql', text: 'postgresql' },
    ],
    exporters: [
      { type: 'newrelic', text: 'newrelic' },
      { type: 'debug', text: 'debug' },
    ],
    pipelines: [
      {
        id: { type: 'metrics', text: 'metrics' },
        signal: 'metrics',
        receivers: ['postgresql/orders'],
        exporters: ['newrelic', 'debug'],
      },
      {
        id: { type: 'logs', name: 'own', text: 'logs/own' },
        signal: 'logs',
        receivers: ['postgresql'],
        exporters: ['debug'],
      },
    ],
    telemetry: { logs: { level: 'debug', encoding: 'console' } },
  })
})

for (const { name, over, expected } of [
  {
    name: 'processors',
    over: 'processors: {batch: {}}',
    expected:
      '2.yaml:1:13: processors: otelephant has no processors: leave this out (filtering and retries belong to the receivers and exporters)',
  },
  {
    name: 'extensions',
    over: 'extensions: {health_check: {}}',
    expected: '2.yaml:1:13: extensions: otelephant has no extensions: leave this out (what they would do is built in)',
  },
  {
    name: 'connectors',
    over: 'connectors: {forward: {}}',
    expected:
      '2.yaml:1:13: connectors: otelephant has no connectors: leave this out (a pipeline joins receivers to exporters)',
  },
  {
    name: 'extensions of the service',
    over: 'service: {extensions: [health_check]}',
    expected:
      '2.yaml:1:23: service::extensions: otelephant has no extensions: leave this out (what they would do is built in)',
  },
  {
    name: 'processors of a pipeline',
    over: 'service: {pipelines: {metrics: {processors: [batch]}}}',
    expected:
      '2.yaml:1:45: service::pipelines::metrics::processors: otelephant has no processors: leave this out (filtering and retries belong to the receivers and exporters)',
  },
  {
    name: 'an unknown section',
    over: 'exporter: {}',
    expected: '2.yaml:1:1: exporter: unknown key "exporter"; did you mean "exporters"?',
  },
  {
    name: 'an unknown key of the service',
    over: 'service: {telemetry: {log: {}}}',
    expected: '2.yaml:1:23: service::telemetry::log: unknown key "log"; did you mean "logs"?',
  },
  {
    name: 'an unknown level',
    over: 'service: {telemetry: {logs: {level: loud}}}',
    expected: '2.yaml:1:37: service::telemetry::logs::level: expected one of debug, info, warn, error, found "loud"',
  },
  {
    name: 'no receivers',
    over: 'receivers:',
    expected: '2.yaml:1:1: receivers: no receiver configuration specified in config',
  },
  {
    name: 'no exporters',
    over: 'exporters:',
    expected: '2.yaml:1:1: exporters: no exporter configuration specified in config',
  },
  {
    name: 'a bad id',
    over: 'receivers: {post-gres: {}}',
    expected:
      '2.yaml:1:13: receivers::post-gres: not a component id; write type or type/name, such as postgresql or postgresql/orders',
  },
  {
    name: 'an unknown signal',
    over: 'service: {pipelines: {traces: {receivers: [postgresql], exporters: [debug]}}}',
    expected:
      '2.yaml:1:23: service::pipelines::traces: unknown signal "traces"; a pipeline is metrics or logs, or metrics/name',
  },
  {
    name: 'a receiver that is not there',
    over: 'service: {pipelines: {metrics: {receivers: [postgresql/order]}}}',
    expected:
      '2.yaml:1:45: service::pipelines::metrics::receivers: references receiver "postgresql/order" which is not configured; did you mean "postgresql/orders"?',
  },
  {
    name: 'an exporter that is not there',
    over: 'service: {pipelines: {metrics: {exporters: [otlphttp]}}}',
    expected:
      '2.yaml:1:45: service::pipelines::metrics::exporters: references exporter "otlphttp" which is not configured',
  },
  {
    name: 'an exporter twice',
    over: 'service: {pipelines: {metrics: {exporters: [debug, debug]}}}',
    expected: '2.yaml:1:52: service::pipelines::metrics::exporters: references exporter "debug" multiple times',
  },
  {
    name: 'a pipeline without receivers',
    over: 'service: {pipelines: {metrics: {receivers: []}}}',
    expected: '2.yaml:1:44: service::pipelines::metrics::receivers: must have at least one receiver',
  },
]) {
  test(`${name} is told: ${expected.replace(/.*?: .*?: /, '')}`, async () => {
    expect(await faults([good, over])).toEqual([expected])
  })
}

test('a service without pipelines is told', async () => {
  expect(await faults(['receivers: {a: }\nexporters: {b: }\nservice: {pipelines: {}}'])).toEqual([
    '1.yaml:3:22: service::pipelines: service must have at least one pipeline',
  ])
  expect(await faults(['receivers: {a: }\nexporters: {b: }'])).toEqual([
    '1.yaml:1:1: service: is required (expected map)',
  ])
})

test('a bare processors key erases what an earlier file had', async () => {
  expect(await faults([`${good}processors: {batch: {}}`, 'processors:'])).toEqual([])
  expect(await faults([`${good}processors: {batch: {}}`], ['processors='])).toEqual([])
})
