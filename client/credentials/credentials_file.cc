#include "client/credentials/credentials_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/credentials/private_file.h"
#include "core/tensor/file_replacement.h"

namespace brainalign {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
// Far above what thousands of servers take: a wrong file is not read whole.
constexpr std::size_t kMostFileBytes = std::size_t{16} << 20;

// The text members of a server's entry.
struct TextMember {
  const char* name;
  std::string& (*of)(KeptServer&);
};
constexpr TextMember kTexts[] = {
    {"name", [](KeptServer& s) -> std::string& { return s.name; }},
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

bool IsServerName(const std::string& name) {
  constexpr std::size_t kMostBytes = 64;
  // To the Python package "private" is a server of its own.
  return !name.empty() && name != "private" && name.size() <= kMostBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                  c == '-';
         });
}

std::string CredentialsPath(const Environment& environment) {
  // By the XDG base directory specification a relative XDG_CONFIG_HOME is invalid.
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
  const absl::StatusOr<std::string> text = ReadPrivateFile(path, kMostFileBytes);
  if (absl::IsNotFound(text.status())) return Credentials();
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
