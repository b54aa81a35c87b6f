import { expect, test } from 'vitest'

test('tests run on Node 24, whatever the system has', () => {
  expect(process.versions.node.split('.')[0]).toBe('24')
})
