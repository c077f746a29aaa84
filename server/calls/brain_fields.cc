#include "server/calls/brain_fields.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace brainalign {

void CheckBrainFields(const v1::BrainInput& brain, const std::string& field,
                      std::vector<FieldProblem>& problems) {
  if (brain.recording().empty()) {
    if (!brain.has_epochs() || !brain.has_sfreq_hz()) return;
    problems.push_back({field + ".sfreq_hz",
                        absl::StrCat("is ", brain.sfreq_hz(), ", and the recording has epochs, ",
                                     "whose times are in times_seconds; leave it out")});
    return;
  }
  for (const auto& [name, is_set] :
       {std::pair("sfreq_hz", brain.has_sfreq_hz()),
        std::pair("onsets_seconds", brain.has_onsets_seconds()),
        std::pair("times_seconds", brain.times_seconds_size() > 0),
        std::pair("groups", brain.has_groups()), std::pair("sessions", brain.has_sessions()),
        std::pair("session_starts", brain.has_session_starts()),
        std::pair("word_table_digest", !brain.word_table_digest().empty())}) {
    if (!is_set) continue;
    problems.push_back({absl::StrCat(field, ".", name),
                        absl::StrCat("is given together with ", field,
                                     ".recording, which determines it; leave it out")});
  }
}

}  // namespace brainalign
