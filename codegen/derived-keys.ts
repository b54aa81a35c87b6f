/** The keys of a receiver that follow from what it measures: what they say, for the schema and the reference. */
export const derivedKeys = {
  metrics: 'Which metrics are collected, by name: `{postgresql.deadlocks: {enabled: true}}`.',
  events:
    'Which events are sent, by name, to the exporters of the logs pipelines: `{db.server.top_query: {enabled: true}}`.',
  intervals: 'The least time between two runs of a query, by query, not below `collection_interval`: `{table: 1m}`.',
  limits:
    'How many rows of a query have series of their own, in each database, by query: `{table: 500}`. The rest shares `(other)`. Queries about the same things go together: the largest number that is given for one of them counts.',
  resource_attributes: 'What is sent about the server with everything, by attribute: `{enabled, override_value}`.',
} as const
