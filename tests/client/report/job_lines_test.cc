#include "client/report/job_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace brainalign {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(JobLinesTest, HasTheWordsThatAUserKnows) {
  const std::string lines = LinesOfJson(R"({"job_id": "7f3a", "message": "", "person": null,
      "name": "PRESET_PAPER", "specification": {
        "layers": [{"name": "a/b", "activations": {"digest": "00ff",
                    "spec": {"data_type": "DATA_TYPE_F32", "shape": ["150", "8"]}}}],
        "options": {"preset": "PRESET_STRICT", "fold_by": "FOLD_BY_CONTIGUOUS", "folds": 5,
                    "pca_words": "FIT_WORDS_ALL", "null_by": "NULL_BY_UNSPECIFIED"}}})");
  const auto value = [&](const std::string& path) {
    const std::size_t at = ("\n" + lines).find("\n" + path + "  ");
    if (at == std::string::npos) return std::string("missing");
    const std::string line = lines.substr(at, lines.find('\n', at) - at);
    return line.substr(line.rfind(' ') + 1);
  };
  EXPECT_EQ(value("job id"), "7f3a");
  EXPECT_EQ(value("name"), "PRESET_PAPER");  // a name of the user's own
  EXPECT_EQ(value("layers 0 activations data type"), "f32");
  EXPECT_EQ(value("layers 0 activations shape 1"), "8");
  EXPECT_EQ(value("layers 0 name"), "a/b");
  EXPECT_EQ(value("options preset"), "strict");
  EXPECT_EQ(value("options fold by"), "contiguous");
  EXPECT_EQ(value("options folds"), "5");
  EXPECT_EQ(value("options pca words"), "all");
  EXPECT_THAT(lines, Not(HasSubstr("null by")));
  EXPECT_THAT(lines, Not(HasSubstr("DATA_TYPE")));
  EXPECT_THAT(lines, Not(HasSubstr("specification")));
}

}  // namespace
}  // namespace brainalign
