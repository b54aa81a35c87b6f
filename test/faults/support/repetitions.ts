/** Whether this is `npm run faults`, and not a part of `npm run test:all`. */
const isSuite = process.env['OTELEPHANT_FAULT_SUITE'] === '1'

/** OTELEPHANT_LONG=1 asks for the long run. */
const isLong = process.env['OTELEPHANT_LONG'] === '1'

/** How often something is done: seldom in `npm run test:all`, more often in `npm run faults`, very often in the long run. */
export function repetitions(inTests: number, inLongRun: number, inSuite: number = inTests): number {
  if (isLong) return inLongRun
  return isSuite ? inSuite : inTests
}
