import { errorMessage } from '../telemetry/error-message.ts'

/** What went wrong, each once: what stops one component often stops all. */
export function reasonsOf(error: unknown): string[] {
  const failures: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
  return [...new Set(failures.map(errorMessage))]
}
