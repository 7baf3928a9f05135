-- Generated from prisma/schema, but for PARTITION BY: high-growth tables are partitioned by month of their UUIDv7 id
-- (RFC 9562 section 5.7: the first 48 bits are milliseconds), so that the key stays (org_id, project_id, id).

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "app_platform";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "billing";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "compute";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "iam";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "notifications";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "storage";

-- CreateTable
CREATE TABLE "app_platform"."apps" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "apps_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "app_platform"."environments" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "current_release_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "environments_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "app_platform"."releases" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "image_repository" TEXT NOT NULL,
    "image_digest" TEXT NOT NULL,
    "manifest_hash" TEXT NOT NULL,
    "signature_status" TEXT NOT NULL,
    "sbom_digest" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "releases_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "app_platform"."routes" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "hostname" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "auth_mode" TEXT NOT NULL,
    "route_family" TEXT NOT NULL,
    "proxy_pool" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "routes_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "app_platform"."outbox" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "causation_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "user_id" UUID,
    "data" JSONB NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_platform"."audit_log" (
    "id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "correlation_id" TEXT NOT NULL,
    "details" JSONB NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "app_platform"."processed_events" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "processed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "processed_events_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateTable
CREATE TABLE "billing"."accounts" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "billing"."transactions" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "transactions_pkey" PRIMARY KEY ("org_id","id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "billing"."entries" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "transaction_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "amount_micros" BIGINT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "entries_pkey" PRIMARY KEY ("org_id","id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "billing"."charges" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "transaction_id" UUID NOT NULL,
    "resource" TEXT NOT NULL,
    "sku_code" TEXT NOT NULL,
    "used_from" TIMESTAMPTZ(3) NOT NULL,
    "used_to" TIMESTAMPTZ(3) NOT NULL,
    "rate_micros_per_hour" BIGINT NOT NULL,
    "amount_micros" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "charges_pkey" PRIMARY KEY ("org_id","project_id","id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "billing"."posted_sources" (
    "org_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "transaction_id" UUID NOT NULL,

    CONSTRAINT "posted_sources_pkey" PRIMARY KEY ("org_id","source")
);

-- CreateTable
CREATE TABLE "billing"."prices" (
    "id" UUID NOT NULL,
    "sku_code" TEXT NOT NULL,
    "rate_micros_per_hour" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "effective_from" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "prices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "billing"."outbox" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "causation_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "user_id" UUID,
    "data" JSONB NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "billing"."audit_log" (
    "id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "correlation_id" TEXT NOT NULL,
    "details" JSONB NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "billing"."processed_events" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "processed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "processed_events_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateTable
CREATE TABLE "compute"."regions" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "regions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "compute"."skus" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "shape" TEXT NOT NULL,
    "gpu_model" TEXT NOT NULL,
    "gpu_count" INTEGER NOT NULL,
    "fabric" TEXT NOT NULL,

    CONSTRAINT "skus_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "compute"."nodes" (
    "id" UUID NOT NULL,
    "region_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "gpu_model" TEXT NOT NULL,
    "fabric" TEXT NOT NULL,

    CONSTRAINT "nodes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "compute"."slots" (
    "id" UUID NOT NULL,
    "node_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "gpu_count" INTEGER NOT NULL,
    "state" TEXT NOT NULL,

    CONSTRAINT "slots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "compute"."allocations" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "sku_id" UUID NOT NULL,
    "node_id" UUID,
    "state" TEXT NOT NULL,
    "failure_reason" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "placed_at" TIMESTAMPTZ(3),
    "active_at" TIMESTAMPTZ(3),
    "releasing_at" TIMESTAMPTZ(3),
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "allocations_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "compute"."claims" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "allocation_id" UUID NOT NULL,
    "slot_id" UUID NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "claims_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "compute"."outbox" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "causation_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "user_id" UUID,
    "data" JSONB NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "compute"."audit_log" (
    "id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "correlation_id" TEXT NOT NULL,
    "details" JSONB NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "compute"."processed_events" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "processed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "processed_events_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateTable
CREATE TABLE "iam"."organizations" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "suspended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "iam"."departments" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "departments_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "iam"."projects" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "department_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "projects_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "iam"."users" (
    "id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "iam"."organization_memberships" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "organization_memberships_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "iam"."project_memberships" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "project_memberships_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "iam"."platform_roles" (
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "platform_roles_pkey" PRIMARY KEY ("user_id","role")
);

-- CreateTable
CREATE TABLE "iam"."outbox" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "causation_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "user_id" UUID,
    "data" JSONB NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "iam"."audit_log" (
    "id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "correlation_id" TEXT NOT NULL,
    "details" JSONB NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "iam"."processed_events" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "processed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "processed_events_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateTable
CREATE TABLE "notifications"."channels" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "last_sequence" BIGINT NOT NULL,

    CONSTRAINT "channels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notifications"."notifications" (
    "channel_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "channel_kind" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "template" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "about_org_id" UUID,
    "about_project_id" UUID,
    "subject" TEXT,
    "correlation_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("channel_id","id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "notifications"."receipts" (
    "user_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "notification_id" UUID NOT NULL,
    "read_at" TIMESTAMPTZ(3),
    "dismissed_at" TIMESTAMPTZ(3),

    CONSTRAINT "receipts_pkey" PRIMARY KEY ("user_id","channel_id","notification_id")
);

-- CreateTable
CREATE TABLE "notifications"."outbox" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "causation_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "user_id" UUID,
    "data" JSONB NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notifications"."audit_log" (
    "id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "correlation_id" TEXT NOT NULL,
    "details" JSONB NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "notifications"."processed_events" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "processed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "processed_events_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateTable
CREATE TABLE "storage"."buckets" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "buckets_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "storage"."grants" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "bucket_id" UUID NOT NULL,
    "subject_org_id" UUID NOT NULL,
    "subject_project_id" UUID NOT NULL,
    "rights" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "grants_pkey" PRIMARY KEY ("org_id","project_id","id")
);

-- CreateTable
CREATE TABLE "storage"."outbox" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "correlation_id" TEXT NOT NULL,
    "causation_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "user_id" UUID,
    "data" JSONB NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "storage"."audit_log" (
    "id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "org_id" UUID,
    "project_id" UUID,
    "correlation_id" TEXT NOT NULL,
    "details" JSONB NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "storage"."processed_events" (
    "consumer" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "processed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "processed_events_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "apps_org_id_project_id_name_key" ON "app_platform"."apps"("org_id", "project_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "environments_org_id_project_id_app_id_name_key" ON "app_platform"."environments"("org_id", "project_id", "app_id", "name");

-- CreateIndex
CREATE INDEX "releases_org_id_project_id_app_id_idx" ON "app_platform"."releases"("org_id", "project_id", "app_id");

-- CreateIndex
CREATE UNIQUE INDEX "routes_hostname_key" ON "app_platform"."routes"("hostname");

-- CreateIndex
CREATE INDEX "routes_org_id_project_id_environment_id_idx" ON "app_platform"."routes"("org_id", "project_id", "environment_id");

-- CreateIndex
CREATE UNIQUE INDEX "accounts_org_id_kind_currency_key" ON "billing"."accounts"("org_id", "kind", "currency");

-- CreateIndex
CREATE INDEX "transactions_org_id_occurred_at_idx" ON "billing"."transactions"("org_id", "occurred_at");

-- CreateIndex
CREATE INDEX "entries_org_id_account_id_occurred_at_idx" ON "billing"."entries"("org_id", "account_id", "occurred_at");

-- CreateIndex
CREATE INDEX "entries_org_id_transaction_id_idx" ON "billing"."entries"("org_id", "transaction_id");

-- CreateIndex
CREATE INDEX "charges_org_id_project_id_used_to_idx" ON "billing"."charges"("org_id", "project_id", "used_to");

-- CreateIndex
CREATE UNIQUE INDEX "prices_sku_code_currency_effective_from_key" ON "billing"."prices"("sku_code", "currency", "effective_from");

-- CreateIndex
CREATE UNIQUE INDEX "regions_code_key" ON "compute"."regions"("code");

-- CreateIndex
CREATE UNIQUE INDEX "skus_code_key" ON "compute"."skus"("code");

-- CreateIndex
CREATE UNIQUE INDEX "nodes_name_key" ON "compute"."nodes"("name");

-- CreateIndex
CREATE UNIQUE INDEX "slots_node_id_position_key" ON "compute"."slots"("node_id", "position");

-- CreateIndex
CREATE INDEX "claims_org_id_project_id_allocation_id_idx" ON "compute"."claims"("org_id", "project_id", "allocation_id");

-- CreateIndex
CREATE UNIQUE INDEX "organizations_slug_key" ON "iam"."organizations"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "departments_org_id_name_key" ON "iam"."departments"("org_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "projects_id_key" ON "iam"."projects"("id");

-- CreateIndex
CREATE UNIQUE INDEX "projects_org_id_slug_key" ON "iam"."projects"("org_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "users_subject_key" ON "iam"."users"("subject");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "iam"."users"("email");

-- CreateIndex
CREATE INDEX "organization_memberships_user_id_idx" ON "iam"."organization_memberships"("user_id");

-- CreateIndex
CREATE INDEX "project_memberships_user_id_idx" ON "iam"."project_memberships"("user_id");

-- CreateIndex
CREATE INDEX "notifications_channel_id_sequence_idx" ON "notifications"."notifications"("channel_id", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "buckets_org_id_project_id_name_key" ON "storage"."buckets"("org_id", "project_id", "name");

-- CreateIndex
CREATE INDEX "grants_org_id_project_id_bucket_id_idx" ON "storage"."grants"("org_id", "project_id", "bucket_id");

-- CreateIndex
CREATE INDEX "grants_subject_project_id_idx" ON "storage"."grants"("subject_project_id");

-- AddForeignKey
ALTER TABLE "app_platform"."apps" ADD CONSTRAINT "apps_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."environments" ADD CONSTRAINT "environments_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."environments" ADD CONSTRAINT "environments_org_id_project_id_app_id_fkey" FOREIGN KEY ("org_id", "project_id", "app_id") REFERENCES "app_platform"."apps"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."environments" ADD CONSTRAINT "environments_org_id_project_id_current_release_id_fkey" FOREIGN KEY ("org_id", "project_id", "current_release_id") REFERENCES "app_platform"."releases"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."releases" ADD CONSTRAINT "releases_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."releases" ADD CONSTRAINT "releases_org_id_project_id_app_id_fkey" FOREIGN KEY ("org_id", "project_id", "app_id") REFERENCES "app_platform"."apps"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."routes" ADD CONSTRAINT "routes_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "app_platform"."routes" ADD CONSTRAINT "routes_org_id_project_id_environment_id_fkey" FOREIGN KEY ("org_id", "project_id", "environment_id") REFERENCES "app_platform"."environments"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "billing"."accounts" ADD CONSTRAINT "accounts_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "iam"."organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "billing"."entries" ADD CONSTRAINT "entries_org_id_transaction_id_fkey" FOREIGN KEY ("org_id", "transaction_id") REFERENCES "billing"."transactions"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "billing"."entries" ADD CONSTRAINT "entries_org_id_account_id_fkey" FOREIGN KEY ("org_id", "account_id") REFERENCES "billing"."accounts"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "billing"."charges" ADD CONSTRAINT "charges_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "billing"."charges" ADD CONSTRAINT "charges_org_id_transaction_id_fkey" FOREIGN KEY ("org_id", "transaction_id") REFERENCES "billing"."transactions"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."nodes" ADD CONSTRAINT "nodes_region_id_fkey" FOREIGN KEY ("region_id") REFERENCES "compute"."regions"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."slots" ADD CONSTRAINT "slots_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "compute"."nodes"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."allocations" ADD CONSTRAINT "allocations_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."allocations" ADD CONSTRAINT "allocations_sku_id_fkey" FOREIGN KEY ("sku_id") REFERENCES "compute"."skus"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."allocations" ADD CONSTRAINT "allocations_node_id_fkey" FOREIGN KEY ("node_id") REFERENCES "compute"."nodes"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."claims" ADD CONSTRAINT "claims_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."claims" ADD CONSTRAINT "claims_org_id_project_id_allocation_id_fkey" FOREIGN KEY ("org_id", "project_id", "allocation_id") REFERENCES "compute"."allocations"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "compute"."claims" ADD CONSTRAINT "claims_slot_id_fkey" FOREIGN KEY ("slot_id") REFERENCES "compute"."slots"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."departments" ADD CONSTRAINT "departments_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "iam"."organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."projects" ADD CONSTRAINT "projects_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "iam"."organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."projects" ADD CONSTRAINT "projects_org_id_department_id_fkey" FOREIGN KEY ("org_id", "department_id") REFERENCES "iam"."departments"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."organization_memberships" ADD CONSTRAINT "organization_memberships_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "iam"."organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."organization_memberships" ADD CONSTRAINT "organization_memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "iam"."users"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."project_memberships" ADD CONSTRAINT "project_memberships_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."project_memberships" ADD CONSTRAINT "project_memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "iam"."users"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "iam"."platform_roles" ADD CONSTRAINT "platform_roles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "iam"."users"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "storage"."buckets" ADD CONSTRAINT "buckets_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "storage"."grants" ADD CONSTRAINT "grants_org_id_project_id_fkey" FOREIGN KEY ("org_id", "project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "storage"."grants" ADD CONSTRAINT "grants_subject_org_id_subject_project_id_fkey" FOREIGN KEY ("subject_org_id", "subject_project_id") REFERENCES "iam"."projects"("org_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "storage"."grants" ADD CONSTRAINT "grants_org_id_project_id_bucket_id_fkey" FOREIGN KEY ("org_id", "project_id", "bucket_id") REFERENCES "storage"."buckets"("org_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;
