import { normalForm } from './normal-form.ts'

/** In every language that the server speaks. */
const quoted = /["«»„“”「][^"«»„“”「」]*(?:["«»„“”」]|$)/g

/**
 * The message of a server's error without its values. PostgreSQL puts names and values alike in double quotes, so both
 * are taken out, and numbers too. What user code raises may hold anything: of SQLSTATE class P0 send the code alone.
 */
export function redactMessage(message: string): string {
  return normalForm(message.replace(quoted, ' 0 '))
}
