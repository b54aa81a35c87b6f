import { expect, test } from 'vitest'
import type { EventInfo } from '../../src/pdata/event.ts'
import type { TraceLink } from '../../src/pdata/log-record.ts'
import { RecordsBuilder } from '../../src/pdata/records-builder.ts'

const blocked = {
  name: 'session.blocked',
  attributes: ['system', 'pid', 'waited', 'user'],
  doubles: ['pid'],
  constants: { system: 'sample' },
} as const satisfies EventInfo

interface Values {
  readonly pid: number | null | undefined
  readonly waited: boolean | null | undefined
  readonly user: string | null | undefined
}

class SampleBuilder extends RecordsBuilder<'session.blocked'> {
  recordSessionBlocked(timeMs: number, values: Values, trace?: TraceLink): void {
    this.record(blocked, timeMs, { ...values }, trace)
  }
}

const resource = { attributes: { 'server.port': 5433 } }
const scope = { name: 'sample', version: '7' }

function builder(enabled: readonly string[] = ['session.blocked']): SampleBuilder {
  return new SampleBuilder({ resource, scope, enabled: new Set(enabled) })
}

const app: Values = { user: 'app', waited: true, pid: 4711 }

test('what is recorded is handed over once, with the resource and the scope', () => {
  const sample = builder()
  sample.recordSessionBlocked(1_700_000_000_123, app)
  sample.recordSessionBlocked(1_700_000_000_456, { ...app, pid: 4712 })
  const batch = sample.take()
  expect(batch.resource).toBe(resource)
  expect(batch.scope).toBe(scope)
  expect(batch.records.map(({ eventName, timeMs, attributes }) => [eventName, timeMs, attributes['pid']])).toEqual([
    ['session.blocked', 1_700_000_000_123, 4711],
    ['session.blocked', 1_700_000_000_456, 4712],
  ])
  expect(sample.take().records).toEqual([])
})

test('attributes stand in the order of the table, whatever the order of the values, constants among them', () => {
  const sample = builder()
  sample.recordSessionBlocked(3, app)
  expect(Object.entries(sample.take().records[0]?.attributes ?? {})).toEqual([
    ['system', 'sample'],
    ['pid', 4711],
    ['waited', true],
    ['user', 'app'],
  ])
})

test('an attribute without a value is left off; zero, false and the empty string are values', () => {
  const sample = builder()
  sample.recordSessionBlocked(3, { pid: null, waited: true, user: undefined })
  sample.recordSessionBlocked(5, { pid: 0, waited: false, user: '' })
  expect(sample.take().records.map(({ attributes }) => attributes)).toEqual([
    { system: 'sample', waited: true },
    { system: 'sample', pid: 0, waited: false, user: '' },
  ])
})

test('a record is linked to a trace only where one is given', () => {
  const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', flags: 1 }
  const sample = builder()
  sample.recordSessionBlocked(3, app, trace)
  sample.recordSessionBlocked(5, app)
  const [linked, unlinked] = sample.take().records
  expect(linked?.trace).toEqual(trace)
  expect(unlinked).not.toHaveProperty('trace')
})

test('an event that is not enabled is not recorded, and callers can know before', () => {
  const off = builder(['session.ended'])
  expect(off.isEnabled('session.blocked')).toBe(false)
  expect(builder().isEnabled('session.blocked')).toBe(true)
  off.recordSessionBlocked(3, app)
  expect(off.take().records).toEqual([])
})

test('what was handed over can no longer change', () => {
  const sample = builder()
  sample.recordSessionBlocked(3, app)
  const { records } = sample.take()
  sample.recordSessionBlocked(5, app)
  expect(records).toHaveLength(1)
  expect(Object.isFrozen(records[0]?.attributes)).toBe(true)
})
