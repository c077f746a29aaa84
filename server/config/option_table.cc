#include "server/config/option_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "server/config/listen_address.h"
#include "server/config/parse.h"

namespace brainalign {
namespace {

struct Unit {
  const char* name;
  int shift;
};
constexpr std::array<Unit, 6> kUnits = {
    {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}}};

// Such as 256MiB, in the largest unit that fits evenly.
std::string WriteBytes(std::int64_t bytes) {
  for (auto unit = kUnits.rbegin(); unit != kUnits.rend() && unit->shift > 0; ++unit) {
    if (bytes > 0 && bytes % (std::int64_t{1} << unit->shift) == 0) {
      return absl::StrCat(bytes >> unit->shift, unit->name);
    }
  }
  return absl::StrCat(bytes);
}

absl::Status Wrong(const std::string& text, const std::string& right) {
  return absl::InvalidArgumentError(absl::StrCat("is '", text, "'; give ", right));
}

template <typename T>
OptionValue Whole(T ServerOptions::*field, std::int64_t least, std::int64_t most) {
  return {
      [=](const std::string& text, ServerOptions& options) {
        std::int64_t value = 0;
        if (!absl::SimpleAtoi(absl::string_view(text), &value) || value < least || value > most) {
          return Wrong(text, absl::StrCat("a whole number from ", least, " to ", most));
        }
        options.*field = static_cast<T>(value);
        return absl::OkStatus();
      },
      [=](const ServerOptions& options) { return absl::StrCat(options.*field); }};
}

// A negative number stands for one that is not set.
OptionValue Bytes(std::int64_t ServerOptions::*field, std::int64_t least) {
  return {[=](const std::string& text, ServerOptions& options) {
            auto value = ParseBytes(text);
            if (!value.ok() || *value < least) {
              return Wrong(text,
                           absl::StrCat("bytes, such as 8GiB or 500000000, at least ", least));
            }
            options.*field = *value;
            return absl::OkStatus();
          },
          [=](const ServerOptions& options) -> std::optional<std::string> {
            if (options.*field < 0) return std::nullopt;
            return WriteBytes(options.*field);
          }};
}

OptionValue Real(double ServerOptions::*field, const std::string& unit, double least, double most) {
  return {[=](const std::string& text, ServerOptions& options) {
            double value = 0;
            if (!absl::SimpleAtod(absl::string_view(text), &value) ||
                !(value >= least && value <= most)) {
              return Wrong(text, absl::StrCat(unit, " from ", least, " to ", most));
            }
            options.*field = value;
            return absl::OkStatus();
          },
          [=](const ServerOptions& options) { return absl::StrCat(options.*field); }};
}

OptionValue Seconds(double ServerOptions::*field, double least, double most) {
  return Real(field, "seconds", least, most);
}

OptionValue OneOf(std::string ServerOptions::*field, std::vector<std::string> names) {
  return {[=](const std::string& text, ServerOptions& options) {
            if (std::find(names.begin(), names.end(), text) == names.end()) {
              return Wrong(text, absl::StrJoin(names.begin(), names.end() - 1, ", ") + " or " +
                                     names.back());
            }
            options.*field = text;
            return absl::OkStatus();
          },
          [=](const ServerOptions& options) { return options.*field; }};
}

// A name that is empty where it is not set.
OptionValue Path(std::string ServerOptions::*field, const std::string& what) {
  return {[=](const std::string& text, ServerOptions& options) {
            if (text.empty()) return Wrong(text, what);
            options.*field = text;
            return absl::OkStatus();
          },
          [=](const ServerOptions& options) -> std::optional<std::string> {
            if ((options.*field).empty()) return std::nullopt;
            return options.*field;
          }};
}

OptionValue PemFile(std::string ServerOptions::*field) { return Path(field, "a file"); }

OptionValue Switch(bool ServerOptions::*field) {
  return {[=](const std::string& text, ServerOptions& options) {
            if (text != "true" && text != "false") return Wrong(text, "true or false");
            options.*field = text == "true";
            return absl::OkStatus();
          },
          [=](const ServerOptions& options) { return options.*field ? "true" : "false"; }};
}

OptionValue Access() {
  static constexpr std::array<std::pair<const char*, AccessMode>, 3> kModes = {
      {{"auto", AccessMode::kAuto}, {"open", AccessMode::kOpen}, {"token", AccessMode::kToken}}};
  return {[](const std::string& text, ServerOptions& options) {
            for (const auto& [name, mode] : kModes) {
              if (text != name) continue;
              options.access = mode;
              return absl::OkStatus();
            }
            return Wrong(text, "auto, open or token");
          },
          [](const ServerOptions& options) {
            return std::find_if(kModes.begin(), kModes.end(),
                                [&](const auto& mode) { return mode.second == options.access; })
                ->first;
          }};
}

struct HostPort {
  std::string host;
  int port = 0;
};

absl::StatusOr<HostPort> ReadHostPort(const std::string& text, const std::string& example) {
  const std::size_t colon = text.rfind(':');
  int port = -1;
  const std::string host = colon == std::string::npos ? "" : text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const bool plain = !host.empty() && host.find_first_of("[]: \t") == std::string::npos;
  if ((!bracketed && !plain) ||
      !absl::SimpleAtoi(absl::string_view(text).substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return Wrong(text, "HOST:PORT with a port from 0 to 65535, such as " + example);
  }
  return HostPort{host, port};
}

OptionValue Listen() {
  return {&ParseListen,
          [](const ServerOptions& options) { return ListenAddress(options, options.listen_port); }};
}

OptionValue Metrics() {
  OptionValue value = Path(&ServerOptions::metrics_address, "");
  value.set = [](const std::string& text, ServerOptions& options) {
    const auto address = ReadHostPort(text, "127.0.0.1:9464");
    if (!address.ok()) return address.status();
    options.metrics_address = text;
    return absl::OkStatus();
  };
  return value;
}

}  // namespace

absl::Status ParseListen(const std::string& text, ServerOptions& options) {
  if (IsSocket(text)) {
    // The system takes 107 bytes.
    constexpr std::size_t kMostBytes = sizeof("unix:") - 1 + 107;
    if (!absl::StartsWith(text, "unix:/") || text.size() > kMostBytes) {
      return Wrong(text, "unix:PATH with an absolute path of at most 107 bytes");
    }
    options.listen_host = text;
    options.listen_port = 0;
    return absl::OkStatus();
  }
  auto address = ReadHostPort(text, "127.0.0.1:7733");
  if (!address.ok()) return address.status();
  options.listen_host = std::move(address->host);
  options.listen_port = address->port;
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> ParseBytes(const std::string& text) {
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

std::string OptionRow::key() const {
  return absl::StrReplaceAll(absl::string_view(name), {{"-", "_"}});
}

const std::vector<OptionRow>& OptionTable() {
  using O = ServerOptions;
  static const auto* const table = new std::vector<OptionRow>{
      {"listen", "HOST:PORT",
       "Address to listen on; port 0 takes a free one; or unix:PATH, a socket that only this user "
       "reaches (default 127.0.0.1:7733)",
       Listen()},
      {"data", "DIR", "Folder of the server's data; made if need be (required)",
       Path(&O::data_folder, "a folder")},
      {"tls-certificate", "FILE",
       "The server's certificate and those between it and its authority, PEM; read again when the "
       "file changes (default: none, no TLS)",
       PemFile(&O::tls_certificate)},
      {"tls-key", "FILE",
       "The certificate's private key, PEM; read again when the file changes (default: none)",
       PemFile(&O::tls_key)},
      {"tls-client-ca", "FILE",
       "Certificates of authorities, PEM: only clients with a certificate of theirs get in "
       "(default: none, all do)",
       PemFile(&O::tls_client_ca)},
      {"plaintext-beyond-loopback", "",
       "Listen without TLS where other machines reach it: tokens and data can be read on the way "
       "(default false)",
       Switch(&O::plaintext_beyond_loopback)},
      {"access", "MODE",
       "token: every call needs a token or a listed certificate (brainalignd token add); open: "
       "whoever reaches the server may do all; auto: token beyond loopback, and wherever a token "
       "was ever added (default auto)",
       Access()},
      {"reflection", "",
       "Answer grpc.reflection, by which tools such as grpcurl learn what can be called; asks for "
       "tokens like everything else (default false)",
       Switch(&O::reflection)},
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
       Bytes(&O::quota_stored_bytes, 0), true},
      {"quota-queued-jobs", "N", "The same for its jobs waiting or running at a time (default 0)",
       Whole(&O::quota_queued_jobs, 0, 1'000'000), true},
      {"quota-running-jobs", "N",
       "The same for its jobs running at a time; more of them wait (default 0)",
       Whole(&O::quota_running_jobs, 0, 10'000), true},
      {"quota-uploads", "N", "The same for its uploads under way at a time (default 0)",
       Whole(&O::quota_uploads, 0, 10'000), true},
      {"quota-cpu-hours", "HOURS",
       "The same for its jobs' computing in 30 days; failed and cancelled ones do not count "
       "(default 0)",
       Real(&O::quota_cpu_hours, "hours", 0, 1e9), true},
      {"person-share", "SHARE",
       "Which part of --max-watches, of --max-upload-streams, of other streams and of open "
       "uploads, "
       "and of the free space that uploads are promised, one person may take; 1 for all (default "
       "0.5)",
       Real(&O::person_share, "a number", 0.01, 1)},
      {"project-share", "SHARE", "The same for the people of one project together (default 0.75)",
       Real(&O::project_share, "a number", 0.01, 1)},
      {"keep-jobs", "N",
       "Jobs of one project that are kept; beyond it the oldest that have ended are removed with "
       "their results (default 100000)",
       Whole(&O::keep_jobs, 100, 10'000'000)},
      {"keep-jobs-seconds", "SECONDS",
       "A job is removed with its result so long after its end (default 7776000, 90 days)",
       Whole(&O::keep_jobs_seconds, 3600, std::int64_t{100} * 365 * 86400)},
      {"heartbeat-seconds", "SECONDS", "A watcher hears something at least this often (default 5)",
       Seconds(&O::heartbeat_seconds, 0.01, 3600)},
      {"max-tensor", "BYTES", "Size of the largest tensor (default 256GiB)",
       Bytes(&O::max_tensor_bytes, 1)},
      {"max-result-values", "N",
       "Layers times time samples times folds, nulls and columns with scores of their own that a "
       "job may have; a result takes 8 bytes for each on the disk, and some times as much while it "
       "is made (default 16000000)",
       Whole(&O::max_result_values, 1, 200'000'000)},
      {"disk-reserve", "BYTES",
       "Soft mark: free space that uploads leave on the disk (default 1GiB)",
       Bytes(&O::disk_reserve_bytes, 0), true},
      {"disk-hard-mark", "BYTES",
       "Hard mark: with less free space no job and no more bytes are taken (default 256MiB)",
       Bytes(&O::disk_hard_mark_bytes, 0), true},
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
      {"metrics", "HOST:PORT",
       "Address on which Prometheus finds metrics, by HTTP under /metrics; whoever reaches it "
       "reads "
       "them (default: none)",
       Metrics()},
      {"log-format", "FORMAT", "text for people, or json: one object a line (default text)",
       OneOf(&O::log_format, {"text", "json"})},
      {"log-level", "LEVEL", "trace, debug, info, warn, error or off (default info)",
       OneOf(&O::log_level, {"trace", "debug", "info", "warn", "error", "off"}), true},
  };
  return *table;
}

}  // namespace brainalign
