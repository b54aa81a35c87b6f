/** Where something quoted ends: the index after it, or `undefined` where the text ends first. */
export type End = number | undefined

/** The end of a string or name without escapes, in which the doubled quote stands for one. */
export function plainEnd(sql: string, from: number, quote: "'" | '"'): End {
  let at = sql.indexOf(quote, from)
  while (at !== -1 && sql[at + 1] === quote) at = sql.indexOf(quote, at + 2)
  return at === -1 ? undefined : at + 1
}

/** The end of a string in which a backslash escapes the next character. */
export function escapedEnd(sql: string, from: number): End {
  const special = /[\\']/g
  special.lastIndex = from
  for (let match = special.exec(sql); match !== null; match = special.exec(sql)) {
    if (match[0] === "'" && sql[match.index + 1] !== "'") return match.index + 1
    special.lastIndex = match.index + 2
  }
  return undefined
}

/** The end of a block comment; they nest in PostgreSQL. */
export function commentEnd(sql: string, from: number): End {
  const edge = /\/\*|\*\//g
  edge.lastIndex = from
  let depth = 1
  for (let match = edge.exec(sql); match !== null; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return undefined
}

/** The end of a dollar-quoted string. */
export function dollarEnd(sql: string, from: number, tag: string): End {
  const at = sql.indexOf(tag, from)
  return at === -1 ? undefined : at + tag.length
}
