-- Nobody enables themselves again, and no member gives a suspended organization back: whether a user or an organization
-- may act is changed only in a transaction that names it as operated on, whatever else its scope opens.
DROP POLICY self ON iam.users;
CREATE POLICY self ON iam.users FOR SELECT TO gpuaas_iam USING (id = nullif(current_setting('app.user_id', true), '')::uuid);
CREATE POLICY self_insert ON iam.users FOR INSERT TO gpuaas_iam
  WITH CHECK (id = nullif(current_setting('app.user_id', true), '')::uuid);
CREATE POLICY operated ON iam.users FOR UPDATE TO gpuaas_iam
  USING (id = nullif(current_setting('app.operated', true), '')::uuid);

DROP POLICY tenant ON iam.organizations;
CREATE POLICY tenant ON iam.organizations FOR SELECT TO gpuaas_iam
  USING (id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
CREATE POLICY tenant_insert ON iam.organizations FOR INSERT TO gpuaas_iam
  WITH CHECK (id = any (nullif(current_setting('app.org_ids', true), '')::uuid[]));
CREATE POLICY operated ON iam.organizations FOR UPDATE TO gpuaas_iam
  USING (id = nullif(current_setting('app.operated', true), '')::uuid);
