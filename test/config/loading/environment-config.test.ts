import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkConfig } from '../../../src/config/loading/check-config.ts'
import { ConfigError } from '../../../src/config/loading/config-error.ts'
import { environmentConfig } from '../../../src/config/loading/environment-config.ts'
import { checkSections } from '../../../src/config/loading/sections.ts'
import { load } from '../support/config-files.ts'

const env = {
  DATABASE_URL: 'postgresql://anna:hunter2@db:6432/x?connect_timeout=3',
  NEW_RELIC_LICENSE_KEY: 'eu01xxabc',
}

function messageOf(variables: Readonly<Record<string, string>>): string {
  try {
    environmentConfig(variables)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('the environment was accepted')
}

test('DATABASE_URL and a license key are a whole configuration', () => {
  const raw = environmentConfig(env)
  expect(raw.value).toEqual({
    receivers: {
      postgresql: {
        endpoint: 'db:6432',
        transport: 'tcp',
        username: 'anna',
        password: 'hunter2',
        connect_database: 'x',
      },
    },
    exporters: { newrelic: { api_key: 'eu01xxabc' } },
    service: {
      pipelines: {
        metrics: { receivers: ['postgresql'], exporters: ['newrelic'] },
        logs: { receivers: ['postgresql'], exporters: ['newrelic'] },
      },
    },
  })
  expect(raw.notes).toEqual([
    'The parameter connect_timeout is ignored: the collector watches its connections by itself.',
  ])
  expect(checkSections(raw)).toMatchObject({ faults: [], receivers: [{ text: 'postgresql' }] })
})

test('the license key wins over the API key, and an empty variable is not set', () => {
  const key = (variables: Readonly<Record<string, string>>) =>
    environmentConfig({ DATABASE_URL: env.DATABASE_URL, ...variables }).value
  expect(key({ NEW_RELIC_LICENSE_KEY: 'one', NEW_RELIC_API_KEY: 'two' })).toMatchObject({
    exporters: { newrelic: { api_key: 'one' } },
  })
  expect(key({ NEW_RELIC_LICENSE_KEY: '', NEW_RELIC_API_KEY: 'two' })).toMatchObject({
    exporters: { newrelic: { api_key: 'two' } },
  })
})

test('what is missing is told, with what to set', () => {
  expect(messageOf({ DATABASE_URL: '' })).toBe(
    [
      'DATABASE_URL: is not set; set DATABASE_URL=postgresql://user:password@host:5432/database, or pass a configuration file with --config',
      'NEW_RELIC_LICENSE_KEY: is not set; set NEW_RELIC_LICENSE_KEY (or NEW_RELIC_API_KEY), or pass a configuration file with --config',
    ].join('\n'),
  )
})

test('a bad URL and a missing key are told together', () => {
  expect(messageOf({ DATABASE_URL: 'postgresql://anna:hunter2@a,b' })).toBe(
    [
      'DATABASE_URL: lists several hosts; one receiver watches one server: name that one, or configure a receiver each',
      'NEW_RELIC_LICENSE_KEY: is not set; set NEW_RELIC_LICENSE_KEY (or NEW_RELIC_API_KEY), or pass a configuration file with --config',
    ].join('\n'),
  )
})

test('without files the environment is loaded, and --set is merged over it', async () => {
  const raw = await load([], { env, sets: ['receivers.postgresql.collection_interval=10s'] })
  expect(raw.value).toMatchObject({
    receivers: { postgresql: { endpoint: 'db:6432', collection_interval: '10s' } },
    exporters: { newrelic: { api_key: 'eu01xxabc' } },
  })
})

test('faults of its values name the variable and the key, and show nothing', () => {
  const raw = environmentConfig(env)
  const receiver = z.strictObject({
    endpoint: z.number(),
    transport: z.enum(['unix']),
    username: z.string(),
    password: z.string(),
    connect_database: z.string(),
  })
  const exporter = z.strictObject({ api_key: z.string().regex(/^x/, 'is no key') })
  const checked = [
    checkConfig(receiver, raw, ['receivers', 'postgresql']),
    checkConfig(exporter, raw, ['exporters', 'newrelic']),
  ]
  expect(new ConfigError(checked.flatMap((one) => (one.kind === 'faults' ? one.faults : []))).message).toBe(
    [
      'DATABASE_URL: receivers::postgresql::endpoint: expected number, found a text that is not shown',
      'DATABASE_URL: receivers::postgresql::transport: expected unix, found a text that is not shown',
      'NEW_RELIC_LICENSE_KEY: exporters::newrelic::api_key: is no key, found a text that is not shown',
    ].join('\n'),
  )
  expect(inspect(checked, { depth: 9 })).not.toContain('hunter2')
})
