-- CreateTable
CREATE TABLE "iam"."sign_ins" (
    "subject" TEXT NOT NULL,
    "session_hash" BYTEA NOT NULL,
    "signed_in_at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_ins_pkey" PRIMARY KEY ("subject","session_hash")
);

-- AddForeignKey
ALTER TABLE "iam"."sign_ins" ADD CONSTRAINT "sign_ins_subject_fkey" FOREIGN KEY ("subject") REFERENCES "iam"."users"("subject") ON DELETE CASCADE ON UPDATE RESTRICT;

-- ── Invariants ───────────────────────────────────────────────────────────────────────────────────────────────────

ALTER TABLE iam.sign_ins ADD CHECK (octet_length(session_hash) = 32);

-- ── Recording: once for each sign-in, and nothing else ───────────────────────────────────────────────────────────

-- No role has any right on the table: whoever lets callers in may tell of sign-ins by this function, and read none. A
-- sign-in that was not recorded yet is, with its event for the user, in the caller's transaction; the first of a user is
-- recorded alone, for there is nobody to tell that they have an account. One caller at a time, so that of two processes
-- that tell of one sign-in one records it, and of two first ones one is the first.
--
-- Records are kept for ninety days, the newest of a user for as long as the user: those that are older go when the next
-- one comes. A sign-in that old is not recorded, so that what was forgotten is never told again.
CREATE FUNCTION iam.record_sign_ins(batch jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kept constant interval := '90 days';
  told integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('iam.sign_ins', 0));
  WITH given AS (
    SELECT DISTINCT ON (subject, session_hash) g.*
    FROM jsonb_to_recordset(batch) AS g (id uuid, user_id uuid, subject text, session_hash bytea, signed_in_at timestamptz,
      recorded_at timestamptz, correlation_id text, causation_id text, traceparent text)
    WHERE g.signed_in_at > g.recorded_at - kept
    ORDER BY subject, session_hash, signed_in_at
  ), recorded AS (
    INSERT INTO iam.sign_ins (subject, session_hash, signed_in_at, recorded_at)
    SELECT subject, session_hash, signed_in_at, recorded_at FROM given
    ON CONFLICT DO NOTHING
    RETURNING subject, session_hash
  ), forgotten AS (
    DELETE FROM iam.sign_ins s USING recorded JOIN given USING (subject, session_hash)
    WHERE s.subject = recorded.subject AND s.recorded_at <= given.recorded_at - kept
  ), ranked AS (
    SELECT given.*, row_number() OVER (PARTITION BY subject ORDER BY signed_in_at, id) AS place,
      EXISTS (SELECT FROM iam.sign_ins earlier WHERE earlier.subject = given.subject) AS is_known -- as it was before this statement
    FROM recorded JOIN given USING (subject, session_hash)
  )
  INSERT INTO iam.outbox (id, type, version, occurred_at, correlation_id, causation_id, traceparent, org_id, user_id, data)
  SELECT id, 'platform.iam.user_signed_in', 1, recorded_at, correlation_id, causation_id, traceparent,
         '00000000-0000-0000-0000-000000000000', user_id,
         jsonb_build_object('at', to_char(signed_in_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
  FROM ranked WHERE is_known OR place > 1;
  GET DIAGNOSTICS told = ROW_COUNT;
  IF told > 0 THEN
    PERFORM pg_notify('outbox', '');
  END IF;
  RETURN told;
END
$$;
REVOKE ALL ON FUNCTION iam.record_sign_ins(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION iam.record_sign_ins(jsonb) TO gpuaas_access;

-- An owner who is no superuser is held by forced row-level security; its function writes this one kind of event.
CREATE POLICY sign_ins ON iam.outbox FOR INSERT TO CURRENT_USER WITH CHECK (type = 'platform.iam.user_signed_in');
