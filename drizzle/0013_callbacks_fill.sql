-- Tasks that stand already keep their order: as of the reply, and due at once.
UPDATE callbacks SET rank_at = replied_at, next_at = replied_at;
