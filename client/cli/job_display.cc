#include "client/cli/job_display.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/terminal/text.h"

namespace brainalign {
namespace {

constexpr double kSecondsBetweenDraws = 0.1;
constexpr double kSecondsBetweenLines = 2;

}  // namespace

std::string ExpectationText(const Job& job) {
  if (HasEnded(job.state)) return "";
  std::vector<std::string> parts;
  if (job.queue_place > 0) {
    parts.push_back(absl::StrCat("place ", job.queue_place, " in the queue"));
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
  if (const std::string expected = ExpectationText(job); !expected.empty()) {
    absl::StrAppend(&line, ", ", expected);
  }
  if (job.attempt > 1) absl::StrAppend(&line, ", attempt ", job.attempt);
  if (!job.message.empty()) absl::StrAppend(&line, " (", Printable(job.message), ")");
  return line;
}

std::string StateLine(const Job& job) {
  return absl::StrCat("job ", Printable(job.job_id), ": ", StateText(job));
}

JobDisplay::JobDisplay(const Console& console, Clock& clock, std::vector<std::string> layer_names,
                       std::vector<double> times_seconds)
    : console_(console),
      clock_(clock),
      layer_names_(std::move(layer_names)),
      times_seconds_(std::move(times_seconds)),
      block_(console.err),
      remaining_seconds_(std::numeric_limits<double>::quiet_NaN()) {}

WatchCallbacks JobDisplay::Callbacks() {
  return WatchCallbacks{
      .on_job = [this](const Job& job) { OnJob(job); },
      .on_tile = [this](const TileScores& tile) { AddTile(tile); },
      .on_progress = [this](double share, double remaining) { OnProgress(share, remaining); },
      .on_break = [this](const absl::Status& failure,
                         double seconds) { OnBreak(failure, seconds); },
  };
}

void JobDisplay::StartLocal(int layers, int times) {
  state_ = absl::StrCat("computing ", layers, " layers x ", times, " times here");
  MakeMatrix(layers, times);
  Draw(/*news=*/true);
}

void JobDisplay::MakeMatrix(int layers, int times) {
  if (!matrix_.has_value() && layers > 0 && times > 0) {
    matrix_.emplace(layers, times, layer_names_, times_seconds_);
  }
}

void JobDisplay::OnJob(const Job& job) {
  MakeMatrix(job.layers, job.times);
  interruption_.clear();
  const std::string state = StateText(job);
  const bool news = state != state_;
  state_ = state;
  Draw(news);
}

void JobDisplay::AddTile(const TileScores& tile) {
  interruption_.clear();
  if (matrix_.has_value()) {
    matrix_->Add(tile);
    const double cells = static_cast<double>(matrix_->layers) * matrix_->times;
    share_ = std::max(share_, matrix_->finished_cells / cells);
  }
  Draw(/*news=*/false);
}

void JobDisplay::OnProgress(double share, double remaining_seconds) {
  interruption_.clear();
  if (std::isfinite(share)) share_ = std::clamp(share, 0.0, 1.0);
  remaining_seconds_ = remaining_seconds;
  Draw(/*news=*/false);
}

void JobDisplay::OnBreak(const absl::Status& failure, double delay_seconds) {
  const bool news = interruption_.empty();
  interruption_ = absl::StrFormat("connection lost, trying again in %.1f s (%s)", delay_seconds,
                                  Printable(std::string(failure.message())));
  Draw(news);
}

std::string JobDisplay::StatusLine() const {
  if (!interruption_.empty()) return interruption_;
  std::string line = state_;
  if (share_ > 0) absl::StrAppendFormat(&line, "  %.0f%%", std::floor(100 * share_));
  if (std::isfinite(remaining_seconds_) && share_ < 1) {
    absl::StrAppend(&line, "  about ", FormatDuration(remaining_seconds_), " left");
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
  if (matrix_.has_value() && matrix_->finished_cells > 0 &&
      matrix_->layers + 4 < console_.err.Height()) {
    const std::vector<std::string> rows =
        RenderMatrix(*matrix_, MatrixStyle{.width = width, .color = console_.err.color});
    lines.insert(lines.end(), rows.begin(), rows.end());
  }
  block_.Draw(lines);
}

void JobDisplay::Finish() {
  if (!console_.quiet && console_.err.can_redraw) block_.Erase();
}

}  // namespace brainalign
