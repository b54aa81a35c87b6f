import { normalForm } from './normal-form.ts'

/** From the first quote to the last, in every language that the server speaks: what is quoted may hold quotes. */
const quoted =
  /["'`\u00ab\u00bb\u2018-\u201f\u2039\u203a\u300c-\u300f](?:.*["'`\u00ab\u00bb\u2018-\u201f\u2039\u203a\u300c-\u300f]|.*)/s

/**
 * The message of a server's error without its values. PostgreSQL puts names and values alike in quotes, so both are taken
 * out, and numbers too. What user code raises may hold anything: of SQLSTATE class P0 send the code alone.
 */
export function redactMessage(message: string): string {
  return normalForm(message.replace(quoted, ' 0 ').replaceAll(/[\p{L}_]*\p{Nd}[\p{L}\p{N}_]*/gu, ' 0 '))
}
