-- Of an application to strike out a case nothing changes but where it stands; its trail is history.
CREATE FUNCTION exclusions_only_ruled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - '{status,standing}'::text[] = to_jsonb(NEW) - '{status,standing}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an application can only be ruled on' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER exclusions_guard BEFORE UPDATE ON exclusions FOR EACH ROW EXECUTE FUNCTION exclusions_only_ruled();
--> statement-breakpoint
CREATE TRIGGER exclusions_kept BEFORE DELETE ON exclusions FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER exclusion_steps_append_only BEFORE UPDATE OR DELETE ON exclusion_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER period_amendments_append_only BEFORE UPDATE OR DELETE ON period_amendments FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- What a period froze stays as it is; rows come only while it is being closed.
CREATE TRIGGER period_cases_append_only BEFORE UPDATE OR DELETE ON period_cases FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER period_figures_append_only BEFORE UPDATE OR DELETE ON period_figures FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE FUNCTION period_is_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM assessment_periods p WHERE p.status <> 'closing' AND p.code IN (SELECT DISTINCT a.period FROM added a)
  ) THEN
    RAISE EXCEPTION 'the period is closed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER period_cases_while_closing AFTER INSERT ON period_cases REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION period_is_closing();
--> statement-breakpoint
CREATE TRIGGER period_figures_while_closing AFTER INSERT ON period_figures REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION period_is_closing();
--> statement-breakpoint
CREATE FUNCTION periods_only_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'closing' THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a closed period never changes' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER assessment_periods_guard BEFORE UPDATE ON assessment_periods FOR EACH ROW EXECUTE FUNCTION periods_only_closed();
--> statement-breakpoint
CREATE TRIGGER assessment_periods_kept BEFORE DELETE ON assessment_periods FOR EACH ROW EXECUTE FUNCTION refuse_change();
