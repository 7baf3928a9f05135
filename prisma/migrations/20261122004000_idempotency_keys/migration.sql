-- Idempotency keys (R97): what a mutation changed under a key of its caller's is kept for a day in the schema of the domain
-- that changed it, written in the transaction of the change. The scope is part of the key and of the policy: whoever
-- writes in another scope neither sees a key nor meets it. What expired is removed in transactions that name a bound and
-- have no scope, and such a transaction sees nothing younger.
DO $$
DECLARE
  domain text;
  own constant text := 'scope_id = any (CASE scope_kind'
    ' WHEN ''PROJECT'' THEN nullif(current_setting(''app.project_ids'', true), '''')::uuid[]'
    ' WHEN ''ORGANIZATION'' THEN nullif(current_setting(''app.org_ids'', true), '''')::uuid[]'
    ' WHEN ''USER'' THEN ARRAY[nullif(current_setting(''app.user_id'', true), '''')::uuid]'
    ' WHEN ''PLATFORM'' THEN CASE WHEN concat(current_setting(''app.project_ids'', true), current_setting(''app.org_ids'', true),'
    ' current_setting(''app.user_id'', true)) = '''' THEN ARRAY[''00000000-0000-0000-0000-000000000000''::uuid] END END)';
  expired constant text := 'expires_at <= nullif(current_setting(''app.forgotten_before'', true), '''')::timestamptz';
BEGIN
  FOREACH domain IN ARRAY ARRAY['iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications'] LOOP
    EXECUTE format('CREATE TABLE %I.idempotency_keys (
      scope_kind text NOT NULL CHECK (scope_kind IN (''PROJECT'', ''ORGANIZATION'', ''USER'', ''PLATFORM'')),
      scope_id uuid NOT NULL,
      principal text NOT NULL,
      key bytea NOT NULL CHECK (octet_length(key) = 32),
      input bytea NOT NULL CHECK (octet_length(input) = 32),
      result text,
      expires_at timestamptz(3) NOT NULL,
      PRIMARY KEY (scope_kind, scope_id, principal, key))', domain);
    EXECUTE format('CREATE INDEX idempotency_keys_expires_at_idx ON %I.idempotency_keys (expires_at)', domain);
    EXECUTE format('ALTER TABLE %I.idempotency_keys ENABLE ROW LEVEL SECURITY', domain);
    EXECUTE format('ALTER TABLE %I.idempotency_keys FORCE ROW LEVEL SECURITY', domain);
    EXECUTE format('GRANT SELECT, INSERT, DELETE, UPDATE (input, result, expires_at) ON %1$I.idempotency_keys TO gpuaas_%1$s', domain);
    EXECUTE format('CREATE POLICY own ON %1$I.idempotency_keys TO gpuaas_%1$s USING (%2$s) WITH CHECK (%2$s)', domain, own);
    EXECUTE format('CREATE POLICY expired_seen ON %1$I.idempotency_keys FOR SELECT TO gpuaas_%1$s USING (%2$s)', domain, expired);
    EXECUTE format('CREATE POLICY expired ON %1$I.idempotency_keys FOR DELETE TO gpuaas_%1$s USING (%2$s)', domain, expired);
  END LOOP;
END
$$;

-- Operators' notices had keys of their own.
DROP TABLE notifications.broadcasts;
