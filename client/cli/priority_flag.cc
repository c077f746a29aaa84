#include "client/cli/priority_flag.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace brainalign {

void AddPriorityFlag(CLI::App& app, JobPriority& priority) {
  static const auto* const names = new std::map<std::string, JobPriority>{
      {"low", JobPriority::kLow}, {"normal", JobPriority::kNormal}, {"high", JobPriority::kHigh}};
  app.add_option_function<std::string>(
         "--priority", [&priority](const std::string& name) { priority = names->at(name); },
         "Priority among your own jobs: low, normal and high divide your share of the server as 1 "
         ": 4 : 16")
      ->check(CLI::IsMember({"low", "normal", "high"}))
      ->default_str("normal");
}

}  // namespace brainalign
