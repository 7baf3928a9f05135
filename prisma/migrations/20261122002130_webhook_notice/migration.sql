-- What an organization is told when the platform stops sending to one of its webhook endpoints.
INSERT INTO notifications.templates (key, version, category, title, body) VALUES
  ('webhook-endpoint-disabled', 1, 'ORGANIZATION', 'A webhook endpoint was disabled',
   'Nothing is sent to one of your organization''s webhook endpoints any more ({{reason}}). What happens meanwhile waits for it: enable it again when it is well.');
