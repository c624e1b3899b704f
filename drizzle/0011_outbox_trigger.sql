-- Every event that somebody has asked for stands in the outbox when its transaction commits, whoever wrote it. Once a statement,
-- and nothing but a glance at a table of a few rows where there is no webhook.
CREATE FUNCTION fill_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM webhooks WHERE active) THEN RETURN NULL; END IF;
  INSERT INTO outbox (webhook_id, event_id, complaint_id, snapshot, status, attempts, queued_at, next_at)
  SELECT w.id, e.id, e.complaint_id,
    CASE WHEN o.id IS NOT NULL THEN jsonb_build_object(
      'unit', o.unit, 'signDueAt', o.sign_due_at, 'contactDueAt', o.contact_due_at, 'dueAt', o.due_at) END,
    'pending', 0, e.at, e.at
  FROM added e
  JOIN complaints c ON c.id = e.complaint_id
  LEFT JOIN orders o ON o.id = e.order_id
  LEFT JOIN units u ON u.code = o.unit
  JOIN webhooks w ON w.active AND (w.actions IS NULL OR e.action = ANY (w.actions))
    AND CASE w.scope
      WHEN 'all' THEN true
      WHEN 'unit' THEN w.unit IN (o.unit, u.parent)
      WHEN 'filed' THEN w.token_id = c.filed_by
    END
  ORDER BY e.id, w.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER events_fill_outbox AFTER INSERT ON events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fill_outbox();
