/** Where a rule stands: `Query.project` for a field, `Project` for an object. */
export type Coordinate = string

/** The path of an id: of argument names and input fields on a field, one field name on an object. */
export type ScopePath = readonly string[]

/** Who may have a coordinate, and where the scope of that decision is read from. */
export type ScopeRule = ProjectRule | OrganizationRule | SelfRule | PlatformRule | PublicRule

export interface ProjectRule {
  readonly kind: 'project'
  readonly capability: string
  /** Undefined: on a field the scope of its object, on an object its `id`. */
  readonly path: ScopePath | undefined
}

export interface OrganizationRule {
  readonly kind: 'organization'
  readonly capability: string
  readonly path: ScopePath | undefined
}

export interface SelfRule {
  readonly kind: 'self'
}

export interface PlatformRule {
  readonly kind: 'platform'
  readonly capability: string
}

export interface PublicRule {
  readonly kind: 'public'
  readonly reason: string
}

/** Everything of the family that stands on one coordinate. */
export interface Rule {
  readonly coordinate: Coordinate
  /** One where lint is clean, none where only additions stand. Several are all to be met. */
  readonly scopes: readonly ScopeRule[]
  readonly sensitive: { readonly maxAgeSeconds: number } | undefined
  readonly audited: { readonly action: string } | undefined
  readonly crossScope: { readonly reason: string } | undefined
}

export type Rules = ReadonlyMap<Coordinate, Rule>

/** The field of an object that carries its scope. */
export const scopeFieldOf = (scope: ScopeRule | undefined): string =>
  scope !== undefined && 'path' in scope ? (scope.path?.[0] ?? 'id') : 'id'
