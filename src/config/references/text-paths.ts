import type { z } from 'zod'
import type { Path } from '../../yaml/fault.ts'

/** Where a schema's issues say that a string would have been right. */
export function textPaths(issues: readonly z.core.$ZodIssue[], base: Path = []): Path[] {
  return issues.flatMap((issue): Path[] => {
    const path: Path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))]
    switch (issue.code) {
      case 'invalid_type':
        return issue.expected === 'string' ? [path] : []
      case 'invalid_value':
        return issue.values.some((value) => typeof value === 'string') ? [path] : []
      case 'invalid_union':
        return issue.errors.flatMap((branch) => textPaths(branch, path))
      default:
        return []
    }
  })
}
