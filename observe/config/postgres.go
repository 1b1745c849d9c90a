package config

import (
	"net"
	"net/url"
	"strconv"
)

// Postgres is a PostgreSQL database. Without Host none is used.
type Postgres struct {
	Host     string `env:"POSTGRES_HOST" doc:"PostgreSQL's address, for the documents and their index, which gateways that name the same database share; empty: they are kept in APP_DATA_DIR"`
	Port     int    `env:"POSTGRES_PORT" envDefault:"5432" min:"1" max:"65535" doc:"PostgreSQL's port"`
	DB       string `env:"POSTGRES_DB" envDefault:"akshara" doc:"The database, which has to be there; its tables are made"`
	User     string `env:"POSTGRES_USER" envDefault:"akshara" doc:"The role to log in as"`
	Password Secret `env:"POSTGRES_PASSWORD" doc:"The role's password, if it has one"`
	SSLMode  string `env:"POSTGRES_SSLMODE" envDefault:"prefer" oneof:"disable,allow,prefer,require,verify-ca,verify-full" doc:"Whether the connection is encrypted and the server's certificate checked, as libpq names it"`
}

// URL gives the address that PostgreSQL's drivers take. It holds the password.
func (p *Postgres) URL() string {
	u := url.URL{
		Scheme: "postgres", Host: net.JoinHostPort(p.Host, strconv.Itoa(p.Port)), Path: "/" + p.DB,
		User: url.User(p.User), RawQuery: url.Values{"sslmode": {p.SSLMode}}.Encode(),
	}
	if p.Password.IsSet() {
		u.User = url.UserPassword(p.User, p.Password.Reveal())
	}
	return u.String()
}
