-- A unit of work may queue a job for later: what waits for its turn is as much part of the transaction as what is due now.
DROP FUNCTION events.enqueue_job(text, jsonb, text);

CREATE FUNCTION events.enqueue_job(name text, payload jsonb, key text, due timestamptz DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF session_user <> current_user
     AND NOT (session_user LIKE 'gpuaas\_%' AND starts_with(name, replace(substr(session_user, 8), '_', '-') || '.')) THEN
    RAISE EXCEPTION 'role % may not queue the job %', session_user, name USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF key IS NULL OR key = '' THEN
    RAISE EXCEPTION 'the job % needs a deterministic key', name USING ERRCODE = 'null_value_not_allowed';
  END IF;
  PERFORM graphile_worker.add_job(name, payload := payload::json, job_key := key, run_at := due);
END
$$;
REVOKE ALL ON FUNCTION events.enqueue_job(text, jsonb, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.enqueue_job(text, jsonb, text, timestamptz) TO
  gpuaas_iam, gpuaas_compute, gpuaas_app_platform, gpuaas_storage, gpuaas_billing, gpuaas_notifications;
