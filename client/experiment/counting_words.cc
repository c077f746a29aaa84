#include "client/experiment/counting_words.h"

#include <cstddef>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace brainalign {
namespace {

using Words = std::set<absl::string_view>;

// Words of a direction, or of the end that a count can begin at.
const Words& Backward() {
  static const Words words = {
      "minus",     "neg",        "negative",    "negated",  "reverse",   "reversed", "reversing",
      "rev",       "inverse",    "inverted",    "flipped",  "back",      "backward", "backwards",
      "countdown", "descending", "desc",        "tail",     "rear",      "end",      "ending",
      "last",      "final",      "penultimate", "ultimate", "top",       "topmost",  "uppermost",
      "deepest",   "highest",    "prev",        "previous", "preceding", "ago",      "remaining",
      "letzte",    "letzter",    "letzten",     "ende",     "hinten",    "dernier",  "derniere",
      "fin",       "ultima",     "ultimo"};
  return words;
}

constexpr absl::string_view kJapaneseAndChinese[] = {
    "最後", "最終", "後ろ", "末", "逆", "負", "マイナス", "終わり", "倒", "负", "反向", "最后"};

// What "last", "final", "end" and "top" may belong to, other than a layer.
const Words& OtherThings() {
  static const Words words = {
      "token", "tokens", "tok",   "subtoken",  "subtokens", "subword", "subwords",
      "word",  "words",  "piece", "bpe",       "position",  "pos",     "sentence",
      "epoch", "step",   "iter",  "model",     "version",   "session", "checkpoint",
      "ckpt",  "norm",   "ln",    "layernorm", "rmsnorm"};
  return words;
}

// Parts of words that say nothing of a direction: "layer" of "lastlayer", "from" of "fromend".
absl::string_view WithoutNeutralParts(absl::string_view word) {
  constexpr absl::string_view kParts[] = {"layers", "layer", "blocks", "block",  "hidden",
                                          "states", "state", "depth",  "level",  "index",
                                          "idx",    "from",  "the",    "counted"};
  for (bool again = true; again;) {
    again = false;
    for (const absl::string_view part : kParts) {
      again = again || absl::ConsumePrefix(&word, part) || absl::ConsumeSuffix(&word, part);
    }
  }
  return word;
}

bool IsBackward(absl::string_view word) {
  const absl::string_view bare = WithoutNeutralParts(word);
  return Backward().contains(bare) || absl::EndsWith(bare, "minus") || absl::EndsWith(bare, "neg");
}

bool BelongsToAnotherThing(const std::vector<std::string>& words, std::size_t i) {
  if (!Words{"last", "final", "end", "top"}.contains(words[i])) return false;
  if (i > 0 && Words{"from", "before", "to", "the"}.contains(words[i - 1])) return false;
  std::size_t next = i + 1;
  while (next < words.size() && Words{"of", "the", "a"}.contains(words[next])) ++next;
  if (next + 1 < words.size() && words[next] == "layer" && words[next + 1] == "norm") return true;
  return next < words.size() && OtherThings().contains(words[next]);
}

// "from_output", "before_logits".
bool CountsToOutput(const std::vector<std::string>& words, std::size_t i) {
  if (!Words{"from", "before", "below", "until", "to"}.contains(words[i])) return false;
  std::size_t next = i + 1;
  if (next < words.size() && words[next] == "the") ++next;
  if (next >= words.size()) return false;
  if (words[next] == "out") return words[i] != "to";  // "to_out" is a part of attention
  return Words{"output",  "outputs", "head",    "lm",          "logit",  "logits",
               "softmax", "exit",    "unembed", "unembedding", "readout"}
      .contains(words[next]);
}

}  // namespace

std::string WordOfCountingBack(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (IsBackward(words[i]) && !BelongsToAnotherThing(words, i)) return words[i];
    if (CountsToOutput(words, i)) return words[i];
    for (const absl::string_view part : kJapaneseAndChinese) {
      if (absl::StrContains(words[i], part)) return words[i];
    }
  }
  return "";
}

}  // namespace brainalign
