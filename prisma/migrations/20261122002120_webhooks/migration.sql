-- CreateTable
CREATE TABLE "notifications"."webhook_endpoints" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "event_types" TEXT[],
    "state" TEXT NOT NULL,
    "disabled_reason" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "last_sequence" BIGINT NOT NULL,
    "position" BIGINT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "claim_id" UUID,
    "claimed_until" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateTable
CREATE TABLE "notifications"."webhook_secrets" (
    "org_id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "key_id" TEXT NOT NULL,
    "wrapped_key" BYTEA NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_secrets_pkey" PRIMARY KEY ("org_id","endpoint_id","id")
);

-- CreateTable
CREATE TABLE "notifications"."webhook_deliveries" (
    "org_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    "event_type" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "payload" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_attempt_at" TIMESTAMPTZ(3),
    "response_status" INTEGER,
    "failure" TEXT,
    "delivered_at" TIMESTAMPTZ(3),
    "traceparent" TEXT,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("org_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "webhook_deliveries_org_id_endpoint_id_sequence_key" ON "notifications"."webhook_deliveries"("org_id", "endpoint_id", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_deliveries_org_id_endpoint_id_event_id_key" ON "notifications"."webhook_deliveries"("org_id", "endpoint_id", "event_id");

-- AddForeignKey
ALTER TABLE "notifications"."webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "iam"."organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "notifications"."webhook_secrets" ADD CONSTRAINT "webhook_secrets_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "iam"."organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "notifications"."webhook_secrets" ADD CONSTRAINT "webhook_secrets_org_id_endpoint_id_fkey" FOREIGN KEY ("org_id", "endpoint_id") REFERENCES "notifications"."webhook_endpoints"("org_id", "id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "notifications"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "iam"."organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "notifications"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_org_id_endpoint_id_fkey" FOREIGN KEY ("org_id", "endpoint_id") REFERENCES "notifications"."webhook_endpoints"("org_id", "id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- ── Invariants ───────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE notifications.webhook_endpoints
  ALTER COLUMN event_types SET NOT NULL,
  ADD CHECK (length(url) BETWEEN 8 AND 2048),
  ADD CHECK (length(description) <= 200),
  ADD CHECK (cardinality(event_types) BETWEEN 1 AND 100),
  ADD CHECK (state IN ('ENABLED', 'DISABLED')),
  ADD CHECK (disabled_reason IN ('REQUESTED', 'GONE', 'FAILING')),
  ADD CHECK ((state = 'DISABLED') = (disabled_reason IS NOT NULL) AND (state = 'DISABLED') = (disabled_at IS NOT NULL)),
  ADD CHECK (position BETWEEN 0 AND last_sequence),
  ADD CHECK (attempts >= 0),
  ADD CHECK (state = 'ENABLED' OR next_attempt_at IS NULL);
-- Format, nonce and tag are 29 bytes, a data key has 32, and a secret 32: platform/crypto/envelope.ts.
ALTER TABLE notifications.webhook_secrets
  ADD CHECK (key_id ~ '^[0-9a-f]{16}$'),
  ADD CHECK (octet_length(wrapped_key) = 61),
  ADD CHECK (octet_length(ciphertext) = 61);
-- One of them signs for good; the others end.
CREATE UNIQUE INDEX webhook_secrets_current ON notifications.webhook_secrets (org_id, endpoint_id) WHERE expires_at IS NULL;
ALTER TABLE notifications.webhook_deliveries
  ADD CHECK (sequence > 0),
  ADD CHECK (octet_length(payload) <= 16384),
  ADD CHECK (status IN ('PENDING', 'DELIVERED', 'FAILED')),
  ADD CHECK (attempts >= 0),
  ADD CHECK (response_status BETWEEN 100 AND 999),
  ADD CHECK (failure IN ('ADDRESS_REFUSED', 'TIMEOUT', 'CONNECTION_FAILED', 'TLS_FAILED', 'RESPONSE_INVALID')),
  ADD CHECK (response_status IS NULL OR failure IS NULL),
  ADD CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');

-- ── Rights and row-level security ────────────────────────────────────────────────────────────────────────────────

-- What was recorded is sent as it was recorded: how its sending goes is all that changes.
GRANT SELECT, INSERT, DELETE ON notifications.webhook_endpoints, notifications.webhook_secrets,
  notifications.webhook_deliveries TO gpuaas_notifications;
GRANT UPDATE (url, description, event_types, state, disabled_reason, disabled_at, updated_at, last_sequence, position,
  attempts, next_attempt_at, failing_since, claim_id, claimed_until) ON notifications.webhook_endpoints TO gpuaas_notifications;
GRANT UPDATE (expires_at) ON notifications.webhook_secrets TO gpuaas_notifications;
GRANT UPDATE (status, attempts, last_attempt_at, response_status, failure, delivered_at)
  ON notifications.webhook_deliveries TO gpuaas_notifications;

ALTER TABLE notifications.webhook_endpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE notifications.webhook_endpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notifications.webhook_endpoints TO gpuaas_notifications
  USING (org_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]))
  WITH CHECK (org_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
ALTER TABLE notifications.webhook_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE notifications.webhook_secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notifications.webhook_secrets TO gpuaas_notifications
  USING (org_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]))
  WITH CHECK (org_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
ALTER TABLE notifications.webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE notifications.webhook_deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notifications.webhook_deliveries TO gpuaas_notifications
  USING (org_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]))
  WITH CHECK (org_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
