import { createHash } from 'node:crypto'
import type { StatementText } from '../../sql-text/statement-texts.ts'

/** What every event about a statement says of it; nothing where its text couldn't be read. */
export function statementAttributes(text: StatementText | undefined) {
  const tags = Object.entries(text?.tags ?? {})
  return {
    'db.query.text': text?.text,
    'db.query.comment_tags': tags.length === 0 ? undefined : tags.map(([key, value]) => `${key}=${value}`).join(','),
    // New Relic looks services up by it.
    'db.query.comment_tags.nr_service_guid': text?.tags['nr_service_guid'],
    'db.query.text.normalized.hash': text && normalizedHash(text.fingerprint),
    'query.hash': text?.fingerprint,
    'db.query.summary': text?.summary,
    'db.operation.name': text?.operation,
    'db.collection.name': text?.collection,
  }
}

/**
 * 32 hex digits, as New Relic's dashboards facet by. Of the fingerprint and not of the text: the text of a running statement
 * and that of the statistics differ in how they show what was a value.
 */
function normalizedHash(fingerprint: string): string {
  return createHash('md5').update(fingerprint).digest('hex')
}
