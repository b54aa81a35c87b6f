import type { z } from 'zod'

/**
 * The issues of the alternative that was most likely meant: of those whose kind of value fits, the one with the fewest
 * issues. None, if no alternative takes that kind of value.
 */
export function closestBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  let closest: readonly z.core.$ZodIssue[] | undefined
  for (const issues of branches) {
    if (issues.some(isWrongKind)) continue
    if (closest === undefined || issues.length < closest.length) closest = issues
  }
  return closest
}

/** What the alternatives take, as types and values; empty where they don't say. */
export function expectedTypes(union: z.core.$ZodIssueInvalidUnion): string[] {
  if (union.errors.length === 0 && 'options' in union && Array.isArray(union.options)) return union.options.map(String)
  const types = union.errors.flat().flatMap((issue): string[] => {
    if (issue.path.length > 0) return []
    if (issue.code === 'invalid_type') return [kindName(issue.expected)]
    if (issue.code === 'invalid_union') return expectedTypes(issue)
    return issue.code === 'invalid_value' ? issue.values.map(String) : []
  })
  return [...new Set(types)]
}

/** A kind of value in YAML's words. */
export function kindName(expected: string): string {
  if (expected === 'object' || expected === 'record') return 'map'
  return expected === 'array' || expected === 'tuple' ? 'list' : expected
}

function isWrongKind(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'invalid_union') return closestBranch(issue.errors) === undefined
  return issue.code === 'invalid_type' || issue.code === 'invalid_value'
}
