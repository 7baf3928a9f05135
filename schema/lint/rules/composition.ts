/** Rules about subgraphs together, and about what became of them in the supergraph. */
export const COMPOSITION_RULES = {
  'rule-differs': {
    severity: 'error',
    breaks:
      'Two subgraphs contribute one coordinate and give it different rules, or one gives none; `@shareable` fields included. References (`resolvable: false`) and `@external` copies contribute nothing.',
    why: 'Each subgraph must be safe alone, and only one rule reaches the supergraph.',
    remedy: 'Make the rules the same.',
    example: `# one subgraph
type Job @projectScoped(capability: JOB_READ) { id: ID! log: String @shareable @selfScoped }
# another
type Job @projectScoped(capability: JOB_READ) { id: ID! log: String @shareable }`,
  },
  'override-drops-rule': {
    severity: 'error',
    breaks: '`@override` takes a field over and does not repeat its rule.',
    why: 'The supergraph keeps the old rule, so that nothing else would show that the new subgraph does not enforce it.',
    remedy: 'Repeat the rule at the field that overrides.',
    example: `# the subgraph jobs
type Job @projectScoped(capability: JOB_READ) { id: ID! log: String @selfScoped }
# another
type Job @projectScoped(capability: JOB_READ) { id: ID! log: String @override(from: "jobs") }`,
  },
  'rule-lost': {
    severity: 'error',
    breaks: 'A rule of a subgraph is not in the supergraph, or not as it stands there.',
    why: 'The gateway would not know of it.',
    remedy: 'Compose the directive under one name, and let no other subgraph define the coordinate without the rule.',
    example: '# seen on what composition made of the subgraphs',
  },
  'composition-failed': {
    severity: 'error',
    breaks: 'The subgraphs do not compose; the message is that of the composition.',
    why: 'There is no supergraph.',
    remedy: 'As the message says.',
    example: 'type Query { job: Jop @selfScoped } # no such type',
  },
} as const
