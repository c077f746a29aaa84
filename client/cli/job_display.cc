#include "client/cli/job_display.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/terminal/text.h"
#include "client/naming/typed_names.h"

namespace brainalign {

std::string ExpectationText(const Job& job) {
  if (HasEnded(job.state)) return "";
  std::vector<std::string> parts;
  if (job.queue_place > 0) {
    parts.push_back(absl::StrCat("place ", job.queue_place));
    parts.push_back(absl::StrCat("starts in about ", FormatDuration(job.expected_start_seconds)));
  }
  if (job.expected_end_seconds > 0) {
    parts.push_back(absl::StrCat("ends in about ", FormatDuration(job.expected_end_seconds)));
  }
  if (parts.empty() && job.state == JobState::kQueued && job.estimated_seconds > 0) {
    parts.push_back(absl::StrCat("about ", FormatDuration(job.estimated_seconds), " of computing"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string StateText(const Job& job) {
  std::string line = Name(job.state);
  if (job.reason != JobReason::kNone) absl::StrAppend(&line, ", ", Name(job.reason));
  if (job.attempt > 1) absl::StrAppend(&line, ", attempt ", job.attempt);
  if (!job.message.empty()) absl::StrAppend(&line, " (", Printable(AsTyped(job.message)), ")");
  return line;
}

std::string StateLine(const Job& job) {
  const std::string expected = ExpectationText(job);
  return absl::StrCat("job ", Printable(job.job_id), ": ", StateText(job),
                      expected.empty() ? "" : ", ", expected);
}

JobDisplay::JobDisplay(const Console& console, Clock& clock, std::vector<std::string> layer_names,
                       std::vector<double> times_seconds)
    : console_(console),
      clock_(clock),
      axes_{.layer_names = std::move(layer_names),
            .depth = {},
            .times_seconds = std::move(times_seconds)},
      block_(console.err) {}

WatchCallbacks JobDisplay::Callbacks() {
  return WatchCallbacks{
      .on_job = [this](const Job& job) { OnJob(job); },
      .on_axes = [this](const MatrixAxes& axes) { OnAxes(axes); },
      .on_tile = [this](const TileScores& tile) { OnTile(tile); },
      .on_progress = [this](double share, double remaining) { OnProgress(share, remaining); },
      .on_wait = [this](int place, double start) { OnWait(place, start); },
      .on_break = [this](const absl::Status& failure,
                         double seconds) { OnBreak(failure, seconds); },
  };
}

void JobDisplay::StartLocal(int layers, int times, bool has_more) {
  const std::lock_guard<std::mutex> lock(mutex_);
  has_more_than_scores_ = has_more;
  local_work_ = absl::StrCat("computing ", layers, " layers x ", times, " times here");
  MakeMatrix(layers, times);
  Draw(/*news=*/true);
}

void JobDisplay::Tick() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool has_begun = !local_work_.empty() || job_.state != JobState::kUnknown;
  if (console_.err.can_redraw && has_begun) Draw(/*news=*/false);
}

void JobDisplay::MakeMatrix(int layers, int times) {
  if (!matrix_.has_value() && layers > 0 && times > 0) {
    matrix_.emplace(layers, times, axes_.layer_names, axes_.times_seconds);
  }
}

void JobDisplay::OnAxes(const MatrixAxes& axes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  axes_ = axes;
  if (!matrix_.has_value()) return;
  matrix_->layer_names = axes_.layer_names;
  matrix_->times_seconds = axes_.times_seconds;
}

void JobDisplay::OnJob(const Job& job) {
  const std::lock_guard<std::mutex> lock(mutex_);
  MakeMatrix(job.layers, job.times);
  has_more_than_scores_ = job.nulls > 0 || job.blocks > 0;
  interruption_.clear();
  const bool news = StateText(job) != StateText(job_);
  // Events of a watch have no expected end. The earlier forecast stays valid.
  const double end_seconds =
      job.expected_end_seconds > 0 ? job.expected_end_seconds : JobNow().expected_end_seconds;
  job_ = job;
  Expect(job.queue_place, job.expected_start_seconds, end_seconds);
  Draw(news);
}

void JobDisplay::OnTile(const TileScores& tile) {
  const std::lock_guard<std::mutex> lock(mutex_);
  interruption_.clear();
  if (matrix_.has_value()) {
    matrix_->Add(tile);
    const double cells = static_cast<double>(matrix_->layers) * matrix_->times;
    if (!has_more_than_scores_) share_ = std::max(share_, matrix_->finished_cells / cells);
  }
  Draw(/*news=*/false);
}

void JobDisplay::OnProgress(double share, double remaining_seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  interruption_.clear();
  if (std::isfinite(share)) share_ = std::clamp(share, 0.0, 1.0);
  const Job job = JobNow();
  Expect(job.queue_place, job.expected_start_seconds,
         std::isfinite(remaining_seconds) ? std::max(0.0, remaining_seconds) : 0);
  Draw(/*news=*/false);
}

void JobDisplay::OnWait(int queue_place, double start_seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Expect(queue_place, std::isfinite(start_seconds) ? std::max(0.0, start_seconds) : 0,
         JobNow().expected_end_seconds);
  Draw(/*news=*/false);
}

void JobDisplay::OnBreak(const absl::Status& failure, double delay_seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool news = interruption_.empty();
  interruption_ = absl::StrFormat("connection lost, trying again in %.1f s (%s)", delay_seconds,
                                  Printable(AsTyped(std::string(failure.message()))));
  Draw(news);
}

void JobDisplay::Expect(int queue_place, double start_seconds, double end_seconds) {
  job_.queue_place = queue_place;
  job_.expected_start_seconds = start_seconds;
  job_.expected_end_seconds = end_seconds;
  expected_at_seconds_ = clock_.NowSeconds();
}

Job JobDisplay::JobNow() const {
  Job job = job_;
  const double passed = clock_.NowSeconds() - expected_at_seconds_;
  // If the time has passed, it is about to happen. 0 would mean unknown.
  for (double* expected : {&job.expected_start_seconds, &job.expected_end_seconds}) {
    if (*expected > 0) *expected = std::max(1.0, *expected - passed);
  }
  return job;
}

std::string JobDisplay::StatusLine() const {
  if (!interruption_.empty()) return interruption_;
  const Job job = JobNow();
  std::string line = local_work_.empty() ? StateText(job) : local_work_;
  if (job.state == JobState::kQueued) {
    // The server's forecast, as lists tell it, comes with the first heartbeat. The estimate that
    // the job has until then leaves out all other jobs.
    const bool has_forecast = job.queue_place > 0 || job.expected_end_seconds > 0;
    const std::string expected = has_forecast ? ExpectationText(job) : "";
    return absl::StrCat(line, expected.empty() ? "" : ", ", expected);
  }
  if (share_ > 0) absl::StrAppendFormat(&line, "  %.0f%%", std::floor(100 * share_));
  if (job.expected_end_seconds > 0 && share_ < 1 && !HasEnded(job.state)) {
    absl::StrAppend(&line, "  about ", FormatDuration(job.expected_end_seconds), " left");
  }
  return line;
}

void JobDisplay::Draw(bool news) {
  if (console_.quiet) return;
  const double now = clock_.NowSeconds();
  if (!news && now < next_draw_seconds_) return;
  next_draw_seconds_ =
      now + (console_.err.can_redraw ? kSecondsBetweenDraws : kSecondsBetweenLines);
  if (!console_.err.can_redraw) {
    console_.err.Write(absl::StrCat(StatusLine(), "\n"));
    return;
  }
  // One column is left free: a full last column wraps on some terminals.
  const int width = console_.err.Width() - 1;
  std::vector<std::string> lines = {CutTo(StatusLine(), width)};
  // The status line, and one that stays free for the cursor.
  const int height = console_.err.Height() - 2;
  constexpr int kFewestLines = 4;
  if (matrix_.has_value() && matrix_->finished_cells > 0 && height >= kFewestLines) {
    const std::vector<std::string> rows = RenderMatrix(
        *matrix_, MatrixStyle{.width = width, .height = height, .color = console_.err.color});
    lines.insert(lines.end(), rows.begin(), rows.end());
  }
  block_.Draw(lines);
}

void JobDisplay::Finish() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!console_.quiet && console_.err.can_redraw) block_.Erase();
}

}  // namespace brainalign
