import { expect, test } from 'vitest'
import { Collector, type CollectorSettings } from '../../src/collector/collector.ts'
import { buildGraph } from '../../src/collector/graph.ts'
import { Stores } from '../../src/collector/stores.ts'
import type { Status } from '../../src/component/status.ts'
import { load } from '../config/support/config-files.ts'
import { collectorSettings, recordingRegistry } from './support/recorded.ts'

const never = new AbortController().signal

const two = `receivers: {ticker: {}, ticker/b: {}}
exporters: {keeper: {}, keeper/b: {}}
service: {pipelines: {metrics: {receivers: [ticker, ticker/b], exporters: [keeper, keeper/b]}}}
`

/** A collector of that configuration, and what happens to its components. */
async function collectorOf(config: string, over: Partial<CollectorSettings> = {}) {
  const events: string[] = []
  const settings = { ...collectorSettings(), ...over }
  const graph = buildGraph(await load([config]), recordingRegistry(events))
  return { collector: new Collector(graph, settings), events }
}

test('exporters start before receivers and stop after them', async () => {
  const { collector, events } = await collectorOf(two)
  await collector.start()
  await collector.shutdown()
  expect(events).toEqual([
    'start keeper',
    'start keeper/b',
    'start ticker',
    'start ticker/b',
    'stop ticker',
    'stop ticker/b',
    'stop keeper',
    'stop keeper/b',
  ])
})

test('shutdown stops everything once, however often it is called', async () => {
  const { collector, events } = await collectorOf(two)
  await collector.start()
  await Promise.all([collector.shutdown(), collector.shutdown()])
  await collector[Symbol.asyncDispose]()
  expect(events.filter((event) => event.startsWith('stop'))).toHaveLength(4)
})

for (const { what, broken } of [
  { what: 'receiver', broken: two.replace('ticker/b: {}', 'ticker/b: {fails: true}') },
  { what: 'exporter', broken: two.replace('keeper/b: {}', 'keeper/b: {fails: true}') },
]) {
  test(`a ${what} that can't start stops everything, and its reason is thrown`, async () => {
    const { collector, events } = await collectorOf(broken)
    await expect(collector.start()).rejects.toThrow(/\/b can't start/)
    expect(events.filter((event) => event.startsWith('stop'))).toEqual([
      'stop ticker',
      'stop ticker/b',
      'stop keeper',
      'stop keeper/b',
    ])
  })
}

test("one that can't be stopped in order is logged and doesn't keep the others from stopping", async () => {
  const settings = collectorSettings()
  const { collector, events } = await collectorOf(two.replace('ticker: {}', 'ticker: {fails: true}'), settings)
  await collector.shutdown()
  expect(events).toEqual(['stop ticker', 'stop ticker/b', 'stop keeper', 'stop keeper/b'])
  expect(settings.logger.lines).toMatchObject([
    { level: 'error', message: 'Could not be stopped in order.', fields: { component: 'ticker' } },
  ])
})

test('a component in no pipeline is warned of, and never made', async () => {
  const settings = collectorSettings()
  const { collector, events } = await collectorOf(two.replaceAll('ticker, ticker/b]', 'ticker]'), settings)
  await collector.start()
  await collector.shutdown()
  expect(events.some((event) => event.includes('ticker/b'))).toBe(false)
  expect(settings.logger.lines).toMatchObject([{ level: 'warn', fields: { component: 'ticker/b' } }])
})

test('a collection on demand is two scrapes of every receiver, then everything is delivered to every exporter', async () => {
  const { collector, events } = await collectorOf(two)
  await collector.startExporters()
  await collector.collectTwice(never)
  await collector.shutdown()
  expect(events.filter((event) => event.startsWith('collect')).toSorted()).toEqual([
    'collect ticker',
    'collect ticker',
    'collect ticker/b',
    'collect ticker/b',
  ])
  expect(events.findLastIndex((event) => event.startsWith('collect'))).toBeLessThan(events.indexOf('flush keeper'))
  for (const account of collector.accounts().values()) expect(account.sent).toBe(4 * 3)
})

test("a receiver that can't read fails the collection, after what the others read has been delivered", async () => {
  const { collector, events } = await collectorOf(two.replace('ticker/b: {}', 'ticker/b: {fails: true}'))
  await collector.startExporters()
  expect(await collector.collectTwice(never)).toMatchObject({
    failures: [{ message: 'ticker/b: nothing could be read' }],
  })
  expect(events).toContain('flush keeper')
  expect(collector.accounts().get('keeper')?.sent).toBe(2 * 3)
  await collector.shutdown()
})

test('what a receiver lacks is told of both scrapes, though the rest is delivered', async () => {
  const { collector } = await collectorOf(two.replace('ticker/b: {}', 'ticker/b: {lacks: true}'))
  await collector.startExporters()
  expect(await collector.collectTwice(never)).toEqual({
    failures: [new Error('ticker/b: one query failed'), new Error('ticker/b: one query failed')],
    missing: [{ reason: 'ticker/b lacks a grant', metrics: ['a', 'b'] }],
  })
  expect(collector.accounts().get('keeper')?.sent).toBe(4 * 3)
  await collector.shutdown()
})

test("what can't be delivered in time fails the collection with the exporter's reason", async () => {
  const hanging = two.replace('keeper/b: {}', 'keeper/b: {hangs: true}')
  const { collector } = await collectorOf(hanging, { deliveryTimeoutMs: 20 })
  await collector.startExporters()
  expect(await collector.collectTwice(never)).toMatchObject({
    failures: [{ message: 'exporters/keeper/b: not delivered in time: nobody answers' }],
  })
  await collector.shutdown()
})

test('every status is told with the component that reports it, and the last one is remembered', async () => {
  const told: [string, Status['kind']][] = []
  const { collector } = await collectorOf(two.replace('keeper/b: {}', 'keeper/b: {hangs: true}'), {
    onStatus: (id, { kind }) => told.push([id, kind]),
  })
  await collector.start()
  expect(told).toEqual([
    ['exporters/keeper', 'ok'],
    ['exporters/keeper/b', 'recoverable'],
  ])
  expect(Object.fromEntries(collector.statuses())).toEqual({
    'exporters/keeper': { kind: 'ok' },
    'exporters/keeper/b': { kind: 'recoverable', reason: 'nobody answers' },
    'receivers/ticker': { kind: 'starting' },
    'receivers/ticker/b': { kind: 'starting' },
  })
  await collector.shutdown()
})

test('what is collected goes to the exporters of its signal', async () => {
  const both = two.replace(
    'service: {pipelines: {',
    'service: {pipelines: {logs: {receivers: [ticker], exporters: [keeper/b]}, ',
  )
  const { collector } = await collectorOf(both)
  await collector.startExporters()
  await collector.collectTwice(never)
  await collector.shutdown()
  const sent = [...collector.accounts()].map(([id, account]) => [id, account.sent])
  // Three points of two receivers twice; seven records of one twice.
  expect(Object.fromEntries(sent)).toEqual({ keeper: 12, 'keeper/b': 12 + 14 })
})

test('of a receiver in a logs pipeline alone only records are asked for', async () => {
  const { collector } = await collectorOf(two.replace('metrics:', 'logs:'))
  await collector.startExporters()
  await collector.collectTwice(never)
  await collector.shutdown()
  expect(collector.accounts().get('keeper')?.sent).toBe(4 * 7)
})

test('stores outlive the collector: the next one goes on with what is in them', async () => {
  await using stores = new Stores()
  const registry = recordingRegistry([])
  const settings = collectorSettings()
  const deliver = async (config: string) => {
    await using collector = new Collector(buildGraph(await load([config]), registry), settings, stores)
    await collector.startExporters()
    await collector.collectTwice(never)
    return collector.accounts().get('keeper')?.sent
  }
  expect(await deliver(two)).toBe(4 * 3)
  // The same exporter with another configuration, after a reload.
  expect(await deliver(two.replace('keeper: {}', 'keeper: {hangs: false}'))).toBe(8 * 3)
})
