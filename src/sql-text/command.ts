import { type Token, wordOf } from './token.ts'

const commands = new Set(
  `ABORT ALTER ANALYSE ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE
  DISCARD DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN
  REFRESH REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW START TABLE TRUNCATE UNLISTEN UPDATE
  VACUUM VALUES WITH BASE_BACKUP CREATE_REPLICATION_SLOT DROP_REPLICATION_SLOT IDENTIFY_SYSTEM START_REPLICATION
  TIMELINE_HISTORY`.split(/\s+/),
)

/** Words between CREATE and what is created. */
const modifiers = new Set(
  'CONSTRAINT GLOBAL LOCAL OR PROCEDURAL RECURSIVE REPLACE TEMP TEMPORARY TRUSTED UNIQUE UNLOGGED'.split(' '),
)

/** What is created, altered and dropped, as far as one word names it. */
const kinds = new Set(
  `AGGREGATE CAST COLLATION CONVERSION DATABASE DOMAIN EXTENSION FUNCTION GROUP INDEX LANGUAGE OPERATOR OWNED POLICY
  PROCEDURE PUBLICATION ROLE ROUTINE RULE SCHEMA SEQUENCE SERVER STATISTICS SUBSCRIPTION SYSTEM TABLE TABLESPACE TRANSFORM
  TRIGGER TYPE USER VIEW`.split(/\s+/),
)

/** Commands, and kinds of objects, whose name is more than one word. */
const longNames = [
  'ACCESS METHOD',
  'COMMIT PREPARED',
  'DEFAULT PRIVILEGES',
  'EVENT TRIGGER',
  'FOREIGN DATA WRAPPER',
  'FOREIGN TABLE',
  'IMPORT FOREIGN SCHEMA',
  'LARGE OBJECT',
  'MATERIALIZED VIEW',
  'OPERATOR CLASS',
  'OPERATOR FAMILY',
  'PREPARE TRANSACTION',
  'REASSIGN OWNED',
  'REFRESH MATERIALIZED VIEW',
  'ROLLBACK PREPARED',
  'SECURITY LABEL',
  'TEXT SEARCH CONFIGURATION',
  'TEXT SEARCH DICTIONARY',
  'TEXT SEARCH PARSER',
  'TEXT SEARCH TEMPLATE',
  'USER MAPPING',
]

/**
 * What a statement's first words say that it does: `SELECT`, `CREATE TABLE`, `DROP MATERIALIZED VIEW`.
 * @returns `undefined` for what starts with no command of PostgreSQL: it may be a piece of a value
 */
export function commandOf(sql: string, statement: readonly Token[]): string | undefined {
  const words = firstWords(sql, statement)
  const [first = '', ...rest] = words
  if (!commands.has(first)) return undefined
  if (!['ALTER', 'CREATE', 'DROP'].includes(first)) return longNames.find((name) => startsWith(words, name)) ?? first
  const kind = rest.slice(rest.findIndex((word) => !modifiers.has(word)))
  const object = longNames.find((name) => startsWith(kind, name)) ?? kind.slice(0, 1).find((word) => kinds.has(word))
  return object === undefined ? first : `${first} ${object}`
}

function firstWords(sql: string, statement: readonly Token[]): readonly string[] {
  const words: string[] = []
  for (const token of statement) {
    const text = wordOf(sql, token)
    if (text !== '') words.push(text)
    // A SELECT may stand in brackets.
    else if (words.length > 0 || sql[token.start] !== '(') break
    if (words.length === 8) break
  }
  return words
}

function startsWith(words: readonly string[], name: string): boolean {
  return `${words.join(' ')} `.startsWith(`${name} `)
}
