import type { StatementText } from '../../../sql-text/pool/statement-texts.ts'

/** What every event about a statement says of it; nothing where its text couldn't be read. */
export function statementAttributes(text: StatementText | undefined) {
  const tags = Object.entries(text?.tags ?? {})
  return {
    'db.query.text': text?.text,
    'db.query.comment_tags': tags.length === 0 ? undefined : tags.map(([key, value]) => `${key}=${value}`).join(','),
    // New Relic looks services up by it.
    'db.query.comment_tags.nr_service_guid': text?.tags['nr_service_guid'],
    'query.hash': text?.fingerprint,
    'db.query.summary': text?.summary,
    'db.operation.name': text?.operation,
    'db.collection.name': text?.collection,
  }
}

/**
 * The server's id of a statement, where it may be sent. That of an ALTER ROLE ... PASSWORD depends on the password alone:
 * who knows it can try passwords.
 */
export function sentQueryId(text: Pick<StatementText, 'hasSafeId'> | undefined, id: string | undefined) {
  return text?.hasSafeId === true ? id : undefined
}
