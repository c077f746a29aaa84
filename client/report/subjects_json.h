#ifndef BRAINALIGN_CLIENT_REPORT_SUBJECTS_JSON_H_
#define BRAINALIGN_CLIENT_REPORT_SUBJECTS_JSON_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/report/report_data.h"

namespace brainalign {

// What of one subject's result is taken together with others.
struct SubjectResult {
  std::string name;  // of the file
  ReportData data;
  // What the alignment was: name and value of each option that changes what a score means.
  std::vector<std::pair<std::string, std::string>> options;
};

// One number of every subject (N), NaN where it is undefined, and their summary. Nothing if a
// subject has none.
struct SubjectNumber {
  std::vector<double> values;
  std::optional<double> mean;
  std::optional<double> se;
  std::optional<double> p;  // two-sided, by sign flips, of a mean of 0
};

struct SubjectsTogether {
  std::vector<SubjectResult> subjects;
  std::vector<SubjectNumber> score;  // (L * T), layer-major
  std::vector<SubjectNumber> t_max;  // (L) seconds; without p
  SubjectNumber temporal_score;
  SubjectNumber slope;       // of t_max, seconds per unit of depth
  SubjectNumber best_layer;  // alignment scores; without p
  SubjectNumber mean_of_maxima;
  std::vector<std::string> cautions;  // sentences
};

// What `text`, the JSON of a result, has of it. INVALID_ARGUMENT names the file.
absl::StatusOr<SubjectResult> SubjectFromJson(const std::string& name, const std::string& text);

// Takes them together (docs/uncertainty.md, "Subjects"). INVALID_ARGUMENT, naming what differs and
// the two files, unless there are two at least, of the same layers, times and options, and no two
// with the same scores.
absl::StatusOr<SubjectsTogether> TakeSubjectsTogether(std::vector<SubjectResult> subjects);

// How every SubjectsToJson begins.
extern const char kSubjectsBeginning[];

// As one JSON object, ending in a newline.
std::string SubjectsToJson(const SubjectsTogether& together);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_SUBJECTS_JSON_H_
