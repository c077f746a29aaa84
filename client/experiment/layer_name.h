#ifndef BRAINALIGN_CLIENT_EXPERIMENT_LAYER_NAME_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_LAYER_NAME_H_

#include <compare>
#include <string>
#include <vector>

namespace brainalign {

// A decimal number of any length, as its digits: numbers in names can exceed every integer type.
struct DecimalNumber {
  bool negative = false;
  std::string whole;     // without leading zeros; empty for 0
  std::string fraction;  // without trailing zeros

  // `digits` and `fraction` as they are written.
  static DecimalNumber Of(const std::string& digits, const std::string& fraction, bool negative);

  bool IsZero() const { return whole.empty() && fraction.empty(); }

  std::strong_ordering operator<=>(const DecimalNumber& other) const;
  bool operator==(const DecimalNumber& other) const = default;
};

// The meaning of the characters before a number.
enum class Sign {
  kNone,
  kMinus,       // "layer_-1"
  kMinusMaybe,  // "layer-1": a separator, or f"layer{-1}"
};

// The kind of layer that a name denotes.
enum class LayerKind { kOther, kEmbedding, kFinal };

// The name of a layer, taken apart: text[0] number[0] text[1] number[1] ... text[n].
struct LayerName {
  // Full-width digits and the several minus signs of Unicode as those of ASCII.
  std::vector<std::string> text;    // (n + 1)
  std::vector<std::string> number;  // (n), digits alone
  std::vector<std::string> words;   // of the whole name, in lower case
  LayerKind kind = LayerKind::kOther;

  Sign SignOf(std::size_t index) const;
  // text[index] in lower case, without punctuation and white space.
  std::string PlainText(std::size_t index) const;
  // The last word before number[index], in lower case: "layer" of "model.layer_7".
  std::string WordBefore(std::size_t index) const;
};

LayerName ParseLayerName(const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_LAYER_NAME_H_
