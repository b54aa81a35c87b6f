import { expect, test } from 'vitest'
import { isUnit } from '../../src/metadata/unit.ts'

for (const unit of [
  '',
  '1',
  's',
  'ms',
  'By',
  'KiBy/s',
  '{lock}',
  '{a/b.c}',
  'By/{row}',
  'By.s',
  '%',
  'By{wal}',
  '1/s',
]) {
  test(`${JSON.stringify(unit)} is a unit`, () => {
    expect(isUnit(unit)).toBe(true)
  })
}

for (const unit of ['bytes', 'sec', '{lock', 'lock}', '{}', '{a b}', 'By/', '/', 'By s', 'S', 'by', '{a}{b}', '{a}s']) {
  test(`${JSON.stringify(unit)} is no unit`, () => {
    expect(isUnit(unit)).toBe(false)
  })
}
