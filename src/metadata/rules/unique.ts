import type { Path } from '../../yaml/fault.ts'
import { type Draft, entityPath, type Report, type Rule } from '../draft.ts'
import { pascalCase } from '../identifier.ts'

/** Nothing is said twice, and no two names become the same one in code or in what is sent. */
export const namesAreUnique: Rule = (draft, report) => {
  const { declared, metadata } = draft
  unique(declared.entities, (index) => ['entities', index, 'type'], report)
  for (const entity of metadata.entities) {
    const path = entityPath(draft, entity)
    unique(
      entity.identity.map(({ ref }) => ref),
      (at) => [...path, 'identity', at, 'ref'],
      report,
    )
  }
  for (const { name, enum: values } of metadata.attributes) {
    unique(values, (at) => ['attributes', name, 'enum', at], report)
  }
  for (const { name, identity, groupBy = [] } of metadata.queries) {
    unique(identity, (at) => ['queries', name, 'identity', at], report)
    unique(groupBy, (at) => ['queries', name, 'group_by', at], report)
  }
  uniqueIdentifiers(metadata.events, ['events'], report)
  uniqueIdentifiers(metadata.metrics, ['metrics'], report)
  uniqueIdentifiers(metadata.queries, ['queries'], report)
  uniqueIdentifiers(metadata.telemetry.metrics, ['telemetry', 'metrics'], report)
  eventsAreNoMetrics(draft, report)
  emittedNamesAreUnique(draft, report)
}

function unique(names: readonly string[], path: (index: number) => Path, report: Report): void {
  for (const [index, name] of names.entries()) {
    if (name !== '' && names.indexOf(name) < index) report(path(index), `${JSON.stringify(name)} stands here twice`)
  }
}

function uniqueIdentifiers(entries: readonly { readonly name: string }[], path: Path, report: Report): void {
  const taken = new Map<string, string>()
  for (const { name } of entries) {
    const identifier = pascalCase(name)
    const other = taken.get(identifier)
    if (other === undefined) taken.set(identifier, name)
    else report([...path, name], `becomes ${identifier} in code, and so does ${JSON.stringify(other)}`, 'key')
  }
}

/** Who asks for a name must not get two things of different kinds. */
function eventsAreNoMetrics({ declared }: Draft, report: Report): void {
  for (const name of declared.events) {
    if (declared.metrics.includes(name)) report(['events', name], 'is the name of a metric too', 'key')
  }
}

/** A point's attributes come from its entity and from its metric; each name once. */
function emittedNamesAreUnique({ metadata, attributes, entities }: Draft, report: Report): void {
  for (const section of ['metrics', 'events'] as const) {
    for (const { name, entity: type, attributes: own } of metadata[section]) {
      const entity = entities.get(type)
      const taken = new Map<string, string>()
      for (const { ref } of entity?.identity ?? []) {
        taken.set(attributes.get(ref)?.emittedName ?? ref, `attribute ${ref} of the entity`)
      }
      for (const part of entity?.parts ?? []) taken.set(part, 'part of the entity')
      for (const [index, ref] of own.entries()) {
        const emitted = attributes.get(ref)?.emittedName ?? ref
        const other = taken.get(emitted)
        if (other === undefined) taken.set(emitted, `attribute ${ref}`)
        else report([section, name, 'attributes', index], `${JSON.stringify(emitted)} is taken by the ${other}`)
      }
    }
  }
}
