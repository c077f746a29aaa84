// Scratch memory in a file that fails under it: an error, never the end of the process.
#include "core/linalg/scratch_memory.h"

#include <memory>
#include <string>

#include "core/tensor/mapped_faults.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/linalg/scratch_file.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kBytes = 1 << 20;

TEST(ScratchMemoryTest, InMemoryItIsZeroedAndIntact) {
  const auto memory = ScratchMemory::Allocate(kBytes, "");
  ASSERT_TRUE(memory.ok()) << memory.status();
  EXPECT_EQ(static_cast<const char*>((*memory)->data())[kBytes - 1], 0);
  EXPECT_TRUE((*memory)->CheckIntact().ok());
}

TEST(ScratchMemoryTest, AFolderThatIsNotThereIsNamed) {
  const auto memory = ScratchMemory::Allocate(kBytes, "/nowhere/at/all");
  EXPECT_TRUE(absl::IsUnavailable(memory.status()));
  EXPECT_THAT(std::string(memory.status().message()), HasSubstr("/nowhere/at/all"));
}

TEST(ScratchMemoryTest, AFileThatCannotBeReadOrWrittenIsAnErrorFromThenOn) {
  InstallMappedFaultHandler();
  const ScratchFolder folder;
  auto allocated = ScratchMemory::Allocate(kBytes, folder.path());
  ASSERT_TRUE(allocated.ok()) << allocated.status();
  const std::unique_ptr<ScratchMemory> memory = *std::move(allocated);
  auto* const bytes = static_cast<volatile char*>(memory->data());
  bytes[kBytes - 1] = 7;
  EXPECT_TRUE(memory->CheckIntact().ok());

  ASSERT_EQ(CutScratchFiles(folder.path()), 1);
  EXPECT_EQ(bytes[kBytes - 1], 0);
  const absl::Status status = memory->CheckIntact();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder.path()));
  bytes[0] = 5;
  EXPECT_EQ(bytes[0], 5);
  EXPECT_EQ(memory->CheckIntact().code(), status.code());
}

}  // namespace
}  // namespace brainalign
