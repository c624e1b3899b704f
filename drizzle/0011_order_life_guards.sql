-- Where orders that are merged were before, by the newest event that says so.
UPDATE orders o SET before = (
  SELECT e.from_status FROM events e WHERE e.order_id = o.id AND e.action = 'merge' ORDER BY e.id DESC LIMIT 1)
WHERE o.status = 'merged';
--> statement-breakpoint
-- The clocks of what is open are looked at once; they then say themselves when to look again.
UPDATE orders SET next_look = dispatched_at WHERE status IN ('dispatched', 'signed', 'contacted');
--> statement-breakpoint
-- What an article said, and which complaint was answered with it, is history as events are: nothing may edit or remove it.
CREATE TRIGGER article_versions_append_only BEFORE UPDATE OR DELETE ON article_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER citations_append_only BEFORE UPDATE OR DELETE ON citations FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- An attachment is history: it may be withdrawn, once; nothing else of it may change, and it is never removed.
CREATE FUNCTION attachments_only_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
    AND to_jsonb(OLD) - '{withdrawn_at,withdrawn_by,withdrawn_reason}'::text[]
      = to_jsonb(NEW) - '{withdrawn_at,withdrawn_by,withdrawn_reason}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an attachment can only be withdrawn, once' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER attachments_guard BEFORE UPDATE ON attachments FOR EACH ROW EXECUTE FUNCTION attachments_only_withdrawn();
--> statement-breakpoint
CREATE TRIGGER attachments_kept BEFORE DELETE ON attachments FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Who closed a group alarm, when and why is history: nothing may edit or remove it.
CREATE TRIGGER group_closings_append_only BEFORE UPDATE OR DELETE ON group_closings FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
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
