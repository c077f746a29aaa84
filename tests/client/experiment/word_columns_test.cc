#include "client/experiment/word_columns.h"

#include <fstream>

#include "gmock/gmock.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(WordColumnsTest, AFileOfWordsIsAColumn) {
  const ScratchFolder folder;
  std::ofstream(folder.Path("words.txt")) << "once\nupon\na\n";
  const auto column = ReadWordColumn("text", folder.Path("words.txt"));
  ASSERT_TRUE(column.ok()) << column.status();
  EXPECT_THAT(column->spec().shape, ElementsAre(3, 4));
  const auto missing = ReadWordColumn("number", folder.Path("none.npy"));
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("none.npy"));
}

}  // namespace
}  // namespace brainalign
