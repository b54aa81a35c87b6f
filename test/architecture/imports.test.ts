import { expect, test } from 'vitest'
import { type SourceFile, sourceFiles } from './support/source-files.ts'

const files = await sourceFiles('src', 'codegen', 'generated')
const leaves = ['src/config', 'src/metadata', 'src/pdata', 'src/telemetry', 'src/yaml']

/** Who may import whom, by folder. An arrow that isn't here fails the test below; a folder may always import itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'src/main.ts': ['src/cli'],
  'src/cli': [
    'src/collector',
    'src/demo',
    'src/component',
    'src/receivers/internal',
    'src/receivers/postgresql/explain',
    'src/receivers/postgresql/settings',
    ...leaves,
  ],
  'src/collector': ['src/receivers', 'src/exporters', 'src/scraper', 'src/component', ...leaves],
  'src/demo': [
    'src/collector',
    'src/receivers',
    'src/exporters',
    'generated',
    'src/sql-text',
    'src/component',
    ...leaves,
  ],
  'src/exporters/otlp': ['generated/otlp', 'src/deltas', 'src/component', ...leaves],
  'src/exporters/newrelic': ['generated/newrelic', 'src/exporters/otlp', 'src/component', ...leaves],
  'src/exporters/debug': ['generated/debug', 'src/deltas', 'src/component', ...leaves],
  'src/scraper': ['generated/scraper', 'src/component', ...leaves],
  'src/component': ['src/pdata', 'src/telemetry'],
  'src/deltas': ['src/pdata'],
  'src/rows': ['src/pdata', 'src/metadata'],
  generated: ['src/pdata', 'src/metadata', 'src/config'],
  codegen: leaves,
  'src/metadata': ['src/yaml', 'src/config', 'src/pdata'],
  'src/config': ['src/yaml'],
  'src/sql-text': ['src/telemetry', 'src/pdata'],
  'src/telemetry': [],
  'src/pdata': [],
  'src/yaml': [],
}

/** Within a house of several rooms: which room may import which. What lies in no room puts them together. */
const rooms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'src/receivers/postgresql': {
    activity: ['statements', 'server', 'connection', 'settings'],
    explain: ['statements', 'server', 'connection', 'settings'],
    statements: ['queries', 'compose', 'server', 'connection', 'settings'],
    queries: ['compose', 'server', 'connection', 'settings'],
    compose: ['server'],
    server: ['connection', 'settings'],
    connection: ['settings'],
    settings: [],
  },
  'src/exporters/otlp': {
    request: ['wire', 'queue', 'account'],
    delivery: ['wire', 'queue', 'account'],
    queue: ['wire'],
    wire: [],
    account: [],
  },
}

const lies = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`)

/** All that a file may import; empty for a file in a folder that no arrow starts from. */
function reachOf(path: string): readonly string[] {
  const receiver = /^src\/receivers\/([^/]+)\//.exec(path)
  // A receiver knows what was generated for it, and never another receiver or an exporter.
  if (receiver !== null)
    return [
      receiver[0].slice(0, -1),
      `generated/${receiver[1]}`,
      'src/scraper',
      'src/component',
      'src/rows',
      'src/sql-text',
      ...leaves,
    ]
  const home = Object.keys(arrows).find((folder) => lies(path, folder))
  return home === undefined ? [] : [home, ...(arrows[home] ?? [])]
}

function forbidden({ path, imports }: SourceFile): string[] {
  const reach = reachOf(path)
  if (reach.length === 0) return [`${path} lies in a folder that no arrow starts from`]
  return imports
    .filter((one) => !one.path.endsWith('.json') && !reach.some((folder) => lies(one.path, folder)))
    .map((one) => `${path} -> ${one.path}`)
}

test('imports follow the arrows', () => {
  expect(files.length).toBeGreaterThan(150)
  expect(files.flatMap(forbidden)).toEqual([])
})

/** The room of a file, and which rooms it may see; `undefined` for what lies in none. */
function roomOf(path: string) {
  for (const [house, arrowsWithin] of Object.entries(rooms)) {
    if (!lies(path, house)) continue
    const [room = '', ...rest] = path.slice(house.length + 1).split('/')
    return rest.length === 0 ? undefined : { house, room, sees: arrowsWithin[room] }
  }
  return undefined
}

function forbiddenRooms({ path, imports }: SourceFile): string[] {
  const own = roomOf(path)
  if (own === undefined) return []
  if (own.sees === undefined) return [`${path} lies in a room that no arrow starts from`]
  return imports
    .filter((one) => lies(one.path, own.house))
    .filter((one) => {
      const { room } = roomOf(one.path) ?? {}
      return room !== own.room && (room === undefined || own.sees?.includes(room) !== true)
    })
    .map((one) => `${path} -> ${one.path}`)
}

test('rooms import what lies below them', () => {
  expect(files.flatMap(forbiddenRooms)).toEqual([])
})

test('rooms have no circle, and each of them is there', () => {
  for (const [house, arrowsWithin] of Object.entries(rooms)) {
    const graph = new Map(Object.entries(arrowsWithin))
    expect([...graph.keys()].flatMap((room) => cycleFrom(room, graph) ?? [])).toEqual([])
    for (const room of graph.keys())
      expect(
        files.some(({ path }) => lies(path, `${house}/${room}`)),
        room,
      ).toBe(true)
  }
})

test('an arrow that is not there is found', () => {
  const upwards = { path: 'src/yaml/fault.ts', text: '', imports: [{ path: 'src/config/duration.ts', typeOnly: true }] }
  const sideways = {
    path: 'src/receivers/internal/receiver.ts',
    text: '',
    imports: [{ path: 'src/receivers/postgresql/settings/config.ts', typeOnly: false }],
  }
  expect([upwards, sideways].flatMap(forbidden)).toEqual([
    'src/yaml/fault.ts -> src/config/duration.ts',
    'src/receivers/internal/receiver.ts -> src/receivers/postgresql/settings/config.ts',
  ])
})

test('every import leads to a file', () => {
  const known = new Set(files.map(({ path }) => path))
  const lost = files.flatMap(({ path, imports }) =>
    imports.filter((one) => one.path.endsWith('.ts') && !known.has(one.path)).map((one) => `${path} -> ${one.path}`),
  )
  expect(lost).toEqual([])
})

test('no file reaches itself, through types neither', async () => {
  const all = [...files, ...(await sourceFiles('bench'))]
  const graph = new Map(all.map(({ path, imports }) => [path, imports.map((one) => one.path)]))
  expect(all.flatMap(({ path }) => cycleFrom(path, graph) ?? [])).toEqual([])
})

test('contracts import no implementation', () => {
  const contracts = /^src\/component\/|^src\/scraper\/scraper\.ts$|^src\/exporters\/otlp\/queue\/delivery-store\.ts$/
  const violations = files
    .filter(({ path }) => contracts.test(path))
    .flatMap(({ path, imports }) => imports.filter((one) => !one.typeOnly).map((one) => `${path} -> ${one.path}`))
  expect(violations).toEqual([])
})

function cycleFrom(start: string, graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const seen = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    for (const next of graph.get(path) ?? []) {
      if (next === start) return [[...trail, next].join(' -> ')]
      if (seen.has(next)) continue
      seen.add(next)
      const found = visit(next, [...trail, next])
      if (found !== undefined) return found
    }
    return undefined
  }
  return visit(start, [start])
}
