import type { Path } from '../../yaml/fault.ts'
import { type Draft, entityPath, type Report, type Rule } from '../draft.ts'
import type { EntityAttribute } from '../model.ts'
import { unknownName } from '../unknown-name.ts'
import { reportUndefined } from './attributes.ts'

/** Entities are made of attributes that exist, and everything that names an entity names one of them. */
export const entitiesAreSound: Rule = (draft, report) => {
  const { metadata } = draft
  for (const entity of metadata.entities) {
    const path = entityPath(draft, entity)
    for (const [at, attribute] of entity.identity.entries()) {
      checkIdentity(draft, attribute, [...path, 'identity', at], report)
    }
    for (const [at, { target }] of entity.relationships.entries()) {
      checkEntity(draft, target, [...path, 'relationships', at, 'target'], report)
    }
  }
  for (const { name, entity } of metadata.metrics) checkEntity(draft, entity, ['metrics', name, 'entity'], report)
  for (const { name, entity } of metadata.events) {
    checkEntity(draft, entity, ['events', name, 'entity'], report)
    checkOfResource(draft, entity, ['events', name, 'entity'], report)
  }
}

/** A file with entities says of everything which it is of. */
function checkEntity({ declared }: Draft, type: string, path: Path, report: Report): void {
  if (type === '') {
    report(path, 'is required (expected string)', 'key')
    return
  }
  if (declared.entities.includes(type)) return
  report(path, unknownName('an entity', type, declared.entities))
}

/** A record has no parts to make an entity's attributes of: it says with its own what it is about. */
function checkOfResource({ entities }: Draft, type: string, path: Path, report: Report): void {
  const { parts = [] } = entities.get(type) ?? {}
  if (parts.length === 0) return
  report(path, `expected an entity that the resource tells apart, found ${type}, which is made of ${parts.join(', ')}`)
}

function checkIdentity(draft: Draft, { ref, value }: EntityAttribute, path: Path, report: Report): void {
  if (value === undefined) {
    if (draft.declared.resource_attributes.includes(ref)) return
    report([...path, 'ref'], `expected a resource attribute, or a value beside the ref, found ${JSON.stringify(ref)}`)
    return
  }
  reportUndefined(draft, [...path, 'ref'], ref, report)
  const type = draft.attributes.get(ref)?.type ?? 'string'
  if (type !== 'string') report([...path, 'ref'], `expected an attribute of type string, found ${type}`)
  if (/[{}]/.test(value.replaceAll(/\{[a-z][a-z0-9_]*\}/g, ''))) {
    report([...path, 'value'], `expected parts such as {database}, found ${JSON.stringify(value)}`)
  }
}
