package config

import "time"

// Translation is how texts are translated, whoever does it.
type Translation struct {
	Model    string        `env:"TRANSLATION_MODEL" docDefault:"the value of LLM_MODEL_STANDARD" doc:"The model at OPENAI_BASE_URL that translates"`
	CacheTTL time.Duration `env:"TRANSLATION_CACHE_TTL_SECONDS" envDefault:"86400" min:"1" doc:"How long a translation is kept, in Redis or in memory"`
}

// Engines are what translation-service may translate by besides a model and
// Apertium; it asks them in this order and goes on where one cannot.
type Engines struct {
	IndicTransURL        string `env:"TRANSLATION_INDICTRANS_URL" format:"url" doc:"A KServe v2 server (Triton) that serves IndicTrans2"`
	BhashiniUserID       string `env:"TRANSLATION_BHASHINI_USER_ID" doc:"The user of an account at Bhashini"`
	BhashiniAPIKey       Secret `env:"TRANSLATION_BHASHINI_API_KEY" doc:"The account's key (ulcaApiKey)"`
	LibreTranslateURL    string `env:"TRANSLATION_LIBRETRANSLATE_URL" format:"url" doc:"A LibreTranslate server"`
	LibreTranslateAPIKey Secret `env:"TRANSLATION_LIBRETRANSLATE_API_KEY" doc:"Its key, if it wants one"`
	AWS                  bool   `env:"TRANSLATION_AWS" envDefault:"false" doc:"Whether to use Amazon Translate, with the region and credentials that AWS's own variables name"`
}

// Problems tells when only half of Bhashini's account is there.
func (e *Engines) Problems() []Problem {
	switch {
	case e.BhashiniUserID != "" && !e.BhashiniAPIKey.IsSet():
		return []Problem{{Variable: "TRANSLATION_BHASHINI_API_KEY", Allowed: "a secret, since TRANSLATION_BHASHINI_USER_ID is set"}}
	case e.BhashiniUserID == "" && e.BhashiniAPIKey.IsSet():
		return []Problem{{Variable: "TRANSLATION_BHASHINI_USER_ID", Allowed: "text, since TRANSLATION_BHASHINI_API_KEY is set"}}
	}
	return nil
}

// Redis is the server that caches share. Without Host each service caches in
// its own memory.
type Redis struct {
	Host          string `env:"REDIS_HOST" doc:"The server's name or address; empty: caches are in the memory of each service, and conversations in PostgreSQL, if there is one, or in memory"`
	Port          int    `env:"REDIS_PORT" envDefault:"6379" min:"1" max:"65535" doc:"The server's port"`
	Username      string `env:"REDIS_USERNAME" doc:"The ACL user; empty: the default one"`
	Password      Secret `env:"REDIS_PASSWORD" doc:"The user's password, if there is one"`
	SSL           bool   `env:"REDIS_SSL" envDefault:"false" doc:"Whether to speak TLS with the server"`
	CAFile        string `env:"REDIS_CA_FILE" docDefault:"the system's" doc:"A file of the certificate authorities to trust, in PEM"`
	ServerName    string `env:"REDIS_SERVER_NAME" docDefault:"the value of REDIS_HOST" doc:"The name that the server's certificate has to carry"`
	DBCache       int    `env:"REDIS_DB_CACHE" envDefault:"0" min:"0" max:"1000" doc:"The database of answers"`
	DBSession     int    `env:"REDIS_DB_SESSION" envDefault:"2" min:"0" max:"1000" doc:"The database of conversations"`
	DBTranslation int    `env:"REDIS_DB_TRANSLATION" envDefault:"3" min:"0" max:"1000" doc:"The database of translations"`
}

// Services are the addresses of capabilities that run elsewhere.
type Services struct {
	RAG         string `env:"RAG_SERVICE_URL" format:"url" doc:"The rag-service that api-gateway finds and answers by; empty: it does so in its own process"`
	LLM         string `env:"LLM_SERVICE_URL" format:"url" doc:"The llm-service that api-gateway has its model and its embeddings from, in the place of OPENAI_BASE_URL; empty: it asks OPENAI_BASE_URL itself"`
	Translation string `env:"TRANSLATION_SERVICE_URL" format:"url" doc:"The translation-service that api-gateway sends translation to; empty: it translates in its own process"`
}
