import { pascalCase } from '../src/metadata/identifier.ts'
import type { Metadata } from '../src/metadata/model.ts'
import { eventInfos } from '../src/metadata/tables.ts'
import { comment, literal } from './literal.ts'
import { type TypedName, typedAttributes } from './metrics-view.ts'

/** What events.ts.hbs is rendered from. */
export interface EventsView {
  readonly events: readonly { readonly name: string; readonly row: string }[]
  readonly methods: readonly {
    readonly identifier: string
    readonly event: string
    readonly description: string
    /** The attributes whose value isn't the same in every record. */
    readonly values: readonly TypedName[]
  }[]
}

export function eventsView(metadata: Metadata): EventsView {
  const infos = eventInfos(metadata)
  return {
    events: [...infos].map(([name, info]) => ({ name: literal(name), row: literal(info) })),
    methods: metadata.events.map((event) => {
      const constants = Object.keys(infos.get(event.name)?.constants ?? {}).map(literal)
      return {
        identifier: `record${pascalCase(event.name)}`,
        event: literal(event.name),
        description: comment(event.description),
        values: typedAttributes(metadata, event).filter(({ name }) => !constants.includes(name)),
      }
    }),
  }
}
