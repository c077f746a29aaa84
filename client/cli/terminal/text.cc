#include "client/cli/terminal/text.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cwchar>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "core/to_integer.h"

namespace brainalign {
namespace {

// Characters of UTF-8 whatever the locale of the user is.
class Utf8Locale {
 public:
  Utf8Locale() : mine_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (mine_ != nullptr) before_ = uselocale(mine_);
  }
  ~Utf8Locale() {
    if (mine_ == nullptr) return;
    uselocale(before_);
    freelocale(mine_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  const locale_t mine_;
  locale_t before_ = nullptr;
};

// Bytes at the beginning of `text` that take at most `columns`, and the columns that they take. A
// byte that begins no character takes one.
std::pair<std::size_t, int> Fitting(const std::string& text, int columns) {
  const Utf8Locale utf8;
  std::mbstate_t state = {};
  std::size_t at = 0;
  int used = 0;
  while (at < text.size()) {
    wchar_t character = 0;
    const std::size_t length = std::mbrtowc(&character, text.data() + at, text.size() - at, &state);
    const bool is_valid = length > 0 && length <= text.size() - at;
    if (!is_valid) state = {};
    const int width = is_valid ? std::max(wcwidth(character), 0) : 1;
    if (used + width > columns) break;
    used += width;
    at += is_valid ? length : 1;
  }
  return {at, used};
}

}  // namespace

int ColumnsOf(const std::string& text) {
  return Fitting(text, std::numeric_limits<int>::max() - 2).second;
}

std::string CutTo(const std::string& text, int columns) {
  return text.substr(0, Fitting(text, columns).first);
}

std::string Fit(const std::string& text, int columns) {
  const std::string cut = CutTo(text, columns);
  return absl::StrCat(cut, std::string(static_cast<std::size_t>(columns - ColumnsOf(cut)), ' '));
}

std::string FormatBytes(std::int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? absl::StrCat(bytes, " B") : absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

std::string LocalTime(double unix_seconds) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMicros(ToInt64(unix_seconds * 1e6)),
                          absl::LocalTimeZone());
}

std::string FormatDuration(double seconds) {
  if (!(seconds >= 0) || seconds > 1e9) return "?";
  const std::int64_t s = std::llround(seconds);
  if (s < 60) return absl::StrCat(s, " s");
  if (s < 3600) return absl::StrFormat("%d min %02d s", s / 60, s % 60);
  return absl::StrFormat("%d h %02d min", s / 3600, s % 3600 / 60);
}

}  // namespace brainalign
