import { redactMessage } from '../../../sql-text/error-message.ts'
import { errorCode } from './sqlstate.ts'

/** SQLSTATEs whose messages quote names of objects, settings and hosts, and no values. */
const aboutNames = /^(?:08|25|28|3D|3F|40|53|55|57|58)...$|^42(?:501|P01|703|704|883)$/
/** Classes of the SQL standard and PostgreSQL's own but for P0: what a function raises may say anything. */
const known = /^(?:0[0-9A-Z]|2[0-9A-Z]|3[0-9A-Z]|4[0-9A-Z]|5[3-8]|72|F0|HV|XX)...$/

/** Thrown when a statement fails. `code` is the SQLSTATE, the network error's name or `timeout`. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly code: string | undefined

  constructor(what: string, cause: unknown, code: string | undefined = errorCode(cause)) {
    super(`${what}: ${cause instanceof Error ? messageOf(cause) : String(cause)}`, { cause })
    this.code = code
  }
}

/** An AggregateError (a host with two addresses that both refuse) has an empty message of its own. */
function messageOf(error: Error): string {
  if (error.message === '' && error instanceof AggregateError) {
    return error.errors.map((part) => (part instanceof Error ? part.message : String(part))).join(', ')
  }
  // The client library's own messages don't say what to do.
  if (error.message === 'The server does not support SSL connections') {
    return `${error.message}; set tls: {insecure: true} to go without encryption`
  }
  if (error.message === 'There was an error establishing an SSL connection') {
    return 'the server answers the request for TLS with neither yes nor no; is it PostgreSQL that listens there?'
  }
  if (error.message.startsWith('could not find digest for NID')) {
    return `${error.message}: the server can't bind a channel to its certificate; set channel_binding: disable`
  }
  const [, asked, most] = /^SASL: .*iteration count (\d+) exceeds \w+ of (\d+)$/.exec(error.message) ?? []
  if (asked !== undefined) {
    return `the server asks for ${asked} iterations of SCRAM, and at most ${most} are computed; raise scram_max_iterations if that is right`
  }
  const code = errorCode(error)
  if (code === undefined) return error.message
  const message = isSqlState(code) ? withoutValues(error.message, code) : error.message
  return message.includes(code) ? message : `${message} (${code})`
}

/** No SQLSTATE begins with an E, as the network's codes do. */
function isSqlState(code: string): boolean {
  return /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code)
}

/** What the server says may quote a statement, or a value in it. */
function withoutValues(message: string, code: string): string {
  if (aboutNames.test(code)) return message
  return known.test(code) ? redactMessage(message) : 'an error that code in the database raised'
}
