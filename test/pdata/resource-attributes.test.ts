import { expect, test } from 'vitest'
import { resourceAttributes } from '../../src/pdata/resource-attributes.ts'

const defaults = { 'server.address': true, 'server.port': false }
const values = { 'server.address': 'db.example.com', 'server.port': 5433 }

test('an attribute is sent as its default says', () => {
  expect(resourceAttributes(defaults, {}, values)).toEqual({ 'server.address': 'db.example.com' })
})

test('the user turns attributes on and off', () => {
  const config = { 'server.address': { enabled: false }, 'server.port': { enabled: true } }
  expect(resourceAttributes(defaults, config, values)).toEqual({ 'server.port': 5433 })
})

test("the user's value stands in place of what was found, and of nothing", () => {
  const config = { 'server.address': { override_value: 'orders' } }
  expect(resourceAttributes(defaults, config, values)).toEqual({ 'server.address': 'orders' })
  expect(resourceAttributes(defaults, config, {})).toEqual({ 'server.address': 'orders' })
})

test('what is not known is left off', () => {
  expect(resourceAttributes(defaults, {}, {})).toEqual({})
})
