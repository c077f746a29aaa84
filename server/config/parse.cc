#include "server/config/parse.h"

#include <CLI/CLI.hpp>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/version.h"
#include "server/config/combinations.h"
#include "server/config/config_file.h"
#include "server/config/option_table.h"
#include "server/config/print.h"

namespace brainalign {
namespace {

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
      "The alignment server: accepts tensors and jobs over gRPC and streams results.\nExample: "
      "brainalignd --data /srv/brainalign --memory 8GiB",
      "brainalignd");
  app.set_version_flag("--version", std::string("brainalignd ") + Version());
  std::string config_path;
  app.add_option(
         "--config", config_path,
         "TOML file of options: the names of the flags with _ for -, such as memory = \"8GiB\"")
      ->option_text("FILE");
  bool print_config = false;
  app.add_flag("--print-config", print_config,
               "Print such a file with all options and their defaults");
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
      AddTask(app, "backup", "Back up a data folder, whether or not its server is running",
              "backup /backups/monday --data /srv/brainalign", command_line);
  CLI::App* restore = AddTask(app, "restore", "Make a new data folder from a backup",
                              "restore /backups/monday --data /srv/brainalign", command_line);
  for (CLI::App* task : {backup, restore}) {
    task->add_option("DIR", command_line.backup_folder, "Folder of the backup")->required();
  }
  const CLI::App* health = AddTask(
      app, "health", "Check whether the server of a data folder accepts calls; exit code 0 if so",
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

  std::vector<std::string> problems;
  ServerOptions& options = command_line.options;
  if (!config_path.empty()) problems = ReadConfigFile(config_path, options);
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
