#ifndef BRAINALIGN_CLIENT_CONNECTION_SERVER_INFO_H_
#define BRAINALIGN_CLIENT_CONNECTION_SERVER_INFO_H_

#include <cstdint>
#include <string>

namespace brainalign {

// The identity of the caller, as the server reports it. An empty role: it did not report any.
struct CallerIdentity {
  std::string person;  // empty: the server does not identify its callers
  std::string project;
  std::string role;  // "reader", "submitter", "admin"
  bool all_projects = false;
  std::int64_t expire_time_unix_seconds = 0;  // 0: never
};

// Version, state and limits of a server. A limit of 0: the server did not report it.
struct ServerInfo {
  std::string version;
  std::string numerics_version;
  int threads = 0;
  std::int64_t memory_budget_bytes = 0;
  std::int64_t brain_cache_bytes = 0;       // limit of the cache of recordings
  std::int64_t brain_cache_held_bytes = 0;  // in use
  std::int64_t disk_free_bytes = 0;
  std::int64_t start_time_unix_seconds = 0;
  std::int64_t jobs_queued = 0;
  std::int64_t jobs_running = 0;
  std::string read_only_reason;  // empty: the server's disk accepts writes
  std::int64_t damaged = 0;      // tensors, tiles and results ever found damaged
  CallerIdentity caller;

  std::int64_t max_chunk_bytes = 0;
  std::int64_t max_tensor_bytes = 0;
  int max_digests_per_call = 0;
  int max_page_size = 0;
  int max_name_bytes = 0;
  int max_layers = 0;
  std::int64_t max_words = 0;
  int max_times = 0;
  std::int64_t max_result_values = 0;  // layers times time samples times folds
  int max_watches = 0;
  int max_upload_streams = 0;
  std::int64_t upload_idle_seconds = 0;
  // Of a recording, word table or model without its tensors; columns of a word table; resources of
  // each kind that a project may have.
  std::int64_t max_resource_bytes = 0;
  int max_word_columns = 0;
  std::int64_t max_resources_of_project = 0;
  // Of a job.
  int max_folds = 0;
  int max_alphas = 0;
  int max_window_bounds = 0;
  int max_nuisance_columns = 0;
  // Of the whole server: unfinished uploads, computations that wait or run, open downloads.
  int max_open_uploads = 0;
  int max_queue_length = 0;
  int max_downloads = 0;
  std::int64_t max_jobs_of_project = 0;  // that it keeps
  // Parts of watches, streams, uploads and disk space that one of them can take.
  double person_share = 0;
  double project_share = 0;
  int max_streams_per_connection = 0;
  int max_request_id_bytes = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_SERVER_INFO_H_
