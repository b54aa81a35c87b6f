import { expect, test } from 'vitest'
import { warningsOf } from '../../../../src/receivers/postgresql/settings/metric-warnings.ts'

const warnings = {
  'postgresql.deadlocks': { ifEnabled: 'is on', ifEnabledNotSet: 'is on unasked', ifConfigured: 'is configured' },
}

for (const { claim, metrics, expected } of [
  { claim: 'off by default says nothing', metrics: {}, expected: [] },
  {
    claim: 'switched on',
    metrics: { 'postgresql.deadlocks': { enabled: true } },
    expected: ['is on', 'is configured'],
  },
  { claim: 'switched off', metrics: { 'postgresql.deadlocks': { enabled: false } }, expected: ['is configured'] },
]) {
  test(`a metric with warnings that is ${claim}`, () => {
    expect(warningsOf({ preset: 'default', metrics }, warnings)).toEqual(
      expected.map((text) => `The metric postgresql.deadlocks: ${text}`),
    )
  })
}

test('a metric that is on by default warns until it is set', () => {
  const backends = { 'postgresql.backends': { ifEnabledNotSet: 'will be off by default' } }
  expect(warningsOf({ preset: 'default', metrics: {} }, backends)).toEqual([
    'The metric postgresql.backends: will be off by default',
  ])
  expect(warningsOf({ preset: 'default', metrics: { 'postgresql.backends': { enabled: true } } }, backends)).toEqual([])
})
