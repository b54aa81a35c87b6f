import { errorCode } from './sqlstate.ts'

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
  // The client library's own words, which say nothing about what to do.
  if (error.message === 'The server does not support SSL connections') {
    return `${error.message}; set tls: {insecure: true} to go without encryption`
  }
  const code = errorCode(error)
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
}
