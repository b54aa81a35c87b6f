import { expect, test } from 'vitest'
import { parseYaml } from '../../src/yaml/document.ts'
import { renderFault, sortFaults } from '../../src/yaml/fault.ts'

test('a value, a bare key and a list entry know their places; what is not there has its parent’s', () => {
  const parsed = parseYaml('f.yaml', 'a:\r\n  b: "x"\r\n  bare:\r\n  list:\r\n    - 7\r\n3: number\r\n')
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(renderFault).join('\n'))
  const { position, keyPosition } = parsed.document
  expect(position(['a', 'b'])).toEqual({ file: 'f.yaml', line: 2, column: 6 })
  expect(keyPosition(['a', 'b'])).toEqual({ file: 'f.yaml', line: 2, column: 3 })
  expect(position(['a', 'bare'])).toEqual({ file: 'f.yaml', line: 3, column: 8 })
  expect(position(['a', 'list', 0])).toEqual({ file: 'f.yaml', line: 5, column: 7 })
  expect(position(['a', 'none', 'deeper'])).toEqual({ file: 'f.yaml', line: 2, column: 3 })
  expect(position(['3'])).toEqual({ file: 'f.yaml', line: 6, column: 4 })
})

test('a merge from a list of maps is looked through in its order', () => {
  const parsed = parseYaml('f', 'x: &x {a: 1}\ny: &y {a: 2, b: 3}\nz:\n  <<: [*x, *y]\n')
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(renderFault).join('\n'))
  expect(parsed.document.value).toMatchObject({ z: { a: 1, b: 3 } })
  expect(parsed.document.position(['z', 'a'])).toMatchObject({ line: 1, column: 11 })
  expect(parsed.document.position(['z', 'b'])).toMatchObject({ line: 2, column: 17 })
})

for (const { name, text, expected } of [
  { name: 'a merge of something that is no map', text: 'a: 1\n<<: 7', expected: /^f:1:1: not valid YAML: / },
  {
    name: 'a key that plain objects would lose',
    text: 'a:\n  __proto__: 1',
    expected: /^f:2:3: not valid YAML: a key that can not be used$/,
  },
  {
    name: 'an alias that grows without end',
    text: `a: &a [x, x, x, x, x, x, x, x, x]\n${['b', 'c', 'd', 'e', 'f'].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcde'[index]}`)}]`).join('\n')}`,
    expected: /not valid YAML: /,
  },
]) {
  test(`${name} is a fault`, () => {
    const parsed = parseYaml('f', text)
    expect(parsed.kind === 'faults' ? parsed.faults.map(renderFault) : []).toEqual([expect.stringMatching(expected)])
  })
}

test('faults are in the order of file, line and column; a place without lines is told without them', () => {
  const fault = (file: string, line: number, column: number) => ({
    position: { file, line, column },
    path: ['a', 0, 'b'],
    message: 'm',
  })
  const sorted = sortFaults([
    fault('b', 1, 1),
    fault('a', 10, 1),
    fault('a', 2, 9),
    fault('a', 2, 8),
    fault('ENV', 0, 0),
  ])
  expect(sorted.map(renderFault).sort()).toEqual([
    'ENV: a::0::b: m',
    'a:10:1: a::0::b: m',
    'a:2:8: a::0::b: m',
    'a:2:9: a::0::b: m',
    'b:1:1: a::0::b: m',
  ])
  expect(
    sorted.filter(({ position }) => position.file === 'a').map(({ position }) => [position.line, position.column]),
  ).toEqual([
    [2, 8],
    [2, 9],
    [10, 1],
  ])
})
