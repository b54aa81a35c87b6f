import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadMetadata } from '../../src/metadata/load.ts'
import { renderFault } from '../../src/yaml/fault.ts'

const valid = readFileSync(join(import.meta.dirname, 'fixtures/valid.yaml'), 'utf8')
const entry = /^ {2}endpoint: .*$/m

/** What is said of the valid file with other keys, without the place in the file. */
function faultsOf(config: string): string[] {
  const loaded = loadMetadata(
    'm.yaml',
    valid.replace(entry, () => config),
  )
  return loaded.kind === 'faults'
    ? loaded.faults.map((fault) => renderFault(fault).replace(/^m\.yaml:\d+:\d+: /, ''))
    : []
}

test.each([
  '  pause: {type: string, format: positive_duration, default: 30s, maximum: 48h, error: too long, description: D.}',
  '  size: {type: string, format: byte_size, minimum: 2MB, error: too small, description: D.}',
  '  name: {type: string, required: true, minLength: 1, error: no name, description: D.}',
  '  list: {type: array, items: {type: string, minLength: 1}, default: [one], description: D.}',
  '  map: {type: object, default: {}, description: D., propertyNames: {format: header_name}, additionalProperties: {type: string, format: secret}}',
  '  deep: {type: object, default: {}, description: D., properties: {deeper: {type: object, description: D., properties: {}}}}',
])('%s is fine', (config) => {
  expect(faultsOf(config)).toEqual([])
})

test.each([
  [
    '  name: {type: string, description: D., min_Length: 3}',
    'config::name::min_Length: unknown key "min_Length"; did you mean "minLength"?',
  ],
  ['  key: {type: integer, description: D., format: duration}', 'config::key::format: unknown key "format"'],
  ['  key: {type: integer, description: D., default: "7"}', 'config::key::default: expected number, found "7"'],
  [
    '  key: {type: integer, description: D., minimum: 3, default: 2}',
    'config::key::default: expected a number within the bounds, found 2',
  ],
  [
    '  key: {type: string, description: D., enum: [a, b], default: c}',
    'config::key::default: expected one of a, b, found "c"',
  ],
  [
    '  key: {type: string, description: D., format: positive_duration, default: 0s}',
    'config::key::default: expected a positive_duration, found "0s"',
  ],
  [
    '  key: {type: string, description: D., required: true, default: a}',
    'config::key::default: expected none, as the key is required',
  ],
  [
    '  key: {type: string, description: D., format: duration, maximum: 48h}',
    'config::key::maximum: expected with `error`, what is said of other values',
  ],
  [
    '  key: {type: string, description: D., format: duration, maximum: 48, error: E.}',
    'config::key::maximum: expected string, found 48',
  ],
  [
    '  key: {type: string, description: D., maximum: 48h, error: E.}',
    'config::key::maximum: expected a bound of a duration or a size, found "48h"',
  ],
  [
    '  key: {type: string, description: D., format: duration, enum: [1s]}',
    'config::key::enum: expected without `format`',
  ],
  ['  key: {type: array, description: D.}', 'config::key::items: is required (expected map)'],
  [
    '  key: {type: object, description: D.}',
    'config::key: expected `properties`, or both `propertyNames` and `additionalProperties`',
  ],
  [
    '  key: {type: object, description: D., default: {}, properties: {name: {type: string, required: true, description: D.}}}',
    'config::key::default: expected none, as name is required',
  ],
  [
    '  key: {type: object, description: D., properties: {name: {type: string, description: D., default: 1}}}',
    'config::key::properties::name::default: expected string, found 1',
  ],
  [
    '  key: {type: object, description: D., error: E., dependentRequired: {name: [file]}, properties: {name: {type: string, description: D.}}}',
    'config::key::dependentRequired::name::0: expected a key, found "file", which isn\'t defined',
  ],
])('%s is a fault', (config, expected) => {
  expect(faultsOf(config)).toEqual([expect.stringContaining(expected)])
})
