#include "server/config/access_tasks.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <initializer_list>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/config/parse.h"

namespace brainalign {
namespace {

using Refusals = std::vector<std::string>;

absl::Status ToStatus(const Refusals& problems) {
  if (problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
}

// A login, an address, a name without spaces: it is put into logs.
bool IsPerson(const std::string& text) {
  constexpr std::size_t kMostBytes = 64;
  return !text.empty() && text.size() <= kMostBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  std::string("@._+-").find(c) != std::string::npos;
         });
}

// "90d", "12h": days, hours or minutes.
std::optional<absl::Duration> ParseTerm(const std::string& text) {
  double number = 0;
  if (text.size() < 2 ||
      !absl::SimpleAtod(absl::string_view(text).substr(0, text.size() - 1), &number) ||
      !(number > 0 && number < 1e6)) {
    return std::nullopt;
  }
  switch (text.back()) {
    case 'd':
      return absl::Hours(24) * number;
    case 'h':
      return absl::Hours(1) * number;
    case 'm':
      return absl::Minutes(1) * number;
    default:
      return std::nullopt;
  }
}

template <typename Number>
void ReadCount(const std::string& option, const std::string& text, std::optional<Number>& number,
               Refusals& problems) {
  if (text.empty()) return;
  Number value = 0;
  if (!absl::SimpleAtoi(absl::string_view(text), &value) || value < 0) {
    problems.push_back(
        absl::StrCat("--", option, " is '", text, "'; give a whole number, 0 or more"));
    return;
  }
  number = value;
}

void ReadReal(const std::string& option, const std::string& text, double least,
              std::optional<double>& number, Refusals& problems) {
  if (text.empty()) return;
  double value = 0;
  if (!absl::SimpleAtod(absl::string_view(text), &value) || !(value >= least && value <= 1e9)) {
    problems.push_back(
        absl::StrCat("--", option, " is '", text, "'; give a number from ", least, " to 1e9"));
    return;
  }
  number = value;
}

}  // namespace

AccessTasks::AccessTasks(CLI::App& app) {
  token_ =
      app.add_subcommand("token", "Add, list and revoke access: tokens and client certificates");
  token_->require_subcommand(1);
  project_ = app.add_subcommand("project", "Shares and quotas of projects");
  project_->require_subcommand(1);
  const auto add = [&](AccessTask task, CLI::App* parent, const std::string& name,
                       const std::string& help) {
    CLI::App* const made = parent->add_subcommand(name, help);
    made->add_option("--data", texts_["data"], "Folder of the server's data")
        ->option_text("DIR")
        ->required();
    tasks_[task] = made;
    return made;
  };
  const auto option = [&](CLI::App* task, const std::string& name, const std::string& value,
                          const std::string& help) {
    return task->add_option("--" + name, texts_[name], help)->option_text(value);
  };

  CLI::App* const token_add = add(AccessTask::kAddToken, token_, "add",
                                  "Add access for a person, and print the new token once\n"
                                  "Example: brainalignd token add --data /srv/brainalign --person "
                                  "alice --project lab --role submitter --expires 90d");
  option(token_add, "person", "NAME", "Name of the person: a login or an address")->required();
  option(token_add, "project", "NAME", "Project in which the person works (default: default)");
  option(token_add, "role", "ROLE",
         "reader: can see jobs and results; submitter: can also upload and submit; admin: can also "
         "cancel jobs of others and seal recordings (default submitter)");
  token_add->add_flag(
      "--all-projects", all_projects_,
      "With role admin: can see and cancel the jobs of all projects, and administer the server");
  option(token_add, "expires", "TERM",
         "Time until the access expires, such as 90d, 12h or 30m (default: never)");
  option(token_add, "certificate", "NAME",
         "Access by client certificate instead of a token: the subject alternative name of the "
         "certificate (--tls-client-ca)");
  add(AccessTask::kListTokens, token_, "list",
      "List the access of all people: when it was added, when it expires, when it was last used")
      ->add_flag("--json", json_, "Write JSON instead of text");
  CLI::App* const revoke = add(AccessTask::kRevokeToken, token_, "revoke",
                               "Revoke access; within seconds the person's open calls end, too\n"
                               "Example: brainalignd token revoke 3fa85f64 --data /srv/brainalign");
  revoke->add_option("ID", texts_["id"], "Id of the access, as token list shows it")->required();

  CLI::App* const set =
      add(AccessTask::kSetProject, project_, "set",
          "Set the share and the quotas of a project; those that you do not give stay as they "
          "are\n"
          "Example: brainalignd project set lab --data /srv/brainalign --stored-bytes 2TiB");
  set->add_option("NAME", texts_["name"], "The project")->required();
  set->add_flag("--new", new_project_, "Needed for a project without a token so far");
  option(set, "share", "X",
         "Share of the machine, relative to the shares of other projects (default 1)");
  option(set, "stored-bytes", "BYTES", "Quota of the bytes of its tensors, such as 2TiB");
  option(set, "queued-jobs", "N", "Quota of queued and running jobs");
  option(set, "running-jobs", "N", "Quota of running jobs; further jobs wait");
  option(set, "uploads", "N", "Quota of open uploads");
  option(set, "cpu-hours", "HOURS", "Quota of CPU-hours in 30 days, of jobs that succeeded");
  add(AccessTask::kListProjects, project_, "list", "List the shares and quotas that were set");
}

absl::Status AccessTasks::ReadEntry(AccessCommand& command) const {
  Refusals problems;
  AccessEntry& entry = command.entry;
  const auto text = [&](const char* name) { return texts_.at(name); };
  entry.person = text("person");
  if (!IsPerson(entry.person)) {
    problems.push_back(absl::StrCat("--person is '", absl::CHexEscape(entry.person),
                                    "'; give 1 to 64 letters, digits and any of @._+-"));
  }
  entry.project = text("project").empty() ? kDefaultProject : text("project");
  if (!IsProjectName(entry.project)) {
    problems.push_back("--project is " + DescribeBadProjectName(entry.project));
  }
  const std::string role = text("role").empty() ? NameOf(Role::kSubmitter) : text("role");
  if (const auto known = RoleFromName(role)) {
    entry.role = *known;
  } else {
    problems.push_back(absl::StrCat("--role is '", role, "'; give reader, submitter or admin"));
  }
  entry.all_projects = all_projects_;
  if (entry.all_projects && entry.role != Role::kAdmin) {
    problems.push_back("--all-projects is for the role admin; give --role admin, too");
  }
  entry.certificate_name = text("certificate");
  if (!text("expires").empty()) {
    command.expire = ParseTerm(text("expires"));
    if (!command.expire) {
      problems.push_back(absl::StrCat("--expires is '", text("expires"),
                                      "'; give days, hours or minutes: 90d, 12h, 30m"));
    }
  }
  return ToStatus(problems);
}

absl::Status AccessTasks::ReadSettings(AccessCommand& command) const {
  Refusals problems;
  const auto text = [&](const char* name) { return texts_.at(name); };
  command.project = text("name");
  if (!IsProjectName(command.project)) {
    problems.push_back("NAME is " + DescribeBadProjectName(command.project));
  }
  command.is_new_project = new_project_;
  ProjectSettings& settings = command.settings;
  if (!text("stored-bytes").empty()) {
    const auto bytes = ParseBytes(text("stored-bytes"));
    if (bytes.ok()) {
      settings.stored_bytes = *bytes;
    } else {
      problems.push_back(
          absl::StrCat("--stored-bytes ", bytes.status().message(), "; give one such as 2TiB"));
    }
  }
  ReadReal("share", text("share"), 0.01, settings.share, problems);
  ReadReal("cpu-hours", text("cpu-hours"), 0, settings.cpu_hours, problems);
  ReadCount("queued-jobs", text("queued-jobs"), settings.queued_jobs, problems);
  ReadCount("running-jobs", text("running-jobs"), settings.running_jobs, problems);
  ReadCount("uploads", text("uploads"), settings.uploads, problems);
  const auto is_given = [&](const char* name) { return !text(name).empty(); };
  const std::initializer_list<const char*> names = {"share",       "stored-bytes", "cpu-hours",
                                                    "queued-jobs", "running-jobs", "uploads"};
  if (!new_project_ && std::none_of(names.begin(), names.end(), is_given)) {
    problems.push_back(absl::StrCat("nothing is given to set for ", command.project,
                                    "; give --share, --stored-bytes, --queued-jobs, "
                                    "--running-jobs, --uploads or --cpu-hours"));
  }
  return ToStatus(problems);
}

absl::StatusOr<std::optional<AccessCommand>> AccessTasks::Read() const {
  for (const auto& [task, app] : tasks_) {
    if (!app->parsed()) continue;
    AccessCommand command;
    command.task = task;
    command.data_folder = texts_.at("data");
    command.id = texts_.at("id");
    command.json = json_;
    absl::Status read;
    if (task == AccessTask::kAddToken) read = ReadEntry(command);
    if (task == AccessTask::kSetProject) read = ReadSettings(command);
    if (!read.ok()) return read;
    return std::optional<AccessCommand>(std::move(command));
  }
  return std::optional<AccessCommand>();
}

std::string AccessTasks::Help() const {
  for (const auto& [task, app] : tasks_) {
    if (app->parsed()) return app->help();
  }
  if (token_->parsed()) return token_->help();
  return project_->parsed() ? project_->help() : "";
}

}  // namespace brainalign
