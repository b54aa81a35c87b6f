import type { Attributes, AttributeValue } from './attributes.ts'

/** What a user may say about one resource attribute. */
export interface ResourceAttributeConfig {
  readonly enabled?: boolean
  /** Sent in place of what was found. */
  readonly override_value?: AttributeValue
}

/** The attributes of a resource: what is enabled, by default or by the user, with the user's value where there is one. */
export function resourceAttributes(
  defaults: Readonly<Record<string, boolean>>,
  config: Readonly<Record<string, ResourceAttributeConfig | undefined>>,
  values: Readonly<Record<string, AttributeValue | undefined>>,
): Attributes {
  const attributes: Record<string, AttributeValue> = {}
  for (const [name, isEnabled] of Object.entries(defaults)) {
    const value = config[name]?.override_value ?? values[name]
    if ((config[name]?.enabled ?? isEnabled) && value !== undefined) attributes[name] = value
  }
  return Object.freeze(attributes)
}
