/** Types whose literals are written with their name before them: `date '2020-01-01'`, which becomes `date $1`. */
const literalTypes = [
  'bit',
  'box',
  'bytea',
  'cidr',
  'circle',
  'date',
  'inet',
  'interval',
  'json',
  'jsonb',
  'lseg',
  'macaddr',
  'macaddr8',
  'numeric',
  'path',
  'point',
  'polygon',
  'text',
  'time',
  'timestamp',
  'timestamptz',
  'timetz',
  'tsquery',
  'tsvector',
  'uuid',
  'xml',
]
const precision = String.raw`(?:\s*\(\s*\d+\s*\))?`
const zone = String.raw`(?:\s+with(?:out)?\s+time\s+zone)?`
const typedLiteral = new RegExp(
  String.raw`(?<![\w$."])((?:${literalTypes.join('|')})${precision}${zone})\s+(\$\d+)`,
  'gi',
)
const extract = /(?<![\w$."])extract\s*\(\s*(\$\d+)\s+from\b/gi

/**
 * A text of pg_stat_statements as PostgreSQL's grammar takes it back: where it wants a literal and nothing else, the
 * parameter that replaced it is put into words that mean the same. Other places of the kind are left to the server's error.
 */
export function withGrammar(text: string): string {
  return text.replace(extract, 'pg_catalog.date_part($1,').replace(typedLiteral, 'CAST($2 AS $1)')
}
