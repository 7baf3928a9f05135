-- Events and jobs: the log between outboxes and consumers, its consumers' positions, dead letters, and the one door
-- through which a subgraph queues a job. The schema graphile_worker is installed after this by platform/jobs/install.ts.

CREATE SCHEMA events;
REVOKE ALL ON SCHEMA events FROM PUBLIC;

-- ── The log ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- Partitioned by month of the UUIDv7 id, not by occurred_at: a primary key must hold the partition key, so that with
-- occurred_at the same event stored with another time would pass. By id alone, "stored once" is exact over all months.
CREATE TABLE events.log (
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL PRIMARY KEY,
  type text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  occurred_at timestamptz(3) NOT NULL,
  correlation_id text NOT NULL,
  causation_id text NOT NULL,
  org_id uuid NOT NULL,
  project_id uuid,
  user_id uuid,
  data jsonb NOT NULL
) PARTITION BY RANGE (id);

CREATE INDEX log_seq ON events.log (seq);
CALL platform.ensure_partitions(3);

-- Appends a batch in its order and wakes the consumers. The lock makes the order of `seq` the order of commits: a
-- reader that has seen seq n will never see a smaller one appear. An id already stored is passed over.
CREATE FUNCTION events.append(batch jsonb) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stored integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('events.log', 0));
  INSERT INTO events.log (id, type, version, occurred_at, correlation_id, causation_id, org_id, project_id, user_id, data)
  SELECT (e ->> 'id')::uuid, e ->> 'type', (e ->> 'version')::integer, (e ->> 'occurredAt')::timestamptz,
         e ->> 'correlationId', e ->> 'causationId', (e -> 'owner' ->> 'organizationId')::uuid,
         (e -> 'owner' ->> 'projectId')::uuid, (e -> 'owner' ->> 'userId')::uuid, e -> 'data'
  FROM jsonb_array_elements(batch) WITH ORDINALITY AS item (e, position)
  ORDER BY position
  ON CONFLICT (id) DO NOTHING;
  GET DIAGNOSTICS stored = ROW_COUNT;
  IF stored > 0 THEN
    PERFORM pg_notify('events', '');
  END IF;
  RETURN stored;
END
$$;
REVOKE ALL ON FUNCTION events.append(jsonb) FROM PUBLIC;

-- ── Consumers ────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE events.consumers (
  name text PRIMARY KEY CHECK (name <> ''),
  position bigint NOT NULL CHECK (position >= 0),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

-- What a consumer gave up on, with the owner an operator must see before a replay (R76). `error_class` is a name, not
-- a message: messages may hold what an event must not (R78).
CREATE TABLE events.dead_letters (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  version integer NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  correlation_id text NOT NULL,
  causation_id text NOT NULL,
  org_id uuid NOT NULL,
  project_id uuid,
  user_id uuid,
  data jsonb NOT NULL,
  error_class text NOT NULL,
  tries integer NOT NULL CHECK (tries > 0),
  dead_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, event_id)
);

CREATE INDEX dead_letters_recent ON events.dead_letters (dead_at DESC);

-- ── Jobs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Queues a job in the caller's transaction. A subgraph's role may only queue its own subgraph's jobs: gpuaas_compute
-- `compute.*`, gpuaas_app_platform `app-platform.*`. The same key while the job still waits is the same job.
CREATE FUNCTION events.enqueue_job(name text, payload jsonb, key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF session_user <> current_user
     AND NOT (session_user LIKE 'gpuaas\_%' AND starts_with(name, replace(substr(session_user, 8), '_', '-') || '.')) THEN
    RAISE EXCEPTION 'role % may not queue the job %', session_user, name USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF key IS NULL OR key = '' THEN
    RAISE EXCEPTION 'the job % needs a deterministic key', name USING ERRCODE = 'null_value_not_allowed';
  END IF;
  PERFORM graphile_worker.add_job(name, payload := payload::json, job_key := key);
END
$$;
REVOKE ALL ON FUNCTION events.enqueue_job(text, jsonb, text) FROM PUBLIC;

-- Partitions of the months to come, for the worker that may not create tables itself.
CREATE FUNCTION events.extend_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  CALL platform.ensure_partitions(3);
END
$$;
REVOKE ALL ON FUNCTION events.extend_partitions() FROM PUBLIC;

-- ── Rights ───────────────────────────────────────────────────────────────────────────────────────────────────────

GRANT USAGE ON SCHEMA events TO gpuaas_relay, gpuaas_worker,
  gpuaas_iam, gpuaas_compute, gpuaas_app_platform, gpuaas_storage, gpuaas_billing, gpuaas_notifications;
GRANT EXECUTE ON FUNCTION events.enqueue_job(text, jsonb, text) TO
  gpuaas_iam, gpuaas_compute, gpuaas_app_platform, gpuaas_storage, gpuaas_billing, gpuaas_notifications;

GRANT SELECT, INSERT ON events.log TO gpuaas_relay;
GRANT EXECUTE ON FUNCTION events.append(jsonb) TO gpuaas_relay;
-- Embedded, relay and consumers share one backbone; distributed, the worker consumes and never appends.
GRANT SELECT ON events.log TO gpuaas_worker;
GRANT SELECT, INSERT, UPDATE ON events.consumers TO gpuaas_relay, gpuaas_worker;
GRANT SELECT, INSERT, UPDATE ON events.dead_letters TO gpuaas_worker;
GRANT EXECUTE ON FUNCTION events.extend_partitions() TO gpuaas_worker;
