package config

import "time"

// Session is how long conversations are kept, and how much of them.
type Session struct {
	IdleTimeout   time.Duration `env:"SESSION_IDLE_TIMEOUT_SECONDS" envDefault:"1800" min:"1" doc:"How long a conversation is kept after its last question"`
	MaxTurns      int           `env:"SESSION_MAX_TURNS" envDefault:"50" min:"1" max:"500" doc:"Questions of a conversation that are kept with their answers; of older ones there is a summary"`
	ContextWindow int           `env:"SESSION_CONTEXT_WINDOW_TOKENS" envDefault:"4096" min:"256" max:"32768" doc:"About how many tokens of a conversation are kept, and told to a model"`
}
