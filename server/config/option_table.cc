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
       "Address to listen on; port 0 chooses a free port; or unix:PATH, a socket that only this "
       "user can open (default 127.0.0.1:7733)",
       Listen()},
      {"data", "DIR", "Folder of the server's data; made if it does not exist (required)",
       Path(&O::data_folder, "a folder")},
      {"tls-certificate", "FILE",
       "The server's certificate, followed by the intermediate certificates, PEM; read again when "
       "the file changes (default: none, no TLS)",
       PemFile(&O::tls_certificate)},
      {"tls-key", "FILE",
       "The certificate's private key, PEM; read again when the file changes (default: none)",
       PemFile(&O::tls_key)},
      {"tls-client-ca", "FILE",
       "CA certificates, PEM: only clients with a certificate of one of these CAs are accepted "
       "(default: none, all clients)",
       PemFile(&O::tls_client_ca)},
      {"plaintext-beyond-loopback", "",
       "Listen without TLS where other machines can reach it: everyone on the network path can "
       "read tokens and data (default false)",
       Switch(&O::plaintext_beyond_loopback)},
      {"access", "MODE",
       "token: every call needs a token or a listed certificate (brainalignd token add); open: "
       "everyone who can reach the server may do everything; auto: token beyond loopback, and "
       "wherever a token was ever added (default auto)",
       Access()},
      {"reflection", "",
       "Answer grpc.reflection, so that tools such as grpcurl can list the methods; it needs a "
       "token like every call (default false)",
       Switch(&O::reflection)},
      {"threads", "N", "Number of threads that compute; 0: one per core (default 0)",
       Whole(&O::threads, 0, 1024)},
      {"memory", "BYTES",
       "Memory that running jobs can reserve together, such as 8GiB; 0: half of the machine's "
       "memory, or of the container's limit (default 0)",
       Bytes(&O::memory_budget_bytes, 0)},
      {"brain-cache", "BYTES",
       "Size of the cache of recordings, in addition to --memory: results that depend on the "
       "recording alone, for other models on it; 0: no cache (default: a quarter of --memory)",
       Bytes(&O::brain_cache_bytes, 0)},
      {"max-running-jobs", "N",
       "Largest number of jobs that run at a time and share the threads; for one person the number "
       "of threads, at least 4 (default 64)",
       Whole(&O::max_running_jobs, 1, 10'000)},
      {"quota-stored", "BYTES",
       "Quota of each project: bytes of its tensors, such as 2TiB; 0: no limit. brainalignd "
       "project set overrides each quota for one project (default 0)",
       Bytes(&O::quota_stored_bytes, 0), true},
      {"quota-queued-jobs", "N",
       "Quota of each project: queued and running jobs; 0: no limit (default 0)",
       Whole(&O::quota_queued_jobs, 0, 1'000'000), true},
      {"quota-running-jobs", "N",
       "Quota of each project: running jobs; further jobs wait; 0: no limit (default 0)",
       Whole(&O::quota_running_jobs, 0, 10'000), true},
      {"quota-uploads", "N", "Quota of each project: open uploads; 0: no limit (default 0)",
       Whole(&O::quota_uploads, 0, 10'000), true},
      {"quota-cpu-hours", "HOURS",
       "Quota of each project: CPU-hours in 30 days; failed and cancelled jobs do not count; 0: no "
       "limit (default 0)",
       Real(&O::quota_cpu_hours, "hours", 0, 1e9), true},
      {"person-share", "SHARE",
       "Share of --max-watches, --max-upload-streams, other streams, open uploads, and the disk "
       "space reserved for uploads that one person can have; 1: all (default 0.5)",
       Real(&O::person_share, "a number", 0.01, 1)},
      {"project-share", "SHARE",
       "Like --person-share, for the people of one project together (default 0.75)",
       Real(&O::project_share, "a number", 0.01, 1)},
      {"keep-jobs", "N",
       "Largest number of jobs that a project keeps; above it the oldest ended jobs are removed "
       "with their results (default 100000)",
       Whole(&O::keep_jobs, 100, 10'000'000)},
      {"keep-jobs-seconds", "SECONDS",
       "Time from the end of a job until it is removed with its result (default 7776000, 90 days)",
       Whole(&O::keep_jobs_seconds, 3600, std::int64_t{100} * 365 * 86400)},
      {"heartbeat-seconds", "SECONDS", "Longest time between two messages of a watch (default 5)",
       Seconds(&O::heartbeat_seconds, 0.01, 3600)},
      {"max-tensor", "BYTES", "Size of the largest tensor (default 256GiB)",
       Bytes(&O::max_tensor_bytes, 1)},
      {"max-result-values", "N",
       "Largest number of values in a result: layers times time samples times folds, nulls and "
       "columns with scores of their own; each value takes 8 bytes on the disk, and a few times as "
       "much memory while it is computed (default 16000000)",
       Whole(&O::max_result_values, 1, 200'000'000)},
      {"disk-reserve", "BYTES", "Soft mark: free disk space that uploads must leave (default 1GiB)",
       Bytes(&O::disk_reserve_bytes, 0), true},
      {"disk-hard-mark", "BYTES",
       "Hard mark: with less free space the server accepts no jobs and no bytes of uploads "
       "(default 256MiB)",
       Bytes(&O::disk_hard_mark_bytes, 0), true},
      {"unused-tensor-seconds", "SECONDS",
       "Time until a tensor is removed that no unfinished job needs and no client asks for "
       "(default 2592000, 30 days)",
       Whole(&O::unused_tensor_seconds, 1, std::int64_t{10} * 365 * 86400)},
      {"sync-interval", "BYTES",
       "An upload is synced to disk each time it has received this many bytes; at most as many are "
       "sent again after a crash (default 64MiB)",
       Bytes(&O::sync_interval_bytes, 1)},
      {"scrub-rate", "BYTES",
       "Bytes per second that the background check of stored data reads; 0: no check (default "
       "16MiB)",
       Bytes(&O::scrub_bytes_per_second, 0)},
      {"scrub-interval-seconds", "SECONDS",
       "Pause between two passes of the background check (default 604800, 7 days)",
       Whole(&O::scrub_interval_seconds, 1, std::int64_t{10} * 365 * 86400)},
      {"upload-idle-seconds", "SECONDS",
       "Time until an upload without writes is dropped (default 86400)",
       Whole(&O::upload_idle_seconds, 1, std::int64_t{10} * 365 * 86400)},
      {"max-watches", "N", "Largest number of open watches (default 500)",
       Whole(&O::max_watches, 1, 100'000)},
      {"max-upload-streams", "N", "Largest number of open upload streams (default 32)",
       Whole(&O::max_upload_streams, 1, 10'000)},
      {"rpc-memory", "BYTES", "Memory for messages in transit (default 64MiB)",
       Bytes(&O::rpc_memory_bytes, std::int64_t{16} << 20)},
      {"stall-seconds", "SECONDS",
       "Time until a stream is ended whose client neither sends nor receives (default 300)",
       Seconds(&O::stall_seconds, 0.1, 86400)},
      {"drain-seconds", "SECONDS", "Time that open calls have to finish after SIGTERM (default 5)",
       Seconds(&O::drain_seconds, 0, 3600)},
      {"metrics", "HOST:PORT",
       "Address of the metrics for Prometheus, by HTTP under /metrics; everyone who can reach it "
       "can read them (default: none)",
       Metrics()},
      {"log-format", "FORMAT", "text for people, or json: one object per line (default text)",
       OneOf(&O::log_format, {"text", "json"})},
      {"log-level", "LEVEL", "trace, debug, info, warn, error or off (default info)",
       OneOf(&O::log_level, {"trace", "debug", "info", "warn", "error", "off"}), true},
  };
  return *table;
}

}  // namespace brainalign
