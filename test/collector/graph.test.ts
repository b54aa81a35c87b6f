import { expect, test } from 'vitest'
import { buildGraph, type Graph } from '../../src/collector/graph.ts'
import { ConfigError } from '../../src/config/loading/config-error.ts'
import { load, withoutFolder } from '../config/support/config-files.ts'
import { recordingRegistry } from './support/recorded.ts'

async function draw(config: string): Promise<Graph> {
  return buildGraph(await load([config]), recordingRegistry([]))
}

async function faultsOf(config: string): Promise<string[]> {
  try {
    await draw(config)
  } catch (error) {
    if (error instanceof ConfigError) return withoutFolder(error.message)
    throw error
  }
  return []
}

test('a receiver of several pipelines feeds the exporters of all of them, each once', async () => {
  const { receivers, exporters, unused } = await draw(`receivers: {ticker: {}, ticker/b: {}}
exporters: {keeper: {}, keeper/b: {}, keeper/c: {}}
service:
  pipelines:
    metrics: {receivers: [ticker, ticker/b], exporters: [keeper, keeper/b]}
    metrics/more: {receivers: [ticker], exporters: [keeper/b, keeper/c]}
`)
  expect([...receivers].map(([id, one]) => [id, one.exporters])).toEqual([
    ['ticker', { metrics: ['keeper', 'keeper/b', 'keeper/c'], logs: [] }],
    ['ticker/b', { metrics: ['keeper', 'keeper/b'], logs: [] }],
  ])
  expect([...exporters.keys()]).toEqual(['keeper', 'keeper/b', 'keeper/c'])
  expect(unused).toEqual([])
})

test('a receiver feeds the exporters of its pipelines of each signal', async () => {
  const { receivers } = await draw(`receivers: {ticker: {}, ticker/m: {}, ticker/l: {}}
exporters: {keeper: {}, keeper/b: {}}
service:
  pipelines:
    metrics: {receivers: [ticker, ticker/m], exporters: [keeper]}
    logs: {receivers: [ticker, ticker/l], exporters: [keeper, keeper/b]}
`)
  expect([...receivers].map(([id, one]) => [id, one.exporters])).toEqual([
    ['ticker', { metrics: ['keeper'], logs: ['keeper', 'keeper/b'] }],
    ['ticker/m', { metrics: ['keeper'], logs: [] }],
    ['ticker/l', { metrics: [], logs: ['keeper', 'keeper/b'] }],
  ])
})

test('a component in a pipeline whose signal it refuses is a fault, with its reason', async () => {
  expect(
    await faultsOf(`receivers: {ticker: {}}
exporters: {keeper: {refuses: logs}, keeper/b: {refuses: metrics}}
service:
  pipelines:
    metrics: {receivers: [ticker], exporters: [keeper, keeper/b]}
    logs/x: {receivers: [ticker], exporters: [keeper]}
`),
  ).toEqual([
    '1.yaml:5:56: service::pipelines::metrics::exporters: "keeper/b" can\'t be in a pipeline of metrics: metrics are not what it is kept for',
    '1.yaml:6:47: service::pipelines::logs/x::exporters: "keeper" can\'t be in a pipeline of logs: logs are not what it is kept for',
  ])
})

test('what is in no pipeline is checked and named, but not part of it', async () => {
  const config = `receivers: {ticker: {}, ticker/idle: {}}
exporters: {keeper: {}, keeper/idle: {}}
service: {pipelines: {metrics: {receivers: [ticker], exporters: [keeper]}}}
`
  const { receivers, exporters, unused } = await draw(config)
  expect({ receivers: [...receivers.keys()], exporters: [...exporters.keys()], unused }).toEqual({
    receivers: ['ticker'],
    exporters: ['keeper'],
    unused: ['ticker/idle', 'keeper/idle'],
  })
  expect(await faultsOf(config.replace('keeper/idle: {}', 'keeper/idle: {fail: true}'))).toEqual([
    '1.yaml:2:39: exporters::keeper/idle::fail: unknown key "fail"; did you mean "fails"?',
  ])
})

test('all faults come at once: of the frame, of the pipelines, of every component', async () => {
  expect(
    await faultsOf(`receivers: {ticker: {interval: soon}, tocker: {}}
exporters: {keeper: {hang: true}}
processors: {batch: {timeout: 1s}}
service: {pipelines: {metrics: {receivers: [ticker], exporters: []}}}
`),
  ).toEqual([
    '1.yaml:1:32: receivers::ticker::interval: expected a duration such as 30s, 5m or 1h30m, found "soon"',
    '1.yaml:1:39: receivers::tocker: unknown type "tocker" of receivers; did you mean "ticker"?',
    '1.yaml:2:22: exporters::keeper::hang: unknown key "hang"; did you mean "hangs"?',
    '1.yaml:3:13: processors: otelephant has no processors: leave this out (filtering and retries belong to the receivers and exporters)',
    '1.yaml:4:65: service::pipelines::metrics::exporters: must have at least one exporter',
  ])
})
