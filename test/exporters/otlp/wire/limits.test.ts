import { expect, test } from 'vitest'
import { limitAttributes, newRelicLimits } from '../../../../src/exporters/otlp/wire/limits.ts'
import { cut } from '../../../../src/pdata/cut.ts'

test('attributes within the limits stay the same object', () => {
  const attributes = { 'db.namespace': 'orders', count_of: 7 }
  expect(limitAttributes(attributes, newRelicLimits.metrics, 128)).toBe(attributes)
})

test('long values and long keys are cut', () => {
  const limited = limitAttributes({ a: 'x'.repeat(4_096), ['k'.repeat(256)]: 7 }, newRelicLimits.metrics, 128)
  expect(limited).toEqual({ a: 'x'.repeat(4_095), ['k'.repeat(255)]: 7 })
})

test('the first attributes are kept when there are too many', () => {
  const many = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`key${index}`, index]))
  const kept = Object.keys(limitAttributes(many, newRelicLimits.metrics, 128))
  expect(kept).toHaveLength(128)
  expect(kept.at(-1)).toBe('key127')
})

test("reserved keys and the metric's own name are sent under another key", () => {
  const limited = limitAttributes(
    { sum: 3, 'postgresql.commits': 'x', state: 'idle' },
    newRelicLimits.metrics,
    128,
    'postgresql.commits',
  )
  expect(limited).toEqual({ 'attribute.sum': 3, 'attribute.postgresql.commits': 'x', state: 'idle' })
})

test('a cut never leaves half of a character', () => {
  expect(cut('ab😀', 3)).toBe('ab')
  expect(cut('ab😀', 4)).toBe('ab😀')
})
