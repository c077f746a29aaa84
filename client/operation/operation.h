#ifndef BRAINALIGN_CLIENT_OPERATION_OPERATION_H_
#define BRAINALIGN_CLIENT_OPERATION_OPERATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/jobs/job.h"

namespace brainalign {

// The facts that a server reports to its administrators.

// A computation that waits or runs, and the jobs that wait for it.
struct QueueEntry {
  std::int64_t execution_id = 0;
  Job first;  // the oldest of them; its tiles are those of the computation
  int jobs = 0;
  std::string project;
  std::string person;
};

// Which computations to list; an empty filter is none.
struct QueueFilter {
  std::vector<JobState> states;  // queued, running
  std::string project;
  std::string person;     // of one of the jobs
  std::string recording;  // that one of the jobs named: PROJECT/NAME, or NAME in the own project
};

struct UploadEntry {
  std::string upload_id;
  std::string project;
  std::string person;  // empty: not identified
  std::string digest;
  std::int64_t size_bytes = 0;
  std::int64_t committed_bytes = 0;
  bool being_written = false;
  double expire_time_unix_seconds = 0;
};

// Which uploads to list; an empty filter is none.
struct UploadFilter {
  std::string project;
  std::string person;
};

struct ProjectEntry {
  std::string project;
  std::int64_t stored_bytes = 0;
};

struct DiskUse {
  std::vector<ProjectEntry> projects;  // by name
  std::int64_t free_bytes = 0;
};

struct LoggedError {
  double time_unix_seconds = 0;
  std::string level;
  std::string message;
};

// Which lines of the log to list.
struct ErrorFilter {
  std::string min_level;  // warning, error or critical; empty: all
  std::optional<double> since_unix_seconds;
};

enum class DrainMode { kFinish, kPutBack, kOff };

struct DrainState {
  bool draining = false;
  int running = 0;
  int uploads = 0;
};

struct ReloadOutcome {
  std::vector<std::string> changed;       // options whose new values are in effect
  std::vector<std::string> need_restart;  // options that were changed, too
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_OPERATION_OPERATION_H_
