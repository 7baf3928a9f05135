-- Events carry the W3C trace context of the change that caused them, from the outbox to whoever handles them (R87): one
-- trace leads from a request to the last delivery of what it caused. Bounded here, where it enters, so that the relay
-- and the log need not look at it again. Null where the process that wrote the event makes no traces.
DO $$
DECLARE
  domain text;
BEGIN
  FOREACH domain IN ARRAY ARRAY['iam', 'compute', 'app_platform', 'storage', 'billing', 'notifications'] LOOP
    EXECUTE format('ALTER TABLE %I.outbox ADD COLUMN traceparent text', domain);
    EXECUTE format(
      'ALTER TABLE %I.outbox ADD CONSTRAINT outbox_traceparent CHECK (traceparent ~ %L)',
      domain, '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
  END LOOP;
END
$$;

ALTER TABLE events.log ADD COLUMN traceparent text;
ALTER TABLE events.dead_letters ADD COLUMN traceparent text;
-- A live stream shows a notification long after the job that wrote it is done.
ALTER TABLE notifications.notifications ADD COLUMN traceparent text;

CREATE OR REPLACE FUNCTION events.append(batch jsonb) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stored integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('events.log', 0));
  INSERT INTO events.log (id, type, version, occurred_at, correlation_id, causation_id, traceparent, org_id, project_id, user_id, data)
  SELECT (e ->> 'id')::uuid, e ->> 'type', (e ->> 'version')::integer, (e ->> 'occurredAt')::timestamptz,
         e ->> 'correlationId', e ->> 'causationId', e ->> 'traceparent', (e -> 'owner' ->> 'organizationId')::uuid,
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
