"""Writes golden.json.gz: a small unigram model that SentencePiece trained on the
sentences below, and the ids that SentencePiece and Hugging Face's tokenizers give
texts. It was made with sentencepiece 0.2.3 and tokenizers 0.23.3 (both PyPI):

    python3 -m venv v && v/bin/pip install sentencepiece==0.2.3 tokenizers==0.23.3 protobuf
    v/bin/python golden.py
"""
import base64, gzip, io, json, random

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

SENTENCES = """
The river rises in the mountains and flows into the sea.
Farmers sow rice when the first rain of the monsoon comes.
A library is a house in which many people read in silence.
The train from the capital arrives early in the morning.
Which river flows through the old part of the town?
नदी पहाड़ों से निकलकर समुद्र में मिलती है।
किसान पहली बारिश के बाद धान बोते हैं।
पुस्तकालय में बहुत से लोग चुपचाप पढ़ते हैं।
राजधानी से आने वाली रेलगाड़ी सुबह जल्दी पहुँचती है।
शहर के पुराने हिस्से से कौन सी नदी बहती है?
नदी डोंगरात उगम पावते आणि समुद्राला मिळते.
पहिल्या पावसानंतर शेतकरी भात पेरतात.
নদী পাহাড় থেকে বেরিয়ে সাগরে গিয়ে মেশে।
প্রথম বৃষ্টির পর কৃষকেরা ধান বোনেন।
গ্রন্থাগারে অনেক মানুষ নীরবে বই পড়েন।
ஆறு மலையில் தோன்றி கடலில் கலக்கிறது.
முதல் மழைக்குப் பிறகு உழவர்கள் நெல் விதைக்கிறார்கள்.
நூலகத்தில் பலர் அமைதியாகப் படிக்கிறார்கள்.
నది కొండల్లో పుట్టి సముద్రంలో కలుస్తుంది.
మొదటి వాన తర్వాత రైతులు వరి విత్తుతారు.
ನದಿ ಬೆಟ್ಟದಲ್ಲಿ ಹುಟ್ಟಿ ಸಮುದ್ರವನ್ನು ಸೇರುತ್ತದೆ.
നദി മലയിൽ നിന്ന് പുറപ്പെട്ട് കടലിൽ ചേരുന്നു.
ആദ്യ മഴയ്ക്കു ശേഷം കർഷകർ നെല്ല് വിതയ്ക്കുന്നു.
નદી પર્વતમાંથી નીકળીને સમુદ્રને મળે છે.
ਦਰਿਆ ਪਹਾੜਾਂ ਤੋਂ ਨਿਕਲ ਕੇ ਸਮੁੰਦਰ ਵਿੱਚ ਮਿਲਦਾ ਹੈ।
ନଦୀ ପାହାଡ଼ରୁ ବାହାରି ସମୁଦ୍ରରେ ମିଶେ।
دریا پہاڑوں سے نکل کر سمندر میں گرتا ہے۔
پہلی بارش کے بعد کسان دھان بوتے ہیں۔
""".strip().split("\n")

EDGES = [
    "", " ", "   \t\n ", "\u00a0", "\u2581", "a \u2581b", "\u2581\u2581 river", "river\u2581", "the  river \t flows\n", "  the river", "the river   ",
    "\x01", "\x01 the", " \x01 the", "a\x00b", "\x7f", "\u200b", "नदी\u200dनदी", "नदी\u200cनदी", "\ufeffthe", "the\u3000river", "\ufffd",
    "e\u0301te\u0301", "\u00e9t\u00e9", "क\u093cलम", "\u0958लम", "\u09a1\u09bc", "\u09dc", "\u0b95\u0bc6\u0bbe", "\u0b95\u0bca",
    "\ufb01sh", "\uff34\uff48\uff45", "\u2460 \u00bd \u00b2", "\ufdfa", "\uac00", "\u1100\u1161", "\u1100\u1161\u11a8", "\u3099", "\u304b\u3099",
    "<s>", "</s> <unk> <pad>", "\U0001f600\U0001f600", "the \U0001f600 river", "\uabc3\uabdf\uabd5\uabe4 \uabc2\uabe4", "\u1c65\u1c5f\u1c71\u1c5b\u1c5f\u1c72\u1c64",
    "riverriverriver" * 40, "नदी" * 200, "x" * 300, "\u0301" * 50, "the " * 300, "\u0a21\u0a3c \u0a5c", "A\u0327\u0301", "\u1e09", "\u0344", "2 + 2 = 4; 50 %",
    "http://example.org/?q=\u0928\u0926\u0940&n=1", "\u2026 \u2014 \u2018x\u2019 \u201cy\u201d", "\u0660\u0661\u0662 \u0967\u0968\u0969",
]


def texts():
    """Edges, the sentences, and pieces of them in random order, with other characters between."""
    rng = random.Random(8)
    chars = sorted(set("".join(SENTENCES))) + list("\u0301\u093c\u09bc\u0bbe\u200c\u200d\u00a0\uff21\ufb03\u0e01\u4e2d\t")
    out = EDGES + SENTENCES
    for _ in range(300):
        parts = []
        for _ in range(rng.randrange(1, 9)):
            s = rng.choice(SENTENCES)
            at = rng.randrange(len(s))
            parts.append(rng.choice([s[at:at + rng.randrange(1, 20)], rng.choice(chars), " ", rng.choice(chars) + rng.choice(chars)]))
        out.append("".join(parts))
    return out


def main():
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 3), model_writer=model, model_type="unigram", vocab_size=320,
        character_coverage=0.995, pad_id=1, bos_id=0, eos_id=2, unk_id=3, num_threads=1, minloglevel=2)
    sp = spm.SentencePieceProcessor(model_proto=model.getvalue())
    m = proto.ModelProto.FromString(model.getvalue())
    vocab = [(p.piece, p.score) for p in m.pieces]
    hf = Tokenizer(models.Unigram(vocab, unk_id=3, byte_fallback=False))
    hf.normalizer = normalizers.Precompiled(m.normalizer_spec.precompiled_charsmap)
    hf.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    cases = [{"text": t, "sentencepiece": sp.encode(t), "tokenizers": hf.encode(t).ids} for t in texts()]
    golden = {
        "charsmap": base64.b64encode(m.normalizer_spec.precompiled_charsmap).decode(),
        "pieces": [{"text": p.piece, "score": p.score, "normal": p.type == 1} for p in m.pieces],
        "unknown": 3, "cases": cases,
    }
    with open("golden.json.gz", "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(json.dumps(golden, ensure_ascii=False).encode())
    different = [c["text"] for c in cases if c["sentencepiece"] != c["tokenizers"]]
    print(len(vocab), "pieces,", len(cases), "texts,", len(different), "of them different:", different[:40])


main()
