import { explainOwner } from './explain-function.ts'

/**
 * A condition on rows of pg_stat_statements that leaves out what the collector itself causes there, EXPLAIN above all.
 * By who ran it, since no text tells: from 18 on utility statements are kept without the comment before them, and with
 * `pg_stat_statements.track = all` what the function explains is counted as its owner's.
 * @param userid the column, such as `s.userid`
 */
export function notOwnStatements(userid: string): string {
  const names = `session_user, '${explainOwner}'`
  return `${userid} <> ALL (ARRAY(SELECT r.oid FROM pg_roles AS r WHERE r.rolname IN (${names})))`
}
