#include "client/cli/terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/credentials/environment.h"

namespace brainalign {
namespace {

bool LocaleIsUtf8(const Environment& environment) {
  std::string locale = environment("LC_ALL");
  if (locale.empty()) locale = environment("LC_CTYPE");
  if (locale.empty()) locale = environment("LANG");
  absl::AsciiStrToLower(&locale);
  return absl::StrContains(locale, "utf-8") || absl::StrContains(locale, "utf8");
}

winsize WindowSize(std::FILE* file) {
  winsize size = {};
  ioctl(fileno(file), TIOCGWINSZ, &size);
  return size;
}

}  // namespace

Terminal Terminal::Of(std::FILE* file, ColorChoice choice) {
  const Environment environment = ProcessEnvironment();
  Terminal terminal;
  terminal.file = file;
  terminal.unicode = LocaleIsUtf8(environment);
  const std::string term = environment("TERM");
  terminal.can_redraw = isatty(fileno(file)) != 0 && !term.empty() && term != "dumb";
  const bool wanted =
      choice == ColorChoice::kAlways ||
      (choice == ColorChoice::kAuto && terminal.can_redraw && environment("NO_COLOR").empty());
  if (wanted) {
    const std::string depth = environment("COLORTERM");
    terminal.color =
        depth == "truecolor" || depth == "24bit" ? ColorDepth::kTrueColor : ColorDepth::k256;
  }
  return terminal;
}

int Terminal::Width() const {
  const int columns = WindowSize(file).ws_col;
  return columns > 0 ? columns : 80;
}

int Terminal::Height() const {
  const int rows = WindowSize(file).ws_row;
  return rows > 0 ? rows : 24;
}

void Terminal::Write(const std::string& text) const {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

void RedrawnBlock::Draw(const std::vector<std::string>& lines) {
  std::string text;
  if (lines_drawn_ > 0) absl::StrAppend(&text, "\x1b[", lines_drawn_, "A\r\x1b[J");
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  lines_drawn_ = static_cast<int>(lines.size());
  terminal_.Write(text);
}

}  // namespace brainalign
