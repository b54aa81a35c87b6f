import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteSize, parseByteSize } from '../../src/config/byte-size.ts'

for (const { text, bytes } of [
  { text: '512MiB', bytes: 536_870_912 },
  { text: '1GB', bytes: 1_000_000_000 },
  { text: '64MB', bytes: 64_000_000 },
  { text: '4096', bytes: 4_096 },
  { text: '7B', bytes: 7 },
  { text: '3 KiB', bytes: 3_072 },
  { text: '5kb', bytes: 5_000 },
  { text: '1.5GiB', bytes: 1_610_612_736 },
  { text: '2TiB', bytes: 2_199_023_255_552 },
  { text: '9PB', bytes: undefined },
  { text: '9999999TB', bytes: undefined },
  { text: '-1MB', bytes: undefined },
  { text: 'MB', bytes: undefined },
  { text: '', bytes: undefined },
  { text: '1e3', bytes: undefined },
]) {
  test(`"${text}" is ${bytes} bytes`, () => {
    expect(parseByteSize(text)).toBe(bytes)
  })
}

test('a number with a binary unit is that many powers of 1024', () => {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4_000 }), fc.constantFrom(0, 1, 2, 3), (amount, power) => {
      expect(byteSize.parse(`${amount}${units[power]}`)).toBe(amount * 1024 ** power)
    }),
  )
})

test('a size that is none, or zero, is refused with what is right', () => {
  const message = (value: unknown) => byteSize.safeParse(value).error?.issues[0]?.message
  expect(message('512 megs')).toBe('expected a size such as 512MiB, 1GB or 4096 (bytes)')
  expect(message(0)).toBe('requires positive value')
  expect(message('0MB')).toBe('requires positive value')
})
