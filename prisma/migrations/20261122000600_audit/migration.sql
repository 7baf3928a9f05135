-- The sealed audit log: what was committed and what was denied, in one hash chain for each organization and one for the
-- platform (org_id = the nil UUID). docs/audit.md describes the format, docs/decisions/ why it is so.

CREATE SCHEMA audit;
REVOKE ALL ON SCHEMA audit FROM PUBLIC;

-- ── Denials, folded by principal, coordinate, code, scope and minute ─────────────────────────────────────────────────

CREATE TABLE audit.denials (
  id uuid PRIMARY KEY,
  minute timestamptz(0) NOT NULL,
  -- Of what exists: a scope that was asked for and is nobody's is null, and belongs to the platform's chain.
  org_id uuid,
  project_id uuid,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  coordinate text NOT NULL,
  action text NOT NULL,
  code text NOT NULL,
  first_at timestamptz(3) NOT NULL,
  last_at timestamptz(3) NOT NULL,
  count bigint NOT NULL CHECK (count > 0),
  correlation_id text NOT NULL
);

CREATE UNIQUE INDEX denials_fold ON audit.denials
  (minute, actor_kind, actor_id, coordinate, code, org_id, project_id) NULLS NOT DISTINCT;

-- ── What waits for the sealer ────────────────────────────────────────────────────────────────────────────────────────

-- A mark for each row that is in no chain yet, written by trigger in the row's own transaction: whatever commits late,
-- with whatever id, is found. It names the row and says nothing of it; deleting a mark deletes no audit row.
CREATE TABLE audit.unsealed (
  id uuid PRIMARY KEY,
  org_id uuid NOT NULL,
  source text NOT NULL,
  ready_at timestamptz NOT NULL
);

CREATE INDEX unsealed_ready ON audit.unsealed (ready_at, id);
CREATE INDEX unsealed_organization ON audit.unsealed (org_id, id);

CREATE FUNCTION audit.mark_unsealed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO audit.unsealed (id, org_id, source, ready_at)
  VALUES (NEW.id, coalesce(NEW.org_id, '00000000-0000-0000-0000-000000000000'), TG_ARGV[0], '-infinity');
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION audit.mark_unsealed() FROM PUBLIC;

-- A fold is sealed when its minute is over.
CREATE FUNCTION audit.mark_denial() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO audit.unsealed (id, org_id, source, ready_at)
  VALUES (NEW.id, coalesce(NEW.org_id, '00000000-0000-0000-0000-000000000000'), 'denials', NEW.minute + interval '1 minute');
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION audit.mark_denial() FROM PUBLIC;

CREATE TRIGGER unsealed AFTER INSERT ON iam.audit_log FOR EACH ROW EXECUTE FUNCTION audit.mark_unsealed('iam');
CREATE TRIGGER unsealed AFTER INSERT ON compute.audit_log FOR EACH ROW EXECUTE FUNCTION audit.mark_unsealed('compute');
CREATE TRIGGER unsealed AFTER INSERT ON app_platform.audit_log FOR EACH ROW EXECUTE FUNCTION audit.mark_unsealed('app_platform');
CREATE TRIGGER unsealed AFTER INSERT ON storage.audit_log FOR EACH ROW EXECUTE FUNCTION audit.mark_unsealed('storage');
CREATE TRIGGER unsealed AFTER INSERT ON billing.audit_log FOR EACH ROW EXECUTE FUNCTION audit.mark_unsealed('billing');
CREATE TRIGGER unsealed AFTER INSERT ON notifications.audit_log FOR EACH ROW EXECUTE FUNCTION audit.mark_unsealed('notifications');
CREATE TRIGGER unsealed AFTER INSERT ON audit.denials FOR EACH ROW EXECUTE FUNCTION audit.mark_denial();

-- Until it is sealed a fold may grow, and change in nothing else; the owner is held by this too.
CREATE FUNCTION audit.refuse_denial_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.count >= OLD.count AND NEW.last_at >= OLD.last_at
     AND to_jsonb(NEW) - '{count,last_at}'::text[] = to_jsonb(OLD) - '{count,last_at}'::text[]
     AND EXISTS (SELECT FROM audit.unsealed u WHERE u.id = OLD.id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'audit.denials is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER immutable_rows BEFORE UPDATE OR DELETE ON audit.denials FOR EACH ROW EXECUTE FUNCTION audit.refuse_denial_change();
CREATE TRIGGER immutable_table BEFORE TRUNCATE ON audit.denials FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- ── The chains ───────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE audit.entries (
  org_id uuid NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  id uuid NOT NULL,
  -- The schema whose audit_log holds the row that was sealed, or `denials`.
  source text NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  sealed_at timestamptz(3) NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  result text NOT NULL,
  code text,
  count bigint NOT NULL,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  project_id uuid,
  correlation_id text NOT NULL,
  -- A text, not jsonb: it is hashed byte for byte.
  details text NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY (org_id, sequence)
);

CREATE UNIQUE INDEX entries_once ON audit.entries (org_id, id);
CREATE INDEX entries_action ON audit.entries (org_id, action, id);
CREATE INDEX entries_actor ON audit.entries (org_id, actor_id, id);
CREATE INDEX entries_project ON audit.entries (org_id, project_id, id);

-- A JSON Web Signature over a chain's sequence and hash at a moment: what a superuser without the key cannot make again.
CREATE TABLE audit.checkpoints (
  org_id uuid NOT NULL,
  sequence bigint NOT NULL,
  signed_at timestamptz(3) NOT NULL,
  token text NOT NULL,
  PRIMARY KEY (org_id, sequence)
);

CALL platform.make_immutable('audit.entries');
CALL platform.make_immutable('audit.checkpoints');

-- ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Every row that may be sealed, in one shape. Only the functions below read it, with the owner's rights.
CREATE VIEW audit.sources AS
  SELECT source, id, coalesce(org_id, '00000000-0000-0000-0000-000000000000') AS org_id, occurred_at, action, target, result,
         NULL::text AS code, 1::bigint AS count, actor_kind, actor_id, project_id, correlation_id, details::text AS details
  FROM (
    SELECT 'iam'::text AS source, * FROM iam.audit_log UNION ALL
    SELECT 'compute', * FROM compute.audit_log UNION ALL
    SELECT 'app_platform', * FROM app_platform.audit_log UNION ALL
    SELECT 'storage', * FROM storage.audit_log UNION ALL
    SELECT 'billing', * FROM billing.audit_log UNION ALL
    SELECT 'notifications', * FROM notifications.audit_log
  ) succeeded
  UNION ALL
  SELECT 'denials', id, coalesce(org_id, '00000000-0000-0000-0000-000000000000'), first_at, action, coordinate, 'DENIED',
         code, count, actor_kind, actor_id, project_id, correlation_id,
         jsonb_build_object('lastAt', to_char(last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text
  FROM audit.denials;

-- An owner who is no superuser is held by forced row-level security; its functions read the rows that are to be sealed.
CREATE POLICY witness ON iam.audit_log FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY witness ON compute.audit_log FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY witness ON app_platform.audit_log FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY witness ON storage.audit_log FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY witness ON billing.audit_log FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY witness ON notifications.audit_log FOR SELECT TO CURRENT_USER USING (true);

-- Rows of before this migration.
INSERT INTO audit.unsealed (id, org_id, source, ready_at) SELECT id, org_id, source, '-infinity' FROM audit.sources;

-- Whether the caller's scope is this chain: an organization's own, or the platform's where no tenant is in scope.
CREATE FUNCTION audit.in_scope(chain uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN nullif(current_setting('app.org_ids', true), '') IS NULL
    THEN chain = '00000000-0000-0000-0000-000000000000'
    ELSE chain = any (current_setting('app.org_ids')::uuid[]) END
$$;
REVOKE ALL ON FUNCTION audit.in_scope(uuid) FROM PUBLIC;

-- The rows of a chain that wait for the sealer: a second's worth of them, and the folds of the running minute.
CREATE FUNCTION audit.waiting(chain uuid) RETURNS SETOF audit.sources
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.* FROM audit.unsealed u
  CROSS JOIN LATERAL (SELECT * FROM audit.sources f WHERE f.id = u.id AND f.source = u.source OFFSET 0) s
  WHERE u.org_id = chain AND audit.in_scope(chain)
$$;
REVOKE ALL ON FUNCTION audit.waiting(uuid) FROM PUBLIC;

-- The rows that entries of a chain were sealed from, for comparison.
CREATE FUNCTION audit.sources_of(chain uuid, ids uuid[]) RETURNS SETOF audit.sources
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.* FROM unnest(ids) AS wanted (id)
  CROSS JOIN LATERAL (SELECT * FROM audit.sources f WHERE f.id = wanted.id OFFSET 0) s
  WHERE s.org_id = chain AND audit.in_scope(chain)
$$;
REVOKE ALL ON FUNCTION audit.sources_of(uuid, uuid[]) FROM PUBLIC;

-- How much is missing of a chain: rows made since a moment that are in no chain and wait for none, and rows that waited
-- and are gone. No row of an organization is older than the organization: both ids are UUIDv7.
CREATE FUNCTION audit.never_sealed(chain uuid, since timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT (SELECT count(*) FROM audit.sources s
  WHERE s.id >= greatest(chain, platform.uuid_at(since)) AND s.org_id = chain AND audit.in_scope(chain)
    AND NOT EXISTS (SELECT FROM audit.entries e WHERE e.org_id = chain AND e.id = s.id)
    AND NOT EXISTS (SELECT FROM audit.unsealed u WHERE u.id = s.id))
    + (SELECT count(*) FROM audit.unsealed u WHERE u.org_id = chain AND audit.in_scope(chain)
    AND NOT EXISTS (SELECT FROM audit.sources s WHERE s.id = u.id))
$$;
REVOKE ALL ON FUNCTION audit.never_sealed(uuid, timestamptz) FROM PUBLIC;

-- What the sealer takes next, oldest id first. Recorders of denials hold the lock in share mode while they fold: once it
-- is had alone, no fold of a minute that is over can grow any more. A row that is sealed is never taken again, whatever
-- marks it.
CREATE FUNCTION audit.take(amount int) RETURNS SETOF audit.sources
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  until timestamptz := clock_timestamp();
BEGIN
  IF EXISTS (SELECT FROM audit.unsealed u WHERE u.source = 'denials' AND u.ready_at <= until) THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.denials', 0));
  END IF;
  DELETE FROM audit.unsealed u USING audit.entries e WHERE e.org_id = u.org_id AND e.id = u.id;
  RETURN QUERY SELECT s.* FROM audit.unsealed u
    CROSS JOIN LATERAL (SELECT * FROM audit.sources f WHERE f.id = u.id AND f.source = u.source OFFSET 0) s
    WHERE u.ready_at <= until ORDER BY u.id LIMIT amount;
END
$$;
REVOKE ALL ON FUNCTION audit.take(int) FROM PUBLIC;

-- ── Recording denials: append and fold, nothing else ─────────────────────────────────────────────────────────────────

CREATE FUNCTION audit.record_denials(batch jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('audit.denials', 0));
  INSERT INTO audit.denials AS d (id, minute, org_id, project_id, actor_kind, actor_id, coordinate, action, code, first_at, last_at, count, correlation_id)
  SELECT (array_agg(b.id ORDER BY b.first_at))[1], date_trunc('minute', clock_timestamp()), b.org_id, b.project_id, b.actor_kind, b.actor_id,
         b.coordinate, min(b.action), b.code, min(b.first_at), max(b.last_at), sum(b.count), (array_agg(b.correlation_id ORDER BY b.first_at))[1]
  FROM jsonb_to_recordset(batch) AS b (id uuid, org_id uuid, project_id uuid, actor_kind text, actor_id text, coordinate text,
    action text, code text, first_at timestamptz, last_at timestamptz, count bigint, correlation_id text)
  GROUP BY b.org_id, b.project_id, b.actor_kind, b.actor_id, b.coordinate, b.code
  ORDER BY b.actor_kind, b.actor_id, b.coordinate, b.code, b.org_id, b.project_id
  ON CONFLICT (minute, actor_kind, actor_id, coordinate, code, org_id, project_id)
  DO UPDATE SET count = d.count + excluded.count, last_at = greatest(d.last_at, excluded.last_at);
END
$$;
REVOKE ALL ON FUNCTION audit.record_denials(jsonb) FROM PUBLIC;

-- ── Rights: the sealer inserts, iam reads its scope, whoever decides may record a denial; nobody changes anything ────

GRANT USAGE ON SCHEMA audit TO gpuaas_iam, gpuaas_access, gpuaas_sealer;

GRANT EXECUTE ON FUNCTION audit.record_denials(jsonb) TO gpuaas_access;

GRANT EXECUTE ON FUNCTION audit.take(int) TO gpuaas_sealer;
GRANT SELECT, INSERT ON audit.entries, audit.checkpoints TO gpuaas_sealer;
GRANT SELECT (id), DELETE ON audit.unsealed TO gpuaas_sealer;

GRANT SELECT ON audit.entries, audit.checkpoints TO gpuaas_iam;
GRANT EXECUTE ON FUNCTION audit.in_scope(uuid), audit.waiting(uuid), audit.sources_of(uuid, uuid[]), audit.never_sealed(uuid, timestamptz) TO gpuaas_iam;

ALTER TABLE audit.entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.denials ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.unsealed ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON audit.entries FOR SELECT TO gpuaas_iam
  USING (org_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
CREATE POLICY tenant ON audit.checkpoints FOR SELECT TO gpuaas_iam
  USING (org_id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
CREATE POLICY platform ON audit.entries FOR SELECT TO gpuaas_iam
  USING (org_id = '00000000-0000-0000-0000-000000000000' AND nullif(current_setting('app.org_ids', true), '') IS NULL);
CREATE POLICY platform ON audit.checkpoints FOR SELECT TO gpuaas_iam
  USING (org_id = '00000000-0000-0000-0000-000000000000' AND nullif(current_setting('app.org_ids', true), '') IS NULL);
CREATE POLICY sealer ON audit.entries TO gpuaas_sealer USING (true) WITH CHECK (true);
CREATE POLICY sealer ON audit.checkpoints TO gpuaas_sealer USING (true) WITH CHECK (true);
CREATE POLICY sealer ON audit.unsealed TO gpuaas_sealer USING (true);
