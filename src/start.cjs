#!/usr/bin/env -S node --max-semi-space-size=8
// The first file that runs. A Node that is too old has to get through it to say so: no syntax and no module that Node 12
// doesn't have.
const neededMajor = 24

if (Number.parseInt(process.versions.node, 10) < neededMajor) {
  process.stderr.write(`otelephant needs Node ${neededMajor}, this is ${process.versions.node}\n`)
  process.exitCode = 1
} else {
  void import('./main.ts')
}
