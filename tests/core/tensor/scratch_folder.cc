#include "tests/core/tensor/scratch_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace brainalign {

ScratchFolder::ScratchFolder() : path_(testing::TempDir() + "/brainalign-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) ADD_FAILURE() << "cannot make " << path_;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::Path(const std::string& name) const { return path_ + "/" + name; }

std::string ScratchFolder::Write(const std::string& name, const std::string& bytes) const {
  std::ofstream(Path(name), std::ios::binary) << bytes;
  return Path(name);
}

std::string ScratchFolder::Read(const std::string& name) const {
  std::ostringstream bytes;
  bytes << std::ifstream(Path(name), std::ios::binary).rdbuf();
  return bytes.str();
}

std::vector<std::string> ScratchFolder::List() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace brainalign
