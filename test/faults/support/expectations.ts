import { expect } from 'vitest'
import type { Account } from '../../../src/component/exporter.ts'
import type { Rig } from '../../matrix/support/rig.ts'
import { unexplainedPoints } from '../../support/unexplained-points.ts'

/** The exporter's account, which must balance to the point. */
export function expectBalance(rig: Rig): Account {
  const { account } = rig
  if (account === undefined) throw new Error('the rig has no exporter')
  expect(unexplainedPoints(account), JSON.stringify(account)).toBe(0)
  return account
}
