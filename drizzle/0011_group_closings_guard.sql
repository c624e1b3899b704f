-- Who closed a group alarm, when and why is history: nothing may edit or remove it.
CREATE TRIGGER group_closings_append_only BEFORE UPDATE OR DELETE ON group_closings FOR EACH ROW EXECUTE FUNCTION refuse_change();
