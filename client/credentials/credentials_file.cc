#include "client/credentials/credentials_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/tensor/file_replacement.h"

namespace brainalign {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

// The text members of a server's entry.
struct TextMember {
  const char* name;
  std::string& (*of)(KeptServer&);
};
constexpr TextMember kTexts[] = {
    {"token", [](KeptServer& s) -> std::string& { return s.token; }},
    {"tls_ca", [](KeptServer& s) -> std::string& { return s.tls.ca; }},
    {"tls_certificate", [](KeptServer& s) -> std::string& { return s.tls.certificate; }},
    {"tls_key", [](KeptServer& s) -> std::string& { return s.tls.key; }},
    {"tls_server_name", [](KeptServer& s) -> std::string& { return s.tls.server_name; }},
};
constexpr char kWithoutTls[] = "token_without_tls";

absl::Status NotOurs(const std::string& path) {
  return absl::FailedPreconditionError(absl::StrCat(
      path, " is not what brainalign login wrote: remove it and log in again (brainalign login)."));
}

// The whole of an open file, if it can be read.
std::optional<std::string> ReadAll(int fd) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

absl::StatusOr<std::string> ReadPrivately(int fd, const std::string& path) {
  struct stat info;
  if (fstat(fd, &info) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
  if (!S_ISREG(info.st_mode)) return NotOurs(path);
  if ((info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s can be read or changed by others (its permissions are %04o): run chmod 600 on it, and "
        "ask for new tokens if somebody may have looked.",
        path, info.st_mode & 07777));
  }
  std::optional<std::string> text = ReadAll(fd);
  if (!text) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
  return *std::move(text);
}

bool ParseServer(const json& entry, KeptServer& server) {
  if (!entry.is_object()) return false;
  for (const TextMember& member : kTexts) {
    if (!entry.contains(member.name)) continue;
    if (!entry[member.name].is_string()) return false;
    member.of(server) = entry[member.name].get<std::string>();
  }
  if (!entry.contains(kWithoutTls)) return true;
  if (!entry[kWithoutTls].is_boolean()) return false;
  server.token_without_tls = entry[kWithoutTls].get<bool>();
  return true;
}

std::optional<Credentials> Parse(const std::string& text) {
  const json all = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!all.is_object() || !all.contains("version") || all["version"] != kVersion ||
      !all.contains("servers") || !all["servers"].is_object()) {
    return std::nullopt;
  }
  Credentials credentials;
  for (const auto& [address, entry] : all["servers"].items()) {
    if (!ParseServer(entry, credentials.servers[address])) return std::nullopt;
  }
  if (all.contains("default") && all["default"].is_string() &&
      credentials.servers.contains(all["default"].get<std::string>())) {
    credentials.default_address = all["default"].get<std::string>();
  }
  return credentials;
}

std::string ToText(Credentials credentials) {
  json servers = json::object();
  for (auto& [address, server] : credentials.servers) {
    json entry = json::object();
    for (const TextMember& member : kTexts) {
      const std::string& value = member.of(server);
      if (!value.empty()) entry[member.name] = value;
    }
    if (server.token_without_tls) entry[kWithoutTls] = true;
    servers[address] = std::move(entry);
  }
  const json all = {
      {"version", kVersion}, {"default", credentials.default_address}, {"servers", servers}};
  return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string CredentialsPath(const Environment& environment) {
  // A relative XDG_CONFIG_HOME is none, says the XDG base directory specification.
  std::string folder = environment("XDG_CONFIG_HOME");
  if (folder.empty() || folder.front() != '/') {
    const std::string home = environment("HOME");
    if (home.empty()) return "";
    folder = absl::StrCat(home, "/.config");
  }
  return absl::StrCat(folder, "/brainalign/credentials.json");
}

absl::StatusOr<Credentials> ReadCredentials(const std::string& path) {
  if (path.empty()) return Credentials();
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Credentials();
    return absl::FailedPreconditionError(
        absl::StrCat("cannot read ", path, ": ", std::generic_category().message(errno)));
  }
  const absl::StatusOr<std::string> text = ReadPrivately(fd, path);
  close(fd);
  if (!text.ok()) return text.status();
  std::optional<Credentials> credentials = Parse(*text);
  if (!credentials) return NotOurs(path);
  return *std::move(credentials);
}

absl::Status WriteCredentials(const std::string& path, const Credentials& credentials) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot make the folder ", folder.string()));
  }
  auto file = FileReplacement::Create(path, 0600);
  if (!file.ok()) return file.status();
  const std::string text = ToText(credentials);
  const absl::Status written = (*file)->Append(text.data(), static_cast<std::int64_t>(text.size()));
  return written.ok() ? (*file)->Commit() : written;
}

}  // namespace brainalign
