-- What Prisma's datamodel cannot say: partitions, checks, immutability, rights of each role, row-level security.
-- The roles (gpuaas_*) exist before the first migration: platform/database/roles.ts.

-- ── Tools ────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE SCHEMA platform;
REVOKE ALL ON SCHEMA platform FROM PUBLIC;

-- The smallest UUIDv7 of a moment: the bound of a partition.
CREATE FUNCTION platform.uuid_at(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT rpad(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;

CREATE FUNCTION platform.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE PROCEDURE platform.make_immutable(target regclass)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER immutable_rows BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION platform.refuse_change()', target);
  EXECUTE format('CREATE TRIGGER immutable_table BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()', target);
END
$$;

-- Makes the monthly partitions of every table partitioned by its UUIDv7 id, from this month on; idempotent.
-- Rows outside of all months go to the default partition, so that no insert ever fails for want of one.
CREATE PROCEDURE platform.ensure_partitions(months_ahead int)
LANGUAGE plpgsql AS $$
DECLARE
  parent record;
  month timestamptz;
  name text;
BEGIN
  FOR parent IN
    SELECT c.oid, n.nspname AS schema, c.relname AS relation,
           EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'immutable_table') AS immutable
    FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
    WHERE a.attname = 'id' AND a.atttypid = 'uuid'::regtype
  LOOP
    FOR i IN -1..months_ahead LOOP
      month := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => i);
      name := parent.relation || CASE WHEN i < 0 THEN '_other' ELSE to_char(month AT TIME ZONE 'UTC', '_YYYYMM') END;
      CONTINUE WHEN to_regclass(format('%I.%I', parent.schema, name)) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.%I ', parent.schema, name, parent.schema, parent.relation) ||
        CASE WHEN i < 0 THEN 'DEFAULT' ELSE format('FOR VALUES FROM (%L) TO (%L)', platform.uuid_at(month),
          platform.uuid_at((month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC')) END;
      IF parent.immutable THEN
        EXECUTE format('CREATE TRIGGER immutable_table BEFORE TRUNCATE ON %I.%I FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()', parent.schema, name);
      END IF;
    END LOOP;
  END LOOP;
END
$$;

-- ── Invariants ───────────────────────────────────────────────────────────────────────────────────────────────────

CREATE UNIQUE INDEX departments_one_default ON iam.departments (org_id) WHERE is_default;
CREATE UNIQUE INDEX organization_memberships_active ON iam.organization_memberships (org_id, user_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX project_memberships_active ON iam.project_memberships (org_id, project_id, user_id) WHERE deleted_at IS NULL;
ALTER TABLE iam.organization_memberships ADD CHECK (role IN ('owner', 'developer', 'viewer', 'billing'));
ALTER TABLE iam.project_memberships ADD CHECK (role IN ('owner', 'developer', 'viewer', 'billing'));
ALTER TABLE iam.platform_roles ADD CHECK (role IN ('operator'));

CREATE UNIQUE INDEX claims_one_holder ON compute.claims (slot_id) WHERE released_at IS NULL;
CREATE INDEX slots_free ON compute.slots (node_id) WHERE state = 'FREE';
ALTER TABLE compute.skus ADD CHECK (shape IN ('BARE_METAL', 'VM_SLICE')), ADD CHECK (fabric IN ('NONE', 'IB', 'ROCE')), ADD CHECK (gpu_count > 0);
ALTER TABLE compute.nodes ADD CHECK (state IN ('ENROLLING', 'READY', 'CLAIMED', 'CLEANING', 'QUARANTINED', 'DECOMMISSIONED')), ADD CHECK (fabric IN ('NONE', 'IB', 'ROCE'));
ALTER TABLE compute.slots ADD CHECK (state IN ('FREE', 'CLAIMED')), ADD CHECK (gpu_count > 0);
ALTER TABLE compute.allocations
  ADD CHECK (state IN ('REQUESTED', 'PLACED', 'PROVISIONING', 'ACTIVE', 'RELEASING', 'CLEANING', 'RELEASED', 'FAILED')),
  ADD CHECK (state IN ('REQUESTED', 'FAILED') OR node_id IS NOT NULL),
  ADD CHECK ((state = 'FAILED') = (failure_reason IS NOT NULL)),
  ADD CHECK ((state = 'RELEASED') = (released_at IS NOT NULL));

ALTER TABLE app_platform.releases ADD CHECK (image_digest ~ '^sha256:[0-9a-f]{64}$'), ADD CHECK (manifest_hash ~ '^sha256:[0-9a-f]{64}$');
ALTER TABLE app_platform.routes ADD CHECK (hostname = lower(hostname)), ADD CHECK (version > 0),
  ADD CHECK (route_family IN ('BROWSER_APP', 'API_APP', 'TERMINAL_WS', 'PLATFORM_ADMIN'));

ALTER TABLE storage.grants ADD CHECK (project_id <> subject_project_id), ADD CHECK (rights IN ('READ', 'READ_WRITE'));

ALTER TABLE billing.accounts ADD CHECK (kind IN ('WALLET', 'FUNDING', 'REVENUE')), ADD CHECK (currency ~ '^[A-Z]{3}$');
ALTER TABLE billing.entries ADD CHECK (amount_micros <> 0);
ALTER TABLE billing.charges ADD CHECK (amount_micros > 0), ADD CHECK (used_to >= used_from);
ALTER TABLE billing.prices ADD CHECK (rate_micros_per_hour > 0);

-- Double entry: at commit the entries of a transaction sum to zero.
CREATE FUNCTION billing.transaction_sums_to_zero() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum(amount_micros) FROM billing.entries WHERE org_id = NEW.org_id AND transaction_id = NEW.transaction_id) <> 0 THEN
    RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.transaction_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER zero_sum AFTER INSERT ON billing.entries DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION billing.transaction_sums_to_zero();

ALTER TABLE notifications.channels ADD CHECK (kind IN ('USER', 'ORGANIZATION', 'BROADCAST')), ADD CHECK (last_sequence >= 0);

-- Append-only for everybody, the owner included (R55, R62).
CALL platform.make_immutable('app_platform.releases');
CALL platform.make_immutable('billing.transactions');
CALL platform.make_immutable('billing.entries');
CALL platform.make_immutable('billing.charges');
CALL platform.make_immutable('billing.posted_sources');
CALL platform.make_immutable('iam.audit_log');
CALL platform.make_immutable('compute.audit_log');
CALL platform.make_immutable('app_platform.audit_log');
CALL platform.make_immutable('storage.audit_log');
CALL platform.make_immutable('billing.audit_log');
CALL platform.make_immutable('notifications.audit_log');
CALL platform.ensure_partitions(3);

-- ── Rights: each role on its own schema only, and no more than its repositories use (R90) ───────────────────────────

GRANT USAGE ON SCHEMA iam TO gpuaas_iam, gpuaas_access, gpuaas_relay;
GRANT USAGE ON SCHEMA compute TO gpuaas_compute, gpuaas_relay;
GRANT USAGE ON SCHEMA app_platform TO gpuaas_app_platform, gpuaas_relay;
GRANT USAGE ON SCHEMA storage TO gpuaas_storage, gpuaas_relay;
GRANT USAGE ON SCHEMA billing TO gpuaas_billing, gpuaas_relay;
GRANT USAGE ON SCHEMA notifications TO gpuaas_notifications, gpuaas_relay;

GRANT SELECT, INSERT, UPDATE ON iam.organizations, iam.departments, iam.projects, iam.users, iam.organization_memberships,
  iam.project_memberships TO gpuaas_iam;
GRANT SELECT ON iam.platform_roles TO gpuaas_iam;

GRANT SELECT ON compute.regions, compute.skus, compute.nodes, compute.slots TO gpuaas_compute;
-- UPDATE of the state alone: placement locks nodes and slots, and marks slots.
GRANT UPDATE (state) ON compute.nodes, compute.slots TO gpuaas_compute;
GRANT SELECT, INSERT, UPDATE ON compute.allocations, compute.claims TO gpuaas_compute;

GRANT SELECT, INSERT, UPDATE ON app_platform.apps, app_platform.environments, app_platform.routes TO gpuaas_app_platform;
GRANT SELECT, INSERT ON app_platform.releases TO gpuaas_app_platform;

GRANT SELECT, INSERT, UPDATE ON storage.buckets, storage.grants TO gpuaas_storage;

GRANT SELECT, INSERT ON billing.accounts, billing.transactions, billing.entries, billing.charges, billing.posted_sources TO gpuaas_billing;
GRANT SELECT ON billing.prices TO gpuaas_billing;

GRANT SELECT, INSERT, UPDATE ON notifications.channels, notifications.receipts TO gpuaas_notifications;
GRANT SELECT, INSERT ON notifications.notifications TO gpuaas_notifications;

-- ── Row-level security, forced: the fourth layer ────────────────────────────────────────────────────────────────────


CREATE PROCEDURE platform.protect(target regclass, policy text, role text, condition text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY %I ON %s TO %I USING (%s) WITH CHECK (%s)', policy, target, role, condition, condition);
END
$$;

DO $$
DECLARE
  own_project constant text := 'project_id = any (nullif(current_setting(''app.project_ids'', true), '''')::uuid[])';
  own_organization constant text := 'org_id = any (nullif(current_setting(''app.org_ids'', true), '''')::uuid[])';
  own_user constant text := 'user_id = nullif(current_setting(''app.user_id'', true), '''')::uuid';
  domain record;
BEGIN
  CALL platform.protect('compute.allocations', 'tenant', 'gpuaas_compute', own_project);
  CALL platform.protect('compute.claims', 'tenant', 'gpuaas_compute', own_project);
  CALL platform.protect('app_platform.apps', 'tenant', 'gpuaas_app_platform', own_project);
  CALL platform.protect('app_platform.environments', 'tenant', 'gpuaas_app_platform', own_project);
  CALL platform.protect('app_platform.releases', 'tenant', 'gpuaas_app_platform', own_project);
  CALL platform.protect('app_platform.routes', 'tenant', 'gpuaas_app_platform', own_project);
  CALL platform.protect('storage.buckets', 'tenant', 'gpuaas_storage', own_project);
  CALL platform.protect('storage.grants', 'tenant', 'gpuaas_storage', own_project);
  CALL platform.protect('billing.charges', 'tenant', 'gpuaas_billing', own_project);
  CALL platform.protect('iam.project_memberships', 'tenant', 'gpuaas_iam', own_project);

  CALL platform.protect('iam.organizations', 'tenant', 'gpuaas_iam', replace(own_organization, 'org_id =', 'id ='));
  CALL platform.protect('iam.departments', 'tenant', 'gpuaas_iam', own_organization);
  CALL platform.protect('iam.organization_memberships', 'tenant', 'gpuaas_iam', own_organization);
  -- A scope of projects narrows the organization's projects to those; an organization's scope sees them all.
  CALL platform.protect('iam.projects', 'tenant', 'gpuaas_iam', own_organization ||
    ' AND (nullif(current_setting(''app.project_ids'', true), '''') IS NULL OR ' || replace(own_project, 'project_id =', 'id =') || ')');
  CALL platform.protect('billing.accounts', 'tenant', 'gpuaas_billing', own_organization);
  CALL platform.protect('billing.transactions', 'tenant', 'gpuaas_billing', own_organization);
  CALL platform.protect('billing.entries', 'tenant', 'gpuaas_billing', own_organization);
  CALL platform.protect('billing.posted_sources', 'tenant', 'gpuaas_billing', own_organization);

  CALL platform.protect('iam.users', 'self', 'gpuaas_iam', replace(own_user, 'user_id =', 'id ='));
  CALL platform.protect('iam.platform_roles', 'self', 'gpuaas_iam', own_user);
  -- Who operates the platform is decided by whoever owns the database, by no service.
  ALTER TABLE iam.platform_roles NO FORCE ROW LEVEL SECURITY;
  CALL platform.protect('notifications.receipts', 'self', 'gpuaas_notifications', own_user);
  CALL platform.protect('notifications.channels', 'own_channel', 'gpuaas_notifications',
    'kind = ''USER'' AND ' || replace(own_user, 'user_id =', 'id ='));
  CALL platform.protect('notifications.notifications', 'own_channel', 'gpuaas_notifications',
    'channel_kind = ''USER'' AND ' || replace(own_user, 'user_id =', 'channel_id ='));

  -- Every domain: events and audit rows are written by the service and read by nobody but the relay.
  FOR domain IN SELECT * FROM (VALUES ('iam', 'gpuaas_iam'), ('compute', 'gpuaas_compute'), ('app_platform', 'gpuaas_app_platform'),
    ('storage', 'gpuaas_storage'), ('billing', 'gpuaas_billing'), ('notifications', 'gpuaas_notifications')) AS d (name, role)
  LOOP
    EXECUTE format('GRANT INSERT ON %I.outbox, %I.audit_log TO %I', domain.name, domain.name, domain.role);
    EXECUTE format('GRANT SELECT, INSERT ON %I.processed_events TO %I', domain.name, domain.role);
    EXECUTE format('GRANT SELECT, DELETE ON %I.outbox TO gpuaas_relay', domain.name);
    CALL platform.protect(format('%I.outbox', domain.name)::regclass, 'tenant', domain.role, 'org_id IS NULL OR ' || own_organization);
    CALL platform.protect(format('%I.audit_log', domain.name)::regclass, 'tenant', domain.role, 'org_id IS NULL OR ' || own_organization);
    EXECUTE format('CREATE POLICY relay ON %I.outbox TO gpuaas_relay USING (true)', domain.name);
  END LOOP;
END
$$;

-- An organization's and everybody's notifications are other channels, hence other policies.
CREATE POLICY organization_channel ON notifications.channels TO gpuaas_notifications
  USING (kind = 'ORGANIZATION' AND id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
CREATE POLICY organization_channel ON notifications.notifications TO gpuaas_notifications
  USING (channel_kind = 'ORGANIZATION' AND channel_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
CREATE POLICY broadcast_channel ON notifications.channels FOR SELECT TO gpuaas_notifications USING (kind = 'BROADCAST');
CREATE POLICY broadcast_channel ON notifications.notifications FOR SELECT TO gpuaas_notifications USING (channel_kind = 'BROADCAST');

-- A member sees who else is a member of the organization or project in scope.
CREATE POLICY co_members ON iam.users FOR SELECT TO gpuaas_iam USING (
  EXISTS (SELECT 1 FROM iam.organization_memberships m WHERE m.user_id = users.id AND m.deleted_at IS NULL)
  OR EXISTS (SELECT 1 FROM iam.project_memberships m WHERE m.user_id = users.id AND m.deleted_at IS NULL));
-- A user sees their own memberships, whatever the organization.
CREATE POLICY own_membership ON iam.organization_memberships FOR SELECT TO gpuaas_iam
  USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
CREATE POLICY own_membership ON iam.project_memberships FOR SELECT TO gpuaas_iam
  USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid);

-- The subject of a storage grant reads the grant and the bucket, and changes neither (R59).
CREATE POLICY subject_reads ON storage.grants FOR SELECT TO gpuaas_storage
  USING (subject_project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[]));
CREATE POLICY subject_reads ON storage.buckets FOR SELECT TO gpuaas_storage USING (EXISTS (
  SELECT 1 FROM storage.grants g
  WHERE g.org_id = buckets.org_id AND g.project_id = buckets.project_id AND g.bucket_id = buckets.id
    AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > now())
    AND g.subject_project_id = any (nullif(current_setting('app.project_ids', true), '')::uuid[])));

-- ── Grants: what every process may know of memberships, by one narrow view (authorization.md) ───────────────────────

CREATE VIEW iam.access_grants WITH (security_invoker = true) AS
  SELECT u.subject, u.id AS user_id, u.disabled_at IS NOT NULL AS disabled, 'user' AS kind,
         NULL::uuid AS org_id, NULL::uuid AS project_id, NULL::text AS role, false AS suspended
  FROM iam.users u
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'platform', NULL, NULL, r.role, false
  FROM iam.users u JOIN iam.platform_roles r ON r.user_id = u.id
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'organization', m.org_id, NULL, m.role, o.suspended_at IS NOT NULL
  FROM iam.users u JOIN iam.organization_memberships m ON m.user_id = u.id AND m.deleted_at IS NULL
  JOIN iam.organizations o ON o.id = m.org_id
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'project', p.org_id, p.id, m.role, o.suspended_at IS NOT NULL
  FROM iam.users u JOIN iam.organization_memberships m ON m.user_id = u.id AND m.deleted_at IS NULL
  JOIN iam.organizations o ON o.id = m.org_id
  JOIN iam.projects p ON p.org_id = m.org_id AND p.archived_at IS NULL
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'project', p.org_id, p.id, m.role, o.suspended_at IS NOT NULL
  FROM iam.users u JOIN iam.project_memberships m ON m.user_id = u.id AND m.deleted_at IS NULL
  JOIN iam.organizations o ON o.id = m.org_id
  JOIN iam.projects p ON p.org_id = m.org_id AND p.id = m.project_id AND p.archived_at IS NULL;

GRANT SELECT ON iam.access_grants TO gpuaas_access;
GRANT SELECT (id, subject, disabled_at) ON iam.users TO gpuaas_access;
GRANT SELECT (user_id, role) ON iam.platform_roles TO gpuaas_access;
GRANT SELECT (id, suspended_at) ON iam.organizations TO gpuaas_access;
GRANT SELECT (org_id, id, archived_at) ON iam.projects TO gpuaas_access;
GRANT SELECT (org_id, user_id, role, deleted_at) ON iam.organization_memberships TO gpuaas_access;
GRANT SELECT (org_id, project_id, user_id, role, deleted_at) ON iam.project_memberships TO gpuaas_access;
CREATE POLICY access_view ON iam.users FOR SELECT TO gpuaas_access USING (true);
CREATE POLICY access_view ON iam.platform_roles FOR SELECT TO gpuaas_access USING (true);
CREATE POLICY access_view ON iam.organizations FOR SELECT TO gpuaas_access USING (true);
CREATE POLICY access_view ON iam.projects FOR SELECT TO gpuaas_access USING (true);
CREATE POLICY access_view ON iam.organization_memberships FOR SELECT TO gpuaas_access USING (true);
CREATE POLICY access_view ON iam.project_memberships FOR SELECT TO gpuaas_access USING (true);

DROP PROCEDURE platform.protect(regclass, text, text, text);
