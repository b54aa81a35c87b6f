import { parseSync } from 'libpg-query'
import { namesOf } from '../../../src/sql-text/known-names.ts'

/**
 * Whether PostgreSQL's grammar takes the text, if it goes on in one of these ways, with a secret of the hostile corpus in
 * the place of a name.
 */
export function takesSecretForName(sql: string): boolean {
  return ['', 'b', ' b', "'", ' 1'].some((rest) => {
    try {
      return [...namesOf(parseSync(sql + rest))].some((name) => name.includes('7391'))
    } catch {
      return false
    }
  })
}
