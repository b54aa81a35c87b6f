import { expect, test } from 'vitest'
import { run } from './support/otelephant.ts'

test('sql explain-function prints a script for the role that is named, and connects to nothing', async () => {
  const { code, stdout, stderr } = await run([
    'sql',
    'explain-function',
    '--role',
    'monitor"x',
    '--name',
    'dba.plan_of',
  ])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('CREATE OR REPLACE FUNCTION "dba"."plan_of"(text, text[], integer)')
  expect(stdout).toContain('GRANT EXECUTE ON FUNCTION "dba"."plan_of"(text, text[], integer) TO "monitor""x";')
  expect(stdout).toMatch(/^BEGIN;$/m)
  expect(stdout).toMatch(/^COMMIT;\n$/m)
})

test.each([
  { args: ['sql', 'explain-function'], stderr: /required option '--role <name>' not specified/ },
  {
    args: ['sql', 'explain-function', '--role', 'monitor', '--name', 'explain'],
    stderr: /--name explain: expected a schema and a name, such as otelephant.explain/,
  },
])('$args is refused', async ({ args, stderr }) => {
  expect(await run(args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(stderr) })
})
