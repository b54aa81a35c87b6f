/** A value as a TypeScript literal; what is undefined is left out. The formatter settles quotes and line ends. */
export function literal(value: unknown): string {
  return JSON.stringify(value)
}

/** Text for the inside of a doc comment. */
export function comment(text: string): string {
  return text.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ').trim()
}

/** Text for a cell of a Markdown table. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim()
}
