-- An environment runs releases of its own app and of no other (R14): the key says so, whatever the code does.
DROP INDEX "app_platform"."releases_org_id_project_id_app_id_idx";
CREATE UNIQUE INDEX "releases_org_id_project_id_app_id_id_key" ON "app_platform"."releases"("org_id", "project_id", "app_id", "id");
ALTER TABLE "app_platform"."environments" DROP CONSTRAINT "environments_org_id_project_id_current_release_id_fkey";
ALTER TABLE "app_platform"."environments" ADD CONSTRAINT "environments_org_id_project_id_app_id_current_release_id_fkey"
  FOREIGN KEY ("org_id", "project_id", "app_id", "current_release_id")
  REFERENCES "app_platform"."releases"("org_id", "project_id", "app_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE app_platform.releases
  ADD CHECK (signature_status IN ('VERIFIED', 'INVALID', 'UNSIGNED', 'UNKNOWN')),
  ADD CHECK (sbom_digest ~ '^sha256:[0-9a-f]{64}$');
ALTER TABLE app_platform.routes ADD CHECK (auth_mode IN ('OIDC', 'API_KEY', 'PUBLIC'));
