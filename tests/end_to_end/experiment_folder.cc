#include "tests/end_to_end/experiment_folder.h"

#include <cstdlib>
#include <fstream>
#include <utility>

#include "gtest/gtest.h"
#include "tests/end_to_end/program.h"

namespace brainalign {

ScratchFolder::ScratchFolder() {
  std::string pattern = testing::TempDir() + "brainalign-XXXXXX";
  const char* made = mkdtemp(pattern.data());
  EXPECT_NE(made, nullptr) << pattern;
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void Simulate(const std::string& folder, int words, int sensors, int layers, int dimensions) {
  const Outcome outcome = RunBrainalign(
      {"simulate", folder, "--words", std::to_string(words), "--sensors", std::to_string(sensors),
       "--layers", std::to_string(layers), "--dims", std::to_string(dimensions), "--quiet"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
}

nlohmann::json ReadResult(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  nlohmann::json result = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  EXPECT_TRUE(result.is_object()) << path;
  return result;
}

nlohmann::json Numbers(nlohmann::json result) {
  for (const char* name : {"job_id", "from_cache", "compute_seconds", "layer_order"})
    result.erase(name);
  return result;
}

}  // namespace brainalign
