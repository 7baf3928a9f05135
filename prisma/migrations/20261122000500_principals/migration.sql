-- CreateTable
CREATE TABLE "iam"."service_accounts" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "department_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "suspended_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "service_accounts_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "iam"."api_keys" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "service_account_id" UUID NOT NULL,
    "capabilities" TEXT[],
    "secret_hash" BYTEA NOT NULL,
    "pepper_id" TEXT NOT NULL,
    "last_four" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "overlap_ends_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_id_key" ON "iam"."api_keys"("id");

-- CreateIndex
CREATE INDEX "api_keys_org_id_project_id_service_account_id_idx" ON "iam"."api_keys"("org_id", "project_id", "service_account_id");

-- AddForeignKey
ALTER TABLE "iam"."service_accounts" ADD CONSTRAINT "service_accounts_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."service_accounts" ADD CONSTRAINT "service_accounts_org_id_department_id_fkey" FOREIGN KEY ("org_id", "department_id") REFERENCES "iam"."departments"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."api_keys" ADD CONSTRAINT "api_keys_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."api_keys" ADD CONSTRAINT "api_keys_org_id_project_id_service_account_id_fkey" FOREIGN KEY ("org_id", "project_id", "service_account_id") REFERENCES "iam"."service_accounts"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- ── Invariants ───────────────────────────────────────────────────────────────────────────────────────────────────

CREATE UNIQUE INDEX service_accounts_name ON iam.service_accounts (org_id, project_id, name) WHERE deleted_at IS NULL;
ALTER TABLE iam.api_keys
  ADD CHECK (octet_length(secret_hash) = 32),
  ADD CHECK (coalesce(cardinality(capabilities), 0) > 0),
  ADD CHECK (expires_at > created_at),
  ADD CHECK (overlap_ends_at <= expires_at);

-- ── Rights and row-level security ────────────────────────────────────────────────────────────────────────────────

-- A service account stops, resumes and ends; a key ends. Whose they are, what a key may do and its hash never change.
GRANT SELECT, INSERT ON iam.service_accounts, iam.api_keys TO gpuaas_iam;
GRANT UPDATE (suspended_at, deleted_at) ON iam.service_accounts TO gpuaas_iam;
GRANT UPDATE (overlap_ends_at, revoked_at) ON iam.api_keys TO gpuaas_iam;
-- A membership ends; another role is another membership. Users are disabled and organizations suspended by operators.
GRANT UPDATE (deleted_at) ON iam.organization_memberships, iam.project_memberships TO gpuaas_iam;
GRANT UPDATE (disabled_at) ON iam.users TO gpuaas_iam;
GRANT UPDATE (suspended_at) ON iam.organizations TO gpuaas_iam;

ALTER TABLE iam.service_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE iam.service_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON iam.service_accounts TO gpuaas_iam
  USING (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]))
  WITH CHECK (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]));
ALTER TABLE iam.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE iam.api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON iam.api_keys TO gpuaas_iam
  USING (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]))
  WITH CHECK (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]));

-- Who may be added to a scope must be named: by their address or id in full, for the length of one transaction.
CREATE POLICY named_user ON iam.users FOR SELECT TO gpuaas_iam
  USING (email = nullif(current_setting('app.named_user', true), '') OR id::text = nullif(current_setting('app.named_user', true), ''));

-- ── Grants: keys that let somebody in now, beside the memberships of iam.access_grants ─────────────────────────────

CREATE VIEW iam.access_keys WITH (security_invoker = true) AS
  SELECT k.id AS key_id, k.service_account_id, k.project_id, k.org_id, k.capabilities, k.secret_hash, k.pepper_id,
         least(k.expires_at, k.overlap_ends_at) AS valid_until,
         a.suspended_at IS NOT NULL AS disabled, o.suspended_at IS NOT NULL AS suspended
  FROM iam.api_keys k
  JOIN iam.service_accounts a ON a.org_id = k.org_id AND a.project_id = k.project_id AND a.id = k.service_account_id
    AND a.deleted_at IS NULL
  JOIN iam.projects p ON p.org_id = k.org_id AND p.id = k.project_id AND p.archived_at IS NULL
  JOIN iam.organizations o ON o.id = k.org_id
  WHERE k.revoked_at IS NULL AND least(k.expires_at, k.overlap_ends_at) > now();

GRANT SELECT ON iam.access_keys TO gpuaas_access;
GRANT SELECT (org_id, project_id, id, suspended_at, deleted_at) ON iam.service_accounts TO gpuaas_access;
GRANT SELECT (org_id, project_id, id, service_account_id, capabilities, secret_hash, pepper_id, expires_at, overlap_ends_at,
  revoked_at) ON iam.api_keys TO gpuaas_access;
CREATE POLICY access_view ON iam.service_accounts FOR SELECT TO gpuaas_access USING (true);
CREATE POLICY access_view ON iam.api_keys FOR SELECT TO gpuaas_access USING (true);
