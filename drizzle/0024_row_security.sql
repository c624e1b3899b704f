-- The service works as jiesu_service, which changes no table and no rule; what a unit or a channel reads is read as jiesu_unit or
-- jiesu_channel, who see the rows of their unit or token and change nothing (docs/adr/032-row-security.md). Roles belong to the whole
-- server: they may be there already, from another database or because who migrates may not make any.
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['jiesu_service', 'jiesu_unit', 'jiesu_channel'] LOOP
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN CONTINUE; END IF;
    BEGIN
      -- Without inheriting: the policies of the narrow roles are not those of the service.
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
  IF NOT pg_has_role('jiesu_service', 'jiesu_unit', 'MEMBER') OR NOT pg_has_role('jiesu_service', 'jiesu_channel', 'MEMBER') THEN
    GRANT jiesu_unit, jiesu_channel TO jiesu_service;
  END IF;
  IF NOT pg_has_role('jiesu_service', 'MEMBER') THEN
    EXECUTE format('GRANT jiesu_service TO %I', current_user);
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE insufficient_privilege USING MESSAGE = format(
    '用户 %1$s 不能建角色；请管理员执行：create role jiesu_service noinherit; create role jiesu_unit; create role jiesu_channel; grant jiesu_unit, jiesu_channel to jiesu_service; grant jiesu_service to %1$I;（已有的略去）', current_user);
END $$;
--> statement-breakpoint
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO jiesu_service, jiesu_unit, jiesu_channel;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO jiesu_service;
--> statement-breakpoint
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO jiesu_service;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO jiesu_service;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO jiesu_service;
--> statement-breakpoint
-- Where migrations are recorded: the service looks whether there are any to run.
GRANT USAGE ON SCHEMA drizzle TO jiesu_service;
--> statement-breakpoint
GRANT SELECT ON drizzle.__drizzle_migrations TO jiesu_service;
--> statement-breakpoint
-- Rows that are only ever added: the triggers refuse any change, and here is no right to make one.
REVOKE UPDATE, DELETE ON events, callback_attempts, corrections, catalog_changes, complaint_links, article_versions, citations,
  group_closings, exclusion_steps, period_amendments, period_cases, period_figures, audit, audit_chain, audit_anchors FROM jiesu_service;
--> statement-breakpoint
REVOKE DELETE ON complaints, callers, orders, callbacks, attachments, exclusions, assessment_periods, group_alarms, group_members,
  data_keys, users, tokens FROM jiesu_service;
--> statement-breakpoint
-- Summed up anew from the start when the rules change.
GRANT TRUNCATE ON rollup_pending, rollup_state, rollup_lines, rollup_cells TO jiesu_service;
--> statement-breakpoint
-- Who reads for a unit or a channel: changes nothing; locks an order that it sees, and leaves its looks and exports in the audit.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO jiesu_unit, jiesu_channel;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO jiesu_unit, jiesu_channel;
--> statement-breakpoint
GRANT UPDATE (next_look) ON orders TO jiesu_unit, jiesu_channel;
--> statement-breakpoint
GRANT INSERT ON audit, audit_pending TO jiesu_unit, jiesu_channel;
--> statement-breakpoint
-- What opens the sealed callers and guards signing in, they need not read.
REVOKE SELECT ON data_keys, recovery_codes, login_attempts FROM jiesu_unit, jiesu_channel;
--> statement-breakpoint
-- How many a person has left, which he is told.
GRANT SELECT (user_id) ON recovery_codes TO jiesu_unit;
--> statement-breakpoint
ALTER TABLE complaints ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE callers ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE attachments ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY service_sees_all ON complaints TO jiesu_service USING (true);
--> statement-breakpoint
CREATE POLICY service_sees_all ON callers TO jiesu_service USING (true);
--> statement-breakpoint
CREATE POLICY service_sees_all ON orders TO jiesu_service USING (true);
--> statement-breakpoint
CREATE POLICY service_sees_all ON attachments TO jiesu_service USING (true);
--> statement-breakpoint
-- A unit: its orders and those of the units below it, and what they are about. The service says which units; unsaid, an error and not
-- an empty list. Read once a statement, therefore the inner select.
CREATE POLICY unit_sees_own ON orders TO jiesu_unit USING (unit = ANY ((SELECT current_setting('jiesu.units')::text[])::text[]));
--> statement-breakpoint
CREATE POLICY unit_sees_own ON complaints TO jiesu_unit USING (EXISTS (SELECT FROM orders o WHERE o.complaint_id = complaints.id));
--> statement-breakpoint
CREATE POLICY unit_sees_own ON callers TO jiesu_unit USING (EXISTS (SELECT FROM orders o WHERE o.complaint_id = callers.complaint_id));
--> statement-breakpoint
CREATE POLICY unit_sees_own ON attachments TO jiesu_unit USING (CASE WHEN order_id IS NULL
  THEN EXISTS (SELECT FROM orders o WHERE o.complaint_id = attachments.complaint_id)
  ELSE unit = ANY ((SELECT current_setting('jiesu.units')::text[])::text[]) END);
--> statement-breakpoint
-- A channel: what it filed.
CREATE POLICY channel_sees_filed ON complaints TO jiesu_channel USING (filed_by = current_setting('jiesu.token')::bigint);
--> statement-breakpoint
CREATE POLICY channel_sees_filed ON callers TO jiesu_channel USING (EXISTS (SELECT FROM complaints c WHERE c.id = callers.complaint_id));
--> statement-breakpoint
CREATE POLICY channel_sees_filed ON orders TO jiesu_channel USING (EXISTS (SELECT FROM complaints c WHERE c.id = orders.complaint_id));
--> statement-breakpoint
CREATE POLICY channel_sees_filed ON attachments TO jiesu_channel USING (order_id IS NULL AND EXISTS (SELECT FROM complaints c WHERE c.id = attachments.complaint_id));
--> statement-breakpoint
-- PostgreSQL hides its statistics of a table with policies from those who are held by them: how common words are is asked of the owner.
CREATE FUNCTION word_shares() RETURNS TABLE (word text, share real) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT common.word, common.share FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common(word, share)
  WHERE schemaname = 'public' AND tablename = 'complaints' AND attname = 'words' AND common.word IS NOT NULL
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION word_shares() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION word_shares() TO jiesu_service;
