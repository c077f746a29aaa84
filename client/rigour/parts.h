#ifndef BRAINALIGN_CLIENT_RIGOUR_PARTS_H_
#define BRAINALIGN_CLIENT_RIGOUR_PARTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/problem/spec.h"

namespace brainalign {

// What --nulls and --draws come to where they are not given.
inline constexpr int kRigourNulls = 199;
inline constexpr int kRigourDraws = 2000;
// Degree of the polynomials of the detrended part.
inline constexpr int kRigourDetrend = 3;

// One job of --rigour (docs/rigour.md, "Parts").
struct RigourJob {
  // "strict", "paper", "shuffled", "detrended", "nuisance", "untrained", "neighbours", "swapped" or
  // "previous_words".
  std::string name;
  AlignmentOptions options;
  std::string why_not;  // a clause; empty: it can be run
};

// What of the options was given, and not left to --rigour.
struct GivenOptions {
  bool nulls = false;
  bool draws = false;
};

// What the part "nuisance" takes out of the activations, or in direction model_to_brain has beside
// them.
struct NuisanceOfRigour {
  std::vector<std::string> names;  // AlignmentOptions::nuisance
  std::string why_none;            // without names: why there are none, as a clause
};

// The jobs of the experiment, "strict" first. A control that joins is one more entry here, a member
// of RigourFacts and a rule (client/rigour/verdict.h).
// INVALID_ARGUMENT for options that --rigour sets itself.
absl::StatusOr<std::vector<RigourJob>> PlanRigour(const AlignmentOptions& asked,
                                                  const GivenOptions& given);
// Sets why sessions cannot be swapped, as a clause, which is known once the experiment is read;
// empty: they can, or the server will say.
void RefuseSwaps(const std::string& why_not, std::vector<RigourJob>& jobs);
// Sets the nuisance of that part, which is known once the experiment is read.
void SetNuisance(const NuisanceOfRigour& nuisance, std::vector<RigourJob>& jobs);
// The same of the part "previous_words", whose nuisance is the vectors of the word before.
void SetPreviousWords(const NuisanceOfRigour& previous, std::vector<RigourJob>& jobs);
// Whether that part can be run, as far as is known.
bool WantsPreviousWords(const std::vector<RigourJob>& jobs);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RIGOUR_PARTS_H_
