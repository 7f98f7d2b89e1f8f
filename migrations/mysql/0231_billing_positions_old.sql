-- +goose NO TRANSACTION
-- +goose Up
INSERT IGNORE INTO billing_positions (subscription_id, track, anchor_day, bill_day, next_day, due_day, since_day, version)
  SELECT id, '', '', 0, '', '1970-01-02', '', 0 FROM subscriptions WHERE mode <> 'prepaid';
