// brainalign list: the server's jobs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/job_display.h"
#include "client/cli/job_table.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"
#include "client/report/listing_json.h"
#include "client/retry/clock.h"

namespace brainalign {
namespace {

// Interval between two calls to the server, and so between two updates of the display.
constexpr double kSecondsBetweenLooks = 1;

struct ListFlags {
  ServerFlags server;
  std::vector<std::string> states;
  JobFilter filter;
  int limit = 50;
  bool watch = false;
  bool json = false;
};

JobFilter FilterOf(const ListFlags& flags) {
  JobFilter filter = flags.filter;
  for (const JobState state : {JobState::kQueued, JobState::kRunning, JobState::kSucceeded,
                               JobState::kFailed, JobState::kCancelled}) {
    const bool is_asked =
        std::find(flags.states.begin(), flags.states.end(), Name(state)) != flags.states.end();
    if (is_asked) filter.states.push_back(state);
  }
  return filter;
}

// Whole, for programs that read lines.
std::string Line(const Job& job, bool with_owner) {
  const std::string progress =
      job.tiles_total > 0 ? absl::StrCat(job.tiles_done, "/", job.tiles_total) : "-";
  std::string line =
      absl::StrFormat("%-36s  %-9s  %9s  %s  %s", Printable(job.job_id), Name(job.state), progress,
                      LocalTime(job.create_time_unix_seconds), Printable(job.name));
  if (job.reason != JobReason::kNone) {
    absl::StrAppend(&line, job.name.empty() ? "" : "  ", "(", Name(job.reason), ")");
  }
  if (const std::string expected = ExpectationText(job); !expected.empty()) {
    absl::StrAppend(&line, "  (", expected, ")");
  }
  if (with_owner) absl::StrAppend(&line, "  ", OwnerOf(job));
  return line;
}

void WriteLines(const Console& console, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) console.out.Write(absl::StrCat(line, "\n"));
}

int List(const Console& console, const ListFlags& flags) {
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const absl::StatusOr<std::vector<Job>> jobs =
      ListJobs(client->connection(), FilterOf(flags), flags.limit);
  if (!jobs.ok()) return console.FailCall(jobs.status());
  if (flags.json) {
    console.out.Write(JobsToJson(*jobs));
    return kExitDone;
  }
  if (jobs->empty()) {
    console.Tell("no jobs");
    return kExitDone;
  }
  if (console.out.can_redraw) {
    std::vector<std::string> lines = JobTable(*jobs, console.out.Width() - 1);
    if (console.quiet) lines.erase(lines.begin());
    WriteLines(console, lines);
    return kExitDone;
  }
  if (!console.quiet) {
    console.out.Write(absl::StrFormat("%-36s  %-9s  %9s  %-19s  %s\n", "JOB", "STATE", "TILES",
                                      "CREATED", "NAME"));
  }
  const bool of_several = AreOfSeveral(*jobs);
  for (const Job& job : *jobs) console.out.Write(absl::StrCat(Line(job, of_several), "\n"));
  return kExitDone;
}

// What a watch of the list shows: a table that is drawn over itself on a screen, else a line for
// each job that has changed.
class ShownJobs {
 public:
  ShownJobs(const Console& console, bool json)
      : console_(console), json_(json), is_drawn_(console.out.can_redraw && !json) {}

  // Newest first.
  void Show(std::vector<Job> jobs) {
    trouble_.clear();
    jobs_ = std::move(jobs);
    if (is_drawn_) {
      Draw();
      return;
    }
    for (const Job& job : changes_.Take(jobs_)) {
      console_.out.Write(json_ ? JobToJsonLine(job)
                               : absl::StrCat(StateLine(job), job.name.empty() ? "" : "  ",
                                              Printable(job.name), "\n"));
    }
  }

  // What keeps the next jobs from coming.
  void Tell(const std::string& trouble) {
    if (!is_drawn_) {
      console_.Tell(trouble);
      return;
    }
    trouble_ = trouble;
    Draw();
  }

 private:
  void Draw() {
    // One column is left free: a full last column wraps on some terminals.
    const int width = console_.out.Width() - 1;
    // A line stays free for the cursor.
    const int height = console_.out.Height() - 1 - (trouble_.empty() ? 0 : 1);
    std::vector<std::string> lines = {"no jobs"};
    if (!jobs_.empty()) lines = JobTable(jobs_, width, height);
    if (!trouble_.empty()) lines.push_back(CutTo(trouble_, width));
    block_.Draw(lines);
  }

  const Console& console_;
  const bool json_;
  const bool is_drawn_;
  RedrawnBlock block_{console_.out};
  JobChanges changes_;
  std::vector<Job> jobs_;
  std::string trouble_;
};

int WatchList(const Console& console, const ListFlags& flags) {
  ShownJobs shown(console, flags.json);
  absl::StatusOr<Client> client =
      Connect(flags.server, console, [&shown](const std::string& trouble) { shown.Tell(trouble); });
  absl::Status status = client.status();
  while (status.ok()) {
    absl::StatusOr<std::vector<Job>> jobs =
        ListJobs(client->connection(), FilterOf(flags), flags.limit);
    status = jobs.status();
    if (jobs.ok()) shown.Show(*std::move(jobs));
    if (!SystemClock().Sleep(kSecondsBetweenLooks, console.stop)) break;
  }
  // Ctrl-C is how a watch of a list ends.
  return console.stop.stop_requested() ? int{kExitDone} : console.FailCall(status);
}

}  // namespace

Verb AddList(CLI::App& root) {
  auto flags = std::make_shared<ListFlags>();
  CLI::App* app = root.add_subcommand("list", "List the server's jobs, newest first");
  app->footer("Example:\n  brainalign list --state queued,running\n  brainalign list --watch");
  AddServerFlags(*app, flags->server);
  app->add_option("--state", flags->states, "Only jobs in these states")
      ->delimiter(',')
      ->check(CLI::IsMember({"queued", "running", "succeeded", "failed", "cancelled"}));
  app->add_option("--person", flags->filter.person, "Only jobs that this person submitted")
      ->type_name("NAME");
  app->add_option("--recording", flags->filter.recording, "Only jobs on this recording")
      ->type_name("PROJECT/NAME");
  app->add_option("--model", flags->filter.model, "Only jobs with this model")
      ->type_name("PROJECT/NAME");
  app->add_option("--limit", flags->limit, "Largest number of entries; 0: all")
      ->check(CLI::Range(0, std::numeric_limits<int>::max()))
      ->capture_default_str();
  app->add_flag("--watch,-w", flags->watch,
                "Keep showing the list until Ctrl-C: redrawn on a terminal, otherwise one line for "
                "each job that changes");
  AddJsonFlag(*app, flags->json);
  return Verb{.app = app, .run = [flags](Console& console) {
                return flags->watch ? WatchList(console, *flags) : List(console, *flags);
              }};
}

}  // namespace brainalign
