#include "client/report/whole_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(WholeFileTest, ReplacesWhatWasThereAndLeavesNothingElse) {
  const ScratchFolder folder;
  const std::string path = folder.Path("result.json");
  ASSERT_TRUE(WriteWholeFile(path, "old and longer").ok());
  ASSERT_TRUE(WriteWholeFile(path, "new").ok());
  EXPECT_EQ(folder.Read("result.json"), "new");
  EXPECT_THAT(folder.List(), ElementsAre("result.json"));
}

TEST(WholeFileTest, AFileKeepsItsPermissions) {
  const ScratchFolder folder;
  const std::string path = folder.Path("result.json");
  ASSERT_TRUE(WriteWholeFile(path, "old").ok());
  const auto shared = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write |
                      std::filesystem::perms::group_read | std::filesystem::perms::group_write;
  std::filesystem::permissions(path, shared);
  ASSERT_TRUE(WriteWholeFile(path, "new").ok());
  EXPECT_EQ(std::filesystem::status(path).permissions(), shared);
}

TEST(WholeFileTest, CheckLeavesNoTrace) {
  const ScratchFolder folder;
  EXPECT_TRUE(CheckWritable(folder.Path("result.json")).ok());
  EXPECT_THAT(folder.List(), IsEmpty());
}

TEST(WholeFileTest, OnlyWhatBeginsAlikeIsReplaceable) {
  const ScratchFolder folder;
  const std::string path = folder.Path("result.json");
  EXPECT_TRUE(CheckReplaceable(path, "{ours").ok());
  for (const std::string there : {"", "{ours", "{ours and more"}) {
    folder.Write("result.json", there);
    EXPECT_TRUE(CheckReplaceable(path, "{ours").ok()) << there;
  }
  for (const std::string there : {"{our", "\x93NUMPY data", "mine"}) {
    folder.Write("result.json", there);
    const absl::Status status = CheckReplaceable(path, "{ours");
    EXPECT_TRUE(absl::IsAlreadyExists(status)) << there;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path));
    EXPECT_EQ(folder.Read("result.json"), there);
  }
  EXPECT_TRUE(CheckReplaceable("/dev/null", "{ours").ok());
  EXPECT_FALSE(CheckReplaceable(folder.path(), "{ours").ok());
}

TEST(WholeFileTest, FolderThatIsNotThereIsNamed) {
  const ScratchFolder folder;
  const std::string path = folder.Path("missing") + "/result.json";
  EXPECT_THAT(std::string(CheckWritable(path).message()), HasSubstr(path));
  EXPECT_FALSE(WriteWholeFile(path, "x").ok());
}

TEST(WholeFileTest, FolderInPlaceOfAFileIsRefused) {
  const ScratchFolder folder;
  EXPECT_FALSE(CheckWritable(folder.path()).ok());
  const absl::Status status = ReadWholeFile(folder.path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder.path() + ": it is a folder"));
}

TEST(WholeFileTest, LinkIsFollowedAndStaysALink) {
  const ScratchFolder folder;
  ASSERT_TRUE(WriteWholeFile(folder.Path("target"), "old").ok());
  std::filesystem::create_symlink(folder.Path("target"), folder.Path("link"));
  ASSERT_TRUE(WriteWholeFile(folder.Path("link"), "new").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(folder.Path("link")));
  EXPECT_EQ(folder.Read("target"), "new");
}

TEST(WholeFileTest, DeviceIsWrittenToAsItIs) {
  EXPECT_TRUE(CheckWritable("/dev/null").ok());
  EXPECT_TRUE(WriteWholeFile("/dev/null", "x").ok());
  EXPECT_FALSE(WriteWholeFile("/dev/full", "x").ok());
}

}  // namespace
}  // namespace brainalign
