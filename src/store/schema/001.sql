-- Ids that were reserved; the next to give out after a crash.
CREATE TABLE ids (
  kind INTEGER PRIMARY KEY,
  next INTEGER NOT NULL
);

CREATE TABLE shares (
  id INTEGER PRIMARY KEY,
  path BLOB NOT NULL UNIQUE,
  include_private INTEGER NOT NULL,
  added INTEGER NOT NULL
);

CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  share INTEGER NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
  path BLOB NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  dev INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  sha1 BLOB,
  tth BLOB,
  hashed_at INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  sent INTEGER NOT NULL
);
CREATE INDEX files_by_share ON files (share);

-- A row of the tiger tree of each file, apart because it is read only when somebody asks for it.
CREATE TABLE trees (
  file INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
  nodes BLOB NOT NULL
);

CREATE TABLE downloads (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  size INTEGER,
  sha1 BLOB,
  tth BLOB,
  state INTEGER NOT NULL,
  reason_code TEXT,
  part BLOB,
  path BLOB,
  verified TEXT,
  received TEXT,
  tree BLOB,
  added INTEGER NOT NULL,
  finished INTEGER NOT NULL,
  priority INTEGER NOT NULL
);

CREATE TABLE sources (
  download INTEGER NOT NULL REFERENCES downloads (id) ON DELETE CASCADE,
  address TEXT,
  guid BLOB,
  proxies TEXT,
  flags INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
);
CREATE INDEX sources_by_download ON sources (download);

CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha1 BLOB NOT NULL,
  tth BLOB,
  path BLOB,
  finished INTEGER NOT NULL
);
CREATE INDEX history_by_time ON history (finished);
CREATE VIRTUAL TABLE history_words USING fts5 (name, content='history', content_rowid='id',
                                               tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER history_added AFTER INSERT ON history BEGIN
  INSERT INTO history_words (rowid, name) VALUES (new.id, new.name);
END;
CREATE TRIGGER history_removed AFTER DELETE ON history BEGIN
  INSERT INTO history_words (history_words, rowid, name) VALUES ('delete', old.id, old.name);
END;

CREATE TABLE hosts (
  endpoint TEXT NOT NULL,
  kind INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (endpoint, kind)
) WITHOUT ROWID;
