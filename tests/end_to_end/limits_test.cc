// Limits are asked for before the upload: a job or resource that the server would refuse sends
// nothing. And what the command writes is for its owner alone.
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LimitsTest : public testing::Test {
 protected:
  void Start(const std::vector<std::string>& options = {}) {
    ASSERT_NO_FATAL_FAILURE(Simulate(experiment_, 300, 8, 3, 12));
    server_ = RunningServer::Start(data_, "127.0.0.1:0", options);
    ASSERT_NE(server_, nullptr);
  }

  // What the command says as it fails for wrong input.
  std::string Refusal(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server_->address()});
    const Outcome outcome = RunBrainalign(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.out << outcome.err;
    return outcome.err;
  }

  bool HasReceivedNothing() const {
    for (const char* folder : {"/blobs", "/uploads"}) {
      for (const auto& entry : fs::recursive_directory_iterator(data_ + folder)) {
        if (entry.is_regular_file()) return false;
      }
    }
    return true;
  }

  ScratchFolder scratch_;
  const std::string experiment_ = scratch_ / "experiment";
  const std::string data_ = scratch_ / "server";
  std::unique_ptr<RunningServer> server_;
};

TEST_F(LimitsTest, OptionsAndNamesAreCheckedBeforeTheUpload) {
  Start();
  EXPECT_THAT(Refusal({"run", experiment_, "--folds", "150", "--fold-by", "contiguous",
                       "--purge-seconds", "0"}),
              HasSubstr("--folds is 150; the server takes at most 100"));
  std::string alphas = "1";
  for (int i = 2; i <= 300; ++i) alphas += "," + std::to_string(i);
  EXPECT_THAT(Refusal({"submit", experiment_, "--alphas", alphas}),
              HasSubstr("--alphas has 300 values; the server takes at most 256"));
  std::string bounds = "-1";
  for (int i = 1; i < 70; ++i) bounds += "," + std::to_string(i);
  EXPECT_THAT(Refusal({"run", experiment_, "--windows=" + bounds}),
              HasSubstr("--windows has 70 bounds; the server takes at most 64"));
  EXPECT_THAT(Refusal({"submit", experiment_, "--name", std::string(300, 'x')}),
              HasSubstr("--name has 300 bytes"));
  EXPECT_THAT(Refusal({"submit", experiment_, "--recording", "nobody"}),
              HasSubstr("there is no recording 'nobody'"));
  EXPECT_THAT(Refusal({"submit", experiment_, "--model", "nothing"}),
              HasSubstr("there is no model 'nothing'"));
  EXPECT_THAT(Refusal({"recording", "create", "BAD NAME", experiment_}),
              HasSubstr("NAME is 'BAD NAME'; give 1 to 64"));
  EXPECT_THAT(Refusal({"model", "create", "gpt2", experiment_, "--word-table", "story"}),
              HasSubstr("there is no word table 'story'"));
  EXPECT_THAT(
      Refusal({"recording", "create", "x", experiment_, "--display-name", std::string(300, 'x')}),
      HasSubstr("--display-name has 300 bytes"));
  EXPECT_THAT(Refusal({"recording", "submissions", "nobody"}),
              HasSubstr("there is no recording 'nobody'"));
  EXPECT_TRUE(HasReceivedNothing());
}

TEST_F(LimitsTest, MemoryOfTheServerIsCheckedBeforeTheUpload) {
  Start({"--memory", "1MiB"});
  EXPECT_THAT(Refusal({"run", experiment_}),
              HasSubstr("brainalignd --memory): memory is 1 MiB, but the least"));
  EXPECT_TRUE(HasReceivedNothing());
}

TEST_F(LimitsTest, FilesAreForTheirOwnerWhateverTheUmask) {
  ASSERT_NO_FATAL_FAILURE(Simulate(experiment_, 300, 8, 3, 12));
  const auto mode_of = [](const std::string& path) {
    struct stat info = {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777;
  };
  const std::string result_file = scratch_ / "result.result_file";
  const std::string page = scratch_ / "result.html";
  const mode_t before = ::umask(022);
  const Outcome outcome =
      RunBrainalign({"run", experiment_, "--local", "--out", result_file, "--report", page});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(mode_of(result_file), 0600U);
  EXPECT_EQ(mode_of(page), 0600U);
  ASSERT_EQ(::chmod(result_file.c_str(), 0644), 0);
  EXPECT_EQ(RunBrainalign({"run", experiment_, "--local", "--out", result_file}).exit_code, 0);
  EXPECT_EQ(mode_of(result_file), 0644U);
  const std::string ready = scratch_ / "ready";
  const Outcome filtered =
      RunBrainalign({"filter", experiment_, "--resample", "20", "--out", ready});
  ::umask(before);
  EXPECT_EQ(filtered.exit_code, 0) << filtered.err;
  EXPECT_EQ(mode_of(ready), 0700U);
  for (const auto& entry : fs::directory_iterator(ready)) {
    EXPECT_EQ(mode_of(entry.path()), 0600U) << entry.path();
  }
}

}  // namespace
}  // namespace brainalign
