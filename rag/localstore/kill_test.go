package localstore

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// childDir names the environment variable that makes the test binary the
// process to be killed: it holds the store's directory and the round.
const childDir = "LOCALSTORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if arg := os.Getenv(childDir); arg != "" {
		round, dir, _ := strings.Cut(arg, ":")
		if err := ingest(dir, round); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// ingest writes until it is killed, from three goroutines, and prints what is
// acknowledged: "+ document" when its three records are, "- document" when its
// deletion is. "? document" goes before a deletion: its outcome is unknown.
func ingest(dir, round string) error {
	s, err := Open(dir, nil)
	if err != nil {
		return err
	}
	s.logLimit.Store(256 << 10) // so that rewritings are interrupted too
	fmt.Println("ready")
	failed := make(chan error, 3)
	for w := range 3 {
		go func() {
			for i := 0; ; i++ {
				doc := fmt.Sprintf("%s-%d-%d", round, w, i)
				recs := []rag.Record{record("t", doc, 0), record("t", doc, 1), record("t", doc, 2)}
				for j := range recs {
					recs[j].Chunk.Text += strings.Repeat(" and more", 100)
				}
				if err := s.Upsert(ctx, recs); err != nil {
					failed <- err
				}
				fmt.Println("+", doc)
				if i%3 > 0 {
					fmt.Println("?", doc)
					if err := s.Delete(ctx, rag.Selector{Tenant: "t", Documents: []string{doc}}); err != nil {
						failed <- err
					}
					fmt.Println("-", doc)
				}
			}
		}()
	}
	return <-failed
}

func TestKillLosesNothingAcknowledged(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	dir := t.TempDir()
	state := map[string]string{} // by document, the last word on it
	torn, compacted := 0, uint64(0)
	for round := range rounds {
		killOne(t, dir, round, state)
		s, err := Open(dir, nil)
		require.NoError(t, err, "round %d", round)
		if s.torn > 0 {
			torn++
		}
		compacted = activeLog(s).gen
		holdsAcknowledged(t, s, state)
		require.NoError(t, s.Close())
	}
	t.Logf("%d rounds, %d documents, %d torn tails, %d logs made segments", rounds, len(state), torn, compacted-1)
}

// killOne runs a child for a random time and notes what it said.
func killOne(t *testing.T, dir string, round int, state map[string]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+strconv.Itoa(round)+":"+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var timer *time.Timer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		word, doc, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "ready":
			timer = time.AfterFunc(time.Duration(rand.IntN(150))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		case "+", "-", "?":
			state[doc] = word
		default:
			t.Errorf("round %d: the child said %q", round, lines.Text())
		}
	}
	_ = cmd.Wait()
	if timer == nil {
		t.Fatalf("round %d: the child never opened the store", round)
	}
	timer.Stop()
}

// holdsAcknowledged demands that every document is there whole or gone, as was last said of it.
func holdsAcknowledged(t *testing.T, s *Store, state map[string]string) {
	t.Helper()
	counts := map[string]int{}
	view := s.lookup("t").view()
	defer view.release()
	for _, p := range view.parts {
		for slot := range uint32(p.len()) {
			if p.alive(slot, view.version) {
				counts[string(p.docs.at(p.factDocs[p.facts[slot]]))]++
			}
		}
	}
	for doc, said := range state {
		n := counts[doc]
		switch said {
		case "+":
			require.Equal(t, 3, n, "%s was acknowledged", doc)
		case "-":
			require.Zero(t, n, "%s was deleted", doc)
		}
	}
	for doc, n := range counts {
		require.Equal(t, 3, n, "%s is there in part", doc)
	}
	require.Len(t, search(t, s, "t", "all"), min(10000, 3*len(counts)), "texts can be read")
	require.Len(t, complete(t, s, "t", "own "), 3*len(counts), "forms are those of the documents")
}

// activeLog gives the log that changes go to now; the background may begin another.
func activeLog(s *Store) *dataFile {
	s.writer.lock()
	defer s.writer.give()
	return s.active
}
