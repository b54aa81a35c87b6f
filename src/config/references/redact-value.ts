import type { z } from 'zod'

/** Shorter than this is found in any sentence, and no secret. */
const minLength = 4

/** The issues with these texts taken out of their messages, which a schema may have made from what it was given. */
export function redactValue(issues: readonly z.core.$ZodIssue[], texts: readonly string[]): z.core.$ZodIssue[] {
  const secrets = texts.filter((text) => text.length >= minLength).sort((a, b) => b.length - a.length)
  const clean = (message: string): string =>
    secrets.reduce((cleaned, text) => cleaned.replaceAll(text, () => '[redacted]'), message)
  const cleanIssue = (issue: z.core.$ZodIssue): z.core.$ZodIssue => {
    const message = clean(issue.message)
    if (issue.code === 'invalid_union' && issue.inclusive !== false) {
      return { ...issue, message, errors: issue.errors.map((branch) => branch.map(cleanIssue)) }
    }
    if (issue.code === 'invalid_key') return { ...issue, message, issues: issue.issues.map(cleanIssue) }
    return { ...issue, message }
  }
  return issues.map(cleanIssue)
}
