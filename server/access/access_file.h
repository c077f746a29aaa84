#ifndef BRAINALIGN_SERVER_ACCESS_ACCESS_FILE_H_
#define BRAINALIGN_SERVER_ACCESS_ACCESS_FILE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/access/permissions.h"

// DATA/access.json: access entries, and shares and quotas of projects. `brainalignd token` and
// `brainalignd project` write it, and the server reads it whenever it changes. Only its owner can
// read it. It contains only the SHA-256 of each token.

namespace brainalign {

// One access entry: a person with a token or a certificate.
struct AccessEntry {
  std::string id;      // for people: list shows it, revoke needs it
  std::string person;  // who it is
  std::string project;
  bool all_projects = false;
  Role role = Role::kReader;
  // Exactly one of the two is set.
  std::string token_sha256;      // of the whole token, hexadecimal
  std::string certificate_name;  // a subject alternative name
  absl::Time create_time = absl::InfinitePast();
  absl::Time expire_time = absl::InfiniteFuture();
  absl::Time revoke_time = absl::InfiniteFuture();  // InfiniteFuture: it is not
};

// Share and quotas of a project. Nothing: the server's option applies.
struct ProjectSettings {
  std::optional<double> share;  // of the machine, relative to the shares of other projects
  std::optional<std::int64_t> stored_bytes;
  std::optional<int> queued_jobs;
  std::optional<int> running_jobs;
  std::optional<int> uploads;
  std::optional<double> cpu_hours;  // in 30 days
};

struct AccessContents {
  std::vector<AccessEntry> entries;
  std::map<std::string, ProjectSettings> projects;
};

std::string AccessFilePath(const std::string& data_folder);

// Empty contents if there is no file; FAILED_PRECONDITION, with the place, if it is none.
absl::StatusOr<AccessContents> ReadAccessFile(const std::string& data_folder);

// Reads the file, calls `change`, and writes it, as one step: no concurrent change is lost, a crash
// leaves the old or the new file, and the new file is durable on return.
absl::Status ChangeAccessFile(const std::string& data_folder,
                              const std::function<absl::Status(AccessContents&)>& change);

// A new token of 256 random bits, which is shown only once, and an entry with its SHA-256 and a new
// id.
struct NewToken {
  std::string token;
  AccessEntry entry;
};
absl::StatusOr<NewToken> MakeToken(AccessEntry entry);
// The same without a token: for an entry with a certificate's name.
absl::StatusOr<std::string> MakeEntryId();

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_ACCESS_FILE_H_
