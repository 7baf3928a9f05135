-- Which of the changes that somebody made to an endpoint it is after: two who edit the same one do not undo each other.
ALTER TABLE "notifications"."webhook_endpoints" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

ALTER TABLE notifications.webhook_endpoints ADD CHECK (version > 0);
GRANT UPDATE (version) ON notifications.webhook_endpoints TO gpuaas_notifications;
