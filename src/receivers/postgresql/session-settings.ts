import { formatDuration } from '../../config/duration.ts'

/** The limits that every session runs under; what is measured about them: docs/decisions/0003-session-safety.md. */
export interface SessionLimits {
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs: number
}

export const defaultLimits: SessionLimits = { statementTimeoutMs: 5_000, lockTimeoutMs: 100 }

/** Settings of every session, name -> value as SHOW prints it. In force from the first byte, or else per transaction. */
export function sessionSettings(limits: SessionLimits): Readonly<Record<string, string>> {
  return {
    default_transaction_read_only: 'on',
    default_transaction_isolation: 'read committed',
    statement_timeout: formatDuration(limits.statementTimeoutMs),
    lock_timeout: formatDuration(limits.lockTimeoutMs),
    idle_in_transaction_session_timeout: '5s',
    // The planner's cost of the statistics views passes jit_above_cost.
    jit: 'off',
    max_parallel_workers_per_gather: '0',
    // Bare names and operators are the system's, whatever a schema of the database holds.
    search_path: 'pg_catalog',
    TimeZone: 'UTC',
    DateStyle: 'ISO, MDY',
  }
}

/** Of the network, so per connection: ends a session whose client has stopped reading or is gone. */
const networkSettings: Readonly<Record<string, string>> = {
  tcp_user_timeout: '5000',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
}

/** The start-up packet's `options`: every setting as -c name=value, spaces and backslashes escaped. */
export function startupOptions(limits: SessionLimits): string {
  return Object.entries({ ...sessionSettings(limits), ...networkSettings })
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
    .join(' ')
}

/** Opens a transaction that has the settings for itself, and leaves no trace on a pooled connection. */
export function transactionPrologue(limits: SessionLimits): string {
  const local = Object.entries(sessionSettings(limits))
    .filter(([name]) => !name.startsWith('default_transaction_'))
    .map(([name, value]) => `SET LOCAL ${name} = ${name === 'search_path' ? value : `'${value}'`}`)
  return ['BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY', ...local].join('; ')
}
