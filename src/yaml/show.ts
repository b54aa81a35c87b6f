/** A value as a person would recognise it, cut short. Of lists and maps only the kind: they may hold anything. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'a map'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** Says no more of a secret than what kind of value it is. */
export function hiddenText(value: unknown): string {
  if (value === null || value === '') return 'an empty value'
  if (typeof value === 'object') return `a ${Array.isArray(value) ? 'list' : 'map'} that is not shown`
  return typeof value === 'string' ? 'a text that is not shown' : `a ${typeof value} that is not shown`
}
