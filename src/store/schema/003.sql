-- How fast a download may be, in bytes a second; 0: as fast as all of them.
ALTER TABLE downloads ADD COLUMN speed_limit INTEGER NOT NULL DEFAULT 0;
