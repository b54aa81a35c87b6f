import { symbolOf, type Token, wordOf } from './token.ts'

export interface RenderStyle {
  /** What stands for a value. */
  readonly string: string
  readonly number: string
  /** Absent: parameters stay as they are. */
  readonly param?: string
  /** What stands for a word that may be a value. */
  readonly hiddenName: string
  /** Whether ARRAY[...] is made short as well. */
  readonly arrays: 'short' | 'whole'
}

/** Something in brackets, or the rows of VALUES, while it is put together. */
interface Frame {
  /** The bracket that ends it; rows end with the first token that can't be one. */
  readonly closer: ')' | ']' | 'rows'
  readonly opener: string
  /** The elements seen so far, values made equal; absent where all are kept. */
  readonly seen?: Set<string>
  elements: string
  element: string
}

/** Deeper lists stay as they are: comparing elements costs their length at every level. */
const deepestList = 32

/**
 * The text without comments and values, white space made one space. Of the elements of IN (...), VALUES and ARRAY[...]
 * that look alike once their values are gone, one is kept, so that the text doesn't grow with the number of values.
 */
export function render(sql: string, tokens: readonly Token[], style: RenderStyle): string {
  const stack: Frame[] = [{ closer: ')', opener: '', elements: '', element: '' }]
  const significant = tokens.filter(({ kind }) => kind !== 'comment')
  for (const [index, token] of significant.entries()) {
    const previous = significant[index - 1]
    if (continuesString(sql, significant, index)) continue
    put(stack, pieceOf(sql, token, style), token.spaced && index > 0, listOf(sql, stack, previous, token, style))
  }
  dropUnfinished(stack)
  while (stack.length > 1) close(stack, '')
  return trimEnd(stack[0]?.element ?? '')
}

function put(stack: Frame[], piece: string, spaced: boolean, list: 'rows' | 'elements' | undefined): void {
  const text = spaced ? ` ${piece}` : piece
  if (top(stack).closer === 'rows' && piece !== '(' && piece !== ',') close(stack, '')
  if (list === 'rows') stack.push({ closer: 'rows', opener: '', seen: new Set(), elements: '', element: '' })
  const frame = top(stack)
  if (piece === '(' || piece === '[') {
    const seen = list === 'elements' ? { seen: new Set<string>() } : {}
    stack.push({ closer: piece === '(' ? ')' : ']', opener: text, ...seen, elements: '', element: '' })
  } else if (piece === frame.closer && stack.length > 1) close(stack, text)
  else if (piece === ',' && frame.seen !== undefined) endElement(frame, frame.seen)
  else frame.element += text
}

/** Of a list that is cut, what comes after its last whole element: two cuts of one statement end alike then. */
function dropUnfinished(stack: Frame[]): void {
  const depth = stack.findIndex(({ closer, elements }, at) => {
    const whole = closer === 'rows' && at === stack.length - 1
    return elements !== '' && !whole
  })
  const frame = stack[depth]
  if (frame === undefined) return
  frame.element = ''
  stack.length = depth + 1
}

function close(stack: Frame[], closer: string): void {
  const frame = stack.pop()
  if (frame === undefined) return
  if (frame.seen !== undefined) endElement(frame, frame.seen)
  top(stack).element += frame.opener + frame.elements + frame.element + closer
}

function endElement(frame: Frame, seen: Set<string>): void {
  // The first row keeps its distance from VALUES.
  const element = frame.elements === '' ? frame.element : frame.element.trim()
  const shape = element.trim().replace(/\$\d+/g, '?')
  // An array may hold a column twice on purpose; in the other lists it makes no difference.
  const again = seen.has(shape) && (frame.closer !== ']' || shape.includes('?'))
  if (shape !== '' && !again) {
    seen.add(shape)
    frame.elements += frame.elements === '' ? element : `, ${element}`
  }
  frame.element = ''
}

function listOf(
  sql: string,
  stack: readonly Frame[],
  previous: Token | undefined,
  token: Token,
  style: RenderStyle,
): 'rows' | 'elements' | undefined {
  if (stack.length > deepestList) return undefined
  const bracket = symbolOf(sql, token)
  if (bracket === '(' && wordOf(sql, previous) === 'VALUES') return 'rows'
  if (bracket === '(' && wordOf(sql, previous) === 'IN') return 'elements'
  if (bracket !== '[' || style.arrays === 'whole') return undefined
  const frame = stack.at(-1)
  const nested = frame?.closer === ']' && frame.seen !== undefined && frame.element.trim() === ''
  return wordOf(sql, previous) === 'ARRAY' || nested ? 'elements' : undefined
}

function pieceOf(sql: string, token: Token, style: RenderStyle): string {
  switch (token.kind) {
    case 'string':
      return style.string
    case 'number':
      return style.number
    case 'param':
      return style.param ?? sql.slice(token.start, token.end)
    case 'hidden_name':
      return style.hiddenName
    case 'quoted_name':
      // A name that is cut may be a value.
      return token.doubt === 'open' ? style.string : sql.slice(token.start, token.end)
    case 'word':
    case 'symbol':
    case 'comment':
      return sql.slice(token.start, token.end)
    default:
      return token.kind satisfies never
  }
}

/** The second part of `'a' 'b'`, and the UESCAPE '!' that belongs to a U&'' string. */
function continuesString(sql: string, tokens: readonly Token[], index: number): boolean {
  const [before, previous, token] = [tokens[index - 2], tokens[index - 1], tokens[index]]
  if (token?.kind === 'string' && previous?.kind === 'string') return true
  if (token?.kind === 'string' && wordOf(sql, previous) === 'UESCAPE') return isValue(before)
  return wordOf(sql, token) === 'UESCAPE' && isValue(previous) && tokens[index + 1]?.kind === 'string'
}

function isValue(token: Token | undefined): boolean {
  return token?.kind === 'string' || token?.kind === 'param'
}

function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && /[; ]/.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

function top(stack: readonly Frame[]): Frame {
  const frame = stack.at(-1)
  if (frame === undefined) throw new Error('the outermost frame is never closed')
  return frame
}
