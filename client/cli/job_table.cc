#include "client/cli/job_table.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/job_display.h"
#include "client/cli/terminal/text.h"

namespace brainalign {
namespace {

constexpr char kTableFormat[] = "%s  %-9s  %9s  %-11s  ";

// Characters at which the ids part, at least 8.
std::size_t CharactersThatDiffer(const std::vector<Job>& jobs) {
  constexpr std::size_t kFewest = 8;
  std::vector<std::string> ids;
  for (const Job& job : jobs) ids.push_back(job.job_id);
  std::sort(ids.begin(), ids.end());
  std::size_t count = kFewest;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const auto differ =
        std::mismatch(ids[i].begin(), ids[i].end(), ids[i - 1].begin(), ids[i - 1].end());
    count = std::max(count, static_cast<std::size_t>(differ.first - ids[i].begin()) + 1);
  }
  return count;
}

// When a job starts or ends, in fewer words than ExpectationText.
std::string ExpectationInShort(const Job& job) {
  if (HasEnded(job.state)) return "";
  if (job.queue_place > 0) {
    return absl::StrCat("place ", job.queue_place, ", in ",
                        FormatDuration(job.expected_start_seconds));
  }
  if (job.expected_end_seconds <= 0) return "";
  return absl::StrCat(FormatDuration(job.expected_end_seconds), " left");
}

// Name and details in `columns`. A long name gives way to the details, which are whole or left out:
// half a number would be another.
std::string NameAndDetails(const Job& job, bool with_owner, int columns) {
  constexpr int kFewestOfName = 8;
  const std::string name = Printable(job.name);
  const int most_of_details = columns - std::min(ColumnsOf(name), kFewestOfName);
  std::string details;
  for (const std::string& detail :
       {ExpectationInShort(job), Name(job.reason), with_owner ? OwnerOf(job) : std::string()}) {
    const std::string with = absl::StrCat(details, details.empty() ? " (" : ", ", detail);
    if (!detail.empty() && ColumnsOf(with) < most_of_details) details = with;
  }
  if (!details.empty()) details += ")";
  const std::string text = absl::StrCat(CutTo(name, columns - ColumnsOf(details)), details);
  return name.empty() && !details.empty() ? text.substr(1) : text;
}

}  // namespace

std::string OwnerOf(const Job& job) {
  return Printable(job.person.empty() ? job.project : absl::StrCat(job.project, "/", job.person));
}

bool AreOfSeveral(const std::vector<Job>& jobs) {
  return std::any_of(jobs.begin(), jobs.end(),
                     [&](const Job& job) { return OwnerOf(job) != OwnerOf(jobs.front()); });
}

std::vector<std::string> JobTable(const std::vector<Job>& jobs, int width) {
  const std::size_t id_characters = CharactersThatDiffer(jobs);
  const bool with_owner = AreOfSeveral(jobs);
  const auto line = [&](const std::string& id, const std::string& state, const std::string& tiles,
                        const std::string& created) {
    return absl::StrFormat(kTableFormat, Fit(id, static_cast<int>(id_characters)), state, tiles,
                           created);
  };
  std::vector<std::string> lines = {
      CutTo(line("JOB", "STATE", "TILES", "CREATED") + "NAME", width)};
  for (const Job& job : jobs) {
    const std::string tiles =
        job.tiles_total > 0 ? absl::StrCat(job.tiles_done, "/", job.tiles_total) : "-";
    const std::string front = line(Printable(job.job_id), Name(job.state), tiles,
                                   // Month, day, hour and minute.
                                   LocalTime(job.create_time_unix_seconds).substr(5, 11));
    const int left = std::max(0, width - ColumnsOf(front));
    lines.push_back(CutTo(absl::StrCat(front, NameAndDetails(job, with_owner, left)), width));
  }
  return lines;
}

std::vector<std::string> JobTable(const std::vector<Job>& jobs, int width, int height) {
  const auto most = static_cast<std::size_t>(std::max(2, height));
  if (jobs.size() < most) return JobTable(jobs, width);
  // The heading and the line that counts the rest.
  const std::vector<Job> shown(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(most - 2));
  std::vector<std::string> lines = JobTable(shown, width);
  lines.push_back(CutTo(absl::StrCat("and ", jobs.size() - shown.size(), " more"), width));
  return lines;
}

std::vector<Job> JobChanges::Take(const std::vector<Job>& jobs) {
  std::vector<Job> changed;
  std::map<std::string, std::string> states;
  for (const Job& job : jobs) {
    const auto known = states_.find(job.job_id);
    std::string state = StateText(job);
    if (known == states_.end() || known->second != state) changed.push_back(job);
    states.emplace(job.job_id, std::move(state));
  }
  std::reverse(changed.begin(), changed.end());
  states_ = std::move(states);
  return changed;
}

}  // namespace brainalign
