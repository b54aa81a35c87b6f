import { expect, test } from 'vitest'
import { parseComponentId } from '../../../src/config/pipelines/component-id.ts'

test('an id is a type, or a type and a name', () => {
  expect(parseComponentId('postgresql')).toEqual({ type: 'postgresql', text: 'postgresql' })
  expect(parseComponentId('postgresql/a/b.c')).toEqual({ type: 'postgresql', name: 'a/b.c', text: 'postgresql/a/b.c' })
})

for (const text of [
  '',
  '/a',
  'postgresql/',
  '1a',
  'a-b',
  'a b',
  'a/b c',
  'a/b\n',
  `a${'b'.repeat(63)}`,
  `a/${'b'.repeat(1_025)}`,
  '_a',
]) {
  test(`${JSON.stringify(text.slice(0, 12))} is no id`, () => {
    expect(parseComponentId(text)).toBeUndefined()
  })
}
