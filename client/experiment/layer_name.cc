#include "client/experiment/layer_name.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace brainalign {
namespace {

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
// Bytes of letters beyond ASCII, too.
bool IsLetter(char c) {
  return absl::ascii_isalpha(static_cast<unsigned char>(c)) ||
         (static_cast<unsigned char>(c) & 0x80);
}
bool IsUpper(char c) { return absl::ascii_isupper(static_cast<unsigned char>(c)); }

std::string ToAsciiNumbers(const std::string& name) {
  return absl::StrReplaceAll(
      name, {{"\uFF10", "0"}, {"\uFF11", "1"}, {"\uFF12", "2"}, {"\uFF13", "3"}, {"\uFF14", "4"},
             {"\uFF15", "5"}, {"\uFF16", "6"}, {"\uFF17", "7"}, {"\uFF18", "8"}, {"\uFF19", "9"},
             {"\uFF0D", "-"}, {"\u2212", "-"}, {"\u2010", "-"}, {"\u2011", "-"}, {"\u2012", "-"},
             {"\u2013", "-"}, {"\u2014", "-"}, {"\uFE63", "-"}, {"\uFF0B", "+"}, {"\uFF0E", "."}});
}

// Runs of letters in lower case; "LayerNorm" is two.
std::vector<std::string> WordsIn(absl::string_view text) {
  std::vector<std::string> words;
  char before = ' ';
  for (const char c : text) {
    if (IsLetter(c)) {
      const bool begins = !IsLetter(before) || (IsUpper(c) && !IsUpper(before));
      if (begins) words.emplace_back();
      words.back() += absl::ascii_tolower(static_cast<unsigned char>(c));
    }
    before = c;
  }
  return words;
}

template <std::size_t N>
bool HasOneOf(const std::vector<std::string>& words,
              const std::array<absl::string_view, N>& wanted) {
  return std::find_first_of(words.begin(), words.end(), wanted.begin(), wanted.end()) !=
         words.end();
}

bool IsEmbeddingWord(const std::string& word) {
  return absl::StartsWith(word, "embed") || word == "emb" || word == "embs" || word == "wte" ||
         word == "wpe" || absl::StrContains(word, "埋め込み");
}

LayerKind KindOf(const std::vector<std::string>& words) {
  const auto embedding = std::find_if(words.begin(), words.end(), IsEmbeddingWord);
  if (embedding != words.end()) {
    // GPT-NeoX's embed_out and an output_embedding are heads.
    const std::vector<std::string> before(words.begin(), embedding);
    const bool head = HasOneOf<2>(words, {"out", "un"}) ||
                      HasOneOf<6>(before, {"output", "final", "last", "post", "head", "lm"});
    return head ? LayerKind::kOther : LayerKind::kEmbedding;
  }
  if (HasOneOf<2>(words, {"final", "last"})) return LayerKind::kFinal;
  if (HasOneOf<10>(words, {"pre", "post", "input", "in", "first", "attn", "attention", "mlp", "ffn",
                           "head"})) {
    return LayerKind::kOther;
  }
  if (HasOneOf<4>(words, {"norm", "layernorm", "rmsnorm", "lnf"})) return LayerKind::kFinal;
  return HasOneOf<1>(words, {"ln"}) && HasOneOf<2>(words, {"f", "out"}) ? LayerKind::kFinal
                                                                        : LayerKind::kOther;
}

}  // namespace

DecimalNumber DecimalNumber::Of(const std::string& digits, const std::string& fraction,
                                bool negative) {
  DecimalNumber number;
  number.whole = digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
  const std::size_t last = fraction.find_last_not_of('0');
  number.fraction = last == std::string::npos ? "" : fraction.substr(0, last + 1);
  number.negative = negative && !number.IsZero();
  return number;
}

std::strong_ordering DecimalNumber::operator<=>(const DecimalNumber& other) const {
  if (negative != other.negative) {
    return negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  std::strong_ordering by_size = whole.size() <=> other.whole.size();
  if (std::is_eq(by_size)) by_size = whole <=> other.whole;
  if (std::is_eq(by_size)) by_size = fraction <=> other.fraction;
  return negative ? 0 <=> by_size : by_size;
}

Sign LayerName::SignOf(std::size_t index) const {
  const std::string& before = text[index];
  if (before.empty() || before.back() != '-') return Sign::kNone;
  if (before.size() == 1) return index == 0 ? Sign::kMinus : Sign::kNone;  // "2-1" is no sign
  constexpr absl::string_view kSeparators = "_. \t:/[(=,";
  const char separator = before[before.size() - 2];
  return absl::StrContains(kSeparators, separator) ? Sign::kMinus : Sign::kMinusMaybe;
}

std::string LayerName::PlainText(std::size_t index) const {
  std::string plain;
  for (const char c : text[index]) {
    if (IsLetter(c)) plain += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return plain;
}

std::string LayerName::WordBefore(std::size_t index) const {
  for (std::size_t i = index + 1; i-- > 0;) {
    const std::vector<std::string> found = WordsIn(text[i]);
    if (!found.empty()) return found.back();
  }
  return "";
}

LayerName ParseLayerName(const std::string& name) {
  LayerName parsed;
  parsed.text.emplace_back();
  const std::string ascii = ToAsciiNumbers(name);
  bool inside = false;
  for (const char c : ascii) {
    const bool digit = IsDigit(c);
    if (digit && !inside) parsed.number.emplace_back();
    if (!digit && inside) parsed.text.emplace_back();
    (digit ? parsed.number.back() : parsed.text.back()) += c;
    inside = digit;
  }
  if (inside) parsed.text.emplace_back();
  parsed.words = WordsIn(ascii);
  parsed.kind = KindOf(parsed.words);
  return parsed;
}

}  // namespace brainalign
