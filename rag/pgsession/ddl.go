package pgsession

// This file is the one place of SQL text: what defines the table.

// migrationTable says which of the migrations are done.
const migrationTable = "akshara_session_migrations"

// migrations bring the schema from each version to the next. What was released
// is never changed: a new version is added. A row is written often and read by its
// key alone: pages are left half empty, so that a new version of a row finds room
// beside the old one.
var migrations = [][]string{
	{
		`CREATE TABLE akshara_sessions (
			key     uuid PRIMARY KEY,
			version bigint NOT NULL,
			data    bytea NOT NULL,
			ends    timestamptz NOT NULL,
			writer  uuid NOT NULL,
			holder  uuid,
			held    timestamptz
		) WITH (fillfactor = 50)`,
		`CREATE INDEX akshara_sessions_ends ON akshara_sessions (ends)`,
	},
}
