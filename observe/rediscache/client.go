package rediscache

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
)

// ClientOptions says which Redis to speak to.
type ClientOptions struct {
	// Addrs are host:port of the server, of some nodes of the cluster, or of
	// the Sentinels; at least one.
	Addrs []string
	// Cluster says that the servers are a Redis Cluster.
	Cluster bool
	// MasterName is what the Sentinels call the master; Addrs are then theirs.
	MasterName string

	// Username is the ACL user, empty for the default one.
	Username string
	Password config.Secret
	// SentinelUsername and SentinelPassword are for the Sentinels, if they want any.
	SentinelUsername string
	SentinelPassword config.Secret
	// DB is the number of the database; a cluster has but 0.
	DB int

	// TLS is how to encrypt, and whom to trust: see [TLSConfig]. Nil means not at all.
	TLS *tls.Config

	// PoolSize is how many connections may be open to each server; 0 means ten
	// for each processor.
	PoolSize int
}

// Limits of the clients that NewClient makes. A call ends with its context;
// these bound what goes on behind it.
const (
	dialTimeout = time.Second
	ioTimeout   = time.Second
	maxCABytes  = 1 << 20
)

// NewClient makes a client that suits [New]: calls end with their context, a
// broken connection is replaced at once, and nothing retries for long. It opens
// no connection yet. The caller closes it. Options that contradict each other
// are a [fault.InvalidRequest].
func NewClient(opts ClientOptions) (redis.UniversalClient, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	return redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs:            opts.Addrs,
		IsClusterMode:    opts.Cluster,
		MasterName:       opts.MasterName,
		Username:         opts.Username,
		Password:         opts.Password.Reveal(),
		SentinelUsername: opts.SentinelUsername,
		SentinelPassword: opts.SentinelPassword.Reveal(),
		DB:               opts.DB,
		TLSConfig:        opts.TLS,
		PoolSize:         opts.PoolSize,

		ContextTimeoutEnabled: true,
		DialTimeout:           dialTimeout,
		DialerRetries:         1,
		ReadTimeout:           ioTimeout,
		WriteTimeout:          ioTimeout,
		PoolTimeout:           ioTimeout,
		MaxRetries:            2,
		MinRetryBackoff:       time.Millisecond,
		MaxRetryBackoff:       5 * time.Millisecond,
		FailingTimeoutSeconds: 1,
		PipelinePoolSize:      -1, // pipelines here are short: they share the connections

		// A user who may only cache may neither name the connection nor ask
		// for news of maintenance.
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}), nil
}

func (o *ClientOptions) check() error {
	invalid := func(sentence string) error { return fault.New(fault.InvalidRequest, sentence, nil) }
	switch {
	case len(o.Addrs) == 0:
		return invalid("Redis needs an address")
	case o.Cluster && o.MasterName != "":
		return invalid("Redis is either a cluster or watched by Sentinels, not both")
	case o.Cluster && o.DB != 0:
		return invalid("a Redis Cluster has no database but 0")
	case !o.Cluster && o.MasterName == "" && len(o.Addrs) > 1:
		return invalid("several addresses need a Redis Cluster or the name of a master")
	case o.DB < 0 || o.PoolSize < 0:
		return invalid("the database and the pool size of Redis must not be negative")
	}
	for _, addr := range o.Addrs {
		if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
			return fault.New(fault.InvalidRequest, "an address of Redis is not host:port", fault.Details{"address": addr})
		}
	}
	return nil
}

// TLSConfig makes a configuration for connections to Redis, TLS 1.2 or later.
// caFile holds the certificates in PEM of the authorities to trust; empty means
// the system's. serverName is the name that the servers' certificates must
// carry; empty means the host of the address that is dialled, which is what
// most want: a name is needed when addresses are numbers or when a cluster's
// nodes share one certificate.
func TLSConfig(caFile, serverName string) (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: serverName}
	if caFile == "" {
		return cfg, nil
	}
	pem, err := readBounded(caFile)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidRequest, "the file of certificate authorities for Redis cannot be read", fault.Details{"file": caFile})
	}
	cfg.RootCAs = x509.NewCertPool()
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fault.New(fault.InvalidRequest, "the file of certificate authorities for Redis holds no certificate in PEM", fault.Details{"file": caFile})
	}
	return cfg, nil
}

var errTooLarge = errors.New("rediscache: more than 1 MiB")

func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("rediscache: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxCABytes+1))
	if err == nil && len(b) > maxCABytes {
		err = errTooLarge
	}
	return b, err
}
