-- What an article said, and which complaint was answered with it, is history as events are: nothing may edit or remove it.
CREATE TRIGGER article_versions_append_only BEFORE UPDATE OR DELETE ON article_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER citations_append_only BEFORE UPDATE OR DELETE ON citations FOR EACH ROW EXECUTE FUNCTION refuse_change();
