#ifndef BRAINALIGN_TESTS_END_TO_END_EXPERIMENT_FOLDER_H_
#define BRAINALIGN_TESTS_END_TO_END_EXPERIMENT_FOLDER_H_

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace brainalign {

// A folder of the test's own, removed with this object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  // Path of `name` inside it.
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Writes a simulated experiment into `folder` by the command `brainalign simulate`.
// Its scores are those of a real run; its size decides how long one takes.
void Simulate(const std::string& folder, int words, int sensors, int layers, int dimensions);

// Reads the JSON object that --out wrote.
nlohmann::json ReadResult(const std::string& path);

// The same without what may differ between two runs of one alignment: the job's id,
// whether the cache answered, how long it took, and, which only who read the folder knows,
// where the order of the layers comes from.
nlohmann::json Numbers(nlohmann::json result);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_END_TO_END_EXPERIMENT_FOLDER_H_
