#ifndef BRAINALIGN_SERVER_ROWS_RECORDING_H_
#define BRAINALIGN_SERVER_ROWS_RECORDING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/rows/resource.h"
#include "server/rows/seal_policy.h"
#include "server/rows/specification.h"

namespace brainalign {

// Numbers that a recording has: of the continuous one, or of its epochs.
std::int64_t NumbersOf(const BrainRef& brain);

// Words that it has: those of its onsets, or of its epochs.
std::int64_t WordsOf(const BrainRef& brain);

// The policy with the default budget, a hundredth of the recording's numbers, where it has none.
SealPolicy Settle(SealPolicy policy, const BrainRef& brain);

enum class RecordingKind : std::uint8_t { kUnknown, kMeg, kEeg, kEcog, kFmri };

// A row of a recording, for people.
struct Sensor {
  struct Position {
    double x_metres = 0;
    double y_metres = 0;
    double z_metres = 0;
  };
  std::string name;
  std::string kind;
  std::string unit;
  std::optional<Position> position;
};

// The terms for other projects of a sealed recording, which nobody can read.
struct RecordingSeal {
  std::vector<std::string> projects;   // projects that may submit; empty: all
  std::int64_t max_submissions = 100;  // of each project
  int max_layers = 64;                 // of each submission
  SealPolicy policy;
  absl::Time create_time = absl::InfinitePast();
};

// A recording that its project keeps under a name.
struct Recording : Resource {
  RecordingKind kind = RecordingKind::kUnknown;
  BrainRef brain;
  std::string word_table;       // PROJECT/NAME that it named; empty: none
  std::vector<Sensor> sensors;  // in the order of the rows, or none
  std::optional<RecordingSeal> seal;
};

// One job against a sealed recording. It is kept forever, even if the job is deleted.
struct Submission {
  std::int64_t order = 0;  // of the job
  absl::Time create_time = absl::InfinitePast();
  std::string project;
  std::string person;
  std::string job_id;
  std::string job_name;
  std::vector<std::string> activations;  // digests
  // Numbers that its result releases, and a key: submissions with the same key release the same
  // numbers, which count once.
  std::int64_t released_numbers = 0;
  std::string release_key;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_RECORDING_H_
