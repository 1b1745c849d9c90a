package pgcatalog

// This file is the one place of SQL text: what defines the table.

// migrationTable says which of the migrations are done.
const migrationTable = "akshara_catalog_migrations"

// migrations bring the schema from each version to the next. What was released
// is never changed: a new version is added. Tenants and documents are found by
// keys of 128 bits (see pgkit.KeyOf), so that their names may be of any length.
var migrations = [][]string{
	{
		`CREATE TABLE akshara_documents (
			tenant       uuid NOT NULL,
			key          uuid NOT NULL,
			id           bytea NOT NULL,
			created      bigint NOT NULL,
			created_nano int NOT NULL,
			entry        bytea NOT NULL,
			body         bytea NOT NULL,
			PRIMARY KEY (tenant, key)
		)`,
		`CREATE INDEX akshara_documents_created ON akshara_documents (tenant, created DESC, created_nano DESC)`,
	},
}
