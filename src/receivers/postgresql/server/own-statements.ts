/** Under this name statements are prepared to be explained; utility statements may lose their comments. */
export const explainedName = 'otelephant_explained'

const comment = '/* otelephant '

/**
 * A statement with a comment that says whose it is and what for: behind its first keyword, because from 18 on
 * pg_stat_statements keeps no comment before it.
 */
export function marked(purpose: string, text: string): string {
  return text.replace(/^\s*\w+/, (keyword) => `${keyword} ${comment}${purpose} */`)
}

/** Whether the collector sent this statement, by its text in pg_stat_statements. */
export function isOwnStatement(text: string): boolean {
  return text.includes(comment) || text.includes(explainedName)
}
