-- Until when a resource is charged is looked up with every charge that is posted.
CREATE INDEX "charges_org_id_project_id_resource_idx" ON "billing"."charges"("org_id", "project_id", "resource");
