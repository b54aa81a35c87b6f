import { expect, test } from 'vitest'
import { parseSearchPath } from '../../../../src/receivers/postgresql/explain/search-path.ts'

test.each([
  ['"$user", public', ['app', 'public']],
  ['$user,Shop', ['app', 'shop']],
  ['"Odd, ""one""", "A b",pg_catalog', ['Odd, "one"', 'A b', 'pg_catalog']],
  ['', []],
  ['""', []],
])('the search_path %s names %j', (setting, schemas) => {
  expect(parseSearchPath(setting, 'app')).toEqual(schemas)
})
