-- Links are history as events are: nothing may edit or remove them. A link is undone by a row that says so.
CREATE TRIGGER complaint_links_append_only BEFORE UPDATE OR DELETE ON complaint_links FOR EACH ROW EXECUTE FUNCTION refuse_change();
