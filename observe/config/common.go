package config

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// Common is every group of settings that the services share; what they document
// is made from it.
type Common struct {
	App      App      `title:"The service"`
	Postgres Postgres `title:"PostgreSQL"`
	OpenAI   OpenAI   `title:"A model server (any that speaks OpenAI's API)"`
	LLM      LLM      `title:"llm-service"`
	RAG      RAG      `title:"Finding and answering"`

	Translation Translation `title:"Translation"`
	Engines     Engines     `title:"Engines of translation-service"`
	Redis       Redis       `title:"Redis"`
	Session     Session     `title:"Conversations"`
	Services    Services    `title:"Where capabilities run"`

	OTel     OTel     `title:"Traces and metrics (OpenTelemetry)"`
	Langfuse Langfuse `title:"Traces of answers (Langfuse)"`
}

// App is what every service needs to know about itself.
type App struct {
	Env          string `env:"APP_ENV" envDefault:"development" oneof:"development,staging,production" doc:"Which surroundings the service runs in; stands on its first log line"`
	LogLevel     string `env:"APP_LOG_LEVEL" envDefault:"INFO" oneof:"DEBUG,INFO,WARNING,ERROR,CRITICAL" doc:"The least level that is logged"`
	Host         string `env:"APP_HOST" envDefault:"127.0.0.1" doc:"The address to listen on; 0.0.0.0 lets other machines in"`
	Port         int    `env:"APP_PORT" envDefault:"8000" min:"0" max:"65535" docDefault:"the service's: 8000 for api-gateway, 8001 for rag-service, 8002 for llm-service, 8004 for translation-service" doc:"The port to listen on; 0 takes a free one"`
	DataDir      string `env:"APP_DATA_DIR" docDefault:"the user's data folder, by the platform's convention" doc:"Where documents and indexes are kept"`
	SampleCorpus bool   `env:"APP_SAMPLE_CORPUS" envDefault:"true" doc:"Whether an empty service starts with the sample documents"`
}

// OpenAI is a model server. Without BaseURL no model server is used.
type OpenAI struct {
	BaseURL       string `env:"OPENAI_BASE_URL" format:"url" doc:"The server's address up to /v1; empty: answers are quotations, and nothing leaves the machine"`
	APIKey        Secret `env:"OPENAI_API_KEY" doc:"The server's key, if it wants one"`
	ModelStandard string `env:"LLM_MODEL_STANDARD" doc:"The model that writes answers; empty: answers are quotations"`
}

// LLM is what llm-service chooses from besides the standard model, which stands in for
// those that are missing and those that fail.
type LLM struct {
	ModelLongContext string `env:"LLM_MODEL_LONGCTX" docDefault:"the value of LLM_MODEL_STANDARD" doc:"The model for long conversations"`
	ModelMultimodal  string `env:"LLM_MODEL_MULTIMODAL" docDefault:"the value of LLM_MODEL_STANDARD" doc:"The model for pictures and recordings"`
	Concurrency      int    `env:"LLM_CONCURRENCY" envDefault:"64" min:"1" max:"10000" doc:"How many answers a model is asked for at once; further requests wait"`
}

// RAG is how documents are cut, found and answered from.
type RAG struct {
	EmbeddingModel      string        `env:"RAG_EMBEDDING_MODEL" doc:"The embedding model at OPENAI_BASE_URL, or e5: and the path of a model's file, which embeds in this process; empty: the file that make model has put into the user's cache folder, if it is there, and otherwise, or for none, search by words and sounds alone"`
	EmbeddingInputType  bool          `env:"RAG_EMBEDDING_INPUT_TYPE" envDefault:"false" doc:"Whether the embedding server takes input_type, so that no prefix is added"`
	ChunkSize           int           `env:"RAG_CHUNK_SIZE" envDefault:"512" min:"16" max:"8192" doc:"Tokens in a passage"`
	ChunkOverlap        int           `env:"RAG_CHUNK_OVERLAP" envDefault:"64" min:"0" max:"4096" doc:"Tokens that a passage shares with the one before"`
	TopK                int           `env:"RAG_TOP_K" envDefault:"5" min:"1" max:"100" doc:"Documents that answer a question when it does not say how many"`
	Candidates          int           `env:"RAG_CANDIDATES" envDefault:"50" min:"1" max:"1000" doc:"Passages that each kind of search contributes before they are ranked together"`
	ConfidenceThreshold float64       `env:"RAG_CONFIDENCE_THRESHOLD" envDefault:"0" min:"0" max:"1" doc:"Answers below this confidence are refused; 0: the engine's own threshold"`
	RefusalContact      string        `env:"RAG_REFUSAL_CONTACT" doc:"A line that every refusal ends with: whom to ask instead"`
	Guard               bool          `env:"RAG_GUARD" envDefault:"true" doc:"Whether personal identifiers are hidden from models, and orders in questions and documents refused"`
	CacheTTL            time.Duration `env:"RAG_CACHE_TTL_SECONDS" envDefault:"3600" min:"1" doc:"How long an answer of a language model is kept, in Redis or in memory, and given again for the same passages"`
}

// SetDefaults fills in DataDir: %LocalAppData%\akshara on Windows,
// ~/Library/Application Support/akshara on macOS, $XDG_DATA_HOME/akshara or
// ~/.local/share/akshara elsewhere, and akshara-data in the working folder for
// a user without a home.
func (a *App) SetDefaults() {
	if a.DataDir != "" {
		return
	}
	if dir := userDataDir(); dir != "" {
		a.DataDir = filepath.Join(dir, "akshara")
		return
	}
	a.DataDir = "akshara-data"
}

func userDataDir() string {
	switch runtime.GOOS {
	case "windows":
		return os.Getenv("LocalAppData")
	case "darwin", "ios":
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, "Library", "Application Support")
		}
		return ""
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) { // relative ones are to be ignored: XDG Base Directory 0.8
		return dir
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".local", "share")
	}
	return ""
}

// Addr gives Host and Port as one address to listen on.
func (a *App) Addr() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }

// OnLoopback tells whether only this machine can reach Host. A service without
// authentication warns when it is false.
func (a *App) OnLoopback() bool {
	if a.Host == "localhost" {
		return true
	}
	ip := net.ParseIP(a.Host)
	return ip != nil && ip.IsLoopback()
}

// WarnIfOpen says loudly that anyone who reaches the machine can use a service
// that asks nobody who they are, unless it is bound to loopback.
func (a *App) WarnIfOpen(log *slog.Logger) {
	if !a.OnLoopback() {
		log.Warn("bound to an address that other machines reach, without authentication: put it behind a proxy that asks who is there", "host", a.Host)
	}
}

// Problems tells when passages would share more than they hold.
func (r *RAG) Problems() []Problem {
	if r.ChunkOverlap < r.ChunkSize {
		return nil
	}
	return []Problem{{Variable: "RAG_CHUNK_OVERLAP", Found: strconv.Itoa(r.ChunkOverlap),
		Allowed: fmt.Sprintf("a whole number below RAG_CHUNK_SIZE, which is %d", r.ChunkSize)}}
}
