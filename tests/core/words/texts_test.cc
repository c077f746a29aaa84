#include "core/words/texts.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(TextsTest, TextsAreCodePointsAsNumpyStoresThem) {
  const auto tensor = TensorOfTexts({"a", "öl", "𝛼b", ""});
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->spec().dtype, DType::kI32);
  EXPECT_THAT(tensor->spec().shape, ElementsAre(4, 2));
  std::vector<std::int32_t> points(8);
  ASSERT_EQ(tensor->size_bytes(), 32);
  std::memcpy(points.data(), tensor->data(), 32);
  // Unicode's tables.
  EXPECT_THAT(points, ElementsAre(0x61, 0, 0xF6, 0x6C, 0x1D6FC, 0x62, 0, 0));
}

TEST(TextsTest, TextThatIsNotUtf8IsRefusedByItsLine) {
  for (const char* const text : {"\xFF", "\xC3", "\xED\xA0\x80"}) {
    const auto tensor = TensorOfTexts({"good", text});
    EXPECT_TRUE(absl::IsInvalidArgument(tensor.status())) << text;
    EXPECT_THAT(std::string(tensor.status().message()), HasSubstr("line 2 is not UTF-8"));
  }
}

TEST(TextsTest, ReadAgainTextsAreThoseThatWereWritten) {
  const std::vector<std::string> texts = {"", "öl", "𝛼", "naïve"};
  const auto tensor = TensorOfTexts(texts);
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(Utf8Of(CodePointsAt(*tensor, static_cast<std::int64_t>(i))), texts[i]);
  }
}

TEST(TextsTest, NumbersThatAreNoCodePointsAreShownAsReplacements) {
  EXPECT_EQ(Utf8Of({U'a', static_cast<char32_t>(0x7FFFFFFF), static_cast<char32_t>(0xD800)}),
            "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace brainalign
