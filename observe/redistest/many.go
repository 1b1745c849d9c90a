package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/akshara-go/akshara/observe/internal/localserver"
)

// Cluster starts three masters, each with a replica. A master that is killed is
// replaced within about three seconds.
func Cluster(tb testing.TB) *Deployment {
	tb.Helper()
	needs(tb)
	ca := newAuthority(tb)
	d := &Deployment{CAFile: ca.file}
	for range 6 {
		s := newServer(tb, ca, "--cluster-enabled", "yes", "--tls-cluster", "yes", "--cluster-node-timeout", "2000",
			"--cluster-require-full-coverage", "no", "--cluster-config-file", "nodes.conf")
		s.launch()
		d.Nodes = append(d.Nodes, s)
		d.Addrs = append(d.Addrs, s.Addr)
	}
	for _, s := range d.Nodes {
		s.await("answer", func() bool { out, err := s.cli("PING"); return err == nil && strings.HasPrefix(out, "PONG") })
	}
	create := append([]string{"--cluster", "create"}, d.Addrs...)
	if out, err := d.Nodes[0].cli(append(create, "--cluster-replicas", "1", "--cluster-yes")...); err != nil {
		tb.Fatalf("redistest: the cluster cannot be made: %v\n%s", err, out)
	}
	for _, s := range d.Nodes {
		s.await("join the cluster", func() bool {
			state, _ := s.cli("CLUSTER", "INFO")
			replication, _ := s.cli("INFO", "replication")
			nodes, _ := s.cli("CLUSTER", "NODES")
			return strings.Count(nodes, "slave") == 3 && strings.Contains(state, "cluster_state:ok") && strings.Contains(state, "cluster_known_nodes:6") &&
				(strings.Contains(replication, "role:master") || strings.Contains(replication, "master_link_status:up"))
		})
	}
	return d
}

// Sentinel starts a master, a replica and three Sentinels that watch them. A
// master that is killed is replaced within about five seconds.
func Sentinel(tb testing.TB) *Deployment {
	tb.Helper()
	needs(tb)
	ca := newAuthority(tb)
	master := newServer(tb, ca)
	replica := newServer(tb, ca, "--replicaof", "127.0.0.1", strconv.Itoa(master.port))
	master.Start()
	replica.Start()
	replica.await("follow its master", func() bool {
		out, _ := replica.cli("INFO", "replication")
		return strings.Contains(out, "master_link_status:up")
	})
	d := &Deployment{Nodes: []*Server{master, replica}, CAFile: ca.file}
	sentinels := make([]*Server, 3)
	for i := range sentinels {
		sentinels[i] = newSentinel(tb, ca, master)
		sentinels[i].launch()
		d.Addrs = append(d.Addrs, sentinels[i].Addr)
	}
	for _, s := range sentinels {
		s.await("find the others", func() bool {
			out, _ := s.cli("SENTINEL", "MASTER", MasterName)
			fields := strings.Fields(out)
			return field(fields, "num-slaves") == "1" && field(fields, "num-other-sentinels") == "2" && field(fields, "flags") == "master"
		})
	}
	return d
}

// field gives what follows name among the lines of a reply.
func field(lines []string, name string) string {
	for i, line := range lines {
		if line == name && i+1 < len(lines) {
			return lines[i+1]
		}
	}
	return ""
}

// newSentinel prepares a Sentinel that watches master.
func newSentinel(tb testing.TB, ca *authority, master *Server) *Server {
	tb.Helper()
	dir := tb.TempDir()
	port := localserver.FreePort(tb)
	file := filepath.Join(dir, "sentinel.conf") // a Sentinel writes to its configuration
	conf := fmt.Sprintf(`bind 127.0.0.1
port 0
tls-port %d
tls-auth-clients no
tls-replication yes
tls-cert-file %s
tls-key-file %s
tls-ca-cert-file %s
dir %s
user default off
user %s on >%s ~* &* +@all
sentinel sentinel-user %s
sentinel sentinel-pass %s
sentinel monitor %s 127.0.0.1 %d 2
sentinel auth-user %s %s
sentinel auth-pass %s %s
sentinel down-after-milliseconds %s 1000
sentinel failover-timeout %s 5000
`, port, ca.certFile, ca.keyFile, ca.file, dir, admin, adminPassword, admin, adminPassword,
		MasterName, master.port, MasterName, admin, MasterName, adminPassword, MasterName, MasterName)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		tb.Fatal(err)
	}
	s := &Server{Addr: "127.0.0.1:" + strconv.Itoa(port), tb: tb, caFile: ca.file, port: port, args: []string{file, "--sentinel"}}
	tb.Cleanup(s.Kill)
	return s
}
