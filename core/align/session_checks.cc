#include "core/align/session_checks.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/epochs/session_starts.h"
#include "core/problem/session_clocks.h"
#include "core/problem/sessions.h"

namespace brainalign {
namespace {

// A sentence for sessions whose words are mixed in time; else empty.
std::string DescribeOverlap(const BrainInput& brain) {
  if (!brain.is_continuous() || brain.sessions.empty()) return "";
  const double end = static_cast<double>(brain.continuous.dim(1)) / brain.sfreq_hz;
  const std::vector<std::int64_t> overlapping =
      OverlappingSessions(brain.sessions, brain.onsets_seconds, end);
  if (overlapping.empty()) return "";
  const std::string restart = DescribeRestart(brain);
  return absl::StrCat("words of session ", overlapping[0], " and of session ", overlapping[1],
                      " overlap in the recording; a session must be a separate stretch of samples",
                      restart.empty() ? "" : "; ", restart);
}

// A sentence for starts that are no places in the recording, or contradict sessions; else empty.
std::string DescribeWrongStarts(const BrainInput& brain) {
  if (!brain.is_continuous()) {
    return "is given with epochs; only in a continuous recording do sessions begin at samples";
  }
  std::string bad = DescribeBadStarts(brain.session_starts, brain.continuous.dim(1));
  return bad.empty() ? DescribeContradictedStarts(brain) : bad;
}

}  // namespace

void CheckSessions(const BrainInput& brain, std::vector<FieldProblem>& problems) {
  if (std::string overlap = DescribeOverlap(brain); !overlap.empty()) {
    problems.push_back({"brain.sessions", std::move(overlap)});
    return;
  }
  if (brain.session_starts.empty()) return;
  if (std::string wrong = DescribeWrongStarts(brain); !wrong.empty()) {
    problems.push_back({"brain.session_starts", std::move(wrong)});
  } else if (std::string restart = DescribeOnsetsFromStarts(brain); !restart.empty()) {
    problems.push_back({"brain.onsets_seconds", std::move(restart)});
  }
}

}  // namespace brainalign
