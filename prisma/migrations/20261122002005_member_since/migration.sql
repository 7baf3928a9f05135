-- Another role is another row of the same membership: since when somebody is a member outlasts their roles.
ALTER TABLE iam.organization_memberships ADD COLUMN member_since timestamptz(3);
GRANT SELECT (member_since) ON iam.organization_memberships TO gpuaas_access;

CREATE OR REPLACE VIEW iam.access_grants WITH (security_invoker = true) AS
  SELECT u.subject, u.id AS user_id, u.disabled_at IS NOT NULL AS disabled, 'user' AS kind,
         NULL::uuid AS org_id, NULL::uuid AS project_id, NULL::text AS role, false AS suspended, NULL::timestamptz AS since
  FROM iam.users u
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'platform', NULL, NULL, r.role, false, NULL
  FROM iam.users u JOIN iam.platform_roles r ON r.user_id = u.id
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'organization', m.org_id, NULL, m.role, o.suspended_at IS NOT NULL,
         coalesce(m.member_since, m.created_at)
  FROM iam.users u JOIN iam.organization_memberships m ON m.user_id = u.id AND m.deleted_at IS NULL
  JOIN iam.organizations o ON o.id = m.org_id
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'project', p.org_id, p.id, m.role, o.suspended_at IS NOT NULL, NULL
  FROM iam.users u JOIN iam.organization_memberships m ON m.user_id = u.id AND m.deleted_at IS NULL
  JOIN iam.organizations o ON o.id = m.org_id
  JOIN iam.projects p ON p.org_id = m.org_id AND p.archived_at IS NULL
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'project', p.org_id, p.id, m.role, o.suspended_at IS NOT NULL, NULL
  FROM iam.users u JOIN iam.project_memberships m ON m.user_id = u.id AND m.deleted_at IS NULL
  JOIN iam.organizations o ON o.id = m.org_id
  JOIN iam.projects p ON p.org_id = m.org_id AND p.id = m.project_id AND p.archived_at IS NULL;
