import type { SessionLimits } from '../settings/connection-settings.ts'

/** No transaction lasts longer, whatever its client does; known to 17 and later. */
const transactionTimeout = '10s'

/** Settings of every session, name -> value as SHOW prints it. In force from the first byte, or else per transaction. */
export function sessionSettings(limits: SessionLimits): Readonly<Record<string, string>> {
  return {
    default_transaction_read_only: 'on',
    default_transaction_isolation: 'read committed',
    statement_timeout: asShown(limits.statementTimeoutMs),
    lock_timeout: asShown(limits.lockTimeoutMs),
    idle_in_transaction_session_timeout: '5s',
    // The planner's estimate for the statistics views is above jit_above_cost.
    jit: 'off',
    max_parallel_workers_per_gather: '0',
    // Bare names and operators are the system's, whatever a schema of the database holds.
    search_path: 'pg_catalog',
    TimeZone: 'UTC',
    DateStyle: 'ISO, MDY',
  }
}

/** Settings of the network. Over TCP they end a session whose client has stopped reading or is gone. */
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

/**
 * What older servers don't know and would refuse a connection for: to be set once the version is known.
 * @param platform the text of version(): only on Linux a backend learns that its client is gone
 */
export function lateSettings(
  versionNumber: number,
  platform: string,
  clientEncoding: string | undefined,
): Readonly<Record<string, string>> {
  return {
    ...encodingSettings(clientEncoding),
    ...(versionNumber >= 140000 && platform.includes('linux') ? { client_connection_check_interval: '2s' } : {}),
    ...(versionNumber >= 170000 ? { transaction_timeout: transactionTimeout } : {}),
  }
}

function encodingSettings(clientEncoding: string | undefined): Readonly<Record<string, string>> {
  return clientEncoding === undefined ? {} : { client_encoding: clientEncoding }
}

/** Opens a transaction that has the settings for itself, and leaves no trace on a pooled connection. */
export function transactionPrologue(
  limits: SessionLimits,
  versionNumber: number,
  clientEncoding: string | undefined,
): string {
  const settings = {
    ...sessionSettings(limits),
    ...encodingSettings(clientEncoding),
    ...(versionNumber >= 170000 ? { transaction_timeout: transactionTimeout } : {}),
  }
  const local = Object.entries(settings)
    .filter(([name]) => !name.startsWith('default_transaction_'))
    .map(([name, value]) => `SET LOCAL ${name} = '${value}'`)
  return ['BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY', ...local].join('; ')
}

/** A duration as SHOW prints it: in the largest unit that it is a whole number of. */
function asShown(ms: number): string {
  if (ms === 0) return '0'
  if (ms % 60_000 === 0 && ms < 3_600_000) return `${ms / 60_000}min`
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`
}

/** Bytes as SHOW prints them: `1kB`, `1500B`. */
export function bytesShown(text: string): number {
  const [, number, unit] = /^(\d+)(B|kB|MB|GB)?$/.exec(text) ?? []
  const factor = { B: 1, kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 }[unit ?? 'B'] ?? 1
  return Number(number ?? 0) * factor
}
