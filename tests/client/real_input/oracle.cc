#include "tests/client/real_input/oracle.h"

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_replace.h"

namespace brainalign {
namespace {

// Debian's: another python3 may come first on PATH.
constexpr char kPython[] = "/usr/bin/python3";

}  // namespace

std::string OracleRun::Script() {
  const char* given = std::getenv("BRAINALIGN_REFERENCE");
  const std::filesystem::path folder =
      given != nullptr ? given : BRAINALIGN_SOURCE_DIR "/../shared/reference";
  const std::filesystem::path script = folder / "align_reference.py";
  static const bool has_python =
      std::system("/usr/bin/python3 -c 'import sklearn' >/dev/null 2>&1") == 0;
  return has_python && std::filesystem::exists(script) ? script.string() : "";
}

OracleRun::OracleRun(const std::string& dir, const std::string& arguments)
    : pipe_(popen(("OPENBLAS_NUM_THREADS=1 " + std::string(kPython) + " '" + Script() + "' '" +
                   dir + "' " + arguments)
                      .c_str(),
                  "r")) {}

OracleRun::~OracleRun() {
  if (pipe_ != nullptr) pclose(pipe_);
}

nlohmann::json OracleRun::Answer() {
  std::string text;
  char block[4096];
  std::size_t size = 0;
  while (pipe_ != nullptr && (size = std::fread(block, 1, sizeof(block), pipe_)) > 0) {
    text.append(block, size);
  }
  // Python writes NaN, which is not JSON: two layers have no temporal score.
  text = absl::StrReplaceAll(text, {{"NaN", "null"}});
  return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace brainalign
