-- CreateTable
CREATE TABLE "app_platform"."secrets" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "current_version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "secrets_pkey" PRIMARY KEY ("org_id","project_id","environment_id","id")
);

-- CreateTable
CREATE TABLE "app_platform"."secret_versions" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "secret_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "key_id" TEXT NOT NULL,
    "wrapped_key" BYTEA NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "secret_versions_pkey" PRIMARY KEY ("org_id","project_id","environment_id","secret_id","version")
);

-- CreateIndex
CREATE UNIQUE INDEX "secrets_org_id_project_id_id_key" ON "app_platform"."secrets"("org_id", "project_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "secrets_org_id_project_id_environment_id_name_key" ON "app_platform"."secrets"("org_id", "project_id", "environment_id", "name");

-- AddForeignKey
ALTER TABLE "app_platform"."secrets" ADD CONSTRAINT "secrets_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."secrets" ADD CONSTRAINT "secrets_org_id_project_id_environment_id_fkey" FOREIGN KEY ("org_id", "project_id", "environment_id") REFERENCES "app_platform"."environments"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."secret_versions" ADD CONSTRAINT "secret_versions_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."secret_versions" ADD CONSTRAINT "secret_versions_org_id_project_id_environment_id_secret_id_fkey" FOREIGN KEY ("org_id", "project_id", "environment_id", "secret_id") REFERENCES "app_platform"."secrets"("org_id", "project_id", "environment_id", "id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- ── Invariants ───────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE app_platform.secrets
  ADD CHECK (name ~ '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$'),
  ADD CHECK (current_version > 0);
-- Format, nonce and tag are 29 bytes; a data key has 32, and a value at most 64 KiB: platform/crypto/envelope.ts.
ALTER TABLE app_platform.secret_versions
  ADD CHECK (version > 0),
  ADD CHECK (key_id ~ '^[0-9a-f]{16}$'),
  ADD CHECK (octet_length(wrapped_key) = 61),
  ADD CHECK (octet_length(ciphertext) BETWEEN 30 AND 65565);

-- A version is what it is for everybody, the owner included. It ends with its secret, and in no other way.
CREATE TRIGGER immutable_rows BEFORE UPDATE ON app_platform.secret_versions
  FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER immutable_table BEFORE TRUNCATE ON app_platform.secret_versions
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- ── Rights and row-level security ────────────────────────────────────────────────────────────────────────────────

-- A secret gets values and ends; whose it is and what it is called do not change.
GRANT SELECT, INSERT, DELETE ON app_platform.secrets TO gpuaas_app_platform;
GRANT UPDATE (current_version, updated_at) ON app_platform.secrets TO gpuaas_app_platform;
GRANT SELECT, INSERT ON app_platform.secret_versions TO gpuaas_app_platform;

ALTER TABLE app_platform.secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE app_platform.secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app_platform.secrets TO gpuaas_app_platform
  USING (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]))
  WITH CHECK (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]));
ALTER TABLE app_platform.secret_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE app_platform.secret_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app_platform.secret_versions TO gpuaas_app_platform
  USING (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]))
  WITH CHECK (project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]));
