import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { components } from '../../../codegen/components.ts'
import { sortEntries } from '../../../codegen/sorting/sort-entries.ts'
import { readIncluded } from '../../../src/metadata/include.ts'
import { root } from '../support/generator.ts'

const unsorted = `# The file.
type: sample

entities:
  - type: sample.table # second
    brief: A table.
  # The first, by name.
  - type: sample.instance
    brief: The server.
# Of queries.
queries:
  # Two lines about
  # the table.
  table:
    where: >-
      a
      # no comment

      b

  lag: {columns: {}} # short
telemetry:
  metrics:
    sample_b:
      unit: s
    sample_a: {unit: By}
`

const sorted = `# The file.
type: sample

entities:
  # The first, by name.
  - type: sample.instance
    brief: The server.
  - type: sample.table # second
    brief: A table.
# Of queries.
queries:
  lag: {columns: {}} # short
  # Two lines about
  # the table.
  table:
    where: >-
      a
      # no comment

      b

telemetry:
  metrics:
    sample_a: {unit: By}
    sample_b:
      unit: s
`

test('entries are sorted by name, each as it is written and with the comments above it', () => {
  expect(sortEntries(unsorted)).toBe(sorted)
  expect(sortEntries(sorted)).toBe(sorted)
})

test('an order in which an alias comes before its anchor is refused', () => {
  const text = 'queries:\n  table: {where: &where a}\n  index: {where: *where}\n'
  expect(() => sortEntries(text)).toThrow('Unresolved alias')
})

test('a section in one line stays as it is', () => {
  expect(sortEntries('queries: {b: 1, a: 2}\n')).toBe('queries: {b: 1, a: 2}\n')
})

test('what is not YAML is refused', () => {
  expect(() => sortEntries('queries: {\n')).toThrow()
})

test('the metadata of every component is in order: npm run format changes nothing', () => {
  const files = components.flatMap(({ metadata }) => {
    const file = join(root, metadata)
    return readIncluded(file, readFileSync(file, 'utf8')).documents.map((document) => document.file)
  })
  expect(files.length).toBeGreaterThan(components.length)
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    expect(sortEntries(text) === text, file).toBe(true)
  }
})
