"""Writes forms.json: the ids that Hugging Face's tokenizers gives texts with the tokenizer
of xlm-roberta, where its normalizers after Precompiled and its pre-tokenizer are others. It
was run with tokenizers 0.23.3 (PyPI):

    python3 -m venv v && v/bin/pip install tokenizers==0.23.3 && v/bin/python forms.py
"""
import json, os

from tokenizers import Tokenizer

TEXTS = [
    "the old bridge", "  the   old\tbridge", " jar", "the\u3000\u3000jar", "नहर  के पार", "the \t jar",
    "the old bridge ", "नहर के पार \t ",
]

STRIP = {"type": "Strip", "strip_left": False, "strip_right": True}
SPACE = {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}
MARK = {**SPACE, "content": "\u2581"}
ALONE = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
OLDER = {"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": True}


def split(*steps):
    return {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, *steps]}


# None: there is no Precompiled either.
FORMS = [
    ([STRIP, MARK], ALONE), ([SPACE], ALONE), ([SPACE], OLDER), ([STRIP, SPACE], ALONE), ([MARK], ALONE),
    ([], ALONE), ([STRIP], ALONE), ([], OLDER), ([STRIP, MARK], {**ALONE, "prepend_scheme": "never"}),
    ([STRIP, MARK], {**ALONE, "prepend_scheme": "first"}), ([STRIP, MARK], {**ALONE, "replacement": "_"}),
    ([STRIP, MARK], {**ALONE, "add_prefix_space": False, "prepend_scheme": "never"}), ([STRIP, MARK], {**ALONE, "split": False}),
    ([], split(ALONE)), ([], split(OLDER)), ([SPACE], split(ALONE)), ([STRIP, MARK], split(ALONE)),
    ([], split({**ALONE, "prepend_scheme": "first"})), (None, split(ALONE)),
]


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    with open("xlm-roberta/tokenizer.json") as f:
        whole = json.load(f)
    chars, forms = whole["normalizer"]["normalizers"][0], []
    for steps, pre in FORMS:
        whole["normalizer"] = None if steps is None else {"type": "Sequence", "normalizers": [chars, *steps]}
        whole["pre_tokenizer"] = pre
        t = Tokenizer.from_str(json.dumps(whole))
        forms.append({"normalizers": steps, "pre_tokenizer": pre, "ids": [t.encode(text).ids for text in TEXTS]})
    with open("forms.json", "w") as f:
        json.dump({"texts": TEXTS, "forms": forms}, f, ensure_ascii=False)


main()
