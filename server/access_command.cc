#include "server/access_command.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/access/token_use.h"
#include "server/files/folder_lock.h"

namespace brainalign {
namespace {

using Print = std::function<absl::Status(const std::string& text)>;

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

std::string StateOf(const AccessEntry& entry, absl::Time now) {
  if (entry.revoke_time <= now) return "revoked " + Text(entry.revoke_time);
  if (entry.expire_time <= now) return "expired " + Text(entry.expire_time);
  return entry.expire_time == absl::InfiniteFuture() ? "never expires"
                                                     : "until " + Text(entry.expire_time);
}

// Prints the outcome of a change that was made. The error says so.
absl::Status PrintChange(const std::string& outcome, const Print& print) {
  absl::Status status = print(outcome + "\n");
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "; the change was made: ", outcome));
}

absl::Status AddToken(const AccessCommand& command, absl::Time now, const Print& print) {
  AccessEntry entry = command.entry;
  entry.create_time = now;
  if (command.expire) entry.expire_time = now + *command.expire;
  std::string output;
  if (entry.certificate_name.empty()) {
    auto made = MakeToken(entry);
    if (!made.ok()) return made.status();
    entry = made->entry;
    output = made->token + "\n";
  } else {
    auto id = MakeEntryId();
    if (!id.ok()) return id.status();
    entry.id = *std::move(id);
    output =
        absl::StrCat("access ", entry.id, " for certificates of ", entry.certificate_name, "\n");
  }
  bool is_printed = false;
  absl::Status changed = ChangeAccessFile(command.data_folder, [&](AccessContents& contents) {
    if (absl::Status status = print(output); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(status.message(), "; no access was added"));
    }
    is_printed = true;
    contents.entries.push_back(entry);
    return absl::OkStatus();
  });
  if (changed.ok() || !is_printed) return changed;
  return absl::Status(changed.code(),
                      absl::StrCat("what was printed is not valid, because no access "
                                   "was added: ",
                                   changed.message()));
}

absl::Status RevokeToken(const AccessCommand& command, absl::Time now, const Print& print) {
  absl::Status changed = ChangeAccessFile(command.data_folder, [&](AccessContents& contents) {
    const auto found =
        std::find_if(contents.entries.begin(), contents.entries.end(),
                     [&](const AccessEntry& entry) { return entry.id == command.id; });
    if (found == contents.entries.end()) {
      return absl::NotFoundError(absl::StrCat("there is no access '", absl::CHexEscape(command.id),
                                              "'; brainalignd token list shows their ids"));
    }
    found->revoke_time = std::min(found->revoke_time, now);
    return absl::OkStatus();
  });
  if (!changed.ok()) return changed;
  return PrintChange("revoked " + command.id, print);
}

// Lines with columns as wide as their longest text.
std::string InColumns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      absl::StrAppend(&text, row[i], std::string(widths[i] - row[i].size() + 2, ' '));
    }
    absl::StrAppend(&text, row.back(), "\n");
  }
  return text;
}

// Null for what never is or was.
nlohmann::ordered_json TimeToJson(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

nlohmann::ordered_json ToJson(const AccessEntry& entry, absl::Time used) {
  nlohmann::ordered_json json = {{"id", entry.id},
                                 {"person", entry.person},
                                 {"project", entry.project},
                                 {"role", NameOf(entry.role)},
                                 {"all_projects", entry.all_projects},
                                 {"certificate", nullptr},
                                 {"created", TimeToJson(entry.create_time)},
                                 {"last_used", TimeToJson(used)},
                                 {"expires", TimeToJson(entry.expire_time)},
                                 {"revoked", TimeToJson(entry.revoke_time)}};
  if (!entry.certificate_name.empty()) json["certificate"] = entry.certificate_name;
  return json;
}

absl::Status ListTokens(const AccessCommand& command, absl::Time now, const Print& print) {
  auto contents = ReadAccessFile(command.data_folder);
  if (!contents.ok()) return contents.status();
  const TokenUse use = ReadTokenUse(command.data_folder);
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows = {
      {"ID", "PERSON", "PROJECT", "ROLE", "CREATED", "LAST USED", "STATE"}};
  for (const AccessEntry& entry : contents->entries) {
    const auto found = use.find(entry.id);
    const absl::Time used = found == use.end() ? absl::InfinitePast() : found->second;
    json.push_back(ToJson(entry, used));
    rows.push_back(
        {entry.id, entry.person, entry.all_projects ? "(all) " + entry.project : entry.project,
         NameOf(entry.role),
         entry.create_time == absl::InfinitePast() ? "-" : Text(entry.create_time),
         found == use.end() ? "never" : Text(used),
         StateOf(entry, now) +
             (entry.certificate_name.empty() ? "" : ", certificate " + entry.certificate_name)});
  }
  if (!command.json) return print(InColumns(rows));
  return print(json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

template <typename Number>
void Take(const std::optional<Number>& given, std::optional<Number>& kept) {
  if (given) kept = given;
}

// Projects with an access entry, or with limits that were set.
std::set<std::string> KnownProjects(const AccessContents& contents) {
  std::set<std::string> known = {kDefaultProject};
  for (const AccessEntry& entry : contents.entries) known.insert(entry.project);
  for (const auto& [name, settings] : contents.projects) known.insert(name);
  return known;
}

absl::Status SetProject(const AccessCommand& command, const Print& print) {
  absl::Status changed = ChangeAccessFile(command.data_folder, [&](AccessContents& contents) {
    const std::set<std::string> known = KnownProjects(contents);
    if (!command.is_new_project && known.count(command.project) == 0) {
      return absl::NotFoundError(absl::StrCat("nobody has access to a project '", command.project,
                                              "'; there are ", absl::StrJoin(known, ", "),
                                              ". Give --new to add this project"));
    }
    ProjectSettings& kept = contents.projects[command.project];
    Take(command.settings.share, kept.share);
    Take(command.settings.stored_bytes, kept.stored_bytes);
    Take(command.settings.queued_jobs, kept.queued_jobs);
    Take(command.settings.running_jobs, kept.running_jobs);
    Take(command.settings.uploads, kept.uploads);
    Take(command.settings.cpu_hours, kept.cpu_hours);
    return absl::OkStatus();
  });
  if (!changed.ok()) return changed;
  return PrintChange("set " + command.project, print);
}

template <typename Number>
std::string Or(const std::optional<Number>& number) {
  return number ? absl::StrCat(*number) : "-";
}

absl::Status ListProjects(const AccessCommand& command, const Print& print) {
  auto contents = ReadAccessFile(command.data_folder);
  if (!contents.ok()) return contents.status();
  std::string text = absl::StrFormat("%-24s %8s %18s %8s %8s %8s %10s\n", "PROJECT", "SHARE",
                                     "STORED BYTES", "QUEUED", "RUNNING", "UPLOADS", "CPU HOURS");
  for (const auto& [name, settings] : contents->projects) {
    absl::StrAppendFormat(&text, "%-24s %8s %18s %8s %8s %8s %10s\n", name, Or(settings.share),
                          Or(settings.stored_bytes), Or(settings.queued_jobs),
                          Or(settings.running_jobs), Or(settings.uploads), Or(settings.cpu_hours));
  }
  return print(text + "(-: as the server's options say)\n");
}

}  // namespace

absl::Status RunAccessCommand(const AccessCommand& command, absl::Time now, const Print& print) {
  const std::string& folder = command.data_folder;
  // The first token, and a project that is set before it, may make the folder.
  if (command.task == AccessTask::kAddToken || command.task == AccessTask::kSetProject) {
    if (absl::Status meant = CheckMeantAsDataFolder(folder); !meant.ok()) return meant;
  } else if (!IsDataFolder(folder)) {
    return absl::NotFoundError(
        absl::StrCat(folder, " is no data folder of a server; give its --data"));
  }
  switch (command.task) {
    case AccessTask::kAddToken:
      return AddToken(command, now, print);
    case AccessTask::kListTokens:
      return ListTokens(command, now, print);
    case AccessTask::kRevokeToken:
      return RevokeToken(command, now, print);
    case AccessTask::kSetProject:
      return SetProject(command, print);
    case AccessTask::kListProjects:
      return ListProjects(command, print);
  }
  return absl::InternalError("no such task");
}

}  // namespace brainalign
