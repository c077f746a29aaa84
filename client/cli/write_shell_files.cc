// Writes the files that packages install with the command: brainalign-shell-files FOLDER. Makes
// FOLDER/brainalign.bash, FOLDER/_brainalign (for zsh) and the pages of the manual in FOLDER/man1.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "client/cli/command_tree.h"
#include "client/cli/completion.h"
#include "client/cli/manual.h"
#include "client/report/whole_file.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: brainalign-shell-files FOLDER\n", stderr);
    return 2;
  }
  const std::string folder = argv[1];
  CLI::App app(brainalign::kProgramDescription, "brainalign");
  brainalign::SharedFlags flags;
  brainalign::DeclareVerbs(app, flags);
  std::vector<std::pair<std::string, std::string>> files = {
      {"brainalign.bash", CompletionScript(app, brainalign::Shell::kBash)},
      {"_brainalign", CompletionScript(app, brainalign::Shell::kZsh)}};
  for (auto& [name, text] : brainalign::ManualPages(app)) {
    files.emplace_back("man1/" + name, std::move(text));
  }
  std::error_code error;
  std::filesystem::create_directories(folder + "/man1", error);
  for (const auto& [name, text] : files) {
    const absl::Status status = brainalign::WriteWholeFile(folder + "/" + name, text);
    if (!status.ok()) {
      std::fprintf(stderr, "brainalign-shell-files: %s\n", std::string(status.message()).c_str());
      return 1;
    }
  }
  return 0;
}
