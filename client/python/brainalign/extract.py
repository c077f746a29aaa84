"""From a language model to activations: tokens to words, contexts, layers.

Works with models and tokenizers that have the interface of Hugging Face transformers, which this
module does not import, except as a program:

    python3 -m brainalign.extract MODEL... transcript.tsv --context 50 --out activations.safetensors

`PAPER_MODELS` are the models of Raugel et al. that are known by name for certain: GPT-2-XL, the
largest Pythia, and Llama-3.2-3B. The paper has nine main models; give the names of the others as
you know them. `PAPER_DEPTHS` are its nine layers.
"""

import argparse
import json
import os
import warnings
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from ._safetensors import write_safetensors
from .activations import Activations
from ._tokens import Span, layer_indices, pool_tokens, tokens_of_words, word_spans
from .errors import InputError
from .words import WordTable, word_table_of

__all__ = ["PAPER_DEPTHS", "PAPER_MODELS", "extract", "layer_indices", "main", "pool_tokens",
           "tokens_of_words", "word_spans"]

# Nine layers from 10 % to 90 % of the depth, as Raugel et al. took them.
PAPER_DEPTHS = tuple(float(d) for d in np.linspace(0.1, 0.9, 9).round(3))
PAPER_MODELS = ("openai-community/gpt2-xl", "EleutherAI/pythia-12b", "meta-llama/Llama-3.2-3B")
_PUNCTUATION = ".,;:!?…\"'”’)]}"
_CHECK_WORDS = 32


@dataclass
class _Window:
    """What the model reads for some words."""

    text: str
    words: "List[int]"  # numbers of the words that are pooled
    spans: "List[Span]"
    ids: "List[int]"
    groups: "List[List[int]]"


def _windows(words: "List[str]", context: "Optional[int]") -> "List[Tuple[int, List[int]]]":
    if context is None:
        return [(0, list(range(len(words))))]
    return [(max(0, i - context), [i]) for i in range(len(words))]


def _encode(tokenizer: Any, text: str, bos: "Optional[bool]") -> "Tuple[List[int], Any, Any]":
    found = tokenizer(text, add_special_tokens=bos is None, return_offsets_mapping=True)
    ids = [int(i) for i in found["input_ids"]]
    offsets = [(int(a), int(b)) for a, b in found["offset_mapping"]]
    specials = set(getattr(tokenizer, "all_special_ids", ()) or ())
    bos_id = getattr(tokenizer, "bos_token_id", None)
    if bos:
        if bos_id is None:
            raise InputError("bos is True, but the tokenizer has no BOS token.", field="bos")
        ids, offsets = [int(bos_id), *ids], [(0, 0), *offsets]
    special = [i in specials or i == bos_id and k == 0 for k, i in enumerate(ids)]
    if bos_id is not None and len(ids) > 1 and ids[0] == ids[1] == bos_id:
        raise InputError("The text begins with two BOS tokens: the tokenizer adds one itself. "
                         "Leave bos out.", field="bos")
    return ids, offsets, special


def extract(model: Any, tokenizer: Any, words: Any, *, context: "Optional[int]" = None,
            layers: "Optional[Sequence[float]]" = PAPER_DEPTHS, pooling: str = "last",
            bos: "Optional[bool]" = None, text: "Optional[str]" = None,
            keep_punctuation: bool = False, batch_size: int = 8,
            max_tokens: "Optional[int]" = None) -> Activations:
    """Compute the activations of a model for words.

    Parameters
    ----------
    model : callable
        ``model(input_ids=, attention_mask=, output_hidden_states=True).hidden_states`` is a tuple
        of (batch, tokens, d): the embeddings, then the output of each block.
    tokenizer : callable
        A fast tokenizer: it returns ``input_ids`` and ``offset_mapping``.
    words : WordTable, path or sequence of str
        The words.
    context : int, optional
        Words before each word that the model reads with it; 0 for the word alone. If None, all
        words are read at once.
    layers : sequence of float, optional
        Relative depths: 0 is the embeddings. None for all blocks.
    pooling : {"last", "first", "mean"}
        Which tokens of a word count. Special tokens and padding never do.
    bos : bool, optional
        Whether the text begins with a BOS token; None for what the tokenizer does by itself.
    text : str, optional
        What the words are in; the words with spaces between them if it is None. Only for
        ``context=None``.
    keep_punctuation : bool
        Whether punctuation at a word's end is pooled with it.
    batch_size : int
        Windows at a time. They are padded on the right, behind a mask.
    max_tokens : int, optional
        What the model reads at most; its ``config.max_position_embeddings`` if it is None. A longer
        window loses words on the left, which the metadata count.

    Returns
    -------
    Activations
        float32, with the words, and how they were made as metadata: ``batch_difference`` is the
        largest relative difference of 32 words that were computed again alone.

    Raises
    ------
    InputError
        With the word, if tokens cannot be told apart by words.

    Warns
    -----
    UserWarning
        If words alone in a batch give other numbers, or different words the same numbers.
    """
    table = word_table_of(words)
    texts = None if table is None else table.texts
    if table is None or not texts:
        raise InputError("words has no column of texts.", field="words")
    if text is not None and context is not None:
        raise InputError("text is for context=None; windows are made of the words.", field="text")
    most = max_tokens or getattr(getattr(model, "config", None), "max_position_embeddings", None)
    cut = 0
    windows: "List[_Window]" = []
    for first, pooled in _windows(texts, context):
        while True:
            window = _make_window(tokenizer, texts, first, pooled, bos, text, keep_punctuation)
            if most is None or len(window.ids) <= most:
                break
            if first == pooled[0]:
                raise InputError(f"The text has {len(window.ids)} tokens and the model reads "
                                 f"{most}: give context=, the words before each word.",
                                 field="context")
            first += 1
            cut += 1
        windows.append(window)
    rows, chosen, count = _run(model, tokenizer, windows, layers, pooling, batch_size, len(texts))
    difference = _check_alone(model, tokenizer, windows, chosen, pooling, rows) if (
        batch_size > 1 and context is not None) else 0.0
    if difference > 1e-2:
        warnings.warn(f"A word computed alone differs by {difference:.2g} from the same in a batch:"
                      " the model reads the padding. Use batch_size=1.", UserWarning, stacklevel=2)
    _warn_of_collapse(rows, texts)
    metadata = {"pooling": pooling, "context": context, "bos": bos, "blocks": count - 1,
                "keep_punctuation": keep_punctuation, "words_cut_on_the_left": cut,
                "batch_size": batch_size, "batch_difference": difference,
                "model": str(getattr(getattr(model, "config", None), "_name_or_path", ""))}
    names = [f"layer.{i}" for i in chosen]
    # The embeddings lie just above depth 0, which is no layer's.
    depths = [max(i / (count - 1), 1e-6) for i in chosen]
    return Activations(dict(zip(names, rows)), depth=depths, words=table, metadata=metadata)


def _make_window(tokenizer: Any, texts: "List[str]", first: int, pooled: "List[int]",
                 bos: "Optional[bool]", text: "Optional[str]", keep: bool) -> _Window:
    read = texts[first:pooled[-1] + 1]
    whole = " ".join(read) if text is None else text
    spans = word_spans(whole, read)
    ids, offsets, special = _encode(tokenizer, whole, bos)
    groups = tokens_of_words(offsets, special, whole, spans)
    wanted = [i - first for i in pooled]
    if not keep:
        groups = [_without_punctuation(g, offsets, whole) for g in groups]
    return _Window(whole, pooled, [spans[i] for i in wanted], ids, [groups[i] for i in wanted])


def _without_punctuation(group: "List[int]", offsets: "Sequence[Span]", text: str) -> "List[int]":
    end = len(group)
    while end > 1 and all(c in _PUNCTUATION for c in
                          text[offsets[group[end - 1]][0]:offsets[group[end - 1]][1]].strip()):
        end -= 1
    return group[:end]


def _forward(model: Any, tokenizer: Any, windows: "Sequence[_Window]") -> Any:
    import torch
    longest = max(len(w.ids) for w in windows)
    pad = getattr(tokenizer, "pad_token_id", None) or 0
    ids = torch.full((len(windows), longest), int(pad), dtype=torch.long)
    mask = torch.zeros((len(windows), longest), dtype=torch.long)
    for i, window in enumerate(windows):
        ids[i, :len(window.ids)] = torch.tensor(window.ids)
        mask[i, :len(window.ids)] = 1
    device = getattr(model, "device", None)
    if device is not None:
        ids, mask = ids.to(device), mask.to(device)
    with torch.no_grad():
        return model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states


def _run(model: Any, tokenizer: Any, windows: "List[_Window]", layers: Any, pooling: str,
         batch_size: int, words: int) -> "Tuple[List[Any], List[int], int]":
    rows: "List[Any]" = []
    chosen: "List[int]" = []
    count = 0
    # Windows of like length lie together: less padding.
    order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids))
    for begin in range(0, len(order), max(1, batch_size)):
        batch = [windows[i] for i in order[begin:begin + max(1, batch_size)]]
        states = _forward(model, tokenizer, batch)
        if not rows:
            count = len(states)
            chosen = layer_indices(layers, count)
            rows = [np.empty((words, states[i].shape[-1]), np.float32) for i in chosen]
        for place, i in enumerate(chosen):
            dense = states[i].detach().float().cpu().numpy()
            for k, window in enumerate(batch):
                rows[place][window.words] = pool_tokens(dense[k], window.groups, pooling)
    return rows, chosen, count


def _check_alone(model: Any, tokenizer: Any, windows: "List[_Window]", chosen: "List[int]",
                 pooling: str, rows: "List[Any]") -> float:
    picked = np.random.default_rng(0).permutation(len(windows))[:_CHECK_WORDS]
    worst = 0.0
    for number in picked:
        window = windows[int(number)]
        states = _forward(model, tokenizer, [window])
        for place, i in enumerate(chosen):
            alone = pool_tokens(states[i].detach().float().cpu().numpy()[0], window.groups, pooling)
            scale = max(float(np.abs(alone).max()), 1e-12)
            worst = max(worst, float(np.abs(alone - rows[place][window.words]).max()) / scale)
    return worst


def _warn_of_collapse(rows: "List[Any]", texts: "List[str]") -> None:
    kinds = {text.lower() for text in texts}
    if len(kinds) < 2:
        return
    for values in rows:
        if len(np.unique(values, axis=0)) <= max(1, len(kinds) // 10):
            warnings.warn("Different words have the same activations: a lone token without BOS "
                          "collapses. Use bos=True, or a context.", UserWarning, stacklevel=3)
            return


def main(arguments: "Optional[Sequence[str]]" = None) -> int:
    """Extract activations on the command line; needs torch and transformers.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process if it is None.

    Returns
    -------
    int
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python3 -m brainalign.extract", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL",
                        help=f"folder or name, such as {PAPER_MODELS[0]}; or several")
    parser.add_argument("words", help=".tsv or .csv with a column of words")
    parser.add_argument("--context", type=int, default=50, help="words before each (default 50)")
    parser.add_argument("--layers", type=int, default=9,
                        help="layers, evenly from 10 to 90 %% of the depth (default 9)")
    parser.add_argument("--pooling", choices=("last", "first", "mean"), default="last")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--out", required=True, help="the .safetensors file to write; for several "
                        "models a folder, with a file for each")
    given = parser.parse_args(arguments)
    if len(given.models) > 1:
        os.makedirs(given.out, exist_ok=True)
    for name in given.models:
        path = given.out if len(given.models) == 1 else os.path.join(
            given.out, f"{name.strip('/').replace('/', '--')}.safetensors")
        _extract_to(path, name, given)
    return 0


def _extract_to(path: str, name: str, given: argparse.Namespace) -> None:
    """Write the activations of one model, as the options of the program say."""
    import torch
    import transformers
    tokenizer = transformers.AutoTokenizer.from_pretrained(name, use_fast=True)
    model = transformers.AutoModel.from_pretrained(name, torch_dtype="auto").eval()
    if torch.cuda.is_available():
        model = model.to("cuda")
    found = extract(model, tokenizer, WordTable(given.words), context=given.context,
                    layers=list(np.linspace(0.1, 0.9, given.layers)), pooling=given.pooling,
                    batch_size=given.batch_size)
    metadata: "Dict[str, str]" = {k: json.dumps(v) for k, v in found.metadata.items()}
    write_safetensors(path, {x.name: x.tensor.to_numpy() for x in found.layers}, metadata)
    print(f"{found} written to {path}")


if __name__ == "__main__":
    raise SystemExit(main())
