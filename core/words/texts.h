#ifndef BRAINALIGN_CORE_WORDS_TEXTS_H_
#define BRAINALIGN_CORE_WORDS_TEXTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// The code points of a text in UTF-8; nothing if it is not UTF-8.
std::optional<std::u32string> CodePointsOf(const std::string& text);

// (w, c) of I32: the code points of each text, then zeros. c is the length of the longest text, at
// least 1. INVALID_ARGUMENT, with the line number of the text from 1, for a text that is not UTF-8.
absl::StatusOr<Tensor> TensorOfTexts(const std::vector<std::string>& texts);

// The code points of row `word` of `texts` (w, c) of I32, in row-major order, up to its first zero.
std::u32string CodePointsAt(const Tensor& texts, std::int64_t word);

// The text in UTF-8. Invalid code points become U+FFFD.
std::string Utf8Of(const std::u32string& points);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_WORDS_TEXTS_H_
