import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createLogger, type LoggerSettings } from '../../src/telemetry/create-logger.ts'

/** A logger and all that it wrote. */
function logged(settings: LoggerSettings = {}) {
  const written: string[] = []
  const stream = { write: (text: string) => written.push(text) }
  const records = () => written.map((line): unknown => JSON.parse(line))
  return { logger: createLogger({ stream, ...settings }), written, records }
}

test('a line is JSON with an ISO time, the level by name, the sentence and the fields', () => {
  const { logger, records } = logged()
  logger.warn('A scrape failed', { scraper: 'table', points: 3 })
  logger.info('Started')
  expect(records()).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      msg: 'A scrape failed',
      scraper: 'table',
      points: 3,
    },
    { level: 'info', time: expect.any(String), msg: 'Started' },
  ])
})

test('nothing below the level is written', () => {
  const { logger, records } = logged({ level: 'warn' })
  logger.debug('one')
  logger.info('two')
  logger.error('three')
  expect(records()).toMatchObject([{ msg: 'three' }])
})

test('a child adds its fields to every line', () => {
  const { logger, records } = logged()
  logger.child({ receiver: 'postgresql/orders' }).info('Connected', { version: 18 })
  expect(records()).toMatchObject([{ receiver: 'postgresql/orders', version: 18 }])
})

test('an error is written with its causes and what it gathers', () => {
  const { logger, records } = logged()
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  logger.error('Lost', { error: new Error('no session', { cause: new AggregateError([refused], 'all refused') }) })
  expect(records()).toMatchObject([
    {
      error: {
        type: 'Error',
        message: 'no session',
        cause: { message: 'all refused', aggregateErrors: [{ message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' }] },
      },
    },
  ])
})

for (const key of ['password', 'api_key', 'api-key', 'apiKey', 'authorization', 'Authorization']) {
  test(`what is under ${key} is struck out, however deep, and not in the original`, () => {
    const { logger, written } = logged()
    const fields = {
      [key]: 'hunter2',
      config: { [key]: 'hunter2', http: { headers: { [key]: 'hunter2', host: 'kept' } } },
    }
    logger.child({ settings: { [key]: 'hunter2' } }).info('Configured', fields)
    logger.error('Refused', { error: Object.assign(new Error('403'), { request: { [key]: 'hunter2' } }) })
    expect(written.join('')).not.toContain('hunter2')
    expect(written.join('')).toContain('kept')
    expect(fields[key]).toBe('hunter2')
  })
}

test('on a terminal a line is for people, with the error below it', () => {
  const written: string[] = []
  const stream = { isTTY: true, write: (text: string) => written.push(text) }
  createLogger({ stream }).warn('A scrape failed', {
    scraper: 'table',
    password: 'hunter2',
    error: new Error('lock timeout'),
  })
  const text = stripVTControlCharacters(written.join(''))
  expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: A scrape failed/)
  expect(text).toContain('lock timeout')
  expect(text).not.toContain('hunter2')
})

test('a terminal gets JSON where that is asked for', () => {
  const written: string[] = []
  createLogger({ stream: { isTTY: true, write: (text) => written.push(text) }, pretty: false }).info('Started')
  expect(JSON.parse(written.join(''))).toMatchObject({ msg: 'Started' })
})
