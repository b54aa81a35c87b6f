/** A piece of a text with references in it. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** `${scheme:body}` or `${scheme:body:-fallback}`. */
  | {
      readonly kind: 'reference'
      readonly scheme: string
      readonly body: readonly Part[]
      readonly fallback?: readonly Part[]
    }

export type ParsedText =
  | { readonly kind: 'ok'; readonly parts: readonly Part[] }
  | { readonly kind: 'fault'; readonly message: string }

/** How deep references may be nested, within a text or through files. */
export const maxNesting = 100

/**
 * Parses `${env:NAME}`, `${NAME}`, `${env:NAME:-default}`, `${file:path}` and `$$` (a dollar sign). References nest in
 * names, paths and defaults. A lone `$` stands for itself.
 */
export function parseReferences(text: string): ParsedText {
  const cursor: Cursor = { text, at: 0 }
  try {
    return { kind: 'ok', parts: parseParts(cursor, 0) }
  } catch (error) {
    if (error instanceof ReferenceSyntaxError) return { kind: 'fault', message: error.message }
    throw error
  }
}

class ReferenceSyntaxError extends Error {
  override readonly name = 'ReferenceSyntaxError'
}

interface Cursor {
  readonly text: string
  at: number
}

/** Up to the end of the text, or, within a reference, up to its `}` or (`untilFallback`) its `:-`. */
function parseParts(cursor: Cursor, depth: number, untilFallback = false): Part[] {
  const parts: Part[] = []
  let text = ''
  const flush = (): void => {
    if (text !== '') parts.push({ kind: 'text', text })
    text = ''
  }
  while (cursor.at < cursor.text.length) {
    if (cursor.text.startsWith('$$', cursor.at)) {
      text += '$'
      cursor.at += 2
    } else if (cursor.text.startsWith('${', cursor.at)) {
      flush()
      cursor.at += 2
      parts.push(parseReference(cursor, depth + 1))
    } else if (depth > 0 && cursor.text[cursor.at] === '}') {
      break
    } else if (untilFallback && cursor.text.startsWith(':-', cursor.at)) {
      break
    } else {
      text += cursor.text[cursor.at]
      cursor.at += 1
    }
  }
  flush()
  return parts
}

function parseReference(cursor: Cursor, depth: number): Part {
  if (depth > maxNesting) throw new ReferenceSyntaxError(`references are nested more than ${maxNesting} deep`)
  const scheme = /^([A-Za-z][A-Za-z0-9+.]*):(?!-)/.exec(cursor.text.slice(cursor.at, cursor.at + 64))?.[1]
  if (scheme !== undefined) cursor.at += scheme.length + 1
  const body = parseParts(cursor, depth, scheme !== 'file')
  let fallback: Part[] | undefined
  if (cursor.text.startsWith(':-', cursor.at)) {
    cursor.at += 2
    fallback = parseParts(cursor, depth)
  }
  if (cursor.text[cursor.at] !== '}') {
    throw new ReferenceSyntaxError(`a reference starts with \${ and has no }; write $\${ for the text itself`)
  }
  cursor.at += 1
  return { kind: 'reference', scheme: scheme ?? 'env', body, ...(fallback && { fallback }) }
}
