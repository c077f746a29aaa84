#include "client/cli/terminal/upload_bar.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/terminal/text.h"
#include "client/naming/typed_names.h"
#include "core/to_integer.h"

namespace brainalign {
namespace {

// The rate follows the last few seconds.
constexpr double kRateMemorySeconds = 3;

std::int64_t BytesSent(const UploadProgress& p) { return p.bytes_there - p.bytes_skipped; }

std::string Bar(double share, int columns, bool unicode) {
  const int full = static_cast<int>(std::lround(share * columns));
  std::string bar;
  for (int i = 0; i < columns; ++i) {
    absl::StrAppend(&bar, i < full ? (unicode ? "━" : "=") : (unicode ? "─" : " "));
  }
  return unicode ? bar : absl::StrCat("[", bar, "]");
}

}  // namespace

void TransferRate::Add(double now_seconds, std::int64_t bytes) {
  if (last_seconds_ >= 0 && now_seconds > last_seconds_) {
    const double passed = now_seconds - last_seconds_;
    const double rate = std::max(0.0, static_cast<double>(bytes - last_bytes_)) / passed;
    const double weight = 1 - std::exp(-passed / kRateMemorySeconds);
    bytes_per_second_ += (bytes_per_second_ == 0 ? 1 : weight) * (rate - bytes_per_second_);
  }
  last_seconds_ = now_seconds;
  last_bytes_ = bytes;
}

std::string UploadLine(const UploadProgress& p, double bytes_per_second, int width, bool unicode) {
  const double total = static_cast<double>(std::max<std::int64_t>(p.bytes_total, 1));
  const double share =
      p.bytes_total == 0 ? 1 : std::clamp(static_cast<double>(p.bytes_there) / total, 0.0, 1.0);
  std::string facts = absl::StrFormat(" %3.0f%%  %s of %s", std::floor(100 * share),
                                      FormatBytes(p.bytes_there), FormatBytes(p.bytes_total));
  if (bytes_per_second >= 1) {
    absl::StrAppend(
        &facts, "  ", FormatBytes(ToInt64(bytes_per_second)), "/s  ",
        FormatDuration(static_cast<double>(p.bytes_total - p.bytes_there) / bytes_per_second),
        " left");
  } else if (p.bytes_hashed < p.bytes_total && p.bytes_hashed > p.bytes_there) {
    absl::StrAppend(&facts, "  hashing ", FormatBytes(p.bytes_hashed));
  }
  const std::string head = "upload ";
  const int room = width - ColumnsOf(head) - ColumnsOf(facts) - 3;
  return CutTo(absl::StrCat(head, room >= 5 ? Bar(share, std::min(room, 30), unicode) : "", facts),
               width);
}

UploadBar::UploadBar(const Terminal& terminal, Clock& clock)
    : terminal_(terminal), clock_(clock), block_(terminal), start_seconds_(clock.NowSeconds()) {
  next_draw_seconds_ = start_seconds_ + (terminal.can_redraw ? 0 : kSecondsBetweenLines);
}

void UploadBar::Show(const UploadProgress& progress) {
  last_ = progress;
  const double now = clock_.NowSeconds();
  const bool news = progress.interruption != shown_interruption_;
  if (now < next_draw_seconds_ && !news) return;
  if (progress.interruption.empty()) {
    rate_.Add(now, BytesSent(progress));
  } else {
    rate_.Pause();
  }
  shown_interruption_ = progress.interruption;
  next_draw_seconds_ = now + (terminal_.can_redraw ? kSecondsBetweenDraws : kSecondsBetweenLines);

  const int width = terminal_.Width() - 1;
  const std::string line =
      progress.interruption.empty()
          ? UploadLine(progress, rate_.bytes_per_second(), width, terminal_.unicode)
          : absl::StrFormat("upload interrupted at %s; trying again in %.1f s (%s)",
                            FormatBytes(progress.bytes_there), progress.retry_in_seconds,
                            Printable(AsTyped(progress.interruption)));
  if (terminal_.can_redraw) {
    block_.Draw({CutTo(line, width)});
  } else {
    terminal_.Write(absl::StrCat(line, "\n"));
  }
}

void UploadBar::Finish() {
  if (terminal_.can_redraw) block_.Erase();
  if (last_.tensors_total == 0) return;  // the job names resources that the server has
  const double seconds = clock_.NowSeconds() - start_seconds_;
  const std::int64_t sent = BytesSent(last_);
  std::string line;
  if (sent == 0) {
    const std::string all = last_.tensors_total == 1
                                ? "the tensor"
                                : absl::StrCat("all ", last_.tensors_total, " tensors");
    line = absl::StrCat("upload: the server has ", all, " already (",
                        FormatBytes(last_.bytes_total), ")");
  } else {
    line =
        absl::StrFormat("upload: %s in %.1f s (%s/s)", FormatBytes(sent), seconds,
                        FormatBytes(ToInt64(static_cast<double>(sent) / std::max(seconds, 1e-3))));
    if (last_.bytes_skipped > 0) {
      absl::StrAppend(&line, "; ", FormatBytes(last_.bytes_skipped), " were there already");
    }
  }
  terminal_.Write(absl::StrCat(line, "\n"));
}

}  // namespace brainalign
