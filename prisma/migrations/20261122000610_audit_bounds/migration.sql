-- What a chain is held against is found by its chain and age: the work is that of the chain, however many rows other
-- organizations wrote. The expression is that of audit.sources; null stands for the platform.
CREATE INDEX audit_log_chain ON iam.audit_log ((coalesce(org_id, '00000000-0000-0000-0000-000000000000')), id);
CREATE INDEX audit_log_chain ON compute.audit_log ((coalesce(org_id, '00000000-0000-0000-0000-000000000000')), id);
CREATE INDEX audit_log_chain ON app_platform.audit_log ((coalesce(org_id, '00000000-0000-0000-0000-000000000000')), id);
CREATE INDEX audit_log_chain ON storage.audit_log ((coalesce(org_id, '00000000-0000-0000-0000-000000000000')), id);
CREATE INDEX audit_log_chain ON billing.audit_log ((coalesce(org_id, '00000000-0000-0000-0000-000000000000')), id);
CREATE INDEX audit_log_chain ON notifications.audit_log ((coalesce(org_id, '00000000-0000-0000-0000-000000000000')), id);
CREATE INDEX denials_chain ON audit.denials ((coalesce(org_id, '00000000-0000-0000-0000-000000000000')), id);

-- How much is missing of a chain, at most one of each kind: rows made since a moment that are in no chain and wait for
-- none, and rows that waited and are gone. No row of an organization is older than the organization: both ids are UUIDv7.
CREATE OR REPLACE FUNCTION audit.never_sealed(chain uuid, since timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*) FROM (
    (SELECT FROM audit.sources s
     WHERE audit.in_scope(chain) AND s.org_id = chain AND s.id >= greatest(chain, platform.uuid_at(since))
       AND NOT EXISTS (SELECT FROM audit.entries e WHERE e.org_id = s.org_id AND e.id = s.id)
       AND NOT EXISTS (SELECT FROM audit.unsealed u WHERE u.id = s.id)
     LIMIT 1)
    UNION ALL
    (SELECT FROM audit.unsealed u
     WHERE audit.in_scope(chain) AND u.org_id = chain
       AND NOT EXISTS (SELECT FROM audit.sources s WHERE s.id = u.id)
     LIMIT 1)
  ) missing
$$;

REVOKE ALL ON FUNCTION audit.refuse_denial_change() FROM PUBLIC;
