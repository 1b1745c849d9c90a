package config

// Langfuse is where the traces of answers are shown. Without a host nothing is sent there.
type Langfuse struct {
	Host      string `env:"LANGFUSE_HOST" format:"url" doc:"The address of a Langfuse server, such as https://cloud.langfuse.com; empty: nothing is sent there"`
	PublicKey string `env:"LANGFUSE_PUBLIC_KEY" doc:"The public key of a project there"`
	SecretKey Secret `env:"LANGFUSE_SECRET_KEY" doc:"The project's secret key"`
}

// Problems tells when the host and its keys do not stand together.
func (l *Langfuse) Problems() (out []Problem) {
	key := ""
	if l.SecretKey.IsSet() {
		key = masked
	}
	if l.Host == "" && l.PublicKey == "" && key == "" {
		return nil
	}
	for _, v := range []struct{ variable, value string }{
		{"LANGFUSE_HOST", l.Host}, {"LANGFUSE_PUBLIC_KEY", l.PublicKey}, {"LANGFUSE_SECRET_KEY", key},
	} {
		if v.value == "" {
			out = append(out, Problem{Variable: v.variable, Allowed: "a value, since others of LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY are set"})
		}
	}
	return out
}
