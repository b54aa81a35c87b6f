import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'
import { longFiles } from '../support/long-files.ts'
import { sourceFiles } from './support/source-files.ts'

const files = await sourceFiles('src', 'codegen', 'generated', 'test', 'bench')
const ours = files.filter(({ path }) => /^(?:src|codegen)\//.test(path))

/** Files that may touch the process, and why. */
const touchTheProcess: Readonly<Record<string, string>> = {
  'src/main.ts': 'it is the process',
  'codegen/main.ts': 'it is a process of its own',
  'codegen/format.ts': 'runs the formatter under the same Node',
  'src/cli/spare-memory.ts': 'gives garbage back by what the heap holds',
  'src/telemetry/create-logger.ts': 'standard error is where a log goes by default',
  'src/receivers/internal/process-telemetry.ts': 'reads what the process uses',
  'src/receivers/internal/receiver.ts': 'the process id tells two collectors of one host apart',
  'src/sql-text/pool/sql-text-process.ts': 'it is a process of its own',
  'src/demo/embedded-postgres/account.ts': 'PostgreSQL refuses to run as root',
  'src/demo/embedded-postgres/binaries.ts': 'picks the binaries of this platform',
  'src/demo/embedded-postgres/cluster.ts': 'signals backends',
  'src/demo/embedded-postgres/server-process.ts': 'asks whether an earlier server still runs',
}

test('only listed files touch the process, and each of them does', () => {
  const touching = ours.filter(({ text }) => /from 'node:process'|^(?!\s*(?:\*|\/\/)).*\bprocess\.[a-z]/m.test(text))
  expect(touching.map(({ path }) => path)).toEqual(Object.keys(touchTheProcess).toSorted())
})

test('what `npm test` leaves out is there', () => {
  const paths = new Set(files.map(({ path }) => path))
  expect(longFiles.filter((path) => !paths.has(path))).toEqual([])
})

test('no file is named after nothing', () => {
  const empty = /^(?:utils?|helpers?|common|managers?|types?|misc|shared|index)$/
  const words = ({ path }: { readonly path: string }) => basename(path, '.ts').split(/[-.]/)
  expect(ours.filter((file) => words(file).some((word) => empty.test(word))).map(({ path }) => path)).toEqual([])
})

/** Words that another one has replaced (docs/architecture.md), and the room where they mean something else. */
const replacedWords: Readonly<Record<string, RegExp>> = {
  session: /\/activity\/|\/session-settings\.ts$|^bench\/sessions\//,
  sessions: /\/activity\/|^bench\/sessions\//,
  plan: /\/explain\//,
  plans: /\/explain\//,
  ...Object.fromEntries(
    'answer basis blot blueprint courier fold folded forgive grouping heard hurry intake interned judged lane left linger mending noted observation outbox packing reckoning refused settlement told unread verdict'
      .split(' ')
      .map((word) => [word, /^$/]),
  ),
}

test('no file is named by a word that another one has replaced', () => {
  const replaced = files.filter(({ path }) =>
    basename(path, '.ts')
      .split(/[-.]/)
      .some((word) => Object.hasOwn(replacedWords, word) && replacedWords[word]?.test(path) === false),
  )
  expect(replaced.map(({ path }) => path)).toEqual([])
})

test('a folder has at most 20 files of its own, and a file at most 250 lines', () => {
  const crowded = [...Map.groupBy(ours, ({ path }) => dirname(path))].filter(([, inside]) => inside.length > 20)
  expect(crowded.map(([folder, inside]) => `${folder}: ${inside.length}`)).toEqual([])
  const lines = ours.map(({ path, text }) => ({ path, count: text.trimEnd().split('\n').length }))
  expect(lines.filter(({ count }) => count > 250)).toEqual([])
})

test('file names are kebab-case', () => {
  expect(
    files.map(({ path }) => basename(path)).filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/.test(name)),
  ).toEqual([])
})

test('there is no default export and no barrel', () => {
  const exporting = /^export (?:default|\*|\{[^}]*\} from)/m
  expect(
    files.filter(({ path, text }) => path !== 'src/index.ts' && exporting.test(text)).map(({ path }) => path),
  ).toEqual([])
})

test('there is no type assertion but `as const`', () => {
  const assertion =
    /(?<!import \{[^}]*|\* )\bas (?!const\b|unknown as\b)(?:any|unknown|never|[A-Z]\w*)(?=[\s,;)\]}<[|&.]|$)/
  const asserting = files.flatMap(({ path, text }) =>
    path.startsWith('generated/')
      ? []
      : text
          .split('\n')
          .flatMap((line, index) => (isCode(line) && assertion.test(line) ? [`${path}:${index + 1}`] : [])),
  )
  expect(asserting).toEqual([])
})

/** Not a comment, not an import with another name, not SQL in a string. */
function isCode(line: string): boolean {
  return !/^\s*(?:\/?\*|\/\/)|^import|^export \{|['"`].*\bas\b.*['"`]/i.test(line)
}

test('a test waits for facts by `eventually`, and no bound on real time is below two seconds', () => {
  const tests = files.filter(({ path }) => path.startsWith('test/') && path !== 'test/support/eventually.ts')
  const waiting = tests.filter(({ text }) => /\bvi\.waitFor\(|\bvi\.waitUntil\(|\bexpect\.poll\(/.test(text))
  expect(waiting.map(({ path }) => path)).toEqual([])
  const bound =
    /(?:performance\.now\(\)|Date\.now\(\)|\btook\w*|\belapsed\w*)[^\n]*toBeLessThan(?:OrEqual)?\(([\d_]+)\)/g
  const short = tests.flatMap(({ path, text }) =>
    [...text.matchAll(bound)].flatMap(([line, bound]) =>
      Number(bound?.replaceAll('_', '')) < 2_000 ? [`${path}: ${line}`] : [],
    ),
  )
  expect(short).toEqual([])
})
