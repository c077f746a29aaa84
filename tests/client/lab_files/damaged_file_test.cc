// Files of labs that are truncated or have wrong bytes: an error, whatever their library does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "client/lab_files/import.h"
#include "client/lab_files/run_apart.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string BytesOf(const std::string& name) {
  std::ifstream file(std::string(BRAINALIGN_SOURCE_DIR "/tests/golden/lab_files/") + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class DamagedFileTest : public testing::TestWithParam<std::string> {
 protected:
  absl::Status Import(const std::string& bytes) {
    const ImportOptions options{.files = {folder_.Write("damaged.mat", bytes)},
                                .dir = folder_.Path("experiment")};
    return ImportLabFiles(options, {}).status();
  }

  const ScratchFolder folder_;
};

TEST_P(DamagedFileTest, ATruncatedOneIsRefused) {
  const std::string bytes = BytesOf(GetParam());
  ASSERT_GT(bytes.size(), 1000u);
  for (const double part : {0.01, 0.3, 0.5, 0.9, 0.99}) {
    const auto size = static_cast<std::size_t>(part * static_cast<double>(bytes.size()));
    const absl::Status status = Import(bytes.substr(0, size));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << part << " " << status;
    EXPECT_THAT(status.message(),
                AnyOf(HasSubstr("truncated"), HasSubstr("damaged"), HasSubstr("neither")));
    EXPECT_THAT(folder_.List(), ElementsAre("damaged.mat"));
  }
}

TEST_P(DamagedFileTest, WrongBytesAreNoMoreThanAnError) {
  const std::string bytes = BytesOf(GetParam());
  std::mt19937 random(7);
  for (int i = 0; i < 12; ++i) {
    std::string damaged = bytes;
    for (int k = 0; k < 8; ++k) {
      damaged[random() % damaged.size()] = static_cast<char>(random() % 256);
    }
    // What it says is of no account: a number may differ and nothing else.
    const absl::Status status = Import(damaged);
    EXPECT_TRUE(status.ok() || !status.message().empty());
    std::filesystem::remove_all(folder_.Path("experiment"));
    EXPECT_THAT(folder_.List(), ElementsAre("damaged.mat"));
  }
}

INSTANTIATE_TEST_SUITE_P(Files, DamagedFileTest,
                         testing::Values("version4.mat", "version5.mat", "version7.mat",
                                         "version73.mat", "features.hdf5"),
                         [](const auto& file) {
                           return file.param.substr(0, file.param.find('.'));
                         });

class WrongAxesTest : public DamagedFileTest {};

TEST_P(WrongAxesTest, AreRefusedByName) {
  const absl::Status status = Import(BytesOf(GetParam()));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  const bool is_field = GetParam().find("field") != std::string::npos;
  EXPECT_THAT(status.message(), HasSubstr("is damaged: its variable at byte 128 has"));
  EXPECT_THAT(status.message(), HasSubstr(is_field ? "'info.meg'" : "'meg'"));
  EXPECT_THAT(status.message(), HasSubstr("3, 4) elements, of which 24 are stored"));
  EXPECT_THAT(folder_.List(), ElementsAre("damaged.mat"));
}

INSTANTIATE_TEST_SUITE_P(Files, WrongAxesTest,
                         testing::Values("wrong_axes.mat", "wrong_axes_large.mat",
                                         "wrong_axes_few.mat", "wrong_axes_compressed.mat",
                                         "wrong_axes_field.mat", "wrong_axes_compressed_field.mat"),
                         [](const auto& file) {
                           return file.param.substr(0, file.param.find('.'));
                         });

TEST(RunApartTest, ACrashIsTheGivenSentence) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGKILL}) {
    const absl::Status status = RunApart(
                                    [signal](const ByteProgress&) -> absl::StatusOr<std::string> {
                                      std::raise(signal);
                                      return "";
                                    },
                                    "x.mat is damaged", {}, nullptr)
                                    .status();
    EXPECT_EQ(status, absl::InvalidArgumentError("x.mat is damaged"));
  }
}

TEST(RunApartTest, AnswersErrorsAndProgressArrive) {
  std::vector<std::int64_t> done;
  const auto answer = RunApart(
      [](const ByteProgress& report) -> absl::StatusOr<std::string> {
        report(1, 3);
        report(3, 3);
        return std::string(100'000, 'a');
      },
      "", {},
      [&done](std::int64_t now, std::int64_t all) {
        EXPECT_EQ(all, 3);
        done.push_back(now);
      });
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->size(), 100'000u);
  EXPECT_THAT(done, ElementsAre(1, 3));
  EXPECT_EQ(
      RunApart([](const ByteProgress&) { return absl::NotFoundError("no x"); }, "", {}, nullptr)
          .status(),
      absl::NotFoundError("no x"));
}

}  // namespace
}  // namespace brainalign
