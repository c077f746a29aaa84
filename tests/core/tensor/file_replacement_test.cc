#include "core/tensor/file_replacement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(FileReplacementTest, OldContentsStayUntilCommit) {
  const ScratchFolder folder;
  folder.Write("a", "old");
  auto file = FileReplacement::Create(folder.Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Append("new ", 4).ok());
  ASSERT_TRUE((*file)->Append("contents", 8).ok());
  EXPECT_EQ(folder.Read("a"), "old");
  ASSERT_TRUE((*file)->Commit().ok());
  EXPECT_EQ(folder.Read("a"), "new contents");
  file->reset();
  EXPECT_THAT(folder.List(), ElementsAre("a"));
}

TEST(FileReplacementTest, WithoutCommitNothingIsLeft) {
  const ScratchFolder folder;
  {
    auto file = FileReplacement::Create(folder.Path("a"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->Append("half", 4).ok());
  }
  EXPECT_THAT(folder.List(), ElementsAre());
}

TEST(FileReplacementTest, AMissingFolderIsNamed) {
  const ScratchFolder folder;
  const auto file = FileReplacement::Create(folder.Path("none/a"));
  EXPECT_THAT(std::string(file.status().message()),
              AllOf(HasSubstr(folder.Path("none/a")), HasSubstr("No such file or directory")));
}

TEST(FileReplacementTest, ADirectoryIsNotReplaced) {
  const ScratchFolder folder;
  auto file = FileReplacement::Create(folder.path());
  ASSERT_TRUE(file.ok());
  EXPECT_FALSE((*file)->Commit().ok());
  file->reset();
  EXPECT_FALSE(std::filesystem::exists(folder.path() + ".part"));
  EXPECT_THAT(folder.List(), ElementsAre());
}

// A limit on the size of files stands for a full disk: write fails half way.
TEST(FileReplacementTest, AFailedWriteLeavesNothingBehind) {
  const ScratchFolder folder;
  folder.Write("a", "old");
  struct rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  {
    auto file = FileReplacement::Create(folder.Path("a"));
    ASSERT_TRUE(file.ok());
    const std::string bytes(10000, 'x');
    const absl::Status status = (*file)->Append(bytes.data(), 10000);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(folder.Path("a")), HasSubstr("File too large")));
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  EXPECT_EQ(folder.Read("a"), "old");
  EXPECT_THAT(folder.List(), ElementsAre("a"));
}

}  // namespace
}  // namespace brainalign
