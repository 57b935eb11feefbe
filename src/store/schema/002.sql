-- When a download was cancelled, in unix seconds; 0: it is on the list. What is there of it is kept for a while.
ALTER TABLE downloads ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
