#include "server/access/access_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/files/file.h"
#include "server/rows/digest.h"

namespace brainalign {
namespace {

using Json = nlohmann::json;

constexpr int kFormatVersion = 1;
constexpr int kOwnerOnly = S_IRUSR | S_IWUSR;

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

// `otherwise` where the key is missing.
absl::Time ReadTime(const Json& json, const char* key, absl::Time otherwise, bool& bad) {
  if (!json.contains(key)) return otherwise;
  absl::Time time;
  std::string why;
  if (!json[key].is_string() ||
      !absl::ParseTime(absl::RFC3339_full, json[key].get<std::string>(), &time, &why)) {
    bad = true;
  }
  return time;
}

std::string ReadText(const Json& json, const char* key, bool& bad) {
  if (!json.contains(key)) return "";
  if (json[key].is_string()) return json[key].get<std::string>();
  bad = true;
  return "";
}

template <typename Number>
void ReadNumber(const Json& json, const char* key, std::optional<Number>& number, bool& bad) {
  if (!json.contains(key)) return;
  if (json[key].is_number() && json[key].get<double>() >= 0) {
    number = json[key].get<Number>();
  } else {
    bad = true;
  }
}

template <typename Number>
void WriteNumber(Json& json, const char* key, const std::optional<Number>& number) {
  if (number) json[key] = *number;
}

Json ToJson(const AccessEntry& entry) {
  Json json = {{"id", entry.id},
               {"person", entry.person},
               {"project", entry.project},
               {"role", NameOf(entry.role)},
               {"created", TimeText(entry.create_time)}};
  if (entry.all_projects) json["all_projects"] = true;
  if (!entry.token_sha256.empty()) json["token_sha256"] = entry.token_sha256;
  if (!entry.certificate_name.empty()) json["certificate_name"] = entry.certificate_name;
  if (entry.expire_time != absl::InfiniteFuture()) json["expires"] = TimeText(entry.expire_time);
  if (entry.revoke_time != absl::InfiniteFuture()) json["revoked"] = TimeText(entry.revoke_time);
  return json;
}

// Nothing if it is no entry.
std::optional<AccessEntry> EntryFromJson(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  bool bad = false;
  AccessEntry entry;
  entry.id = ReadText(json, "id", bad);
  entry.person = ReadText(json, "person", bad);
  entry.project = ReadText(json, "project", bad);
  const auto role = RoleFromName(ReadText(json, "role", bad));
  entry.token_sha256 = ReadText(json, "token_sha256", bad);
  entry.certificate_name = ReadText(json, "certificate_name", bad);
  entry.create_time = ReadTime(json, "created", absl::InfinitePast(), bad);
  entry.expire_time = ReadTime(json, "expires", absl::InfiniteFuture(), bad);
  entry.revoke_time = ReadTime(json, "revoked", absl::InfiniteFuture(), bad);
  if (json.contains("all_projects")) {
    if (!json["all_projects"].is_boolean()) return std::nullopt;
    entry.all_projects = json["all_projects"].get<bool>();
  }
  if (bad || !role || entry.id.empty() || !IsProjectName(entry.project) ||
      entry.token_sha256.empty() == entry.certificate_name.empty() ||
      (!entry.token_sha256.empty() && !IsDigest(entry.token_sha256))) {
    return std::nullopt;
  }
  entry.role = *role;
  return entry;
}

Json ToJson(const ProjectSettings& settings) {
  Json json = Json::object();
  WriteNumber(json, "share", settings.share);
  WriteNumber(json, "stored_bytes", settings.stored_bytes);
  WriteNumber(json, "queued_jobs", settings.queued_jobs);
  WriteNumber(json, "running_jobs", settings.running_jobs);
  WriteNumber(json, "uploads", settings.uploads);
  WriteNumber(json, "cpu_hours", settings.cpu_hours);
  return json;
}

std::optional<ProjectSettings> SettingsFromJson(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  bool bad = false;
  ProjectSettings settings;
  ReadNumber(json, "share", settings.share, bad);
  ReadNumber(json, "stored_bytes", settings.stored_bytes, bad);
  ReadNumber(json, "queued_jobs", settings.queued_jobs, bad);
  ReadNumber(json, "running_jobs", settings.running_jobs, bad);
  ReadNumber(json, "uploads", settings.uploads, bad);
  ReadNumber(json, "cpu_hours", settings.cpu_hours, bad);
  if (bad) return std::nullopt;
  return settings;
}

std::string ToText(const AccessContents& contents) {
  Json json = {{"version", kFormatVersion}, {"entries", Json::array()}};
  for (const AccessEntry& entry : contents.entries) json["entries"].push_back(ToJson(entry));
  json["projects"] = Json::object();
  for (const auto& [name, settings] : contents.projects) json["projects"][name] = ToJson(settings);
  return json.dump(2) + "\n";
}

absl::StatusOr<AccessContents> FromText(const std::string& text, const std::string& path) {
  const auto wrong = [&](const std::string& what) {
    return absl::FailedPreconditionError(
        absl::StrCat("the access file ", path, " ", what,
                     "; replace it by a good copy, such as that of a backup"));
  };
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return wrong("is no JSON object");
  if (!json.contains("version") || json["version"] != kFormatVersion) {
    return wrong(absl::StrCat("is not of version ", kFormatVersion, ", which this program reads"));
  }
  AccessContents contents;
  const Json entries = json.value("entries", Json::array());
  const Json projects = json.value("projects", Json::object());
  if (!entries.is_array() || !projects.is_object()) return wrong("has no entries or no projects");
  for (const Json& each : entries) {
    auto entry = EntryFromJson(each);
    if (!entry) return wrong(absl::StrCat("is invalid in entry ", contents.entries.size() + 1));
    contents.entries.push_back(*std::move(entry));
  }
  for (const auto& [name, each] : projects.items()) {
    const auto settings = SettingsFromJson(each);
    if (!settings || !IsProjectName(name)) return wrong("is invalid in project " + name);
    contents.projects[name] = *settings;
  }
  return contents;
}

// One that changes the file at a time, among all programs.
class ChangeLock {
 public:
  explicit ChangeLock(const std::string& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly)) {
    if (fd_ >= 0 && ::flock(fd_, LOCK_EX) == 0) return;
    status_ = SystemError(errno, "locking", path);
  }
  ~ChangeLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  ChangeLock(const ChangeLock&) = delete;
  ChangeLock& operator=(const ChangeLock&) = delete;
  const absl::Status& status() const { return status_; }

 private:
  const int fd_;
  absl::Status status_;
};

// Only for the owner of the data folder, who may not be the user who writes.
absl::Status WriteForOwner(const std::string& data_folder, const std::string& path,
                           const std::string& text) {
  if (absl::Status status = Remove(path); !status.ok()) return status;
  auto file = File::OpenToWrite(path);
  if (!file.ok()) return file.status();
  struct stat owner {};
  if (::chmod(path.c_str(), kOwnerOnly) != 0 || ::stat(data_folder.c_str(), &owner) != 0) {
    return SystemError(errno, "setting the permissions of", path);
  }
  if (owner.st_uid != ::geteuid() && ::chown(path.c_str(), owner.st_uid, owner.st_gid) != 0) {
    return SystemError(errno, "giving its owner", path);
  }
  if (absl::Status status = file->WriteAt(0, text.data(), text.size()); !status.ok()) {
    return status;
  }
  return file->Sync();
}

}  // namespace

std::string AccessFilePath(const std::string& data_folder) { return data_folder + "/access.json"; }

absl::StatusOr<AccessContents> ReadAccessFile(const std::string& data_folder) {
  const std::string path = AccessFilePath(data_folder);
  std::ifstream stream(path);
  if (!stream) {
    if (errno == ENOENT) return AccessContents();
    return absl::FailedPreconditionError(
        absl::StrCat("the access file ", path,
                     " cannot be read; it must belong to the user who runs the server"));
  }
  std::ostringstream text;
  text << stream.rdbuf();
  return FromText(text.str(), path);
}

absl::Status ChangeAccessFile(const std::string& data_folder,
                              const std::function<absl::Status(AccessContents&)>& change) {
  if (absl::Status status = MakeDirectory(data_folder); !status.ok()) return status;
  const std::string path = AccessFilePath(data_folder);
  const ChangeLock lock(path + ".lock");
  if (!lock.status().ok()) return lock.status();
  auto contents = ReadAccessFile(data_folder);
  if (!contents.ok()) return contents.status();
  if (absl::Status status = change(*contents); !status.ok()) return status;
  const std::string next = path + ".new";
  if (absl::Status status = WriteForOwner(data_folder, next, ToText(*contents)); !status.ok()) {
    return status;
  }
  if (absl::Status status = Rename(next, path); !status.ok()) return status;
  return SyncDirectory(data_folder);
}

absl::StatusOr<std::string> MakeEntryId() {
  auto id = RandomId();
  if (!id.ok()) return id.status();
  return id->substr(0, 8);
}

absl::StatusOr<NewToken> MakeToken(AccessEntry entry) {
  auto id = MakeEntryId();
  auto first_half = RandomId();
  auto second_half = RandomId();
  for (const auto* random : {&id, &first_half, &second_half}) {
    if (!random->ok()) return random->status();
  }
  NewToken made;
  made.token = absl::StrCat("ba_", *first_half, *second_half);
  made.entry = std::move(entry);
  made.entry.id = *std::move(id);
  made.entry.token_sha256 = HexSha256Of(made.token);
  return made;
}

}  // namespace brainalign
