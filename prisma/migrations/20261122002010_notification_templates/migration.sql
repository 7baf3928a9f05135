-- Texts of notifications as stored, versioned rows (R72); what of them a user does not want to be told; and notices of
-- operators, each sent once.

CREATE TABLE notifications.templates (
  key text NOT NULL CHECK (key ~ '^[a-z]+(-[a-z]+)*$'),
  version int NOT NULL CHECK (version > 0),
  category text NOT NULL CHECK (category IN ('SECURITY', 'COMPUTE', 'ORGANIZATION', 'ANNOUNCEMENT')),
  title text NOT NULL,
  body text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (key, version)
);
CALL platform.make_immutable('notifications.templates');
GRANT SELECT ON notifications.templates TO gpuaas_notifications;

-- A placeholder is the name of a parameter between double braces. A text is changed by a row with the next version.
INSERT INTO notifications.templates (key, version, category, title, body) VALUES
  ('allocation-active', 1, 'COMPUTE', 'An allocation of {{skuCode}} is active',
    'An allocation of {{skuCode}} in your project is ready to use.'),
  ('allocation-released', 1, 'COMPUTE', 'An allocation of {{skuCode}} was released',
    'An allocation of {{skuCode}} in your project was released. It costs nothing from now on.'),
  ('allocation-failed', 1, 'COMPUTE', 'An allocation of {{skuCode}} failed',
    'An allocation of {{skuCode}} in your project did not become usable ({{reason}}). It costs nothing.'),
  ('project-created', 1, 'ORGANIZATION', 'A project was created',
    'A project was created in your organization.'),
  ('organization-suspended', 1, 'SECURITY', 'Your organization was suspended',
    'An operator suspended your organization: nobody can use what it owns until it is resumed. Ask the platform’s support why.'),
  ('organization-resumed', 1, 'SECURITY', 'Your organization was resumed',
    'An operator resumed your organization: its members can use what it owns again.'),
  ('member-added', 1, 'SECURITY', 'You were made a member',
    'You were made a member of {{where}}, as {{role}}.'),
  ('member-role-changed', 1, 'SECURITY', 'Your role was changed',
    'Your role in {{where}} is {{role}} now.'),
  ('member-removed', 1, 'SECURITY', 'You are a member no more',
    'You were removed from {{where}}.'),
  ('api-key-created', 1, 'SECURITY', 'An API key was created',
    'A key was made for a service account of your project. If you do not know why, revoke it.'),
  ('api-key-rotated', 1, 'SECURITY', 'An API key was rotated',
    'A key of a service account of your project was replaced by another. If you do not know why, revoke both.'),
  ('api-key-revoked', 1, 'SECURITY', 'An API key was revoked',
    'A key of a service account of your project was ended. What used it cannot sign in any more.'),
  ('sign-in', 1, 'SECURITY', 'New sign-in',
    'Somebody signed in to your account at {{at}}. If that was not you, change your password and end your other sessions.'),
  ('announcement', 1, 'ANNOUNCEMENT', '{{title}}', '{{body}}');

ALTER TABLE notifications.notifications
  ADD COLUMN category text NOT NULL DEFAULT 'COMPUTE' CHECK (category IN ('SECURITY', 'COMPUTE', 'ORGANIZATION', 'ANNOUNCEMENT')),
  ADD COLUMN template_version int NOT NULL DEFAULT 1;
UPDATE notifications.notifications SET category = 'ANNOUNCEMENT' WHERE template = 'welcome';

-- A row is what a user decided; without one they are told. Notices of security cannot be switched off.
CREATE TABLE notifications.preferences (
  user_id uuid NOT NULL,
  category text NOT NULL CHECK (category IN ('SECURITY', 'COMPUTE', 'ORGANIZATION', 'ANNOUNCEMENT')),
  medium text NOT NULL CHECK (medium IN ('IN_APP')),
  enabled boolean NOT NULL CHECK (enabled OR category <> 'SECURITY'),
  updated_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, category, medium)
);
ALTER TABLE notifications.preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE notifications.preferences FORCE ROW LEVEL SECURITY;
CREATE POLICY self ON notifications.preferences TO gpuaas_notifications
  USING (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
  WITH CHECK (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE (enabled, updated_at) ON notifications.preferences TO gpuaas_notifications;

-- What operators sent by which key of theirs: the same again is sent no second time.
CREATE TABLE notifications.broadcasts (
  actor text NOT NULL,
  idempotency_key text NOT NULL,
  input_hash text NOT NULL,
  sent_at timestamptz(3) NOT NULL,
  PRIMARY KEY (actor, idempotency_key)
);
GRANT SELECT, INSERT, DELETE ON notifications.broadcasts TO gpuaas_notifications;
