"""Writes two small models of random weights as Hugging Face's files, into the folders
xlm-roberta and bert beside this program, with ids.json: the pieces that SentencePiece
gives texts. The states of both are made of these files by candle: see
../../encoder/testdata/candle. It was run with sentencepiece 0.2.3, tokenizers 0.23.3,
safetensors 0.8.0 and numpy 2.4.6 (all PyPI), as

    python3 -m venv v && v/bin/pip install sentencepiece==0.2.3 tokenizers==0.23.3 protobuf safetensors numpy
    v/bin/python golden.py && for m in xlm-roberta bert; do (cd ../../encoder/testdata/candle &&
        cargo run --release -- ../../../huggingface/testdata/$m); done
"""
import io, json, os, tempfile

import numpy as np
import sentencepiece as spm
from safetensors.numpy import save_file
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

SENTENCES = """
The old bridge leads over the canal to the market.
Potters sell jars and lamps at the fair every winter.
Where can one see the paintings of the caves?
पुराना पुल नहर के पार बाज़ार तक जाता है।
कुम्हार हर सर्दी के मेले में घड़े और दीये बेचते हैं।
गुफाओं के चित्र कहाँ देखे जा सकते हैं?
जुना पूल कालव्यावरून बाजाराकडे जातो.
পুরোনো সেতু খাল পেরিয়ে বাজারে যায়।
কুমোরেরা শীতের মেলায় কলসি আর প্রদীপ বেচেন।
பழைய பாலம் வாய்க்காலைக் கடந்து சந்தைக்குச் செல்கிறது.
குயவர்கள் குளிர்காலத் திருவிழாவில் விளக்குகள் விற்கிறார்கள்.
పాత వంతెన కాలువ దాటి సంతకు వెళుతుంది.
ಹಳೆಯ ಸೇತುವೆ ಕಾಲುವೆ ದಾಟಿ ಸಂತೆಗೆ ಹೋಗುತ್ತದೆ.
പഴയ പാലം തോട് കടന്ന് ചന്തയിലേക്ക് പോകുന്നു.
જૂનો પુલ નહેર ઓળંગીને બજાર સુધી જાય છે.
ਪੁਰਾਣਾ ਪੁਲ ਨਹਿਰ ਪਾਰ ਕਰਕੇ ਬਾਜ਼ਾਰ ਤੱਕ ਜਾਂਦਾ ਹੈ।
ପୁରୁଣା ପୋଲ କେନାଲ ପାର ହୋଇ ବଜାରକୁ ଯାଏ।
پرانا پل نہر کے پار بازار تک جاتا ہے۔
""".strip().split("\n")

# What characters become, in the form that SentencePiece takes.
RULES = "09\t20\nA0\t20\n3000\t20\n958\t915 93C\n95B\t91C 93C\n9DC\t9A1 9BC\nFF21\t41\nFB01\t66 69\n200B\t20\nBC6 BBE\tBCA\n"

TEXTS = [
    "The old bridge", "गुफाओं के चित्र कहाँ?", "পুরোনো সেতু", "பழைய பாலம்", "پرانا پل نہر",
    "", "  the   old\tbridge ", "बा\u095bार", "\u9f8d and \U0001f600\U0001f600 lamps", "\ufb01sh \uff21\u3000jar", "नहर के पार " * 2,
]


def train():
    """Gives a model of SentencePiece in the layout of XLM-R's: <unk>, <s>, </s> first."""
    with tempfile.TemporaryDirectory() as d:
        rules, model = os.path.join(d, "rules.tsv"), io.BytesIO()
        with open(rules, "w") as f:
            f.write(RULES)
        spm.SentencePieceTrainer.train(
            sentence_iterator=iter(SENTENCES * 3), model_writer=model, model_type="unigram", vocab_size=260, character_coverage=0.995,
            normalization_rule_tsv=rules, num_threads=1, minloglevel=2)
    m = proto.ModelProto.FromString(model.getvalue())
    m.normalizer_spec.normalization_rule_tsv = ""
    return m


def pieces(m):
    """Gives the pieces as XLM-R numbers them."""
    return [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + [(p.piece, p.score) for p in m.pieces[3:]] + [("<mask>", 0.0)]


def tokenizer(m, newer):
    """Gives the tokenizer as versions of Hugging Face's converter make it of m."""
    vocab = pieces(m)
    t = Tokenizer(models.Unigram(vocab, unk_id=3, byte_fallback=False))
    chars, mark = normalizers.Precompiled(m.normalizer_spec.precompiled_charsmap), pre_tokenizers.Metaspace()
    if newer:
        t.normalizer = normalizers.Sequence([chars, normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "\u2581")])
        t.pre_tokenizer = mark
    else:
        t.normalizer, t.pre_tokenizer = chars, pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), mark])
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    t.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")])
    return t


def tensors(c, rng, dtype):
    """Gives random weights, large enough that a wrong place or token type is seen."""
    h, i = c["hidden_size"], c["intermediate_size"]
    t = {}

    def add(name, *shape, mean=0.0, scale=0.2):
        t[name] = (mean + scale * rng.standard_normal(shape)).astype(dtype)

    def linear(name, out, into):
        add(name + ".weight", out, into)
        add(name + ".bias", out)

    def norm(name):
        add(name + ".weight", h, mean=1.0)
        add(name + ".bias", h)

    add("embeddings.word_embeddings.weight", c["vocab_size"], h, scale=0.5)
    add("embeddings.position_embeddings.weight", c["max_position_embeddings"], h, scale=0.5)
    add("embeddings.token_type_embeddings.weight", c["type_vocab_size"], h, scale=0.5)
    norm("embeddings.LayerNorm")
    for n in range(c["num_hidden_layers"]):
        layer = f"encoder.layer.{n}."
        for part in ("query", "key", "value"):
            linear(layer + "attention.self." + part, h, h)
        linear(layer + "attention.output.dense", h, h)
        norm(layer + "attention.output.LayerNorm")
        linear(layer + "intermediate.dense", i, h)
        linear(layer + "output.dense", h, i)
        norm(layer + "output.LayerNorm")
    t["embeddings.position_ids"] = np.arange(c["max_position_embeddings"], dtype=np.int64)[None]
    return t


def write(folder, m, newer, dtype, **sizes):
    """Writes a model's files."""
    os.makedirs(os.path.join(folder, "1_Pooling"), exist_ok=True)
    t = tokenizer(m, newer)
    config = {
        "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02,
        "num_hidden_layers": 2, "pad_token_id": 1 if newer else 0, "position_embedding_type": "absolute", "use_cache": True, **sizes,
    }
    config["vocab_size"] += t.get_vocab_size()
    pooling = {"word_embedding_dimension": config["hidden_size"], "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
               "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False}
    for name, data in {"config.json": config, "1_Pooling/config.json": pooling}.items():
        with open(os.path.join(folder, name), "w") as f:
            json.dump(data, f, indent=1)
    t.save(os.path.join(folder, "tokenizer.json"), pretty=False)
    save_file(tensors(config, np.random.default_rng(8), dtype), os.path.join(folder, "model.safetensors"))
    sp = spm.SentencePieceProcessor(model_proto=m.SerializeToString())
    ids = [[0] + [3 if id == 0 else id + 1 for id in sp.encode(text)] + [2] for text in TEXTS]
    different = [text for text, want in zip(TEXTS, ids) if t.encode(text).ids != want]
    print(folder, config["vocab_size"], "pieces; the tokenizers package differs for", different)
    with open(os.path.join(folder, "texts.json"), "w") as f:
        json.dump(TEXTS, f, ensure_ascii=False)
    with open(os.path.join(folder, "ids.json"), "w") as f:
        json.dump(ids, f)


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    m = train()
    write("xlm-roberta", m, True, np.float32, model_type="xlm-roberta", architectures=["XLMRobertaModel"], vocab_size=0, hidden_size=32,
          num_attention_heads=2, intermediate_size=64, max_position_embeddings=42, type_vocab_size=1, layer_norm_eps=1e-5)
    with open("xlm-roberta/sentencepiece.bpe.model", "wb") as f:
        f.write(m.SerializeToString())
    # As multilingual-e5-small has it: places from 0, two token types, more rows than pieces.
    write("bert", m, False, np.float16, model_type="bert", architectures=["BertModel"], vocab_size=35, hidden_size=64,
          num_attention_heads=4, intermediate_size=64, max_position_embeddings=40, type_vocab_size=2, layer_norm_eps=1e-12)


main()
