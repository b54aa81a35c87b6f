import type { z } from 'zod'
import type { Path } from '../../yaml/fault.ts'
import { schemasAt } from '../../yaml/schema-path.ts'
import { type ConfigNode, childNode } from '../loading/config-node.ts'
import { nodeAt, type RawConfig } from '../loading/raw-config.ts'
import { isSecretSchema } from '../secret.ts'

/** How many steps of the path lead to a value that is not to be shown; `undefined` if none does. */
export function hiddenDepth(root: ConfigNode, path: Path): number | undefined {
  let node: ConfigNode | undefined = root
  for (const [index, step] of path.entries()) {
    if (node.hidden) return index
    node = childNode(node, step)
    if (node === undefined) return undefined
  }
  return node.hidden ? path.length : undefined
}

/** Whether the schema has a secret at the path or on the way to it: a list given for a password holds the password. */
export function isSecretPath(schema: z.ZodType, path: Path): boolean {
  return [...path.keys(), path.length].some((length) => schemasAt(schema, path.slice(0, length)).some(isSecretSchema))
}

/** Every text below the path that is not to be shown. */
export function secretTexts(raw: RawConfig, prefix: Path, isSecret: (path: Path) => boolean): string[] {
  const node = nodeAt(raw.root, prefix)
  return node === undefined ? [] : [...textsBelow(node, prefix, isSecret)]
}

function* textsBelow(node: ConfigNode, path: Path, isSecret: (path: Path) => boolean): Generator<string> {
  const secret = isSecret(path)
  if (secret && node.original !== undefined) yield node.original
  switch (node.kind) {
    case 'map':
      for (const [key, child] of node.entries) yield* textsBelow(child, [...path, key], isSecret)
      return
    case 'list':
      for (const [index, item] of node.items.entries()) yield* textsBelow(item, [...path, index], isSecret)
      return
    case 'scalar':
      if (secret) yield String(node.value)
      return
    case 'broken':
      return
    default:
      node satisfies never
  }
}
