#include "core/words/texts.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <cwchar>
#include <locale>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

using Utf8 = std::codecvt<char32_t, char8_t, std::mbstate_t>;

constexpr char32_t kLastCodePoint = 0x10FFFF;
constexpr char32_t kReplacement = 0xFFFD;

// Halves of surrogate pairs, which are no characters; the library takes them.
bool IsSurrogate(char32_t point) { return point >= 0xD800 && point <= 0xDFFF; }

}  // namespace

std::optional<std::u32string> CodePointsOf(const std::string& text) {
  const std::u8string bytes(text.begin(), text.end());
  std::u32string points(text.size(), U'\0');
  std::mbstate_t state{};
  const char8_t* read = nullptr;
  char32_t* written = nullptr;
  const auto result = std::use_facet<Utf8>(std::locale::classic())
                          .in(state, bytes.data(), bytes.data() + bytes.size(), read, points.data(),
                              points.data() + points.size(), written);
  if (!bytes.empty() && result != std::codecvt_base::ok) return std::nullopt;
  points.resize(bytes.empty() ? 0 : static_cast<std::size_t>(written - points.data()));
  if (std::any_of(points.begin(), points.end(), IsSurrogate)) return std::nullopt;
  return points;
}

absl::StatusOr<Tensor> TensorOfTexts(const std::vector<std::string>& texts) {
  std::vector<std::u32string> words;
  std::size_t longest = 1;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::optional<std::u32string> points = CodePointsOf(texts[i]);
    if (!points) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", i + 1, " is not UTF-8; save the texts as UTF-8"));
    }
    longest = std::max(longest, points->size());
    words.push_back(*std::move(points));
  }
  std::vector<std::byte> padded(words.size() * longest * sizeof(std::int32_t));
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].empty()) continue;
    std::memcpy(padded.data() + i * longest * sizeof(std::int32_t), words[i].data(),
                words[i].size() * sizeof(std::int32_t));
  }
  return Tensor::FromBytes(
      {DType::kI32,
       {static_cast<std::int64_t>(words.size()), static_cast<std::int64_t>(longest)},
       Order::kC},
      std::move(padded));
}

std::u32string CodePointsAt(const Tensor& texts, std::int64_t word) {
  const std::int64_t length = texts.dim(1);
  std::u32string points(static_cast<std::size_t>(length), U'\0');
  const auto bytes = static_cast<std::size_t>(length) * sizeof(std::int32_t);
  std::memcpy(points.data(), texts.data() + static_cast<std::size_t>(word) * bytes, bytes);
  points.resize(std::min(points.find(U'\0'), points.size()));
  return points;
}

std::string Utf8Of(const std::u32string& points) {
  std::string text;
  for (char32_t point : points) {
    if (point > kLastCodePoint || IsSurrogate(point)) point = kReplacement;
    std::array<char8_t, 4> bytes{};
    std::mbstate_t state{};
    const char32_t* read = nullptr;
    char8_t* written = nullptr;
    std::use_facet<Utf8>(std::locale::classic())
        .out(state, &point, &point + 1, read, bytes.data(), bytes.data() + bytes.size(), written);
    text.append(bytes.data(), written);
  }
  return text;
}

}  // namespace brainalign
