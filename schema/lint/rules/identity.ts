/** Rules about what the directives are: known by their link, never by their name. */
export const IDENTITY_RULES = {
  'directive-identity': {
    severity: 'error',
    breaks:
      'A directive has a name of the family and is not of it: another link, a definition of its own, or a link that does not import it.',
    why: 'It reads as a protection, and nobody enforces it.',
    remedy:
      'Import it by `@link(url: "https://specs.gpuaas.dev/scope/v1.0", import: [...])`, or rename what is not meant.',
    example: `extend schema @link(url: "https://example.com/rules/v1.0", import: ["@selfScoped"])
type Query { me: User @selfScoped }`,
  },
  'directive-definition': {
    severity: 'error',
    breaks: 'The definition of a directive of the family differs from the published one.',
    why: 'Arguments that it loosens could be left out, and the rule would mean something else.',
    remedy: 'Copy the published definition, or leave it out: `npm run compose` supplies it.',
    example: `extend schema @link(url: "https://specs.gpuaas.dev/scope/v1.0", import: ["@selfScoped"])
directive @selfScoped(strict: Boolean) on FIELD_DEFINITION`,
  },
  'directive-not-composed': {
    severity: 'error',
    breaks: 'A subgraph uses a directive of the family and does not compose it under the name that it uses.',
    why: 'The supergraph would lose its rules.',
    remedy: 'Add `@composeDirective(name: "@…")` to the schema, and import that from federation v2.1 or later.',
    example: `extend schema @link(url: "https://specs.gpuaas.dev/scope/v1.0", import: ["@selfScoped"])
type Query { me: User @selfScoped }`,
  },
  'link-version': {
    severity: 'error',
    breaks: 'The scope specification is linked in a version that is not known.',
    why: 'Its rules may mean something else.',
    remedy: 'Link `https://specs.gpuaas.dev/scope/v1.0`.',
    example: 'extend schema @link(url: "https://specs.gpuaas.dev/scope/v9.0")',
  },
  'link-import-unknown': {
    severity: 'error',
    breaks: 'The link imports something that the specification does not have.',
    why: 'Most often it is a typing mistake, and the directive that was meant is not imported.',
    remedy: "Import directives of the family only; `Capability` is the graph's own enum and is defined, not imported.",
    example: 'extend schema @link(url: "https://specs.gpuaas.dev/scope/v1.0", import: ["@projectScope"])',
  },
} as const
