import { expect, test } from 'vitest'
import { grant } from '../../src/metadata/grant.ts'

test('each kind of privilege has its GRANT', () => {
  expect(grant({ kind: 'role', name: 'pg_monitor' }, 'watcher')).toBe('GRANT pg_monitor TO watcher')
  expect(grant({ kind: 'function', name: 'pg_ls_waldir()' }, 'watcher')).toBe(
    'GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO watcher',
  )
  expect(grant({ kind: 'table', name: 'pg_subscription' }, 'watcher')).toBe(
    'GRANT SELECT ON pg_subscription TO watcher',
  )
})
