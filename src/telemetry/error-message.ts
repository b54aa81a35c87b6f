/** One line that says what went wrong, whatever was thrown. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.message !== '') return error.message
  // Node's error for a host whose every address refuses has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join('; ')
  return error.name
}
