import { expect, test } from 'vitest'
import { inRange, parseVersionRange } from '../../src/metadata/version-range.ts'

for (const { text, inside, outside } of [
  { text: '>=16', inside: [[16], [16, 3], [18]], outside: [[15], [15, 99]] },
  { text: '<17', inside: [[13], [16, 9]], outside: [[17], [17, 0]] },
  { text: '>=14 <17', inside: [[14], [16]], outside: [[13], [17], [18]] },
  { text: '>=1.8', inside: [[1, 8], [1, 10], [2]], outside: [[1, 7], [1]] },
  { text: '>=16<18', inside: [[16], [17, 2]], outside: [[18]] },
]) {
  test(`${text} holds ${inside.join(' and ')} but not ${outside.join(' or ')}`, () => {
    const parsed = parseVersionRange(text)
    if (parsed.kind !== 'range') throw new Error(`${text} is ${parsed.kind}`)
    expect(inside.filter((version) => !inRange(version, parsed.range))).toEqual([])
    expect(outside.filter((version) => inRange(version, parsed.range))).toEqual([])
  })
}

for (const text of ['', '16', '>16', '=16', '>=', '>=16 >=17', '<17 >=16', '*', '>=16.x']) {
  test(`${JSON.stringify(text)} is no range`, () => {
    expect(parseVersionRange(text).kind).toBe('malformed')
  })
}

test('a range that ends where it begins holds nothing', () => {
  expect(parseVersionRange('>=16 <16.0').kind).toBe('empty')
})
