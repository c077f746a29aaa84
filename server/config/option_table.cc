#include "server/config/option_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/config/parse.h"

namespace brainalign {
namespace {

using Setter = std::function<absl::Status(const std::string&, ServerOptions&)>;

absl::Status Wrong(const std::string& text, const std::string& right) {
  return absl::InvalidArgumentError(absl::StrCat("is '", text, "'; give ", right));
}

template <typename T>
Setter Whole(T ServerOptions::*field, std::int64_t least, std::int64_t most) {
  return [=](const std::string& text, ServerOptions& options) {
    std::int64_t value = 0;
    if (!absl::SimpleAtoi(absl::string_view(text), &value) || value < least || value > most) {
      return Wrong(text, absl::StrCat("a whole number from ", least, " to ", most));
    }
    options.*field = static_cast<T>(value);
    return absl::OkStatus();
  };
}

Setter Bytes(std::int64_t ServerOptions::*field, std::int64_t least) {
  return [=](const std::string& text, ServerOptions& options) {
    auto value = ParseBytes(text);
    if (!value.ok() || *value < least) {
      return Wrong(text, absl::StrCat("bytes, such as 8GiB or 500000000, at least ", least));
    }
    options.*field = *value;
    return absl::OkStatus();
  };
}

Setter Real(double ServerOptions::*field, const std::string& unit, double least, double most) {
  return [=](const std::string& text, ServerOptions& options) {
    double value = 0;
    if (!absl::SimpleAtod(absl::string_view(text), &value) || !(value >= least && value <= most)) {
      return Wrong(text, absl::StrCat(unit, " from ", least, " to ", most));
    }
    options.*field = value;
    return absl::OkStatus();
  };
}

Setter Seconds(double ServerOptions::*field, double least, double most) {
  return Real(field, "seconds", least, most);
}

Setter LogLevel() {
  return [](const std::string& text, ServerOptions& options) {
    constexpr std::array<const char*, 6> kLevels = {"trace", "debug", "info",
                                                    "warn",  "error", "off"};
    if (std::find(kLevels.begin(), kLevels.end(), text) == kLevels.end()) {
      return Wrong(text, "trace, debug, info, warn, error or off");
    }
    options.log_level = text;
    return absl::OkStatus();
  };
}

Setter PemFile(std::string ServerOptions::*field) {
  return [field](const std::string& text, ServerOptions& options) {
    if (text.empty()) return Wrong(text, "a file");
    options.*field = text;
    return absl::OkStatus();
  };
}

Setter Switch(bool ServerOptions::*field) {
  return [field](const std::string& text, ServerOptions& options) {
    if (text != "true" && text != "false") return Wrong(text, "true or false");
    options.*field = text == "true";
    return absl::OkStatus();
  };
}

Setter Access() {
  return [](const std::string& text, ServerOptions& options) {
    constexpr std::array<std::pair<const char*, AccessMode>, 3> kModes = {
        {{"auto", AccessMode::kAuto}, {"open", AccessMode::kOpen}, {"token", AccessMode::kToken}}};
    for (const auto& [name, mode] : kModes) {
      if (text != name) continue;
      options.access = mode;
      return absl::OkStatus();
    }
    return Wrong(text, "auto, open or token");
  };
}

Setter Folder() {
  return [](const std::string& text, ServerOptions& options) {
    if (text.empty()) return Wrong(text, "a folder");
    options.data_folder = text;
    return absl::OkStatus();
  };
}

}  // namespace

absl::Status ParseListen(const std::string& text, ServerOptions& options) {
  const std::size_t colon = text.rfind(':');
  int port = -1;
  const std::string host = colon == std::string::npos ? "" : text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const bool plain = !host.empty() && host.find_first_of("[]: \t") == std::string::npos;
  if ((!bracketed && !plain) ||
      !absl::SimpleAtoi(absl::string_view(text).substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return Wrong(text, "HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:7733");
  }
  options.listen_host = host;
  options.listen_port = port;
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> ParseBytes(const std::string& text) {
  struct Unit {
    const char* name;
    int shift;
  };
  constexpr std::array<Unit, 6> kUnits = {
      {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}}};
  const std::size_t digits = text.find_first_not_of("0123456789");
  const std::size_t end = digits == std::string::npos ? text.size() : digits;
  const absl::string_view unit = absl::StripAsciiWhitespace(absl::string_view(text).substr(end));
  std::int64_t number = 0;
  if (absl::SimpleAtoi(absl::string_view(text).substr(0, end), &number)) {
    for (const Unit& known : kUnits) {
      if (unit != known.name) continue;
      if (number > (std::numeric_limits<std::int64_t>::max() >> known.shift)) break;
      return number << known.shift;
    }
  }
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' is no number of bytes"));
}

const std::vector<OptionRow>& OptionTable() {
  using O = ServerOptions;
  static const auto* const table = new std::vector<OptionRow>{
      {"listen", "HOST:PORT",
       "Address to listen on; port 0 takes a free one (default 127.0.0.1:7733)", &ParseListen},
      {"data", "DIR", "Folder of the server's data; made if need be (required)", Folder()},
      {"tls-certificate", "FILE",
       "The server's certificate and those between it and its authority, PEM; read again when the "
       "file changes",
       PemFile(&O::tls_certificate)},
      {"tls-key", "FILE", "The certificate's private key, PEM; read again when the file changes",
       PemFile(&O::tls_key)},
      {"tls-client-ca", "FILE",
       "Certificates of authorities, PEM: only clients with a certificate of theirs get in",
       PemFile(&O::tls_client_ca)},
      {"plaintext-beyond-loopback", "",
       "Listen without TLS where other machines reach it: tokens and data can be read on the way",
       Switch(&O::plaintext_beyond_loopback)},
      {"access", "MODE",
       "token: every call needs a token or a listed certificate (brainalignd token add); open: "
       "whoever reaches the server may do all; auto: token beyond loopback, and wherever a token "
       "was ever added (default auto)",
       Access()},
      {"threads", "N", "Threads that compute; 0 for one each core (default 0)",
       Whole(&O::threads, 0, 1024)},
      {"memory", "BYTES",
       "Memory that running jobs may reserve together, such as 8GiB; 0 for half of the machine's, "
       "or of what a container may use (default 0)",
       Bytes(&O::memory_budget_bytes, 0)},
      {"brain-cache", "BYTES",
       "Memory beside --memory that keeps what jobs have worked out of a recording, for other "
       "models on it; 0 for none (default: a quarter of --memory)",
       Bytes(&O::brain_cache_bytes, 0)},
      {"max-running-jobs", "N",
       "Alignments that run at a time and share the threads; of one person's as many as there are "
       "threads, at least 4 (default 64)",
       Whole(&O::max_running_jobs, 1, 10'000)},
      {"quota-stored", "BYTES",
       "Tensors that a project may hold together, such as 2TiB, unless brainalignd project set "
       "says otherwise for it; 0 for no limit (default 0)",
       Bytes(&O::quota_stored_bytes, 0)},
      {"quota-queued-jobs", "N", "The same for its jobs waiting or running at a time (default 0)",
       Whole(&O::quota_queued_jobs, 0, 1'000'000)},
      {"quota-running-jobs", "N",
       "The same for its jobs running at a time; more of them wait (default 0)",
       Whole(&O::quota_running_jobs, 0, 10'000)},
      {"quota-uploads", "N", "The same for its uploads under way at a time (default 0)",
       Whole(&O::quota_uploads, 0, 10'000)},
      {"quota-cpu-hours", "HOURS",
       "The same for its jobs' computing in 30 days; failed and cancelled ones do not count "
       "(default 0)",
       Real(&O::quota_cpu_hours, "hours", 0, 1e9)},
      {"heartbeat-seconds", "SECONDS", "A watcher hears something at least this often (default 5)",
       Seconds(&O::heartbeat_seconds, 0.01, 3600)},
      {"max-tensor", "BYTES", "Size of the largest tensor (default 256GiB)",
       Bytes(&O::max_tensor_bytes, 1)},
      {"disk-reserve", "BYTES",
       "Soft mark: free space that uploads leave on the disk (default 1GiB)",
       Bytes(&O::disk_reserve_bytes, 0)},
      {"disk-hard-mark", "BYTES",
       "Hard mark: with less free space no job and no more bytes are taken (default 256MiB)",
       Bytes(&O::disk_hard_mark_bytes, 0)},
      {"unused-tensor-seconds", "SECONDS",
       "A tensor that no unfinished job needs and nobody asks for is removed after this (default "
       "2592000, 30 days)",
       Whole(&O::unused_tensor_seconds, 1, std::int64_t{10} * 365 * 86400)},
      {"sync-interval", "BYTES",
       "An upload is synced to disk this often; at most so much is sent again after a crash "
       "(default 64MiB)",
       Bytes(&O::sync_interval_bytes, 1)},
      {"scrub-rate", "BYTES",
       "What the background check of all that is stored reads in a second; 0 for none (default "
       "16MiB)",
       Bytes(&O::scrub_bytes_per_second, 0)},
      {"scrub-interval-seconds", "SECONDS",
       "From the end of one such check to the next (default 604800, 7 days)",
       Whole(&O::scrub_interval_seconds, 1, std::int64_t{10} * 365 * 86400)},
      {"upload-idle-seconds", "SECONDS",
       "An upload that nobody writes to is dropped after this (default 86400)",
       Whole(&O::upload_idle_seconds, 1, std::int64_t{10} * 365 * 86400)},
      {"max-watches", "N", "Watches open at a time (default 500)",
       Whole(&O::max_watches, 1, 100'000)},
      {"max-upload-streams", "N", "Upload streams open at a time (default 32)",
       Whole(&O::max_upload_streams, 1, 10'000)},
      {"rpc-memory", "BYTES", "Memory for messages on their way (default 64MiB)",
       Bytes(&O::rpc_memory_bytes, std::int64_t{16} << 20)},
      {"stall-seconds", "SECONDS",
       "A stream whose client neither sends nor takes anything is ended after this (default 300)",
       Seconds(&O::stall_seconds, 0.1, 86400)},
      {"drain-seconds", "SECONDS", "Calls may take this long to end after SIGTERM (default 5)",
       Seconds(&O::drain_seconds, 0, 3600)},
      {"log-level", "LEVEL", "trace, debug, info, warn, error or off (default info)", LogLevel()},
  };
  return *table;
}

}  // namespace brainalign
