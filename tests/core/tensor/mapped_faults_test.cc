#include "core/tensor/mapped_faults.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/tensor/mapped_file.h"
#include "core/tensor/tensor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class MappedFaultTest : public testing::Test {
 protected:
  void SetUp() override { InstallMappedFaultHandler(); }

  // A file of `pages` pages and a few bytes more, none of them zero.
  std::string Write(const std::string& name, std::int64_t pages) const {
    return folder_.Write(name,
                         std::string(static_cast<std::size_t>(pages * page_bytes_ + 10), 'x'));
  }
  static std::shared_ptr<const MappedFile> Map(const std::string& path) {
    auto file = MappedFile::Open(path);
    EXPECT_TRUE(file.ok()) << file.status();
    return *std::move(file);
  }
  static int At(const MappedFile& file, std::int64_t offset) {
    return static_cast<int>(*static_cast<const volatile std::byte*>(file.data() + offset));
  }
  void Cut(const std::string& path, std::int64_t pages) const {
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(pages * page_bytes_));
  }

  const std::int64_t page_bytes_ = sysconf(_SC_PAGESIZE);
  ScratchFolder folder_;
};

TEST_F(MappedFaultTest, FileCutShortReadsAsZerosAndSaysWhere) {
  const std::string path = Write("file", 8);
  const auto file = Map(path);
  EXPECT_EQ(At(*file, 5 * page_bytes_), 'x');
  Cut(path, 2);
  EXPECT_TRUE(file->CheckReadable().ok());  // nothing was read of what is missing

  EXPECT_EQ(At(*file, 5 * page_bytes_ + 7), 0);
  const absl::Status status = file->CheckReadable();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("byte ", 5 * page_bytes_, " ")));
  EXPECT_EQ(At(*file, 8 * page_bytes_ + 9), 0);  // the last byte
  EXPECT_EQ(At(*file, 3 * page_bytes_), 0);
  EXPECT_THAT(std::string(file->CheckReadable().message()),
              HasSubstr(absl::StrCat("byte ", 3 * page_bytes_, " ")));
  EXPECT_EQ(At(*file, 2 * page_bytes_ - 1), 'x');  // what is there
}

TEST_F(MappedFaultTest, EveryViewOfTheFileHearsOfItAndNoOther) {
  const std::string path = Write("file", 8);
  const Tensor whole = Tensor::OfFile({DType::kI16, {4, page_bytes_}, Order::kC}, Map(path), 0);
  const Tensor slice = *whole.Slice(3);
  const auto other = Map(Write("other", 8));
  Cut(path, 0);
  EXPECT_EQ(slice.At(0), 0);
  EXPECT_FALSE(slice.CheckReadable().ok());
  EXPECT_EQ(whole.CheckReadable(), slice.CheckReadable());
  EXPECT_EQ(At(*other, 5 * page_bytes_), 'x');
  EXPECT_TRUE(other->CheckReadable().ok());
  // The file as it is by then.
  Write("file", 8);
  const auto again = Map(path);
  EXPECT_EQ(At(*again, 5 * page_bytes_), 'x');
  EXPECT_TRUE(again->CheckReadable().ok());
  EXPECT_FALSE(whole.CheckReadable().ok());
}

TEST_F(MappedFaultTest, ThreadsAtTheSamePagesWhileOthersMapFiles) {
  constexpr int kReaders = 4;
  constexpr std::int64_t kPages = 64;
  const std::string kept = Write("kept", 2);
  std::atomic<bool> is_over = false;
  std::vector<std::jthread> mappers;
  for (int i = 0; i < 2; ++i) {
    mappers.emplace_back([&] {
      while (!is_over) {
        const auto file = Map(kept);
        EXPECT_EQ(At(*file, page_bytes_), 'x');
        EXPECT_TRUE(file->CheckReadable().ok());
      }
    });
  }
  for (int round = 0; round < 20; ++round) {
    const std::string path = Write("file", kPages);
    const auto file = Map(path);
    Cut(path, 1);
    std::barrier together(kReaders);
    std::vector<std::jthread> readers;
    for (int i = 0; i < kReaders; ++i) {
      readers.emplace_back([&, is_backward = i % 2 == 1] {
        together.arrive_and_wait();
        for (std::int64_t page = 1; page < kPages; ++page) {
          const std::int64_t at = is_backward ? kPages - page : page;
          EXPECT_EQ(At(*file, at * page_bytes_), 0);
          EXPECT_FALSE(file->CheckReadable().ok());
        }
      });
    }
    readers.clear();
    EXPECT_THAT(std::string(file->CheckReadable().message()),
                HasSubstr(absl::StrCat("byte ", page_bytes_, " ")));
    EXPECT_EQ(At(*file, 0), 'x');
  }
  is_over = true;
}

// Reads a file that was cut short, through a mapping that nobody knows of. It has no name, which
// a process that dies could not remove.
void ReadUnknownMapping() {
  const int fd = memfd_create("cut short", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, 4096) != 0) return;
  const void* const data = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED || ftruncate(fd, 0) != 0) return;
  static_cast<void>(*static_cast<const volatile char*>(data));
}

// In a process of its own each, which has no handler yet.
class MappedFaultDeathTest : public testing::Test {
 protected:
  void SetUp() override { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST_F(MappedFaultDeathTest, AnyOtherBusErrorEndsTheProcess) {
  const auto die = [&](const auto& deed) {
    std::signal(SIGBUS, SIG_DFL);  // a sanitizer has one
    InstallMappedFaultHandler();
    deed();
  };
  EXPECT_EXIT(die(ReadUnknownMapping), testing::KilledBySignal(SIGBUS), "");
  EXPECT_EXIT(die([] { raise(SIGBUS); }), testing::KilledBySignal(SIGBUS), "");
}

TEST_F(MappedFaultDeathTest, AnyOtherBusErrorGoesToTheHandlerThatWasThere) {
  const auto die = [&] {
    std::signal(SIGBUS, [](int) { _exit(7); });
    InstallMappedFaultHandler();
    ReadUnknownMapping();
  };
  EXPECT_EXIT(die(), testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace brainalign
