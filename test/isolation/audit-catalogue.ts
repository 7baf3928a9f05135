/**
 * Who may do what with the sealed audit log: a row for each right that a service has there (R80). What is not here is a
 * finding. The marks alone are ever deleted: they say nothing of the row but that it waits.
 */
const RIGHTS = `(values
  ('entries', 'gpuaas_sealer', 'SELECT'), ('entries', 'gpuaas_sealer', 'INSERT'),
  ('checkpoints', 'gpuaas_sealer', 'SELECT'), ('checkpoints', 'gpuaas_sealer', 'INSERT'),
  ('unsealed', 'gpuaas_sealer', 'SELECT'), ('unsealed', 'gpuaas_sealer', 'DELETE'),
  ('entries', 'gpuaas_iam', 'SELECT'), ('checkpoints', 'gpuaas_iam', 'SELECT')) as known (relation, role, verb)`

/** Who may call which function of the schema. */
const CALLERS = `(values
  ('record_denials', 'gpuaas_access'), ('take', 'gpuaas_sealer'), ('in_scope', 'gpuaas_iam'), ('waiting', 'gpuaas_iam'),
  ('sources_of', 'gpuaas_iam'), ('never_sealed', 'gpuaas_iam')) as known (function, role)`

/** Tables that keep audit rows, with the function that refuses a change of their rows. */
const KEPT = `
  select c.oid, n.nspname || '.' || c.relname as title, n.nspname as schema, c.relname as name,
         case when c.relname = 'denials' then 'audit.refuse_denial_change' else 'platform.refuse_change' end as refusal
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition
    and (c.relname = 'audit_log' or (n.nspname = 'audit' and c.relname <> 'unsealed'))`

/** A trigger of a table that always fires: enabled, without condition, for every column. `type`: pg_trigger.h. */
const fires = (type: number, called: string): string => `exists (select from pg_trigger g
  where g.tgrelid = k.oid and g.tgtype = ${String(type)} and g.tgenabled in ('O', 'A') and g.tgqual is null and g.tgattr = ''
    and g.tgfoid = to_regproc(${called}))`

const EACH_CHANGED_ROW = 1 + 2 + 8 + 16 // row, before, delete, update
const TRUNCATED_TABLE = 2 + 32 // before, truncate
const EACH_NEW_ROW = 1 + 4 // row, (after), insert

/** The rules of the audit log, in the form of those of the catalogue, whose tables they use. */
export const AUDIT_RULES = {
  auditRights: `select 'audit.' || held.relation || ': ' || held.role || ' may ' || held.verb from (
           select c.relname as relation, r.name as role, v.verb from pg_class c cross join logins r
           cross join unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) as v (verb)
           where c.relnamespace = to_regnamespace('audit') and c.relkind in ('r', 'p', 'v', 'm') and has_any_column_privilege(r.oid, c.oid, v.verb)
           union all
           select c.relname, r.name, v.verb from pg_class c cross join logins r
           cross join unnest('{DELETE,TRUNCATE,TRIGGER}'::text[]) as v (verb)
           where c.relnamespace = to_regnamespace('audit') and c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege(r.oid, c.oid, v.verb)
         ) held
         where (held.relation, held.role, held.verb) not in (select relation, role, verb from ${RIGHTS})`,

  auditDuties: `select 'audit.' || relation || ': ' || role || ' may not ' || verb from ${RIGHTS}
         where not case when verb = 'SELECT' then has_any_column_privilege(role, 'audit.' || relation, verb)
           else has_table_privilege(role, 'audit.' || relation, verb) end`,

  auditCallers: `select p.oid::regprocedure || ': ' || r.name || ' may call it' from pg_proc p cross join logins r
         where p.pronamespace = to_regnamespace('audit') and has_function_privilege(r.oid, p.oid, 'EXECUTE')
           and (p.proname::text, r.name::text) not in (select function, role from ${CALLERS})`,

  auditCalled: `select 'audit.' || function || ': ' || role || ' may not call it' from ${CALLERS}
         where not exists (select from pg_proc p where p.pronamespace = to_regnamespace('audit') and p.proname = function
           and has_function_privilege(role, p.oid, 'EXECUTE'))`,

  auditDefiners: `select p.oid::regprocedure || ': runs with a search_path of its caller''s' from pg_proc p
         where p.pronamespace = to_regnamespace('audit') and p.prorettype <> 'trigger'::regtype
           and not exists (select from unnest(p.proconfig) c where c = 'search_path=pg_catalog, pg_temp')`,

  auditSecured: `select 'audit.' || c.relname || ': row-level security is not enabled' from pg_class c
         where c.relnamespace = to_regnamespace('audit') and c.relkind in ('r', 'p') and not c.relrowsecurity`,

  auditPolicies: `select p.polrelid::regclass || ': policy ' || p.polname || ' lets others than the sealer past their scope' from pg_policy p
         join pg_class c on c.oid = p.polrelid
         where c.relnamespace = to_regnamespace('audit') and p.polroles <> array[to_regrole('gpuaas_sealer')]::oid[]
           and (p.polcmd <> 'r' or pg_get_expr(p.polqual, p.polrelid) not like '%app.org_ids%')`,

  auditKept: `select k.title || ': its rows can be changed by who owns it' from (${KEPT}) k
         where not ${fires(EACH_CHANGED_ROW, 'k.refusal')} or not ${fires(TRUNCATED_TABLE, `'platform.refuse_change'`)}`,

  auditMarked: `select k.title || ': its rows are not sealed' from (${KEPT}) k
         where (k.name = 'audit_log' and not (${fires(EACH_NEW_ROW, `'audit.mark_unsealed'`)}
             and exists (select from pg_rewrite w join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
               where w.ev_class = to_regclass('audit.sources') and d.refobjid = k.oid)))
           or (k.title = 'audit.denials' and not ${fires(EACH_NEW_ROW, `'audit.mark_denial'`)})`,
} as const satisfies Readonly<Record<string, string>>
