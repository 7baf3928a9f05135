/** Rules about one graph, subgraph or supergraph alike. */
export const SCOPE_RULES = {
  'scope-rule-missing': {
    severity: 'error',
    breaks: 'A root field, an entity, an object with an `id`, or a field that an `@interfaceObject` adds has no rule.',
    why: 'Deny by default: what nobody decided on would be open to everyone.',
    remedy: 'Add exactly one of `@projectScoped`, `@orgScoped`, `@selfScoped`, `@platformScoped` or `@public`.',
    example: 'type Query { job(id: ID!): Job }',
  },
  'mutation-guarded-by-result': {
    severity: 'error',
    breaks: 'A mutation has no rule of its own, only the type that it returns has one.',
    why: 'It would have written before anybody is denied.',
    remedy: 'Give the mutation a rule of its own, with the path of the id that it writes to.',
    example: 'type Mutation { deleteJob(id: ID!): Job } type Job @projectScoped(capability: JOB_READ) { id: ID! }',
  },
  'scope-rule-multiple': {
    severity: 'error',
    breaks: 'Two different scope rules stand on one coordinate, on the type and its extensions together.',
    why: 'A reader cannot tell which is meant.',
    remedy: 'Keep the one that is meant.',
    example: 'type Query { me: User @selfScoped @public(reason: "shown on every page") }',
  },
  'directive-repeated': {
    severity: 'error',
    breaks: 'The same directive of the family stands twice on one coordinate, extensions included.',
    why: 'Only one of them would reach the supergraph.',
    remedy: 'Keep one.',
    example: 'type Query { me: User @selfScoped @selfScoped }',
  },
  'rule-on-interface': {
    severity: 'error',
    breaks: 'A directive of the family stands on an interface or a field of one.',
    why: 'It reads as a protection and is none: what is returned is decided by its concrete type.',
    remedy: 'Put it on each object type that implements the interface, or on its field.',
    example: 'interface Asset @selfScoped { id: ID! }',
  },
  'rule-on-union': {
    severity: 'error',
    breaks: 'A directive of the family stands on a union.',
    why: 'It reads as a protection and is none: what is returned is decided by its concrete type.',
    remedy: 'Put it on each member of the union.',
    example: 'union Hit @selfScoped = Job | Bucket',
  },
  'rule-on-interface-object': {
    severity: 'error',
    breaks: 'A rule stands on an `@interfaceObject` type itself.',
    why: 'The type is an interface in the supergraph, which carries no rule.',
    remedy: 'Put the rule on each field that the type adds.',
    example: 'type Asset @key(fields: "id") @interfaceObject @selfScoped { id: ID! }',
  },
  'rule-misplaced': {
    severity: 'error',
    breaks: 'A directive of the family stands on an argument, an input, an enum, a scalar or the schema.',
    why: 'Nothing is decided there.',
    remedy: 'Put it on an object type or a field of one.',
    example: 'input Where { id: ID! @selfScoped }',
  },
  'capability-unknown': {
    severity: 'error',
    breaks: 'A rule asks for a capability that the enum `Capability` of its graph does not have.',
    why: 'Nobody can hold it; most often it is a typing mistake. A gateway refuses to start on such a supergraph.',
    remedy: 'Add the capability to the enum, in every subgraph that uses it, or correct the rule.',
    example: 'type Job @key(fields: "id") @projectScoped(capability: JOB_RAED) { id: ID! }',
  },
  'scope-path-missing': {
    severity: 'error',
    breaks:
      'A project- or organization-scoped field does not say which argument carries the id, and has no object that carries one of that kind: root fields, fields of value types, and a field with the one rule on an object with the other.',
    why: 'There is nothing to decide by; the id of a project, taken for that of an organization, would be decided by whatever has the same id.',
    remedy: 'Write `project:` or `organization:` with the path of an ID argument, such as `"input.jobId"`.',
    example: 'type Query { job(id: ID!): Job @projectScoped(capability: JOB_READ) }',
  },
  'scope-path-invalid': {
    severity: 'error',
    breaks: 'A path names no argument, ends before an ID or at something else; or an object has no such ID field.',
    why: 'There is nothing to decide by, so everybody would be denied.',
    remedy:
      'Name an ID, or a list of IDs, through arguments and input fields; on an object one of its fields that is a single ID.',
    example: 'type Query { job(id: ID!): Job @projectScoped(capability: JOB_READ, project: "jobId") }',
  },
  'guarded-non-null': {
    severity: 'error',
    breaks: 'A guarded root field, or a field guarded beyond its object, is non-null.',
    why: 'A denial is a null with an error; non-null it would blank what the caller may have.',
    remedy: 'Make the field nullable.',
    example: 'type Query { me: User! @selfScoped }',
  },
  'reason-missing': {
    severity: 'error',
    breaks: '`@public` or `@crossScope` has no reason, or one of a single word.',
    why: 'Whoever reviews the graph must be able to judge it.',
    remedy: 'Say why in a few words.',
    example: 'type Query { prices: [Price] @public(reason: "") }',
  },
  'public-on-guarded': {
    severity: 'error',
    breaks: '`@public` stands on a field of a guarded type.',
    why: "The rule of a field is its object's and its own: the field is not public, and says that it is.",
    remedy: 'Remove `@public`, or move the field to a type that is public.',
    example: `type Job @projectScoped(capability: JOB_READ) {
  id: ID!
  name: String @public(reason: "names are harmless")
}`,
  },
  'addition-without-rule': {
    severity: 'error',
    breaks:
      '`@sensitive` stands on a field that no guarding rule applies to, its own or that of its object; or `@audited` on one below the root that has no rule at all.',
    why: 'They add to the decision of a rule; where none is decided they protect nothing, and read as if they did.',
    remedy: 'Give the field, or its object, a rule that guards it.',
    example: `type Query { job(id: ID!): Job @projectScoped(capability: JOB_READ, project: "id") }
type Job @projectScoped(capability: JOB_READ) { id: ID! log: Log }
type Log { secret: String @sensitive }`,
  },
  'key-without-scope': {
    severity: 'error',
    breaks: 'A `@key` of a scoped entity does not hold, at its top, the field that carries its scope.',
    why: 'A representation is decided from its key alone, before anything is read.',
    remedy: 'Add the field to the key, or drop the key.',
    example: `type Job @key(fields: "id") @key(fields: "slug") @projectScoped(capability: JOB_READ) {
  id: ID!
  slug: ID!
}`,
  },
  'selection-not-implied': {
    severity: 'error',
    breaks:
      '`@requires`, `@provides` or `@fromContext`, followed through every hop, reaches a field whose rule the asking field does not imply. Implied is what is public, or asks for the same capability in the same scope; an edge of a project-scoped object stays in its project, and one of an organization-scoped object in its organization, unless it is `@crossScope`.',
    why: 'A caller would read through the asking field what he may not have.',
    remedy: 'Give the asking field the same rule, or take the field out of the selection.',
    example: `type Job @key(fields: "id") @projectScoped(capability: JOB_READ) {
  id: ID!
  secret: String @projectScoped(capability: JOB_ADMIN)
  summary: String @requires(fields: "secret")
}`,
  },
  'cross-scope-undecided': {
    severity: 'error',
    breaks: '`@crossScope` stands on a field behind which no object has a rule.',
    why: 'It promises that the target is decided again, and nothing decides there.',
    remedy: 'Give the target type a rule, or guard the field instead.',
    example: `type Job @projectScoped(capability: JOB_READ) { id: ID! log: Text @crossScope(reason: "kept elsewhere") }
type Text { body: String }`,
  },
  'inaccessible-twin': {
    severity: 'warning',
    breaks: 'A guarded field is `@inaccessible`, and another field of its type returns the same type without a guard.',
    why: 'Clients cannot ask for the guarded one; the guard protects nothing if both hand out the same.',
    remedy: 'Guard the other field, too, if it hands out the same.',
    example: `type Job @projectScoped(capability: JOB_READ) {
  id: ID!
  key: String @inaccessible @projectScoped(capability: JOB_ADMIN)
  keyText: String
}`,
  },
} as const
