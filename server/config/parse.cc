#include "server/config/parse.h"

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/version.h"
#include "server/config/combinations.h"
#include "server/config/option_table.h"
#include "server/config/print.h"

namespace brainalign {
namespace {

using Problems = std::vector<std::string>;

// A number, a truth value or a string, as it would be written after a flag; nothing
// for what no option takes.
std::optional<std::string> ScalarText(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return text;
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  if (node.is_integer() || node.is_floating_point()) {
    std::ostringstream text;
    node.is_integer() ? text << *node.value<std::int64_t>() : text << *node.value<double>();
    return text.str();
  }
  return std::nullopt;
}

void ReadConfigFile(const std::string& path, ServerOptions& options, Problems& problems) {
  const toml::parse_result parsed = toml::parse_file(path);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    problems.push_back(absl::StrCat("config file ", path, ", line ", error.source().begin.line,
                                    ": ", std::string(error.description())));
    return;
  }
  for (const auto& [key, node] : parsed.table()) {
    const std::string name(key.str());
    const std::string place =
        absl::StrCat("config file ", path, ", line ", node.source().begin.line, ": ");
    const auto row =
        std::find_if(OptionTable().begin(), OptionTable().end(), [&](const OptionRow& candidate) {
          return absl::StrReplaceAll(absl::string_view(candidate.name), {{"-", "_"}}) == name;
        });
    if (row == OptionTable().end()) {
      problems.push_back(absl::StrCat(
          place, "there is no option '", name, "'; options are ",
          absl::StrJoin(OptionTable(), ", ", [](std::string* out, const OptionRow& known) {
            absl::StrAppend(out, absl::StrReplaceAll(absl::string_view(known.name), {{"-", "_"}}));
          })));
      continue;
    }
    const std::optional<std::string> text = ScalarText(node);
    if (!text) {
      problems.push_back(absl::StrCat(place, name, " must be a number, a string, true or false"));
      continue;
    }
    if (absl::Status status = row->value_of.set(*text, options); !status.ok()) {
      problems.push_back(absl::StrCat(place, name, " ", status.message()));
    }
  }
}

// A task that is not to serve: of a data folder.
CLI::App* AddTask(CLI::App& app, const std::string& name, const std::string& help,
                  const std::string& example, CommandLine& command_line) {
  CLI::App* task = app.add_subcommand(name, help + "\nExample: brainalignd " + example);
  task->add_option("--data", command_line.options.data_folder, "Folder of the server's data")
      ->option_text("DIR")
      ->required();
  return task;
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app(
      "The alignment server: takes tensors and jobs over gRPC and streams results.\n"
      "Example: brainalignd --data /srv/brainalign --memory 8GiB",
      "brainalignd");
  app.set_version_flag("--version", std::string("brainalignd ") + Version());
  std::string config_path;
  app.add_option("--config", config_path,
                 "TOML file of options: the flags' names with _ for -, such as memory = \"8GiB\"")
      ->option_text("FILE");
  bool print_config = false;
  app.add_flag("--print-config", print_config, "Print such a file of all options' defaults");
  std::map<std::string, std::string> texts;
  for (const OptionRow& row : OptionTable()) {
    if (row.value.empty()) {
      app.add_flag("--" + row.name, texts[row.name], row.help);
    } else {
      app.add_option("--" + row.name, texts[row.name], row.help)->option_text(row.value);
    }
  }
  CommandLine command_line;
  CLI::App* backup =
      AddTask(app, "backup", "Back up a data folder, of a server that runs or of one that does not",
              "backup /backups/monday --data /srv/brainalign", command_line);
  CLI::App* restore = AddTask(app, "restore", "Make a new data folder of a backup",
                              "restore /backups/monday --data /srv/brainalign", command_line);
  for (CLI::App* task : {backup, restore}) {
    task->add_option("DIR", command_line.backup_folder, "Folder of the backup")->required();
  }
  const CLI::App* health = AddTask(
      app, "health", "Say whether the server that has a data folder takes calls; exit code 0",
      "health --data /srv/brainalign", command_line);
  const AccessTasks access(app);
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    command_line.task = Task::kPrint;
    command_line.text = access.Help();
    if (command_line.text.empty()) {
      command_line.text = chosen.empty() ? app.help() : chosen.front()->help();
    }
    return command_line;
  } catch (const CLI::CallForVersion&) {
    command_line.task = Task::kPrint;
    command_line.text = app.version() + "\n";
    return command_line;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(error.what(), "; brainalignd --help lists the options"));
  }
  auto access_command = access.Read();
  if (!access_command.ok()) return access_command.status();
  if (access_command->has_value()) {
    command_line.task = Task::kAccess;
    command_line.access = **std::move(access_command);
    return command_line;
  }
  if (backup->parsed() || restore->parsed()) {
    command_line.task = backup->parsed() ? Task::kBackup : Task::kRestore;
    return command_line;
  }
  if (health->parsed()) {
    command_line.task = Task::kHealth;
    return command_line;
  }

  if (print_config) {
    command_line.task = Task::kPrint;
    command_line.text = PrintDefaultConfig();
    return command_line;
  }

  Problems problems;
  ServerOptions& options = command_line.options;
  if (!config_path.empty()) ReadConfigFile(config_path, options, problems);
  for (const OptionRow& row : OptionTable()) {
    if (app.count("--" + row.name) == 0) continue;
    if (absl::Status status = row.value_of.set(texts[row.name], options); !status.ok()) {
      problems.push_back(absl::StrCat("--", row.name, " ", status.message()));
    }
  }
  if (options.data_folder.empty()) {
    problems.emplace_back("the data folder is not set; give it with --data DIR");
  }
  for (std::string& problem : FindImpossibleCombinations(options)) {
    problems.push_back(std::move(problem));
  }
  if (!problems.empty()) return absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
  return command_line;
}

}  // namespace brainalign
