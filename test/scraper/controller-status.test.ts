import { expect, test } from 'vitest'
import type { Scraper } from '../../src/scraper/scraper.ts'
import { controlled, untilAborted } from './support/controlled.ts'

/** A scraper that fails with the message that `faults` has for it now. */
const failing = (name: string, faults: Map<string, string>): Scraper => ({
  name,
  scrape() {
    const message = faults.get(name)
    return message === undefined ? Promise.resolve() : Promise.reject(new Error(message))
  },
})

test('ok is reported when all scrapers have worked, recoverable with the reason while one fails', async () => {
  const faults = new Map([['index', 'lock timeout']])
  const { controller, clock, host, statuses } = controlled([failing('table', faults), failing('index', faults)])
  await controller.start(host)
  await clock.advance(12_000)
  faults.clear()
  await clock.advance(10_000)
  await controller.shutdown()
  expect(statuses).toEqual([
    { kind: 'starting' },
    { kind: 'recoverable', reason: 'index: lock timeout' },
    { kind: 'ok' },
    { kind: 'stopping' },
    { kind: 'stopped' },
  ])
})

test('a scraper that hangs from the start never lets the others say ok', async () => {
  const hanging: Scraper = { name: 'hangs', scrape: (_sink, signal) => untilAborted(signal) }
  const { controller, clock, host, statuses } = controlled([failing('table', new Map()), hanging])
  await controller.start(host)
  await clock.advance(60_000)
  expect(statuses).toEqual([{ kind: 'starting' }])
  await controller.shutdown()
})

test('a server that is down is one reason, one line in ten minutes, and one when it is back', async () => {
  const names = ['table', 'index', 'size']
  const faults = new Map(names.map((name) => [name, 'connect ECONNREFUSED 127.0.0.1:5432']))
  const { controller, clock, host, statuses, logger } = controlled(names.map((name) => failing(name, faults)))
  const lines = () => logger.lines.filter((line) => line.level !== 'debug').map((line) => [line.level, line.message])
  await controller.start(host)
  await clock.advance(600_000)
  expect(statuses.at(-1)).toEqual({
    kind: 'recoverable',
    reason: 'connect ECONNREFUSED 127.0.0.1:5432 (3 of 3 scrapers)',
  })
  expect(lines()).toEqual([['warn', 'A scrape failed.']])
  await clock.advance(10_000)
  expect(lines()).toEqual([
    ['warn', 'A scrape failed.'],
    ['warn', 'A scrape failed.'],
  ])
  faults.clear()
  await clock.advance(30_000)
  expect(lines().slice(2)).toEqual([['info', 'Scrapes work again.']])
  await controller.shutdown()
})

test('another reason is another line, another number in it is not', async () => {
  const faults = new Map([['table', 'terminated by process 4711']])
  const { controller, clock, host, logger } = controlled([failing('table', faults)])
  const warned = () => logger.lines.flatMap(({ level, fields }) => (level === 'warn' ? [fields['error']] : []))
  await controller.start(host)
  await clock.advance(2_000)
  faults.set('table', 'terminated by process 4712')
  await clock.advance(10_000)
  faults.set('table', 'the database system is starting up')
  await clock.advance(10_000)
  expect(warned()).toEqual(['terminated by process 4711', 'the database system is starting up'])
  await controller.shutdown()
})

test('failing every other time is one pair of lines in ten minutes', async () => {
  const faults = new Map<string, string>()
  const { controller, clock, host, logger } = controlled([failing('table', faults)])
  await controller.start(host)
  for (let tick = 0; tick < 20; tick++) {
    if (faults.size === 0) faults.set('table', 'lock timeout')
    else faults.clear()
    await clock.advance(10_000)
  }
  expect(logger.lines.filter((line) => line.level === 'warn')).toHaveLength(1)
  expect(logger.lines.filter((line) => line.level === 'info')).toHaveLength(1)
  await controller.shutdown()
})
