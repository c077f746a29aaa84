// Preparing a recording: as a folder of its own, and on the way to an alignment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "client/cli/command_line.h"
#include "client/preparation/prepare.h"
#include "core/tensor/format/npy.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class FilterTest : public testing::Test {
 protected:
  FilterTest() {
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    setenv("XDG_CACHE_HOME", folder_.Path("cache").c_str(), 1);
    const std::string wrong = Complaint({"simulate", experiment_, "--words", "120", "--sensors",
                                         "3", "--layers", "3", "--dims", "4", "--sessions", "3",
                                         "--sfreq", "60", "--tmin", "0", "--tmax", "1"});
    EXPECT_EQ(wrong, "");
  }

  ~FilterTest() override { unsetenv("XDG_CACHE_HOME"); }

  // What the command says of what went wrong; empty if nothing did. Notes go to notes_.
  std::string Complaint(const std::vector<std::string>& arguments) {
    std::FILE* out = std::tmpfile();
    std::FILE* err = std::tmpfile();
    const int code = RunCommandLine(arguments, out, err, {});
    notes_.clear();
    std::rewind(err);
    for (int c = std::fgetc(err); c != EOF; c = std::fgetc(err)) notes_ += static_cast<char>(c);
    std::fclose(out);
    std::fclose(err);
    return code == 0 ? "" : notes_;
  }

  std::string RunHere(const std::string& dir, const std::string& json,
                      std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"run", dir,     "--local",         "--folds",
                                          "3",   "--out", folder_.Path(json)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Complaint(arguments);
  }

  // Without what differs from one run to the next.
  nlohmann::json Result(const std::string& json) {
    nlohmann::json result = nlohmann::json::parse(folder_.Read(json));
    result.erase("compute_seconds");
    result.erase("reading_notes");  // on the folder itself
    return result;
  }

  std::vector<fs::path> Kept() {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder_.Path("cache/brainalign/prepared"))) {
      paths.push_back(entry.path());
    }
    return paths;
  }

  const ScratchFolder folder_;
  const std::string experiment_ = folder_.Path("experiment");
  const std::vector<std::string> options_ = {"--band-pass", "0.4", "12", "--resample", "30"};
  std::string notes_;
};

TEST_F(FilterTest, ARunWithTheOptionsEqualsARunOnThePreparedFolder) {
  EXPECT_EQ(RunHere(experiment_, "a.json", options_), "");
  EXPECT_THAT(notes_, AllOf(HasSubstr("filtered in 3 parts"), HasSubstr("session_starts.npy"),
                            HasSubstr("several times read one sample")));
  const std::string prepared = folder_.Path("prepared");
  std::vector<std::string> arguments = {"filter", experiment_, "--out", prepared};
  arguments.insert(arguments.end(), options_.begin(), options_.end());
  EXPECT_EQ(Complaint(arguments), "");
  EXPECT_EQ(RunHere(prepared, "b.json"), "");
  const nlohmann::json result = Result("a.json");
  EXPECT_EQ(result, Result("b.json"));

  EXPECT_EQ(result["preparation"]["band_pass_hz"], nlohmann::json::parse("[0.4, 12.0]"));
  EXPECT_EQ(result["preparation"]["resample_hz"], 30);
  EXPECT_EQ(result["preparation"]["original_sfreq_hz"], 60);
  EXPECT_EQ(result["preparation"]["filter_samples"], 495);  // of MNE, too
  EXPECT_GT(result["preparation"]["edge_words"], 0);
  EXPECT_LT(result["preparation"]["edge_words"], 120);
  EXPECT_THAT(result["notes"].dump(), HasSubstr("band-passed from 0.4 to 12 Hz"));

  EXPECT_EQ(RunHere(experiment_, "c.json"), "");
  EXPECT_FALSE(Result("c.json").contains("preparation"));
  EXPECT_NE(Result("c.json")["score"], result["score"]);
}

TEST_F(FilterTest, APreparedRecordingIsMadeOnceAndKept) {
  EXPECT_EQ(RunHere(experiment_, "a.json", options_), "");
  ASSERT_EQ(Kept().size(), 1u);
  struct stat first = {};
  ASSERT_EQ(stat(Kept()[0].c_str(), &first), 0);
  EXPECT_EQ(first.st_mode & 0777u, 0600u);
  EXPECT_EQ(RunHere(experiment_, "b.json", options_), "");
  ASSERT_EQ(Kept().size(), 1u);
  struct stat second = {};
  ASSERT_EQ(stat(Kept()[0].c_str(), &second), 0);
  EXPECT_EQ(first.st_ino, second.st_ino);
  EXPECT_EQ(Result("a.json"), Result("b.json"));
  // Something else under its name is not taken.
  const fs::path kept = Kept()[0];
  std::ofstream(kept, std::ios::trunc) << "half a fi";
  EXPECT_EQ(RunHere(experiment_, "c.json", options_), "");
  EXPECT_EQ(Result("a.json"), Result("c.json"));
  EXPECT_EQ(Kept(), std::vector<fs::path>{kept});
  // Other options, and other places of sessions, are other recordings.
  EXPECT_EQ(RunHere(experiment_, "d.json", {"--resample", "30"}), "");
  EXPECT_EQ(Kept().size(), 2u);
  fs::remove(fs::path(experiment_) / "groups.npy");
  EXPECT_EQ(RunHere(experiment_, "e.json", options_), "");
  EXPECT_EQ(Kept().size(), 3u);
}

TEST_F(FilterTest, ARefusedFilterLeavesNothing) {
  const std::string out = folder_.Path("out");
  EXPECT_THAT(Complaint({"filter", experiment_, "--out", out}),
              HasSubstr("there is nothing to do"));
  EXPECT_THAT(Complaint({"filter", experiment_, "--out", out, "--band-pass", "1", "30"}),
              HasSubstr("less than half of the sampling rate, 30 Hz"));
  EXPECT_THAT(Complaint({"filter", experiment_, "--out", out, "--band-pass", "-1", "20"}),
              HasSubstr("from -1 to 20 Hz"));
  EXPECT_THAT(Complaint({"filter", experiment_, "--out", out, "--resample", "61"}),
              HasSubstr("at most that of the recording, 60 Hz"));
  EXPECT_FALSE(fs::exists(out));
  EXPECT_THAT(RunHere(experiment_, "a.json", {"--resample", "0"}), HasSubstr("above 0"));
  EXPECT_THAT(Complaint({"filter", experiment_, "--out", experiment_, "--resample", "30"}),
              HasSubstr("is there already"));
  EXPECT_THAT(Complaint({"filter", experiment_, "--resample", "30"}), HasSubstr("--out"));
  EXPECT_THAT(folder_.List(), testing::ElementsAre("experiment"));
}

TEST_F(FilterTest, AnEmptyFolderStaysTheSameFolder) {
  const std::string out = folder_.Path("out");
  ASSERT_TRUE(fs::create_directory(out));
  fs::permissions(out, fs::perms::owner_all | fs::perms::group_all);
  struct stat before = {};
  ASSERT_EQ(stat(out.c_str(), &before), 0);
  fs::create_directory_symlink(out, folder_.Path("link"));
  EXPECT_EQ(Complaint({"filter", experiment_, "--out", folder_.Path("link"), "--resample", "30"}),
            "");
  struct stat after = {};
  ASSERT_EQ(stat(out.c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(RunHere(out, "a.json"), "");
  EXPECT_EQ(RunHere(experiment_, "b.json", {"--resample", "30"}), "");
  EXPECT_EQ(Result("a.json"), Result("b.json"));
  for (const auto& entry : fs::directory_iterator(out)) {
    EXPECT_TRUE(entry.is_regular_file()) << entry.path();
  }
  EXPECT_THAT(Complaint({"filter", experiment_, "--out", "", "--resample", "30"}),
              HasSubstr("--out is empty"));
}

TEST_F(FilterTest, RefusesEpochsAndWhatWasPreparedBefore) {
  const std::string prepared = folder_.Path("deep/prepared/");
  EXPECT_EQ(Complaint({"filter", experiment_, "--out", prepared, "--resample", "30"}), "");
  EXPECT_THAT(RunHere(prepared, "a.json", {"--resample", "15"}),
              HasSubstr("prepared before, from 60 to 30 Hz"));
  EXPECT_EQ(Complaint({"simulate", folder_.Path("epochs"), "--epochs", "--words", "50"}), "");
  EXPECT_THAT(RunHere(folder_.Path("epochs"), "a.json", {"--resample", "15"}),
              HasSubstr("given as epochs (meg.npy)"));
}

TEST_F(FilterTest, GivenStartsOfSessionsArePlacesOfTheNewRecording) {
  // Sessions as given, not as the words suggest.
  fs::remove(fs::path(experiment_) / "groups.npy");
  const absl::StatusOr<Tensor> onsets = OpenNpy((fs::path(experiment_) / "onsets.npy").string());
  ASSERT_TRUE(onsets.ok());
  const auto start = static_cast<std::int64_t>(onsets->At(60) * 60) - 1;
  const std::int64_t starts[] = {0, start};
  std::vector<std::byte> bytes(sizeof starts);
  std::memcpy(bytes.data(), starts, sizeof starts);
  ASSERT_TRUE(WriteNpy((fs::path(experiment_) / "session_starts.npy").string(),
                       *Tensor::FromBytes({DType::kI64, {2}, Order::kC}, bytes))
                  .ok());
  EXPECT_EQ(RunHere(experiment_, "a.json", options_), "");
  EXPECT_THAT(notes_, testing::Not(HasSubstr("parts")));
  std::vector<std::string> arguments = {"filter", experiment_, "--out", folder_.Path("prepared")};
  arguments.insert(arguments.end(), options_.begin(), options_.end());
  EXPECT_EQ(Complaint(arguments), "");
  const auto record = nlohmann::json::parse(folder_.Read("prepared/preparation.json"));
  const double new_start = std::nearbyint(static_cast<double>(start) / 2);  // halves to even
  EXPECT_EQ(record["session_starts"][1], static_cast<std::int64_t>(new_start));
  const absl::StatusOr<Tensor> new_starts = OpenNpy(folder_.Path("prepared/session_starts.npy"));
  ASSERT_TRUE(new_starts.ok()) << new_starts.status();
  EXPECT_THAT(new_starts->ToDoubles(), testing::ElementsAre(0, new_start));
  EXPECT_EQ(RunHere(folder_.Path("prepared"), "b.json"), "");
  EXPECT_EQ(Result("a.json"), Result("b.json"));
  EXPECT_THAT(Result("a.json")["notes"].dump(), HasSubstr("reach into another session"));
}

TEST(KeptRecordingsFolderTest, LiesInTheCacheOfTheUser) {
  const auto of = [](const std::string& cache, const std::string& home) {
    return KeptRecordingsFolder([&](const std::string& name) {
      return name == "XDG_CACHE_HOME" ? cache : name == "HOME" ? home : "";
    });
  };
  EXPECT_EQ(of("/c", "/h"), "/c/brainalign/prepared");
  EXPECT_EQ(of("", "/h"), "/h/.cache/brainalign/prepared");
  EXPECT_EQ(of("relative", "/h"), "/h/.cache/brainalign/prepared");
  EXPECT_EQ(of("", ""), "");
}

TEST_F(FilterTest, AStopLeavesNothingBehind) {
  Experiment experiment = *LoadRecording(experiment_);
  std::stop_source stopped;
  stopped.request_stop();
  FilterOptions options{.resample_hz = 30};
  const PreparationRun run{.threads = 1, .memory_bytes = 0, .stop = stopped.get_token()};
  EXPECT_TRUE(absl::IsCancelled(
      WritePreparedFolder(experiment_, folder_.Path("out"), options, run).status()));
  EXPECT_TRUE(absl::IsCancelled(PrepareKept(options, folder_.Path("kept"), run, experiment)));
  EXPECT_THAT(folder_.List(), testing::ElementsAre("experiment"));
}

}  // namespace
}  // namespace brainalign
