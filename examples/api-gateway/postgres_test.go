package main

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/observe/pgtest"
)

// inDatabase gives the environment of a gateway in a database of its own.
func inDatabase(t *testing.T) map[string]string {
	t.Helper()
	database := pgtest.New()
	t.Cleanup(database.Close)
	cfg, err := pgx.ParseConfig(database.Database(t))
	require.NoError(t, err)
	return map[string]string{
		"APP_SAMPLE_CORPUS": "false", "POSTGRES_HOST": cfg.Host, "POSTGRES_PORT": strconv.Itoa(int(cfg.Port)),
		"POSTGRES_DB": cfg.Database, "POSTGRES_USER": cfg.User, "POSTGRES_PASSWORD": cfg.Password, "POSTGRES_SSLMODE": "disable",
	}
}

// Naming a database is all it takes to keep the index in it.
func TestTheIndexIsKeptInPostgreSQL(t *testing.T) {
	pgtest.NeedsPgvector(t)
	env := inDatabase(t)
	dir := t.TempDir()
	s := start(t, dir, env)
	doc := s.add("taj.txt", "ताजमहल आगरा में यमुना नदी के किनारे है।")
	require.Equal(t, []string{doc.DocumentID}, s.search("ताजमहल कहाँ है"))
	var h struct {
		Status string
		Checks map[string]struct{ Status string }
	}
	_, body := s.Call("GET", "/health", nil)
	require.NoError(t, json.Unmarshal(body, &h))
	require.Equal(t, "healthy", h.Checks["postgres"].Status)
	require.Equal(t, "healthy", h.Checks["vectors"].Status)
	require.NoDirExists(t, dir+"/index")
	require.NoDirExists(t, dir+"/documents")
	s.Stop()

	s = start(t, dir, env)
	require.Equal(t, []string{doc.DocumentID}, s.search("taj mahal"))
	require.Equal(t, "ताजमहल", s.suggest("tajm", "")[0].Text)
	s.remove(doc.DocumentID)
	require.Empty(t, s.search("ताजमहल"))
	require.NotContains(t, s.Logs.String(), env["POSTGRES_PASSWORD"])
}

// Gateways that name one database are one service: what either takes in both
// have, and a start takes nothing from the others.
func TestGatewaysShareADatabase(t *testing.T) {
	pgtest.NeedsPgvector(t)
	env := inDatabase(t)
	a := start(t, t.TempDir(), env)
	taj := a.add("taj.txt", "ताजमहल आगरा में यमुना नदी के किनारे है।").DocumentID
	b := start(t, t.TempDir(), env)
	lotus := b.add("lotus.txt", "कमल भारत का राष्ट्रीय पुष्प है।").DocumentID

	dir := t.TempDir()
	for range 2 { // a new gateway, and one that was there before
		c := start(t, dir, env)
		for _, s := range []*server{a, b, c} {
			require.Equal(t, []string{taj}, s.search("ताजमहल"))
			require.Equal(t, []string{lotus}, s.search("पुष्प"))
			require.Contains(t, s.document(taj).Text, "यमुना")
		}
		c.Stop()
	}
	b.remove(taj)
	c := start(t, dir, env)
	for _, s := range []*server{a, b, c} {
		require.Empty(t, s.search("ताजमहल"))
		code, _ := s.Call("GET", "/api/v1/documents/"+taj, nil)
		require.Equal(t, 404, code)
	}
}

func TestADatabaseThatIsNotThereEndsTheStart(t *testing.T) {
	environment(t, t.TempDir(), map[string]string{"POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": "1", "POSTGRES_PASSWORD": "s3cret!"})
	logs := &programtest.Buffer{}
	err := run(context.Background(), &programtest.Buffer{}, logs, nil)
	require.ErrorContains(t, err, "SERVICE_UNAVAILABLE")
	require.NotContains(t, err.Error()+logs.String(), "s3cret")
}
