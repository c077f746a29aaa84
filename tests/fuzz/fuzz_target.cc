#include "tests/fuzz/fuzz_target.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace brainalign {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

std::string Choose(const std::string& bytes, int choices, int& choice) {
  choice = bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0]) % choices;
  return bytes.empty() ? bytes : bytes.substr(1);
}

std::string WriteScratchFile(const std::string& bytes) {
  static const std::string path =
      std::filesystem::temp_directory_path() / ("brainalign_fuzz_" + std::to_string(::getpid()));
  static const bool removed_at_end = std::atexit([] { std::remove(path.c_str()); }) == 0;
  Require(removed_at_end, "the scratch file can be removed in the end");
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

}  // namespace brainalign
