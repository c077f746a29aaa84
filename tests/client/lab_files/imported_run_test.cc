// An alignment of what was imported, against one of the same arrays as .npy files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/cli/command_line.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

constexpr char kLabFiles[] = BRAINALIGN_SOURCE_DIR "/tests/golden/lab_files/";

void Succeed(const std::vector<std::string>& arguments) {
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();
  EXPECT_EQ(RunCommandLine(arguments, out, err, {}), 0) << arguments[0] << " " << arguments[1];
  std::fclose(out);
  std::fclose(err);
}

class ImportedRunTest : public testing::TestWithParam<std::string> {
 protected:
  // Without what differs from one run to the next.
  nlohmann::json Run(const std::string& dir, const std::string& name) {
    Succeed({"run", dir, "--local", "--folds", "3", "--out", folder_.Path(name)});
    nlohmann::json result = nlohmann::json::parse(folder_.Read(name));
    result.erase("compute_seconds");
    result.erase("reading_notes");  // on the folder itself
    result.erase("inputs");         // MATLAB's arrays are in the other order
    return result;
  }

  const ScratchFolder folder_;
};

TEST_P(ImportedRunTest, EqualsARunOnTheArraysBitForBit) {
  const std::string dir = folder_.Path("imported");
  Succeed({"import", kLabFiles + GetParam(), dir});
  const nlohmann::json imported = Run(dir, "imported.json");
  EXPECT_EQ(imported, Run(std::string(kLabFiles) + "experiment", "arrays.json"));
  EXPECT_EQ(imported["score"].size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(Formats, ImportedRunTest,
                         testing::Values("experiment.mat", "experiment.h5"),
                         [](const auto& file) { return file.param.substr(11); });

}  // namespace
}  // namespace brainalign
