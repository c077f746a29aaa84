// The main job by the real programs: simulate, upload, align, answer from the cache.
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using nlohmann::json;

// As sha256sum gives it.
std::string Sha256OfLastBytes(const std::string& path, int bytes) {
  const std::string command = "tail -c " + std::to_string(bytes) + " '" + path + "' | sha256sum";
  FILE* const pipe = popen(command.c_str(), "r");
  std::string text(64, ' ');
  const std::size_t size = pipe == nullptr ? 0 : std::fread(text.data(), 1, text.size(), pipe);
  if (pipe != nullptr) pclose(pipe);
  return text.substr(0, size);
}

class MainJobTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Simulate(experiment_, 500, 16, 4, 24));
    server_ = RunningServer::Start(scratch_ / "server");
    ASSERT_NE(server_, nullptr);
  }

  // Runs the experiment at the server and returns the result.
  json Run(const std::string& out, std::vector<std::string> options = {}) {
    std::vector<std::string> arguments = {"run",   experiment_,   "--server", server_->address(),
                                          "--out", scratch_ / out};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = RunBrainalign(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return ReadResult(scratch_ / out);
  }

  ScratchFolder scratch_;
  const std::string experiment_ = scratch_ / "experiment";
  std::unique_ptr<RunningServer> server_;
};

TEST_F(MainJobTest, FindsTheDelaysThatWereSimulated) {
  const json result = Run("result.json");
  EXPECT_EQ(result.at("words_given"), 500);
  EXPECT_GT(result.at("temporal_score"), 0.9);
  EXPECT_GT(result.at("alignment_score_best_layer"), 0.05);
  EXPECT_FALSE(result.at("from_cache"));
  EXPECT_EQ(server_->Stop(), 0);
}

TEST_F(MainJobTest, ServerAndLocalRunGiveTheSameBits) {
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--preset", "strict"},
        std::vector<std::string>{"--preset", "paper", "--pca", "5"},
        std::vector<std::string>{"--direction", "model_to_brain", "--alphas", "1,1000"}}) {
    const json remote = Run("remote.json", options);
    std::vector<std::string> arguments = {"run", experiment_, "--local", "--out",
                                          scratch_ / "local.json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome local = RunBrainalign(arguments);
    ASSERT_EQ(local.exit_code, 0) << local.err;
    const json here = ReadResult(scratch_ / "local.json");
    EXPECT_EQ(Numbers(remote), Numbers(here));
    ASSERT_FALSE(here["inputs"].empty());
    EXPECT_EQ(remote["inputs"], here["inputs"]);
    const json& last = here["inputs"].back();
    EXPECT_EQ(last["name"], "activations");
    EXPECT_EQ(last["sha256"],
              Sha256OfLastBytes(experiment_ + "/activations.npy", 4 * 500 * 24 * 4));
  }
}

// What was done to the recording is kept with the job, for whoever reads the result later.
TEST_F(MainJobTest, APreparedRecordingHasTheSameResultEverywhere) {
  const std::vector<std::string> options = {"--band-pass", "0.5",      "12", "--resample",
                                            "15",          "--alphas", "10"};
  const json remote = Run("remote.json", options);
  std::vector<std::string> arguments = {"run", experiment_, "--local", "--out",
                                        scratch_ / "local.json"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  ASSERT_EQ(RunBrainalign(arguments).exit_code, 0);
  const json local = ReadResult(scratch_ / "local.json");
  ASSERT_TRUE(local.contains("preparation"));
  EXPECT_EQ(local.at("preparation").at("band_pass_hz"), json::parse("[0.5, 12.0]"));
  EXPECT_EQ(Numbers(remote), Numbers(local));
  const Outcome again = RunBrainalign({"result", remote.at("job_id").get<std::string>(), "--server",
                                       server_->address(), "--out", scratch_ / "again.json"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  json fetched = ReadResult(scratch_ / "again.json");
  // Of the command that read the folder, the notes on the preparation are kept with the job.
  const json& notes = remote.at("preparation").at("notes");
  EXPECT_FALSE(notes.empty());  // the times are nearer to each other than samples at 15 Hz
  EXPECT_EQ(fetched.at("reading_notes"), notes);
  fetched["reading_notes"] = remote.at("reading_notes");
  EXPECT_EQ(fetched, remote);
}

TEST_F(MainJobTest, TheSameAgainComesFromTheCache) {
  const json first = Run("first.json");
  const json second = Run("second.json");
  EXPECT_TRUE(second.at("from_cache"));
  EXPECT_EQ(Numbers(second), Numbers(first));
  // Another option is another job.
  EXPECT_FALSE(Run("other.json", {"--metric", "cosine"}).at("from_cache"));
  // Computed again on demand, to the same bits.
  const json again = Run("again.json", {"--skip-cache"});
  EXPECT_FALSE(again.at("from_cache"));
  EXPECT_EQ(Numbers(again), Numbers(first));
}

TEST_F(MainJobTest, TheCacheOutlivesTheServer) {
  const json first = Run("first.json");
  EXPECT_EQ(server_->Stop(), 0);
  server_ = RunningServer::Start(scratch_ / "server");
  ASSERT_NE(server_, nullptr);
  const json second = Run("second.json");
  EXPECT_TRUE(second.at("from_cache"));
  EXPECT_EQ(Numbers(second), Numbers(first));
}

TEST_F(MainJobTest, SubmitListWatchAndResultTellOfOneJob) {
  const Outcome submitted =
      RunBrainalign({"submit", experiment_, "--server", server_->address(), "--name", "of a test"});
  ASSERT_EQ(submitted.exit_code, 0) << submitted.err;
  const std::string job = submitted.out.substr(0, submitted.out.find('\n'));
  ASSERT_FALSE(job.empty());

  const Outcome watched = RunBrainalign({"watch", job, "--server", server_->address()});
  EXPECT_EQ(watched.exit_code, 0) << watched.err;
  EXPECT_NE(watched.out.find("temporal score"), std::string::npos) << watched.out;

  const Outcome listed = RunBrainalign({"list", "--server", server_->address()});
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  EXPECT_NE(listed.out.find(job), std::string::npos) << listed.out;
  EXPECT_NE(listed.out.find("of a test"), std::string::npos) << listed.out;

  const Outcome result = RunBrainalign(
      {"result", job, "--server", server_->address(), "--out", scratch_ / "result.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(ReadResult(scratch_ / "result.json").at("job_id"), job);

  // A job that has ended stays as it is.
  EXPECT_EQ(RunBrainalign({"cancel", job, "--server", server_->address()}).exit_code, 0);
  EXPECT_EQ(RunBrainalign({"result", job, "--server", server_->address()}).exit_code, 0);
}

}  // namespace
}  // namespace brainalign
