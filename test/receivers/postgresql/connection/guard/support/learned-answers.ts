import type { Connection, TextRow } from '../../../../../../src/receivers/postgresql/connection/connection.ts'
import { never } from '../../../support/connecting.ts'
import type { KnownAnswers } from './ordinary-replies.ts'

/** What a real server answers, from the second time on that a statement is asked; what failed is asked again. */
export function learnedAnswers(connection: Connection): KnownAnswers {
  const learned = new Map<string, readonly TextRow[] | undefined>()
  return (text, values) => {
    const key = JSON.stringify([text, values])
    const rows = learned.get(key)
    if (!learned.has(key)) {
      learned.set(key, undefined)
      connection.query('learn', text, values, never).then(
        (answer) => learned.set(key, answer),
        () => learned.delete(key),
      )
    }
    return rows
  }
}
