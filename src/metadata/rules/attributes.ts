import type { Path } from '../../yaml/fault.ts'
import { type Draft, entityPath, type Report, type Rule } from '../draft.ts'
import { unknownName } from '../unknown-name.ts'

/** Every attribute that is named is defined; only strings have an enum. */
export const attributesAreDefined: Rule = (draft, report) => {
  for (const { name, type, enum: values } of draft.metadata.attributes) {
    if (values.length > 0 && type !== 'string') {
      report(['attributes', name, 'enum'], `expected a type of string for an enum, found ${type}`, 'key')
    }
  }
  for (const { path, name } of references(draft)) reportUndefined(draft, path, name, report)
  for (const entity of draft.metadata.entities) {
    const path = entityPath(draft, entity)
    for (const [at, name] of entity.descriptive.entries()) {
      if (draft.declared.resource_attributes.includes(name)) continue
      reportUndefined(draft, [...path, 'description', at, 'ref'], name, report)
    }
  }
}

/** An attribute that nothing carries is a leftover or a typing error elsewhere. */
export const attributesAreUsed: Rule = (draft, report) => {
  if (!draft.complete) return
  const used = new Set(references(draft).map(({ name }) => name))
  for (const { identity, descriptive } of draft.metadata.entities) {
    for (const name of [...identity.map(({ ref }) => ref), ...descriptive]) used.add(name)
  }
  for (const name of draft.declared.attributes) {
    if (!used.has(name)) report(['attributes', name], 'is used by no metric, event or entity', 'key')
  }
}

/** Reports an attribute that isn't there, with the nearest that is. */
export function reportUndefined(draft: Draft, path: Path, name: string, report: Report): void {
  const known = draft.declared.attributes
  if (known.includes(name)) return
  report(path, unknownName('an attribute', name, known))
}

function references({ metadata }: Draft): { readonly path: Path; readonly name: string }[] {
  return [
    ...metadata.metrics.map(({ name, attributes }) => ({ path: ['metrics', name], attributes })),
    ...metadata.events.map(({ name, attributes }) => ({ path: ['events', name], attributes })),
    ...metadata.telemetry.metrics.map(({ name, attributes }) => ({ path: ['telemetry', 'metrics', name], attributes })),
  ].flatMap(({ path, attributes }) => attributes.map((name, index) => ({ path: [...path, 'attributes', index], name })))
}
