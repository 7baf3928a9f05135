-- A month for which the default partition holds rows already cannot get a partition of its own any more (a server that
-- stood still for longer than the months made ahead). It stays where it is, and the months after it are made all the
-- same: before, the first such month kept every later one of every table from being made.
CREATE OR REPLACE PROCEDURE platform.ensure_partitions(months_ahead int)
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
      BEGIN
        EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.%I ', parent.schema, name, parent.schema, parent.relation) ||
          CASE WHEN i < 0 THEN 'DEFAULT' ELSE format('FOR VALUES FROM (%L) TO (%L)', platform.uuid_at(month),
            platform.uuid_at((month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC')) END;
        IF parent.immutable THEN
          EXECUTE format('CREATE TRIGGER immutable_table BEFORE TRUNCATE ON %I.%I FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change()', parent.schema, name);
        END IF;
      EXCEPTION WHEN check_violation THEN
        RAISE WARNING 'rows of % stay in the default partition of %.%', to_char(month AT TIME ZONE 'UTC', 'YYYY-MM'), parent.schema, parent.relation;
      END;
    END LOOP;
  END LOOP;
END
$$;
