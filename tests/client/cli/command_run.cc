#include "tests/client/cli/command_run.h"

#include <cstdio>
#include <cstdlib>

#include "client/cli/command_line.h"

namespace brainalign {
namespace {

std::string ReadBack(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

}  // namespace

Outcome RunProgram(const std::vector<std::string>& arguments) {
  // What the user of this machine keeps is not for tests.
  setenv("XDG_CONFIG_HOME", "/nowhere", 1);
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();
  const int code = RunCommandLine(arguments, out, err, {});
  return Outcome{.code = code, .out = ReadBack(out), .err = ReadBack(err)};
}

}  // namespace brainalign
