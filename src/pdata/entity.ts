/** Attributes in two sets of names: the semantic conventions' and the older ones that dashboards filter on. */
export type Vocabulary = 'both' | 'semconv' | 'legacy'

/** How a thing that points are about becomes attributes, in one or both vocabularies. */
export interface EntityInfo {
  readonly type: string
  /** What the values are made of, e.g. `database`, `schema`, `relation`. */
  readonly parts: readonly string[]
  readonly attributes: readonly EntityAttributeInfo[]
}

export interface EntityAttributeInfo {
  readonly name: string
  /** A template over the parts, e.g. `{database}|{schema}`. */
  readonly value: string
  readonly vocabulary: Vocabulary
}

/** The attributes of one entity in the wanted vocabulary. An attribute with a part that is missing (NULL) is left off. */
export function entityAttributes(
  entity: EntityInfo,
  parts: Readonly<Record<string, string | undefined>>,
  vocabulary: Vocabulary,
): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const attribute of entity.attributes) {
    if (vocabulary !== 'both' && attribute.vocabulary !== 'both' && attribute.vocabulary !== vocabulary) continue
    let missing = false
    const value = attribute.value.replaceAll(/\{(\w+)\}/g, (_, part: string) => {
      const found = parts[part]
      if (found === undefined) missing = true
      return found ?? ''
    })
    if (!missing) attributes[attribute.name] = value
  }
  return attributes
}
