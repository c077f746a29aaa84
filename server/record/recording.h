#ifndef BRAINALIGN_SERVER_RECORD_RECORDING_H_
#define BRAINALIGN_SERVER_RECORD_RECORDING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/record/specification.h"

namespace brainalign {

// A recording that other projects may score against, without reading it.
struct SealedRecording {
  std::string project;
  std::string name;
  std::string description;
  BrainRef brain;
  std::int64_t words = 0;
  std::vector<std::string> projects;  // who may submit; empty: every one
  std::int64_t max_submissions = 0;   // of each project
  int max_layers = 0;                 // of each submission
  absl::Time create_time = absl::InfinitePast();

  // As clients name it.
  std::string FullName() const { return project + "/" + name; }
};

// One job against a sealed recording: kept for ever, also when the job is deleted.
struct Submission {
  std::int64_t order = 0;  // of the job
  absl::Time create_time = absl::InfinitePast();
  std::string project;
  std::string person;
  std::string job_id;
  std::string job_name;
  std::vector<std::string> activations;  // digests
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RECORD_RECORDING_H_
