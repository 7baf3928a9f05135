-- A notification is written in the scope of the user it is for, its event belongs to an organization besides: a scope of
-- a user has no organization, so that the event is let through by its user.
CREATE POLICY own_user ON notifications.outbox FOR INSERT TO gpuaas_notifications
  WITH CHECK (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
