#ifndef BRAINALIGN_SERVER_CONFIG_OPTIONS_H_
#define BRAINALIGN_SERVER_CONFIG_OPTIONS_H_

#include <cstdint>
#include <string>

namespace brainalign {

// Whether calls need a token or a certificate.
enum class AccessMode {
  kAuto,   // beyond loopback, and wherever a token was ever added
  kOpen,   // no: everyone who can reach the server may do everything
  kToken,  // yes
};

// Everything that can be set about a server. Flags and the config file fill it in
// (parse.h); 0 threads and 0 memory mean what the machine has.
struct ServerOptions {
  std::string listen_host = "127.0.0.1";
  int listen_port = 7733;  // 0: a free one
  std::string data_folder;

  // Files in PEM; no certificate: no TLS.
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_ca;  // not empty: clients need a certificate that it signed
  bool plaintext_beyond_loopback = false;
  AccessMode access = AccessMode::kAuto;
  bool reflection = false;  // answer tools that list the services

  int threads = 0;                       // 0: one for each core
  std::int64_t memory_budget_bytes = 0;  // 0: half of the machine's memory
  // The cache of recordings, in addition to it; -1: a quarter of it; 0: no cache.
  std::int64_t brain_cache_bytes = -1;
  int max_running_jobs = 64;
  // The default quotas of a project; 0: no limit.
  std::int64_t quota_stored_bytes = 0;
  int quota_queued_jobs = 0;
  int quota_running_jobs = 0;
  int quota_uploads = 0;
  double quota_cpu_hours = 0;
  // The shares of one person and of one project of streams, uploads, and the disk space that is
  // reserved for uploads.
  double person_share = 0.5;
  double project_share = 0.75;
  // How many jobs a project keeps, and for how long after their end.
  std::int64_t keep_jobs = 100'000;
  std::int64_t keep_jobs_seconds = std::int64_t{90} * 86400;
  double heartbeat_seconds = 5;

  std::int64_t max_tensor_bytes = std::int64_t{256} << 30;
  // Layers times time samples times folds of a job.
  std::int64_t max_result_values = 16'000'000;
  std::int64_t disk_reserve_bytes = std::int64_t{1} << 30;
  std::int64_t disk_hard_mark_bytes = std::int64_t{256} << 20;
  std::int64_t unused_tensor_seconds = std::int64_t{30} * 86400;
  std::int64_t scrub_bytes_per_second = std::int64_t{16} << 20;  // 0: no check
  std::int64_t scrub_interval_seconds = std::int64_t{7} * 86400;
  std::int64_t sync_interval_bytes = std::int64_t{64} << 20;
  std::int64_t upload_idle_seconds = 24 * 3600;

  int max_watches = 500;
  int max_upload_streams = 32;
  std::int64_t rpc_memory_bytes = std::int64_t{64} << 20;
  // A chunk of 1 MiB over the slowest line that is worth serving.
  double stall_seconds = 300;
  double drain_seconds = 5;

  std::string metrics_address;  // HOST:PORT; empty: no metrics

  std::string log_format = "text";
  std::string log_level = "info";
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_OPTIONS_H_
