import { describe, expect, test } from 'vitest'
import { postgresqlConfig } from '../../../../src/receivers/postgresql/settings/config.ts'
import { enabledEvents, enabledMetrics } from '../../../../src/receivers/postgresql/settings/enabled.ts'
import {
  namingPace,
  presetIntervals,
  presetResource,
  resourceOfEvents,
} from '../../../../src/receivers/postgresql/settings/preset.ts'

const configOf = (config: object) =>
  postgresqlConfig.parse({ endpoint: 'db.example.com:5432', username: 'monitor', ...config })

describe('the preset `simple`', () => {
  const simple = configOf({ preset: 'simple', collection_interval: '35s' })

  test('switches on five metrics and no event', () => {
    expect([...enabledMetrics(simple)].sort()).toEqual([
      'db.connections.active',
      'db.connections.idle',
      'db.query.count',
      'db.query.duration',
      'postgresql.up',
    ])
    expect(enabledEvents(simple).size).toBe(0)
  })

  test('reads statements at each collection, unless the user says otherwise', () => {
    expect(presetIntervals(simple)).toEqual({ statement: 35_000 })
    expect(presetIntervals(configOf({ preset: 'simple', intervals: { statement: '2m', table: '7m' } }))).toEqual({
      statement: 120_000,
      table: 420_000,
    })
  })

  test('names the host and the system', () => {
    expect(presetResource(simple, 'app-7')).toEqual({ 'db.system': 'postgresql', 'host.name': 'app-7' })
  })

  test('leaves the host off events', () => {
    const about = { attributes: { ...presetResource(simple, 'app-7'), 'server.port': 5433 } }
    expect(resourceOfEvents(about)).toEqual({ attributes: { 'db.system': 'postgresql', 'server.port': 5433 } })
    const ofAnother = { attributes: { 'server.port': 5434 } }
    expect(resourceOfEvents(ofAnother)).toBe(ofAnother)
  })

  test('looks up the name of a new slow statement within the next interval, whatever the last look-up took', () => {
    // 160 ms is what 5,000 texts of 10 kB take.
    expect(160 * namingPace(simple).pauseFactor).toBeLessThan(30_000)
  })
})

test('without the preset nothing of that is so', () => {
  const config = configOf({})
  expect(presetIntervals(config)).toEqual({})
  expect(presetResource(config, 'app-7')).toEqual({})
  expect(160 * namingPace(config).pauseFactor).toBeGreaterThan(600_000)
})
