#ifndef BRAINALIGN_CLIENT_RIGOUR_PART_RESULTS_H_
#define BRAINALIGN_CLIENT_RIGOUR_PART_RESULTS_H_

#include <optional>
#include <string>
#include <vector>

#include "client/jobs/job.h"
#include "client/rigour/facts.h"
#include "client/rigour/parts.h"
#include "client/rigour/verdict.h"

namespace brainalign {

// A job of --rigour and what came of it.
struct RigourPartResult {
  RigourJob job;
  std::optional<JobResult> result;
  std::string why_not;  // without a result: why, as a clause
};

// What the verdict is made of. `parts` as PlanRigour lists them; the first has a result.
RigourFacts FactsOfParts(const std::vector<RigourPartResult>& parts);

// `result_json`, as ResultToJson writes it, with the object `rigour` (docs/rigour.md, "In the
// JSON").
std::string WithRigour(const std::string& result_json, const std::vector<RigourPartResult>& parts,
                       const RigourFacts& facts, const Verdict& verdict);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RIGOUR_PART_RESULTS_H_
