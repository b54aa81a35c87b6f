import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { documentedKeys, withKeyTables } from '../../codegen/grammar-documentation.ts'

const reference = await readFile(join(import.meta.dirname, '../../docs/metadata.md'), 'utf8')
const keys = documentedKeys().flatMap(([section, inside]) => inside.map((key) => ({ section, ...key })))

test('docs/metadata.md has every key of the grammar as the grammar says it, once a section', () => {
  expect(keys.length).toBeGreaterThan(200)
  expect(withKeyTables(reference)).toBe(reference)
  const rows = reference.split('\n').filter((line) => line.startsWith('| `'))
  expect(rows.length).toBe(keys.length)
})

test('a table that was edited, or is missing, is noticed', () => {
  expect(withKeyTables(reference.replace('| `unit`, required | `By` |', '| `unit` | `By` |'))).toBe(reference)
  expect(() => withKeyTables(reference.replace('<!-- keys of events,', '<!-- keys:'))).toThrow(
    'docs/metadata.md: no table of the keys of events',
  )
})

for (const { section, path, note, schemas } of keys) {
  test(`the example of ${section} ${path} is one`, () => {
    const issues = schemas.map((schema) => schema.safeParse(parse(note.example)).error?.issues)
    expect(issues).toContain(undefined)
  })
}
