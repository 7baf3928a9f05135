-- Rights to change as narrow as the repositories that use them (R90): an update that no repository makes is refused,
-- whatever the code of a subgraph comes to run. A use case that needs more brings its own grant with its migration.

-- Nobody enables themselves again, raises a role, or moves a tenant's things through iam.
REVOKE UPDATE ON iam.users, iam.organizations, iam.departments, iam.projects, iam.organization_memberships,
  iam.project_memberships FROM gpuaas_iam;

-- A claim ends, and changes in nothing else.
REVOKE UPDATE ON compute.claims FROM gpuaas_compute;
GRANT UPDATE (released_at) ON compute.claims TO gpuaas_compute;

-- What runs in an environment changes, and whose it is does not.
REVOKE UPDATE ON app_platform.apps, app_platform.environments, app_platform.routes FROM gpuaas_app_platform;
GRANT UPDATE (current_release_id) ON app_platform.environments TO gpuaas_app_platform;

-- A grant ends, and names another subject never. Locking a bucket takes the right to change some column of it.
REVOKE UPDATE ON storage.buckets, storage.grants FROM gpuaas_storage;
GRANT UPDATE (name) ON storage.buckets TO gpuaas_storage;
GRANT UPDATE (revoked_at) ON storage.grants TO gpuaas_storage;

-- A place in a channel and the time of a reading change; whose they are does not.
REVOKE UPDATE ON notifications.channels, notifications.receipts FROM gpuaas_notifications;
GRANT UPDATE (last_sequence) ON notifications.channels TO gpuaas_notifications;
GRANT UPDATE (read_at) ON notifications.receipts TO gpuaas_notifications;
