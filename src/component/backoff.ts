/** How long to wait before the next try, and how that grows. */
export interface BackoffSettings {
  readonly initialMs: number
  readonly maxMs: number
  /** Growth from one try to the next. */
  readonly multiplier: number
  /** The share of the delay that is random, 0 to 1: 0.5 gives 50 % to 150 %. */
  readonly jitter: number
}

/**
 * The delay before try number `attempt` + 1, in milliseconds, after `attempt` failures (1, 2, ...).
 * @param random a number in [0, 1), so that tests can fix it
 */
export function backoffDelay(settings: BackoffSettings, attempt: number, random: number = Math.random()): number {
  const base = Math.min(settings.maxMs, settings.initialMs * settings.multiplier ** (attempt - 1))
  return base * (1 - settings.jitter + 2 * settings.jitter * random)
}
