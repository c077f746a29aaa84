#ifndef BRAINALIGN_TESTS_CORE_TENSOR_SCRATCH_FOLDER_H_
#define BRAINALIGN_TESTS_CORE_TENSOR_SCRATCH_FOLDER_H_

#include <string>
#include <vector>

namespace brainalign {

// A folder of one test's own, removed with everything in it at the end.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

  // Path of `name` inside the folder.
  std::string Path(const std::string& name) const;

  // Writes `bytes` to `name` and returns its path.
  std::string Write(const std::string& name, const std::string& bytes) const;

  std::string Read(const std::string& name) const;

  // Names of all entries, sorted.
  std::vector<std::string> List() const;

 private:
  std::string path_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_TENSOR_SCRATCH_FOLDER_H_
