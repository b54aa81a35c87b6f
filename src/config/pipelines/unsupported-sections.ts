import { z } from 'zod'

/** A section of the Collector's that otelephant has no use for: an empty one is harmless, any other is a fault that says why. */
export function refused(section: string, instead: string) {
  return z
    .unknown()
    .refine(isEmpty, `otelephant has no ${section}: leave this out (${instead})`)
    .optional()
    .meta({ deprecated: true })
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}
