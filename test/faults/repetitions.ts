/** OTELEPHANT_LONG=1 asks for the long run. */
export const isLong = process.env['OTELEPHANT_LONG'] === '1'

/** How often something is done: seldom by default, often in the long run. */
export function repetitions(byDefault: number, inLongRun: number): number {
  return isLong ? inLongRun : byDefault
}
