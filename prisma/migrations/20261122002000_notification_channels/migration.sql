-- Channels of organizations and of everybody, beside those of users (R70): one contiguous sequence each, read by cursors
-- over all of a caller's channels.

-- ── Since when somebody is a member: what an organization's members were told before is not for them ─────────────────

GRANT SELECT (created_at) ON iam.organization_memberships TO gpuaas_access;

CREATE OR REPLACE VIEW iam.access_grants WITH (security_invoker = true) AS
  SELECT u.subject, u.id AS user_id, u.disabled_at IS NOT NULL AS disabled, 'user' AS kind,
         NULL::uuid AS org_id, NULL::uuid AS project_id, NULL::text AS role, false AS suspended, NULL::timestamptz AS since
  FROM iam.users u
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'platform', NULL, NULL, r.role, false, NULL
  FROM iam.users u JOIN iam.platform_roles r ON r.user_id = u.id
  UNION ALL
  SELECT u.subject, u.id, u.disabled_at IS NOT NULL, 'organization', m.org_id, NULL, m.role, o.suspended_at IS NOT NULL, m.created_at
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

-- ── Places: the ids of a channel have the order of its sequence, whatever the clocks of its writers say ──────────────

ALTER TABLE notifications.channels
  ADD COLUMN last_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  ADD COLUMN removed_through bigint NOT NULL DEFAULT 0,
  ADD CHECK (removed_through BETWEEN 0 AND last_sequence);
UPDATE notifications.channels c SET last_id = coalesce(
  (SELECT n.id FROM notifications.notifications n WHERE n.channel_id = c.id ORDER BY n.id DESC LIMIT 1), c.last_id);

-- The id after an id: one more in its last 48 bits, which are random.
CREATE FUNCTION notifications.id_after(id uuid) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT (left(id::text, 24) || lpad(to_hex((('x' || right(id::text, 12))::bit(48)::bigint + 1) & 281474976710655), 12, '0'))::uuid
$$;
REVOKE ALL ON FUNCTION notifications.id_after(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notifications.id_after(uuid) TO gpuaas_notifications;

REVOKE UPDATE ON notifications.channels, notifications.receipts FROM gpuaas_notifications;
GRANT UPDATE (last_sequence, last_id) ON notifications.channels TO gpuaas_notifications;
GRANT UPDATE (read_at, dismissed_at) ON notifications.receipts TO gpuaas_notifications;

-- ── What of a channel a user is done with, without a look at each receipt ─────────────────────────────────────────────

CREATE TABLE notifications.reading_positions (
  user_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  done_through bigint NOT NULL CHECK (done_through >= 0),
  PRIMARY KEY (user_id, channel_id)
);
ALTER TABLE notifications.reading_positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE notifications.reading_positions FORCE ROW LEVEL SECURITY;
CREATE POLICY self ON notifications.reading_positions TO gpuaas_notifications
  USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  WITH CHECK (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE (done_through) ON notifications.reading_positions TO gpuaas_notifications;

-- ── This life of the database: cursors of another one, or that nobody here wrote, are refused ─────────────────────────

CREATE TABLE notifications.epochs (
  id uuid NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
  only_one boolean NOT NULL DEFAULT true UNIQUE CHECK (only_one),
  cursor_key bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
);
INSERT INTO notifications.epochs DEFAULT VALUES;
GRANT SELECT ON notifications.epochs TO gpuaas_notifications;

-- ── Who reads and who writes which channel ─────────────────────────────────────────────────────────────────────────────

-- Members read their organizations' channels; the organization's own scope, in which no user acts, writes to it.
DROP POLICY organization_channel ON notifications.channels;
DROP POLICY organization_channel ON notifications.notifications;
CREATE POLICY organization_channel ON notifications.channels FOR SELECT TO gpuaas_notifications
  USING (kind = 'ORGANIZATION' AND id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
CREATE POLICY organization_channel ON notifications.notifications FOR SELECT TO gpuaas_notifications
  USING (channel_kind = 'ORGANIZATION' AND channel_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
CREATE POLICY organization_opens ON notifications.channels FOR INSERT TO gpuaas_notifications
  WITH CHECK (kind = 'ORGANIZATION' AND id = any (nullif(current_setting('app.org_ids', true), '')::uuid[])
    AND nullif(current_setting('app.user_id', true), '') IS NULL);
CREATE POLICY organization_counts ON notifications.channels FOR UPDATE TO gpuaas_notifications
  USING (kind = 'ORGANIZATION' AND id = any (nullif(current_setting('app.org_ids', true), '')::uuid[])
    AND nullif(current_setting('app.user_id', true), '') IS NULL);
CREATE POLICY organization_tells ON notifications.notifications FOR INSERT TO gpuaas_notifications
  WITH CHECK (channel_kind = 'ORGANIZATION' AND channel_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[])
    AND nullif(current_setting('app.user_id', true), '') IS NULL);

-- Everybody's channel is written to only in a transaction that names it as operated on.
CREATE POLICY broadcast_opens ON notifications.channels FOR INSERT TO gpuaas_notifications
  WITH CHECK (kind = 'BROADCAST' AND id = nullif(current_setting('app.operated', true), '')::uuid);
CREATE POLICY broadcast_counts ON notifications.channels FOR UPDATE TO gpuaas_notifications
  USING (kind = 'BROADCAST' AND id = nullif(current_setting('app.operated', true), '')::uuid);
CREATE POLICY broadcast_tells ON notifications.notifications FOR INSERT TO gpuaas_notifications
  WITH CHECK (channel_kind = 'BROADCAST' AND channel_id = nullif(current_setting('app.operated', true), '')::uuid);

-- A process asks how far the channels are whose streams it holds, all in one statement, in a transaction that names
-- them. It learns places, and nothing of what was told.
CREATE POLICY streamed ON notifications.channels FOR SELECT TO gpuaas_notifications
  USING (id = any ((SELECT nullif(current_setting('app.streamed', true), '')::uuid[])::uuid[]));
