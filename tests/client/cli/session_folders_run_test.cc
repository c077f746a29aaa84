// The command on a recording in folders of sessions, and on the same recording joined by its user.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/cli/command_line.h"
#include "core/tensor/format/npy.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SessionFoldersRunTest : public testing::Test {
 protected:
  SessionFoldersRunTest() {
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    setenv("XDG_CACHE_HOME", folder_.Path("cache").c_str(), 1);
    const std::string wrong = Complaint({"simulate", Joined(), "--words", "120", "--sensors", "3",
                                         "--layers", "3", "--dims", "4", "--sessions", "3",
                                         "--sfreq", "60", "--tmin", "0", "--tmax", "1"});
    EXPECT_EQ(wrong, "");
    Split();
  }

  ~SessionFoldersRunTest() override { unsetenv("XDG_CACHE_HOME"); }

  std::string Joined() const { return folder_.Path("joined"); }
  std::string BySession() const { return folder_.Path("by_session"); }

  // What the command says of what went wrong; empty if nothing did.
  static std::string Complaint(const std::vector<std::string>& arguments) {
    std::FILE* out = std::tmpfile();
    std::FILE* err = std::tmpfile();
    const int code = RunCommandLine(arguments, out, err, {});
    std::string said;
    std::rewind(err);
    for (int c = std::fgetc(err); c != EOF; c = std::fgetc(err)) said += static_cast<char>(c);
    std::fclose(out);
    std::fclose(err);
    return code == 0 ? "" : said;
  }

  // The result of a run on this machine, without what differs from one run to the next, and what
  // was noted of the folder.
  nlohmann::json Run(const std::string& dir, const std::vector<std::string>& more = {}) {
    const std::string out = folder_.Path("result.json");
    std::vector<std::string> arguments = {"run", dir, "--local", "--folds", "3", "--out", out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(Complaint(arguments), "");
    nlohmann::json result = nlohmann::json::parse(folder_.Read("result.json"));
    fs::remove(out);
    result.erase("compute_seconds");
    result.erase("reading_notes");
    return result;
  }

  template <typename T>
  static void Write(const std::string& path, DType dtype, std::vector<std::int64_t> shape,
                    const std::vector<T>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    const Tensor tensor = *Tensor::FromBytes({dtype, std::move(shape), Order::kC}, bytes);
    ASSERT_TRUE(WriteNpy(path, tensor).ok()) << path;
  }

  // Cuts the recording of 120 words between words 40 and 41, and 70 and 71.
  void Split() {
    const Tensor signal = *OpenNpy(Joined() + "/continuous.npy");
    ASSERT_EQ(signal.dtype(), DType::kF32);
    std::vector<double> onsets = OpenNpy(Joined() + "/onsets.npy")->ToDoubles();
    const auto before = [&](std::size_t word) {
      return static_cast<std::int64_t>((onsets[word - 1] + onsets[word]) / 2 * 60);
    };
    const std::vector<std::size_t> words = {0, 40, 70, 120};
    std::vector<std::int64_t> starts = {0, before(40), before(70), signal.dim(1)};
    const std::vector<std::string> names = {"run-1", "run-2", "run-10"};
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string session = BySession() + "/sessions/" + names[i];
      fs::create_directories(session);
      const std::int64_t samples = starts[i + 1] - starts[i];
      std::vector<float> values;
      for (std::int64_t sensor = 0; sensor < signal.dim(0); ++sensor) {
        for (std::int64_t sample = 0; sample < samples; ++sample) {
          const std::int64_t at = sensor * signal.stride(0) + starts[i] + sample;
          values.push_back(static_cast<float>(signal.At(at)));
        }
      }
      Write(session + "/continuous.npy", DType::kF32, {signal.dim(0), samples}, values);
      const double start_seconds = static_cast<double>(starts[i]) / 60;
      std::vector<double> own;
      for (std::size_t word = words[i]; word < words[i + 1]; ++word) {
        own.push_back(onsets[word] - start_seconds);
        onsets[word] = own.back() + start_seconds;
      }
      Write(session + "/onsets.npy", DType::kF64, {std::ssize(own)}, own);
    }
    starts.pop_back();
    Write(Joined() + "/session_starts.npy", DType::kI64, {3}, starts);
    Write(Joined() + "/onsets.npy", DType::kF64, {120}, onsets);
    fs::remove(Joined() + "/groups.npy");
    for (const char* name :
         {"activations.npy", "times.npy", "sfreq.npy", "depth.npy", "truth.npy"}) {
      ASSERT_TRUE(fs::copy_file(fs::path(Joined()) / name, fs::path(BySession()) / name)) << name;
    }
  }

  const ScratchFolder folder_;
};

TEST_F(SessionFoldersRunTest, ARunEqualsThatOnTheJoinedRecording) {
  const nlohmann::json joined = Run(Joined());
  EXPECT_EQ(Run(BySession()), joined);
  EXPECT_THAT(joined["notes"].dump(), HasSubstr("reach into another session"));
}

TEST_F(SessionFoldersRunTest, AFilteredRunEqualsThatOnTheJoinedRecording) {
  const std::vector<std::string> options = {"--band-pass", "0.4", "12", "--resample", "30"};
  const nlohmann::json joined = Run(Joined(), options);
  EXPECT_EQ(Run(BySession(), options), joined);
  EXPECT_GT(joined["preparation"]["edge_words"], 0);
  std::vector<std::string> filter = {"filter", BySession(), "--out", folder_.Path("ready")};
  filter.insert(filter.end(), options.begin(), options.end());
  EXPECT_EQ(Complaint(filter), "");
  EXPECT_FALSE(fs::exists(folder_.Path("ready/sessions")));
  EXPECT_EQ(Run(folder_.Path("ready")), joined);
}

TEST_F(SessionFoldersRunTest, AFilteredFolderKeepsATableThatCountsFromTheStartOfEachSession) {
  std::string table = "word\tonset\n";
  for (const char* session : {"run-1", "run-2", "run-10"}) {
    const std::string path = BySession() + "/sessions/" + session + "/onsets.npy";
    for (const double onset : OpenNpy(path)->ToDoubles()) {
      table += "a\t" + std::to_string(onset) + "\n";
    }
  }
  folder_.Write("by_session/words.tsv", table);
  EXPECT_EQ(Complaint({"filter", BySession(), "--out", folder_.Path("ready"), "--resample", "30"}),
            "");
  EXPECT_EQ(Run(folder_.Path("ready")), Run(BySession(), {"--resample", "30"}));
}

}  // namespace
}  // namespace brainalign
