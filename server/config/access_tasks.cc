#include "server/config/access_tasks.h"

#include <CLI/CLI.hpp>
#include <algorithm>
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
  token_ = app.add_subcommand("token", "Who may come in: tokens, of which the server keeps a hash");
  token_->require_subcommand(1);
  project_ = app.add_subcommand("project", "What each project may use");
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

  CLI::App* const token_add =
      add(AccessTask::kAddToken, token_, "add",
          "Let somebody in: prints a new token, once\n"
          "Example: brainalignd token add --data /srv/brainalign --person alice --project lab "
          "--role submitter --expires 90d");
  option(token_add, "person", "NAME", "Who it is: a login or an address")->required();
  option(token_add, "project", "NAME", "The project to work in (default: default)");
  option(token_add, "role", "ROLE",
         "reader: sees jobs and results; submitter: uploads and submits, too; admin: ends others' "
         "jobs and seals recordings, too (default submitter)");
  token_add->add_flag("--all-projects", all_projects_,
                      "With the role admin: sees and ends the jobs of all projects, and looks "
                      "after the server");
  option(token_add, "expires", "TERM", "After 90d, 12h or 30m (default: never)");
  option(token_add, "certificate", "NAME",
         "Instead of a token: whoever shows a certificate with this subject alternative name "
         "(--tls-client-ca)");
  add(AccessTask::kListTokens, token_, "list",
      "Who may come in and until when, since when, and when they last did")
      ->add_flag("--json", json_, "Write JSON in the place of text for people");
  CLI::App* const revoke = add(AccessTask::kRevokeToken, token_, "revoke",
                               "Shut somebody out, within seconds, also from what is open\n"
                               "Example: brainalignd token revoke 3fa85f64 --data /srv/brainalign");
  revoke->add_option("ID", texts_["id"], "As token list shows it")->required();

  CLI::App* const set =
      add(AccessTask::kSetProject, project_, "set",
          "Set what a project may use; what is not named stays as it is\n"
          "Example: brainalignd project set lab --data /srv/brainalign --stored-bytes 2TiB");
  set->add_option("NAME", texts_["name"], "The project")->required();
  set->add_flag("--new", new_project_, "For a project that nobody has a token for yet");
  option(set, "share", "X", "Of the machine, beside other projects' shares (default 1)");
  option(set, "stored-bytes", "BYTES", "Tensors that it holds, together, such as 2TiB");
  option(set, "queued-jobs", "N", "Jobs waiting or running at a time");
  option(set, "running-jobs", "N", "Jobs running at a time; more wait");
  option(set, "uploads", "N", "Uploads under way at a time");
  option(set, "cpu-hours", "HOURS", "Computing in 30 days, of jobs that succeeded");
  add(AccessTask::kListProjects, project_, "list", "What was set for projects");
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
