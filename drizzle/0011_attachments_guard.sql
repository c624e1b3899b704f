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
