/** What an attribute can hold. SQL NULL is no value: the attribute is left off. */
export type AttributeValue = string | number | boolean

/** Attributes of a resource or a point, frozen once made. */
export type Attributes = Readonly<Record<string, AttributeValue>>
