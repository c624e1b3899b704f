-- Changes of the catalog are history as events are: nothing may edit or remove them.
CREATE TRIGGER catalog_changes_append_only BEFORE UPDATE OR DELETE ON catalog_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
