-- Where orders that are merged were before, by the newest event that says so.
UPDATE orders o SET before = (
  SELECT e.from_status FROM events e WHERE e.order_id = o.id AND e.action = 'merge' ORDER BY e.id DESC LIMIT 1)
WHERE o.status = 'merged';
--> statement-breakpoint
-- The clocks of what is open are looked at once; they then say themselves when to look again.
UPDATE orders SET next_look = dispatched_at WHERE status IN ('dispatched', 'signed', 'contacted');
