#include "client/cli/terminal/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace brainalign {
namespace {

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string Printable(const std::string& text) {
  std::string clean = text;
  for (char& c : clean) {
    const unsigned char u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7F) c = '?';
  }
  // The control characters U+0080 to U+009F are C2 80 to C2 9F in UTF-8.
  for (std::size_t i = 0; i + 1 < clean.size(); ++i) {
    if (static_cast<unsigned char>(clean[i]) == 0xC2 &&
        static_cast<unsigned char>(clean[i + 1]) < 0xA0) {
      clean.replace(i, 2, "?");
    }
  }
  return clean;
}

int ColumnsOf(const std::string& text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return !ContinuesCharacter(c); }));
}

std::string CutTo(const std::string& text, int columns) {
  int seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!ContinuesCharacter(text[i]) && ++seen > columns) return text.substr(0, i);
  }
  return text;
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
  return absl::FormatTime("%Y-%m-%d %H:%M:%S",
                          absl::FromUnixMicros(static_cast<std::int64_t>(unix_seconds * 1e6)),
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
