#include "client/cli/output_file.h"

#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/terminal/text.h"
#include "client/report/ceiling_json.h"
#include "client/report/comparison_json.h"
#include "client/report/html_report.h"
#include "client/report/result_json.h"
#include "client/report/subjects_json.h"
#include "client/report/svg_conversion.h"
#include "client/report/svg_figure.h"
#include "client/report/whole_file.h"

namespace brainalign {
namespace {

constexpr std::size_t kLongestBeginning = 128;

// What a file that begins so is; empty: nothing that brainalign writes.
const char* KindOf(const std::string& text) {
  using Kind = std::pair<const char*, const char*>;
  for (const auto& [beginning, kind] :
       {Kind(kResultBeginning, "the result of an alignment"),
        Kind(kComparisonBeginning, "a comparison of results"), Kind(kCeilingBeginning, "a ceiling"),
        Kind(kSubjectsBeginning, "a summary of subjects"), Kind(kHtmlBeginning, "a report"),
        Kind(kSvgBeginning, "a figure (SVG)"), Kind(kPngBeginning, "a PNG image"),
        Kind(kPdfBeginning, "a PDF document")}) {
    if (absl::StartsWith(text, beginning)) return kind;
  }
  return "";
}

}  // namespace

absl::Status CheckOutputFile(const std::string& path, const std::string& beginning) {
  absl::Status status = CheckReplaceable(path, beginning);
  if (!absl::IsAlreadyExists(status)) return status;
  std::string text(kLongestBeginning, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const std::string found = KindOf(text);
  const std::string wanted = KindOf(beginning);
  if (found.empty() || wanted.empty()) return status;
  return absl::AlreadyExistsError(
      absl::StrCat(Printable(path), " is there already and is ", found, ", and ", wanted,
                   " is to be written; name another file, or remove this one"));
}

}  // namespace brainalign
