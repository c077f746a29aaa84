#ifndef BRAINALIGN_CLIENT_CLI_TERMINAL_TERMINAL_H_
#define BRAINALIGN_CLIENT_CLI_TERMINAL_TERMINAL_H_

#include <cstdio>
#include <string>
#include <vector>

namespace brainalign {

enum class ColorChoice { kAuto, kAlways, kNever };
enum class ColorDepth { kNone, k256, kTrueColor };

// How often progress is shown: where a line can be drawn again, and where each is a line more.
inline constexpr double kSecondsBetweenDraws = 0.1;
inline constexpr double kSecondsBetweenLines = 2;

// One of the program's outputs, and its abilities.
struct Terminal {
  std::FILE* file = nullptr;
  bool can_redraw = false;  // a screen whose cursor can be moved
  ColorDepth color = ColorDepth::kNone;
  bool unicode = false;

  // Looks at the file, NO_COLOR, TERM, COLORTERM and the locale's variables.
  static Terminal Of(std::FILE* file, ColorChoice choice);

  // Size now: a window may be resized. 80 x 24 where there is none.
  int Width() const;
  int Height() const;

  void Write(const std::string& text) const;
};

// A block of lines at the end of the output that is drawn over itself.
class RedrawnBlock {
 public:
  explicit RedrawnBlock(const Terminal& terminal) : terminal_(terminal) {}

  // Replaces the block. Lines must fit the width: a wrapped line cannot be drawn over.
  void Draw(const std::vector<std::string>& lines);

  // Removes the block from the screen.
  void Erase() { Draw({}); }

  // Keeps the block on the screen; the next Draw begins below it.
  void Keep() { lines_drawn_ = 0; }

 private:
  const Terminal& terminal_;
  int lines_drawn_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_TERMINAL_TERMINAL_H_
