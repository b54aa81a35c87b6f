/** Which component of a configuration: `type` or `type/name`. */
export interface ComponentId {
  readonly type: string
  readonly name?: string
  /** As written. */
  readonly text: string
}

const typeForm = /^[a-zA-Z][0-9a-zA-Z_]{0,62}$/
// The Collector's: no spaces, control characters or symbols.
const nameForm = /^[^\p{Z}\p{C}\p{S}]{1,1024}$/u

/** `undefined` if the text is no component id. */
export function parseComponentId(text: string): ComponentId | undefined {
  const slash = text.indexOf('/')
  const type = slash < 0 ? text : text.slice(0, slash)
  if (!typeForm.test(type)) return undefined
  if (slash < 0) return { type, text }
  const name = text.slice(slash + 1)
  return nameForm.test(name) ? { type, name, text } : undefined
}
