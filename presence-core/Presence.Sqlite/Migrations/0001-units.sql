-- Units, their pairs, the outbox of effects, sequence blocks, owners and secrets. Times are Unix milliseconds; addresses are keys, domain first.
CREATE TABLE owner (
    node  TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE unit (
    id       INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    version  INTEGER NOT NULL,
    epoch    INTEGER NOT NULL,
    decision BLOB NOT NULL
) STRICT;

CREATE TABLE pair (
    unit     INTEGER NOT NULL REFERENCES unit (id),
    watcher  TEXT NOT NULL,
    due      INTEGER,
    live     INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (unit, watcher)
) STRICT;

CREATE INDEX pair_due ON pair (due) WHERE due IS NOT NULL;
CREATE INDEX pair_live ON pair (unit) WHERE live = 1;

CREATE TABLE effect (
    unit     INTEGER NOT NULL REFERENCES unit (id),
    version  INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (unit, version, place)
) STRICT;

-- By keys, not by row: a leg takes its numbers before its unit is first committed.
CREATE TABLE sequence (
    unit    TEXT NOT NULL,
    watcher TEXT NOT NULL,
    leg     TEXT NOT NULL,
    next    INTEGER NOT NULL,
    PRIMARY KEY (unit, watcher, leg)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
