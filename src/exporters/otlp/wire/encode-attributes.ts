import type { Attributes } from '../../../pdata/attributes.ts'
import { type AttributeLimits, limitAttributes, limitedKey } from './limits.ts'
import type { WireAttribute, WireFormat } from './wire-format.ts'

/** Whose attributes they are; `metric` is the name that no attribute of its points can have. */
export type AttributeOwner =
  | { readonly kind: 'resource' }
  | { readonly kind: 'point'; readonly metric?: string }
  /** `doubles` are the attributes that are declared so. */
  | { readonly kind: 'record'; readonly doubles: readonly string[] }

/** Attributes within the limits, encoded; `undefined` where one of them has a value that no attribute can have. */
export function encodeAttributes(
  attributes: Attributes,
  owner: AttributeOwner,
  limits: AttributeLimits | undefined,
  format: WireFormat,
): Uint8Array | undefined {
  const metric = owner.kind === 'point' ? owner.metric : undefined
  const maxCount = owner.kind === 'resource' ? limits?.resourceAttributes : limits?.recordAttributes
  const limited =
    limits === undefined || maxCount === undefined ? attributes : limitAttributes(attributes, limits, maxCount, metric)
  const declared = owner.kind === 'record' ? owner.doubles : []
  const doubles =
    limits === undefined || limited === attributes ? declared : declared.map((key) => limitedKey(key, limits))
  const list: WireAttribute[] = []
  for (const key in limited) {
    const value = limited[key]
    if (typeof value !== 'string' && typeof value !== 'boolean' && typeof value !== 'number') return undefined
    if (typeof value === 'number' && !Number.isFinite(value)) return undefined
    list.push({ key, value, isDouble: doubles.includes(key) })
  }
  return format.attributes(owner.kind, list)
}
