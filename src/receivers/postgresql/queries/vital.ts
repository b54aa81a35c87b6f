import { defaultLimits } from '../settings/connection-settings.ts'
import type { QueryRunner } from './runner.ts'

/** A server that works answers within this: the statement that runs before ours, and ours. */
const patienceMs = defaultLimits.statementTimeoutMs * 1.5

/**
 * How long a server may be silent until it counts as down: less than to the next tick, so that each tick can say so, but
 * long enough for a busy server.
 */
export function silenceMs(intervalMs: number): number {
  return Math.max(intervalMs * 0.9, patienceMs)
}

/** Whether it records something for a server that can't be asked. */
export function saysWhetherUp({ query }: QueryRunner): boolean {
  return query.points.some(({ unreachable }) => unreachable !== undefined)
}

/** Whether its result needs neither the server's epoch nor its databases. */
export function needsNoState(runner: QueryRunner): boolean {
  return !needsDatabases(runner) && runner.query.points.every(({ info }) => !info.monotonic)
}

export function needsDatabases({ query }: QueryRunner): boolean {
  return query.parameters.includes('databases')
}
