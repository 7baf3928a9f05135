-- Retention: what is older than a bound is removed, in transactions that name the bound. Nothing else sees or removes
-- what is not its own, and no such transaction sees what is younger. A channel says up to where it was removed.
CREATE INDEX receipts_notification_id_idx ON notifications.receipts (notification_id);

GRANT DELETE ON notifications.notifications, notifications.receipts TO gpuaas_notifications;
GRANT UPDATE (removed_through) ON notifications.channels TO gpuaas_notifications;

CREATE POLICY expired_seen ON notifications.notifications FOR SELECT TO gpuaas_notifications
  USING (id < nullif(current_setting('app.expired_before', true), '')::uuid);
CREATE POLICY expired ON notifications.notifications FOR DELETE TO gpuaas_notifications
  USING (id < nullif(current_setting('app.expired_before', true), '')::uuid);
CREATE POLICY expired_seen ON notifications.receipts FOR SELECT TO gpuaas_notifications
  USING (notification_id < nullif(current_setting('app.expired_before', true), '')::uuid);
CREATE POLICY expired ON notifications.receipts FOR DELETE TO gpuaas_notifications
  USING (notification_id < nullif(current_setting('app.expired_before', true), '')::uuid);
CREATE POLICY expired_seen ON notifications.channels FOR SELECT TO gpuaas_notifications
  USING (nullif(current_setting('app.expired_before', true), '') IS NOT NULL);
CREATE POLICY expired_counts ON notifications.channels FOR UPDATE TO gpuaas_notifications
  USING (nullif(current_setting('app.expired_before', true), '') IS NOT NULL);
